from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditionsConfig(AppConfig):
    name = "kepuyue.editions"
    label = "editions"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "edition.create": _("新建了一届"),
                "edition.load": _("载入本届资料"),
                "edition.change": _("修改本届资料"),
                "edition.archive": _("新建存档"),
                "key_date.create": _("设定关键日期"),
                "key_date.load": _("按资料更新关键日期"),
                "district.create": _("载入新的区"),
                "district.load": _("按资料更新区"),
                "organization.create": _("载入新单位"),
                "organization.load": _("按资料更新单位"),
            }
        )
