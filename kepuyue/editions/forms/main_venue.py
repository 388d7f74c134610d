"""The main venue: its facts, an item of the stage, a zone, a booth."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kepuyue.editions.actions import editing
from kepuyue.editions.actions.main_venue import FACTS
from kepuyue.editions.forms.seen import SeenForm, day_field, taken, text_area
from kepuyue.editions.models import Booth, Edition, MainVenue, StageItem, Zone
from kepuyue.organizations.models import Organization

ITEM = ("part", "day", "starts", "ends", "name", "name_en", "by", "by_en")
ZONE = ("code", "name", "name_en", "text", "text_en", "position")
BOOTH = ("code", "zone", "exhibitor", "name", "name_en", "text", "text_en")


def _present(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return editing.values_of(thing, names) if thing else {}


class MainVenueForm(SeenForm):
    """Where and when, in words of the public; the plan."""

    def __init__(self, *args: Any, venue: MainVenue | None, **kwargs: Any) -> None:
        super().__init__(*args, present=_present(venue, FACTS), **kwargs)
        self.fields.update(taken(MainVenue, *FACTS))
        for name in ("first_day", "last_day"):
            self.fields[name] = day_field(self.fields[name].label)
        for name in (
            "introduction",
            "introduction_en",
            "transport",
            "transport_en",
            "plan_text",
            "plan_text_en",
        ):
            self.fields[name].widget = text_area(4)
        self.fields["plan_text"].help_text = _("写给看不见图的人：入口、舞台、各展区在哪里。")
        self.fields["is_demonstration"].help_text = _("勾选后，公众页面会注明这是演示内容。")
        self.fields["is_published"].help_text = _("不勾选时只有市级管理员看得到。")
        self.fields["plan"] = forms.FileField(
            label=_("平面图"), required=False, help_text=_("PNG 或 JPEG。换图时选新的文件即可。"),
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in FACTS}


class StageItemForm(SeenForm):
    """One item of the ceremony or of the stage."""

    def __init__(self, *args: Any, edition: Edition, thing: StageItem | None, **kwargs: Any) -> None:
        super().__init__(*args, present=_present(thing, ITEM), **kwargs)
        self.fields.update(taken(StageItem, *ITEM))
        self.fields["day"] = day_field(self.fields["day"].label)
        for name in ("starts", "ends"):
            field = self.fields[name]
            self.fields[name] = forms.TimeField(
                label=field.label, required=field.required,
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            )  # fmt: skip
        venue = MainVenue.objects.filter(edition=edition).first()
        self.venue = venue
        if thing is None and venue:
            self.initial["day"] = venue.first_day
        self.order_fields(["seen", *ITEM])

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if self.venue and not self.venue.first_day <= day <= self.venue.last_day:
            raise forms.ValidationError(_("节目的日期不在主场的日期里。"))
        return day


class ZoneForm(SeenForm):
    """One zone."""

    def __init__(self, *args: Any, edition: Edition, thing: Zone | None, **kwargs: Any) -> None:
        super().__init__(*args, present=_present(thing, ZONE), **kwargs)
        self.fields.update(taken(Zone, *ZONE))
        self.fields["code"].help_text = _("平面图上的字母，例如 a。")
        self.fields["text"].widget = self.fields["text_en"].widget = text_area(3)
        if thing is None:
            self.initial["position"] = edition.zones.count()


class BoothForm(SeenForm):
    """One booth: what is shown, and by whom. A registered unit is found by its full name."""

    def __init__(self, *args: Any, edition: Edition, thing: Booth | None, **kwargs: Any) -> None:
        super().__init__(*args, present=_present(thing, (*BOOTH, "organization")), **kwargs)
        self.fields.update(taken(Booth, *BOOTH))
        self.fields["zone"] = forms.ModelChoiceField(
            edition.zones.all(), label=_("展区"), to_field_name="code"
        )
        self.initial["zone"] = thing.zone.code if thing else None
        self.fields["code"].help_text = _("平面图上的编号，例如 a01。")
        self.fields["exhibitor"].help_text = _("写全称；已登记的单位会自动连到它的页面。")
        self.fields["text"].widget = self.fields["text_en"].widget = text_area(3)
        self.order_fields(["seen", *BOOTH])

    def values(self) -> dict[str, Any]:
        found = Organization.objects.active().filter(name=self.cleaned_data["exhibitor"]).first()
        return {name: self.cleaned_data.get(name) for name in BOOTH} | {"organization": found}
