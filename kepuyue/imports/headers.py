"""Which column means what: headings as offices write them, and the row in which they stand."""

import re
import unicodedata
from collections.abc import Sequence

from kepuyue.imports.reader import Cell, as_text

# Each meaning with the headings that people give it; compared after `plain`. The first heading of each is
# the one in the template. A heading that is one of these with something around it still counts (see `meaning`).
HEADINGS: dict[str, tuple[str, ...]] = {
    "title": ("活动名称", "活动标题", "活动主题名称", "名称", "标题", "项目名称", "活动项目", "title", "name"),
    "organizer": ("主办单位", "主办方", "主办", "责任单位", "出品单位", "组织单位", "基地名称", "申报单位", "填报单位",
                  "单位名称", "单位", "organizer", "host"),
    "contractor": ("承办单位", "承办方", "承办"),
    "co_organizer": ("协办单位", "协办方", "协办", "合作单位"),
    "adviser": ("指导单位", "指导"),
    "supporter": ("支持单位", "支持", "媒体支持"),
    "co_organizers": ("承办协办单位", "其他单位", "参与单位", "联合单位", "coorganizers", "coorganizer"),
    "city": ("城市", "所在城市", "city"),
    "district": ("所属区", "所在区", "行政区", "区域", "辖区", "区", "district"),
    "venue": ("活动地点", "地点", "场地", "活动场所", "举办地点", "venue", "place", "location"),
    "address": ("详细地址", "地址", "address"),
    "start": ("开始时间", "开始日期", "起始时间", "起始日期", "开始", "start", "startdate"),
    "end": ("结束时间", "结束日期", "截止日期", "结束", "end", "enddate"),
    "when": ("活动时间", "举办时间", "活动日期", "举办日期", "日期", "起止时间", "起止日期", "date"),
    "clock": ("时间", "具体时间", "时段", "时间段", "钟点", "time"),
    "mode": ("参与方式", "活动方式", "举办方式", "线上线下", "线上或线下", "形式", "mode"),
    "online": ("线上地址", "直播平台", "线上平台", "直播链接", "网址", "链接"),
    "audience": ("面向人群", "活动对象", "参与对象", "面向对象", "受众", "对象", "参加人员", "audience"),
    "category": ("活动类型", "活动类别", "活动形式", "类型", "类别", "分类", "category", "type"),
    "summary": ("活动简介", "活动内容", "简介", "内容", "内容简介", "活动介绍", "活动概况", "介绍",
                "description", "summary"),
    "booking": ("是否需要预约", "是否预约", "预约方式", "报名方式", "预约", "报名", "参与途径", "booking"),
    "capacity": ("名额", "人数上限", "活动名额", "容量", "限额", "参与人数", "预计人数", "人数", "capacity"),
    "contact": ("联系人", "负责人", "联系人姓名", "联系人及电话", "联系方式", "contact"),
    "phone": ("联系电话", "电话", "手机", "手机号", "联系人电话", "咨询电话", "phone", "tel"),
    "note": ("备注", "说明", "备注说明", "其他", "note", "remarks"),
    "number": ("序号", "编号", "no"),
}  # fmt: skip
_BY_HEADING = {heading: meaning for meaning, headings in HEADINGS.items() for heading in headings}
# A header row names the activity and at least this many columns in all
LEAST_COLUMNS = 2
HEADER_ROWS_SEARCHED = 30


def plain(text: str) -> str:
    """A heading without width, case, space, punctuation and what stands in brackets."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", text)
    return re.sub(r"[\s_:*/·、,.\-]", "", text)


def meaning(heading: Cell) -> str | None:
    """The meaning of one heading: known as it stands, or a known one of three characters or more in it."""
    text = plain(as_text(heading))
    if not text or len(text) > 16:
        return None
    if text in _BY_HEADING:
        return _BY_HEADING[text]
    inside = [known for known in _BY_HEADING if len(known) >= 3 and known in text and not known.isascii()]
    return _BY_HEADING[max(inside, key=len)] if inside else None


def columns(row: Sequence[Cell]) -> dict[str, int]:
    """The columns of a header row by meaning; of two that mean the same, the first counts."""
    found: dict[str, int] = {}
    for index, heading in enumerate(row):
        if (means := meaning(heading)) and means not in found:
            found[means] = index
    # Where one column is called 日期 and another 时间, the latter holds clocks; alone, it holds everything
    if "clock" in found and not found.keys() & {"when", "start"}:
        found["when"] = found.pop("clock")
    return found


def find(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    """The header row's index and its columns; None where no row near the top looks like one."""
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(rows[:HEADER_ROWS_SEARCHED]):
        here = columns(row)
        if "title" in here and len(here) >= LEAST_COLUMNS and (best is None or len(here) > len(best[1])):
            best = (index, here)
    return best
