"""What the components page shows: every component with believable content, which is kept in showcase.json."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator

from kepuyue.ui import covers

ROOM = Path(__file__).parent
FIRST_DAY = date(2024, 9, 1)
MOMENT = datetime(2024, 9, 14, 2, 0, tzinfo=UTC)


class Sample(forms.Form):
    """One field of every kind."""

    title = forms.CharField(label="名称", max_length=120, help_text="与海报一致，不超过 120 字。")
    email = forms.EmailField(label="联系邮箱")
    kind = forms.ChoiceField(label="形式", choices=[("", "请选择"), ("a", "研学"), ("b", "报告")])
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    mode = forms.ChoiceField(
        label="参与方式",
        choices=[("offline", "线下"), ("online", "线上"), ("hybrid", "线上线下结合")],
        widget=forms.RadioSelect,
    )
    audience = forms.MultipleChoiceField(
        label="面向人群",
        choices=[("youth", "青少年"), ("family", "家庭"), ("older", "老年人"), ("civil", "公务员")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="可以多选。",
    )
    text = forms.CharField(label="介绍", widget=forms.Textarea, required=False)
    picture = forms.FileField(label="图片", required=False, help_text="JPEG 或 PNG，不超过 20 MB。")
    agreed = forms.BooleanField(label="已取得图片的使用授权")


def showcase() -> dict[str, Any]:
    """The context of the components page."""
    content = json.loads((ROOM / "showcase.json").read_text(encoding="utf-8"))
    days = [
        {
            "day": FIRST_DAY + timedelta(days=place),
            "count": count,
            "href": "#moons",
            "label": content["labels"].get(str(place), ""),
        }
        for place, count in enumerate(content["counts"])
    ]
    return {
        **content,
        "states": list(content["states"].items()),
        "entries": [{**entry, "at": MOMENT} for entry in content["entries"]],
        "days": days,
        "today": FIRST_DAY + timedelta(days=13),
        "current": FIRST_DAY + timedelta(days=20),
        "colours": colour_names(),
        "covers": [(kind, [f"{kind}-{number}" for number in range(4)]) for kind in covers.SCENES],
        "blank_form": Sample(auto_id="blank_%s"),
        "faulty_form": Sample({"email": "abc", "audience": ["youth"]}, auto_id="faulty_%s"),
        "page": Paginator(range(279), 12).page(5),
    }


def colour_names() -> list[str]:
    """The names of the colour tokens, in the order of their file."""
    tokens = (ROOM / "static" / "ui" / "css" / "tokens.css").read_text(encoding="utf-8").split("}", 1)[0]
    return re.findall(r"^  --([\w-]+): light-dark", tokens, re.MULTILINE)
