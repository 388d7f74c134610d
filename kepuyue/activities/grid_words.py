"""What the grid of sessions says, in the reader's language; the browser's part holds no word of its own."""

from typing import Any

from django.utils.translation import gettext as _


def words() -> dict[str, Any]:
    """All words of the grid by their names; {n} and other names in braces are filled in by the browser."""
    return {
        "label": _("场次表格"),
        "weekdays": [_("周日"), _("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六")],
        # Pairs: under its name a field of an address would be taken for one by whoever reads the data
        "columns": [
            ["starts_on", _("日期")],
            ["starts_at", _("开始")],
            ["ends_at", _("结束")],
            ["venue_name", _("场地")],
            ["place", _("具体位置")],
            ["capacity", _("名额")],
            ["note", _("说明")],
            ["ends_on", _("结束日期")],
            ["online_url", _("线上地址")],
            ["safety_plan", _("本场安全预案")],
            ["emergency_contact", _("本场安全负责人及电话")],
        ],
        "state": _("状态"),
        "all_day": _("全天"),
        "cancelled": _("已取消"),
        "is_full": _("已约满"),
        "full": _("标为已约满"),
        "seats": _("还有名额"),
        "add": _("加一场"),
        "undo": _("撤销"),
        "redo": _("重做"),
        "more": _("显示更多列"),
        "select_all": _("全选"),
        "select": _("选择这一场"),
        "selected": _("已选{n}场"),
        "count": _("共{n}场"),
        "change": _("改成"),
        "field": _("修改哪一项"),
        "value": _("新的内容"),
        "shift": _("日期顺延几天"),
        "apply": _("改所选的"),
        "copy": _("复制所选"),
        "remove": _("删除所选"),
        "cancel": _("取消所选"),
        "restore": _("恢复所选"),
        "empty": _("还没有场次。可以加一场、批量生成，或者从 Excel 复制后在这里粘贴。"),
        "hint": _(
            "方向键移动，直接打字或按回车修改，Tab 到下一格，Ctrl+回车加一场，Ctrl+D 照抄上一行，"
            "Ctrl+Z 撤销；从 Excel 复制的可以直接粘贴。日期写 9/14，时间写 14-16 也看得懂。"
        ),
        "date_bad": _("看不懂这个日期，可以写 9/14"),
        "time_bad": _("看不懂这个时间，可以写 14:00"),
        "end_bad": _("结束时间早于开始时间"),
        "pasted": _("粘贴了{n}行"),
        "most": _("最多{n}场，多出的没有添加"),
        "make": _("批量生成场次"),
        "rule": _("哪些天"),
        "weekly": _("每周"),
        "daily": _("每天"),
        "working": _("工作日（按国务院放假安排）"),
        "listed": _("指定日期"),
        "on": _("星期几"),
        "from": _("从"),
        "to": _("到"),
        "days": _("日期，用逗号隔开"),
        "except": _("除了（日期，用逗号隔开）"),
        "times": _("时间，一天多场用逗号隔开"),
        "times_hint": _("例如 10:00-11:30, 14:00-16:00；全天开放写“全天”"),
        "days_hint": _("例如 9/14, 9/21"),
        "will_make": _("将添加{n}场：{list}"),
        "times_missing": _("写上时间，就能看到会添加哪些场次。"),
        "will_make_none": _("照这样没有符合的日期。"),
        "do_make": _("添加这些场次"),
        "and_more": _("……"),
    }
