"""Which column means what: headings as offices write them, one storey or two, and the rows in which they stand."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache

from kepuyue.imports.cells import Cell, as_text

# Each meaning with the headings that people give it; compared after `plain`. The first heading of each is
# the one in the template. A heading that is one of these with something around it still counts (see `meaning`).
HEADINGS: dict[str, tuple[str, ...]] = {
    "title": ("活动名称", "活动标题", "活动主题名称", "名称", "标题", "项目名称", "活动项目", "活动主题", "讲座名称",
                  "讲座题目",
              "课程名称", "题目", "主题", "项目", "活动", "科普活动", "活动名", "展览名称", "课程名", "讲座名", "课程",
              "讲座", "节目", "节目名称", "活动题目", "主题活动", "特色活动", "开放活动", "开放项目", "title", "name",
              "activity", "event"),
    "organizer": ("主办单位", "主办方", "主办", "责任单位", "出品单位", "组织单位", "基地名称", "主办机构",
                  "举办单位", "牵头单位",
                  "科普基地", "基地", "申报单位", "填报单位", "报送单位", "单位名称", "单位", "organizer",
                  "organiser", "host"),
    "contractor": ("承办单位", "承办方", "承办", "执行单位"),
    "co_organizer": ("协办单位", "协办方", "协办", "合作单位"),
    "adviser": ("指导单位", "指导"),
    "supporter": ("支持单位", "支持", "媒体支持", "支持媒体"),
    "co_organizers": ("承办协办单位", "其他单位", "参与单位", "联合单位", "参加单位",
                  "配合单位", "联办单位", "共建单位", "coorganizers", "coorganizer"),
    "city": ("城市", "所在城市", "city"),
    "district": ("所属区", "所在区", "行政区", "区域", "辖区", "区", "所属区域", "属地", "区县", "区属", "district"),
    "venue": ("活动地点", "地点", "场地", "活动场所", "举办地点", "活动场地", "场馆", "举办场所", "场所", "活动地址",
                  "线下地点", "举办地", "何地",
              "活动地点平台", "venue", "place", "location"),
    "address": ("详细地址", "地址", "具体地址", "address"),
    "start": ("开始时间", "开始日期", "起始时间", "起始日期", "活动开始时间", "活动开始日期", "开始", "start",
                  "startdate",
              "starttime"),
    "end": ("结束时间", "结束日期", "截止日期", "终止时间", "活动结束时间", "活动结束日期", "结束", "end", "enddate",
                  "endtime"),
    "when": ("活动时间", "举办时间", "活动日期", "举办日期", "日期", "起止时间", "起止日期", "开展时间", "开展日期",
                  "活动起止时间",
             "时间安排", "日期时间", "展出时间", "开放时间", "何时", "date", "when"),
    "clock": ("时间", "具体时间", "时段", "时间段", "钟点", "活动时段", "每日时间", "每天时间", "time"),
    "weekday": ("星期", "周次", "星期几", "周几", "weekday"),
    "mode": ("参与方式", "参加方式", "活动方式", "举办方式", "线上线下", "线上或线下", "线上还是线下", "形式",
             "开展方式", "举办形式",
             "开展形式", "mode"),
    "online": ("线上地址", "直播平台", "线上平台", "直播链接", "线上链接", "会议号", "直播地址", "平台",
               "播出平台", "直播间"),
    "link": ("网址", "链接", "活动链接", "活动网址", "详情链接", "报名链接", "预约链接", "link", "url"),
    "audience": ("面向人群", "活动对象", "参与对象", "面向对象", "受众", "对象", "参加人员", "参加对象", "参与人群",
                  "服务对象",
                 "目标人群", "适合人群", "受众人群", "audience"),
    "category": ("活动类型", "活动类别", "活动形式", "类型", "类别", "分类", "category", "type"),
    "summary": ("活动简介", "活动内容", "简介", "内容", "内容简介", "活动介绍", "活动概况", "介绍", "主要内容",
                  "活动主要内容",
                "活动描述", "活动说明", "description", "summary"),
    "booking": ("是否需要预约", "是否预约", "预约方式", "报名方式", "预约", "报名", "参与途径", "是否需预约",
                  "是否报名",
                "预约报名", "报名预约方式", "预约报名方式", "booking"),
    "capacity": ("名额", "人数上限", "活动名额", "容量", "限额", "参与人数", "预计人数", "人数", "预计参与人数",
                  "参加人数",
                 "预计参加人数", "招募人数", "活动人数", "规模", "活动规模", "每场人数", "人数规模", "capacity"),
    "contact": ("联系人", "负责人", "联系人姓名", "联系人及电话", "联系方式", "活动负责人", "姓名", "联络人", "联络员",
                "活动联系人", "经办人", "责任人", "联系人电话方式", "contact"),
    "phone": ("联系电话", "电话", "手机", "手机号", "联系人电话", "咨询电话", "手机号码", "电话号码", "联系手机",
                  "办公电话",
              "联系人手机", "phone", "tel", "mobile"),
    "note": ("备注", "说明", "注意事项", "其他说明", "note", "remark", "remarks"),
    # What only the form here asks for; each of these headings means nothing else
    "admission": ("是否收费", "收费情况", "费用", "票价", "门票"),
    "expected_crowd": ("预计单场人数", "预计单场参与人数"),
    "content_lead": ("内容负责人", "内容审核负责人"),
    "emergency_contact": ("现场安全负责人及电话", "安全负责人及电话"),
    "safety_plan": ("安全预案要点", "安全预案", "应急预案", "安全措施"),
    "public_phone": ("公开电话",),
    "age": ("适合年龄", "适合年龄段", "适合的年龄", "适龄", "适龄范围", "年龄段", "年龄要求", "年龄限制", "年龄范围",
            "参加年龄", "参与年龄", "面向年龄", "建议年龄", "推荐年龄", "适宜年龄", "适用年龄", "age", "ages",
            "agerange"),
    "language": ("活动语言", "语种", "讲解语言", "授课语言", "使用语言", "活动语种", "讲解语种", "语言语种", "language",
                 "languages"),
    "access": ("无障碍设施", "无障碍条件", "无障碍服务", "无障碍环境", "无障碍说明", "无障碍情况", "无障碍安排",
               "有无无障碍设施", "accessibility"),
    "key": ("是否重点活动", "是否重点", "是否为重点活动", "是否列为重点活动", "是否推荐为重点活动", "是否申报重点活动",
            "推荐为重点活动", "申报重点活动", "keyactivity"),
    "status": ("状态", "活动状态", "是否取消", "status"),
    "number": ("序号", "编号", "no", "number", "序", "id"),
}  # fmt: skip
_BY_HEADING = {heading: meaning for meaning, headings in HEADINGS.items() for heading in headings}
# Headings of a table only: as a value beside a label (活动类别 | 重点活动) or as a title they are something else
_IN_TABLES = {"重点活动": "key", "语言": "language", "无障碍": "access"}
# Those that count inside a longer heading as well
_LONGEST_FIRST = sorted(
    (known for known in _BY_HEADING if len(known) >= 3 and not known.isascii()), key=len, reverse=True
)
# Meanings that several columns may have; their texts are put together
LISTS = frozenset({
    "organizer", "contractor", "co_organizer", "adviser", "supporter", "co_organizers", "contact", "phone", "note",
    "online", "link", "category",
})  # fmt: skip
# Taken over as they stand, under the same name in the activity; fees and people are read (`conversion`)
FACTS = ("admission", "expected_crowd", "content_lead", "emergency_contact", "safety_plan", "public_phone")
# About the form or the office's own work and not the activity
FOREIGN = re.compile(
    r"提交|填写时间|填写日期|填表|填报时间|填报日期|填报人|答题|答卷|创建|修改|更新|截止时间|报名截止|报名时间|报名日期|报名起止|"
    r"预约时间|预约开始|来源|^ip|审核|审批|经费|预算|附件|照片|图片|海报|邮箱|邮件|微信|职务|身份证|信用代码|开户|"
    r"所用时间|得分|总分|是否重点|推荐|层级|上报|报送时间|发布时间|制表|年龄|性别|签到时间|email"
)
# Ordered: words that tell the meaning inside a longer heading
INSIDE = (
    (r"(?:时间|日期).{0,2}(?:地点|场所|场地)|(?:地点|场所|场地).{0,2}(?:时间|日期)", "when"),
    (r"^(?:活动|项目|课程|讲座)?(?:主题|名称|项目|题目)(?:及|和|与|暨)(?:主要|活动|简要)*(?:内容|简介|形式)", "title"),
    (r"网址|链接", "link"),
    (r"主办|责任单位|出品", "organizer"), (r"承办", "contractor"), (r"协办", "co_organizer"),
    (r"指导单位", "adviser"), (r"支持单位", "supporter"),
    (r"(?:联系|咨询|负责人|联络|责任人|预约|报名|服务|对外).*(?:电话|手机|号码)|手机号|联系电话|热线", "phone"),
    (r"联系(?:人|方式)|负责人|联络", "contact"), (r"(?:预约|报名)", "booking"),
    (r"(?:开始|起始)(?:日期|时间)", "start"), (r"(?:结束|终止)(?:日期|时间)", "end"),
    (r"(?:活动|举办|开展|起止|展览|讲座|实施).{0,4}(?:时间|日期)|什么时候|何时|几时", "when"),
    (r"^(?:上课|授课|课程|开课|播出|直播|演出|展示|参观|体验|服务|培训|比赛|观测|放映)(?:时间|日期)", "when"),
    (r"线上(?:地址|平台|链接)|直播(?:平台|链接|地址)", "online"), (r"详细地址|具体地址", "address"),
    (r"(?:活动|举办|开展|线下|讲座|展览|实施).{0,4}(?:地点|场地|场所|地址)", "venue"),
    (r"所[属在].{0,3}区|行政区", "district"), (r"(?:人数|名额|容量)", "capacity"), (r"对象|人群|受众", "audience"),
    (r"类型|类别|分类$", "category"), (r"(?:活动|项目|讲座|课程|展览).{0,4}(?:名称|标题|题目)", "title"),
    (r"(?:课程|讲座|节目|展览)名$", "title"),
    (r"简介|内容|介绍|概况", "summary"), (r"备注", "note"), (r"(?<!集合)(?:地点|场地|场所)|在哪|哪里", "venue"),
)  # fmt: skip
# A header row names the activity and at least this many columns in all
LEAST_COLUMNS = 2
LONGEST_HEADING = 22
HEADER_ROWS_SEARCHED = 30


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading without width, case, space, punctuation, its number and what stands in brackets."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"^\s*[*※]?\s*(?:q?\d+\s*[、.:)]|\(\d+\)|[一二三四五六七八九十]+、)", "", text)
    text = re.sub(r"\(.*?\)|\[.*?\]|【.*?】|<.*?>", "", text)
    text = re.sub(r"^(?:请填写|请输入|请选择|请问|您的|你的|本次)", "", text)
    return re.sub(r"[\s_:*/·、,.\-?※]|\(.*$", "", text)


def meaning(heading: Cell, chosen: Mapping[str, str] | None = None) -> str | None:
    """The meaning of one heading: chosen by a person, known as it stands, or by the words in it; else None."""
    if not isinstance(heading, str):
        return None
    if chosen and (text := plain(heading)) in chosen:
        return chosen[text] or None
    return _known_meaning(heading)


@lru_cache(maxsize=4096)  # every row of a table is asked whether it is the next table's heading
def _known_meaning(heading: str) -> str | None:
    text = plain(heading)
    if not text or len(text) > LONGEST_HEADING:
        return None
    if text in _BY_HEADING:
        return _BY_HEADING[text]
    if re.search(r"[。；;，]", heading) or FOREIGN.search(text):
        return None
    for words, means in INSIDE:
        if re.search(words, text) and len(text) <= 14:
            return means
    return next((_BY_HEADING[known] for known in _LONGEST_FIRST if known in text), None)


def is_plainly_one(row: Sequence[str]) -> bool:
    """Whether a row is a heading though most of its columns are the office's own: it names activity and time."""
    texts = [plain(cell) for cell in row]
    exact = {_BY_HEADING.get(text) for text in texts}
    short = all(len(text) <= LONGEST_HEADING for text in texts)
    return short and "title" in exact and bool(exact & {"when", "start", "clock"})


def below(top: Cell, sub: Cell, chosen: Mapping[str, str] | None = None) -> str | None:
    """The meaning of a heading of the second storey, which the one above it narrows: 活动时间 over 开始."""
    above, under = meaning(top, chosen), plain(as_text(sub))
    whole = plain(as_text(top))
    if not under:
        return above
    if above in {"when", "clock", "start", "end"} or re.search(r"时间|日期", whole):
        for words, means in (
            (r"开始|起始|^起|^自", "start"), (r"结束|终止|^止|^至", "end"), (r"星期|^周", "weekday"),
            (r"日期|^日$|几号|年月|月日", "when"), (r"时间|时段|时刻|钟|几点|具体", "clock"),
        ):  # fmt: skip
            if re.search(words, under):
                return means
    if above in {"venue", "address"} or re.search(r"地点|场地|场所", whole):
        for words, means in (
            (r"^区$|行政区|所[属在]|辖区|区县|区域", "district"), (r"地址|门牌", "address"), (r"线上|平台|链接",
            "online"),
            (r"城市", "city"), (r"场|馆|地点|名称|线下", "venue"),
        ):  # fmt: skip
            if re.search(words, under):
                return means
    if above in {"contact", "phone"} or "联系" in whole or "负责人" in whole:
        if re.search(r"电话|手机|号码|方式", under):
            return "phone"
        if re.search(r"姓名|人|名称", under):
            return "contact"
    if "单位" in whole or above in {"organizer", "contractor", "co_organizer"}:
        if under in {"名称", "单位名称", "全称"}:
            return above
        if re.search(r"电话|手机", under):
            return "phone"
        if re.search(r"联系人|负责人", under):
            return "contact"
    return meaning(sub, chosen) or above


def columns(row: Sequence[Cell], chosen: Mapping[str, str] | None = None) -> dict[str, int]:
    """The columns of a header row by meaning; of two that mean the same, the first counts."""
    texts = [plain(as_text(heading)) for heading in row]
    return resolved(in_table([meaning(heading, chosen) for heading in row], texts), texts)[0]


def in_table(
    meanings: Sequence[str | None], texts: Sequence[str], unused: Container[int] = ()
) -> list[str | None]:
    """The meanings with those of headings that only mean something beside a column of titles.

    `unused` are columns of which a person said that they are not to be used.
    """
    if "title" not in meanings:
        return list(meanings)
    return [
        means if means or column in unused else _IN_TABLES.get(texts[column])
        for column, means in enumerate(meanings)
    ]


def resolved(
    meanings: Sequence[str | None], texts: Sequence[str], hidden: frozenset[int] | set[int] = frozenset()
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """One column for each meaning, and further columns of those meanings that may have several.

    Hidden columns come last. 开始日期 beside 开始时间 makes the latter a clock; 主办单位 goes before 填报单位.
    """
    found: dict[str, int] = {}
    more: dict[str, list[int]] = {}
    order = sorted(range(len(meanings)), key=lambda index: (index in hidden, index))
    for index in order:
        means = meanings[index]
        if means is None:
            continue
        if means in {"start", "end"} and means in found and index not in hidden:
            date_first = "日期" in texts[found[means]] and "时间" in texts[index]
            time_first = "时间" in texts[found[means]] and "日期" in texts[index]
            if time_first:
                found[f"{means}_clock"], found[means] = found[means], index
            elif date_first:
                found.setdefault(f"{means}_clock", index)
            continue
        if means not in found:
            found[means] = index
        elif index in hidden:
            continue
        elif means == "organizer" and "主办" in texts[index] and "主办" not in texts[found[means]]:
            found[means] = index
        elif means == "organizer" and "主办" in texts[found[means]] and "主办" not in texts[index]:
            continue
        elif means == "title" and _names_better(texts[index], texts[found[means]]):
            found[means] = index
        elif means in LISTS:
            more.setdefault(means, []).append(index)
    if "月" in texts and "日" in texts and "when" not in found:  # a column each
        found["month"], found["when"] = texts.index("月"), texts.index("日")
    # Where one column is called 日期 and another 时间, the latter holds clocks; alone, it holds everything
    if "clock" in found and not found.keys() & {"when", "start"}:
        found["when"] = found.pop("clock")
    # Two columns of 活动时间 kind: 活动日期 and 活动时间
    whens = [index for index in order if meanings[index] == "when" and index not in hidden]
    if len(whens) == 2 and "clock" not in found:
        dated = [index for index in whens if "日期" in texts[index]]
        if len(dated) == 1:
            found["when"], found["clock"] = dated[0], next(index for index in whens if index != dated[0])
    return found, more


def _names_better(text: str, than: str) -> bool:
    """活动名称 rather than 活动主题 or 项目."""
    rank = ("活动名称", "活动标题", "项目名称", "名称", "标题", "讲座题目", "讲座名称")
    place = {name: number for number, name in enumerate(rank)}
    return place.get(text, 99) < place.get(than, 99)


def find(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]] | None:
    """The header row's index and its columns; None where no row near the top looks like one."""
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(rows[:HEADER_ROWS_SEARCHED]):
        here = columns(row)
        if "title" in here and len(here) >= LEAST_COLUMNS and (best is None or len(here) > len(best[1])):
            best = (index, here)
    return best
