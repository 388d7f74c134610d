"""How the meanings of columns are called for people."""

from typing import Any

from django.utils.translation import pgettext_lazy

from kepuyue.imports import headers

LABELS: dict[str, Any] = {
    "title": pgettext_lazy("column", "活动名称"),
    "organizer": pgettext_lazy("column", "主办单位"),
    "contractor": pgettext_lazy("column", "承办单位"),
    "co_organizer": pgettext_lazy("column", "协办单位"),
    "adviser": pgettext_lazy("column", "指导单位"),
    "supporter": pgettext_lazy("column", "支持单位"),
    "co_organizers": pgettext_lazy("column", "承办协办单位"),
    "city": pgettext_lazy("column", "城市"),
    "district": pgettext_lazy("column", "所属区"),
    "venue": pgettext_lazy("column", "活动地点"),
    "address": pgettext_lazy("column", "详细地址"),
    "start": pgettext_lazy("column", "开始时间"),
    "end": pgettext_lazy("column", "结束时间"),
    "when": pgettext_lazy("column", "活动日期和时间"),
    "clock": pgettext_lazy("column", "钟点"),
    "weekday": pgettext_lazy("column", "星期"),
    "mode": pgettext_lazy("column", "线上线下"),
    "online": pgettext_lazy("column", "线上地址"),
    "link": pgettext_lazy("column", "网址"),
    "audience": pgettext_lazy("column", "面向人群"),
    "category": pgettext_lazy("column", "活动类型"),
    "summary": pgettext_lazy("column", "活动简介"),
    "booking": pgettext_lazy("column", "是否需要预约"),
    "capacity": pgettext_lazy("column", "名额"),
    "contact": pgettext_lazy("column", "联系人"),
    "phone": pgettext_lazy("column", "联系电话"),
    "note": pgettext_lazy("column", "备注"),
    "admission": pgettext_lazy("column", "是否收费"),
    "expected_crowd": pgettext_lazy("column", "预计单场人数"),
    "content_lead": pgettext_lazy("column", "内容负责人"),
    "emergency_contact": pgettext_lazy("column", "现场安全负责人及电话"),
    "safety_plan": pgettext_lazy("column", "安全预案要点"),
    "public_phone": pgettext_lazy("column", "公开电话"),
    "age": pgettext_lazy("column", "适合年龄"),
    "language": pgettext_lazy("column", "活动语言"),
    "access": pgettext_lazy("column", "无障碍设施"),
    "key": pgettext_lazy("column", "是否重点活动"),
    "status": pgettext_lazy("column", "状态"),
    "number": pgettext_lazy("column", "序号"),
}


def meaning_labels() -> list[tuple[str, Any]]:
    """(meaning, what it is called), in the order of the template; every meaning the reader knows has one."""
    return [(meaning, LABELS[meaning]) for meaning in headers.HEADINGS]
