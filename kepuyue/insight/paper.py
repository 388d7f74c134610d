"""The forms on paper that this system stands for, as data: which fields they ask for, at which stage, how often."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from django.utils.translation import get_language, pgettext_lazy
from pydantic import BaseModel, ConfigDict, Field

FORMS = Path(__file__).with_name("paper_forms.yaml")


class Stage(StrEnum):
    """When in the life of an activity something is typed."""

    REGISTRATION = "registration"
    SUMMARY = "summary"
    RECOMMENDATION = "recommendation"

    @property
    def label(self) -> str:
        return str(STAGE_LABELS[self])


STAGE_LABELS: dict[Stage, Any] = {
    Stage.REGISTRATION: pgettext_lazy("stage", "登记、审核、发布"),
    Stage.SUMMARY: pgettext_lazy("stage", "总结和统计"),
    Stage.RECOMMENDATION: pgettext_lazy("stage", "推荐"),
}


class PaperForm(BaseModel):
    """纸质表格: one form as its source shows it. `fields` of a form that nobody could see whole are those known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: str
    name_en: str
    stage: Stage
    per: Literal["activity", "large", "unit"]
    seen: Literal["whole", "partly", "no"]
    source: str
    fields: tuple[str, ...] = Field(default=())

    @property
    def name_for_reader(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "").startswith("zh") else self.name_en


@cache
def forms() -> tuple[PaperForm, ...]:
    """All forms, in the order in which a unit meets them."""
    return tuple(PaperForm.model_validate(one) for one in yaml.safe_load(FORMS.read_text(encoding="utf-8")))


def asked(stage: Stage, *, activities: int, large: int, units: int) -> int:
    """How many fields the forms of a stage ask for, for so many activities (some of them large) of so many units."""
    times = {"activity": activities, "large": large, "unit": units}
    return sum(len(form.fields) * times[form.per] for form in forms() if form.stage is stage)
