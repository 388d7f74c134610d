"""The tables of the open data and every column of theirs: the data dictionary, written once.

Only what public pages show. What leads to a person (speakers, phones, contacts) is left out even where a page shows it:
a page is read, a file is kept.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.models import AccessItem, Admission, BookingMode, Mode, UnitRole
from kepuyue.organizations.models import Organization
from kepuyue.programme.feeds.occasions import Status
from kepuyue.programme.open_data.columns import Column, Table

STATUS = tuple(Status)
_status_note = _("held照常，postponed延期、新时间待定，cancelled已取消。已取消的仍在表里。")
_degrees = _("WGS-84坐标，单位是度。")
_by_source = _("照填报的原文。")

ACTIVITIES = Table(
    "activities",
    _("活动"),
    _("每项已公布的活动一行，包括已取消的。"),
    (
        Column("code", _("编号"), _("活动网址里的编号，不会改变。"), is_required=True),
        Column("title", _("活动名称"), is_required=True),
        Column("title_en", _("英文名称")),
        Column("status", _("状态"), _status_note, choices=STATUS, is_required=True),
        Column("cancel_reason", _("取消原因"), _("只有已取消的活动才有。")),
        Column("summary", _("一句话介绍")),
        Column(
            "mode", _("参与方式"), _("线下、线上或两者结合；代码见codes。"), choices=Mode, is_required=True
        ),
        Column("city", _("城市"), _("联动城市的活动写那个城市。")),
        Column("district", _("所属区"), _("districts里的代码；联动城市的活动没有。"), to="districts"),
        Column("dates_as_written", _("时间说明"), _("没有确定日期时，照填报的原文。")),
        Column("is_year_round", _("全年举办"), kind="boolean", is_required=True),
        Column("hosts", _("主办单位"), _("几个单位用分号隔开；全部参与单位见participations。"), kind="list"),
        Column("audience_note", _("面向人群说明"), _by_source),
        Column("age_min", _("最小年龄"), _("周岁；空白是不限或没有写。"), kind="integer"),
        Column("age_max", _("最大年龄"), _("周岁；空白是不限或没有写。"), kind="integer"),
        Column("languages", _("活动语言"), _by_source),
        Column(
            "access_items",
            _("无障碍条件"),
            _("代码见codes，几项用分号隔开。"),
            kind="list",
            choices=AccessItem,
        ),
        Column("accessibility", _("无障碍说明"), _by_source),
        Column("admission", _("收费情况"), _("代码见codes。"), choices=Admission, is_required=True),
        Column("admission_note", _("收费说明"), _by_source),
        Column("booking_mode", _("预约方式"), _("代码见codes。"), choices=BookingMode, is_required=True),
        Column("booking_url", _("预约网址")),
        Column("booking_note", _("预约说明"), _by_source),
        Column("url", _("活动页面"), _("全文、图片和最新变动都在这一页。"), is_required=True),
        Column(
            "is_demonstration",
            _("演示数据"),
            _("true是为演示改过日期的活动，不是真的安排。"),
            kind="boolean",
            is_required=True,
        ),
        Column("published_at", _("公布时间"), kind="datetime", is_required=True),
        Column("updated_at", _("最近更新"), kind="datetime", is_required=True),
        Column("version", _("版本"), _("每改一次加一。"), kind="integer", is_required=True),
    ),
    ("code",),
)
SESSIONS = Table(
    "sessions",
    _("场次"),
    _("每个场次一行：什么时间，在哪里。没有确定时间的活动没有场次。"),
    (
        Column("id", _("场次编号"), kind="integer", is_required=True),
        Column(
            "activity",
            pgettext_lazy("open data", "活动"),
            _("activities里的编号。"),
            is_required=True,
            to="activities",
        ),
        Column("status", _("状态"), _status_note, choices=STATUS, is_required=True),
        Column(
            "starts_at",
            _("开始时间"),
            _("带时区。延期的场次，这是不再有效的原时间。"),
            kind="datetime",
            is_required=True,
        ),
        Column(
            "ends_at",
            _("结束时间"),
            _("带时区；没有写明的空白。全天的场次是最后一天之后的零点。"),
            kind="datetime",
        ),
        Column("is_all_day", _("全天"), kind="boolean", is_required=True),
        Column("first_day", _("第一天"), _("本市时间。"), kind="date", is_required=True),
        Column("last_day", _("最后一天"), _("本市时间，这一天也算。"), kind="date", is_required=True),
        Column("venue", _("场地"), _("venues里的编号；没有登记场地的空白。"), kind="integer", to="venues"),
        Column("place", _("地点"), _("场馆里的位置，或者没有登记场地时的地点，照填报的原文。")),
        Column("online_url", _("线上地址")),
        Column("capacity", _("名额"), _("人数；空白是不限或没有写。"), kind="integer"),
        Column(
            "is_full",
            _("已约满"),
            _("没有名额了：主办单位这样说明，或者在本站预约的名额都约出去了。"),
            kind="boolean",
            is_required=True,
        ),
        Column("note", _("说明"), _by_source),
    ),
    ("id",),
)
VENUES = Table(
    "venues",
    pgettext_lazy("open data", "场地"),
    _("上面的场次用到的场地。"),
    (
        Column("id", _("场地编号"), kind="integer", is_required=True),
        Column("name", _("名称"), is_required=True),
        Column("name_en", _("英文名称")),
        Column("city", _("城市"), is_required=True),
        Column("district", _("所属区"), _("districts里的代码。"), to="districts"),
        Column("address", _("地址")),
        Column("lng", _("经度"), _degrees, kind="number"),
        Column("lat", _("纬度"), _degrees, kind="number"),
        Column("organization", _("管理单位"), _("organizations里的代码。"), to="organizations"),
    ),
    ("id",),
)  # fmt: skip
ORGANIZATIONS = Table(
    "organizations",
    _("单位"),
    _("已由上级确认、有公开页面的单位。没有联系人和电话。"),
    (
        Column("code", _("代码"), is_required=True),
        Column("name", _("单位名称"), is_required=True),
        Column("name_en", _("英文名称")),
        Column("level", _("层级"), _("代码见codes。"), choices=Organization.Level, is_required=True),
        Column("type", _("类型"), _("代码见codes。"), choices=Organization.Type, is_required=True),
        Column("district", _("所属区"), _("districts里的代码。"), to="districts"),
        Column("parent", _("上级单位"), _("本表里的代码。"), to="organizations"),
        Column("category", _("类别"), _("科普基地的类别。")),
        Column("designations", _("称号"), _("几个称号用分号隔开。"), kind="list"),
        Column("address", _("地址")),
        Column("lng", _("经度"), _degrees, kind="number"),
        Column("lat", _("纬度"), _degrees, kind="number"),
        Column("url", _("单位页面"), is_required=True),
    ),
    ("code",),
)
PARTICIPATIONS = Table(
    "participations",
    _("参与单位"),
    _("哪个单位以什么角色参与哪项活动。"),
    (
        Column(
            "activity",
            pgettext_lazy("open data", "活动"),
            _("activities里的编号。"),
            is_required=True,
            to="activities",
        ),
        Column(
            "role",
            _("角色"),
            _("主办、承办、协办、指导、支持；代码见codes。"),
            choices=UnitRole,
            is_required=True,
        ),
        Column("name", _("单位名称"), _by_source, is_required=True),
        Column("organization", _("单位"), _("organizations里的代码；没有登记的空白。"), to="organizations"),
    ),
    ("activity", "role", "name"),
)
ACTIVITY_TERMS = Table(
    "activity_terms",
    _("活动的分类"),
    _("哪项活动属于哪个分类项，一项活动可以有几行。"),
    (
        Column(
            "activity",
            pgettext_lazy("open data", "活动"),
            _("activities里的编号。"),
            is_required=True,
            to="activities",
        ),
        Column("taxonomy", _("分类"), _("taxonomies里的代码。"), is_required=True, to="taxonomies"),
        Column("term", _("分类项"), _("terms里同一分类的代码。"), is_required=True),
    ),
    ("activity", "taxonomy", "term"),
    {("taxonomy", "term"): ("terms", ("taxonomy", "code"))},
)
TAXONOMIES = Table(
    "taxonomies",
    _("分类"),
    _("本届用哪些分类：板块、内容、人群等。"),
    (
        Column("code", _("代码"), is_required=True),
        Column("name", _("名称"), is_required=True),
        Column("name_en", _("英文名称")),
        Column("is_multiple", _("可多选"), kind="boolean", is_required=True),
    ),
    ("code",),
)
TERMS = Table(
    "terms",
    _("分类项"),
    _("每个分类里有哪些项。"),
    (
        Column("taxonomy", _("分类"), _("taxonomies里的代码。"), is_required=True, to="taxonomies"),
        Column("code", _("代码"), _("在同一分类里不重复。"), is_required=True),
        Column("name", _("名称"), is_required=True),
        Column("name_en", _("英文名称")),
        Column("parent", _("上一级"), _("同一分类里的代码。")),
        Column("is_retired", _("已停用"), _("不再使用，以前的活动保留。"), kind="boolean", is_required=True),
    ),
    ("taxonomy", "code"),
)  # fmt: skip
DISTRICTS = Table(
    "districts",
    _("各区"),
    _("本市各区，包括功能区。"),
    (
        Column("code", _("代码"), is_required=True),
        Column("name", _("名称"), is_required=True),
        Column("name_en", _("英文名称")),
        Column("adcode", _("行政区划代码"), _("GB/T 2260；功能区没有。")),
        Column("lng", _("经度"), _("地图上写区名的位置。WGS-84坐标，单位是度。"), kind="number"),
        Column("lat", _("纬度"), _degrees, kind="number"),
    ),
    ("code",),
)
CODES = Table(
    "codes",
    _("代码表"),
    _("上面各表里的固定代码是什么意思。"),
    (
        Column("list", _("哪一种代码"), _("用它的那一栏的英文名。"), is_required=True),
        Column("code", _("代码"), is_required=True),
        Column("name", _("名称"), is_required=True),
        Column("name_en", _("英文名称"), is_required=True),
    ),
    ("list", "code"),
)
TABLES = (
    ACTIVITIES, SESSIONS, VENUES, ORGANIZATIONS, PARTICIPATIONS, ACTIVITY_TERMS, TAXONOMIES, TERMS, DISTRICTS, CODES,
)  # fmt: skip
# Whose fixed values `codes` explains, by the name of the column
CODED = {
    "mode": Mode, "admission": Admission, "booking_mode": BookingMode, "access_items": AccessItem, "role": UnitRole,
    "level": Organization.Level, "type": Organization.Type,
}  # fmt: skip
