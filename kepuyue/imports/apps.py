from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportsConfig(AppConfig):
    name = "kepuyue.imports"
    label = "imports"

    def ready(self) -> None:
        from kepuyue.activities import selections
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.imports import queries
        from kepuyue.messaging import kinds

        selections.register("import", queries.selection)
        selections.register("calendar", queries.selection_of_calendar)
        kinds.register("calendar.news", label=_("日历订阅的变动"), digest=True, may_unsubscribe=True)
        audit.name_actions(
            {
                "import.stage": pgettext_lazy("audit", "上传表格"),
                "import.units.stage": pgettext_lazy("audit", "上传单位表"),
                "import.units.commit": pgettext_lazy("audit", "用表格新建单位"),
                "import.commit": pgettext_lazy("audit", "导入表格"),
                "import.mend": pgettext_lazy("audit", "改正了表格的一格"),
                "import.carry": pgettext_lazy("audit", "照以前的改正改好了表格"),
                "import.unmend": pgettext_lazy("audit", "恢复了表格的一格"),
                "import.choose": pgettext_lazy("audit", "选择了表格的栏目"),
                "import.undo": pgettext_lazy("audit", "撤销一次导入"),
                "calendar.subscribe": pgettext_lazy("audit", "订阅日历"),
                "calendar.refresh": pgettext_lazy("audit", "读取日历"),
                "calendar.refresh_soon": pgettext_lazy("audit", "要求刷新日历"),
                "calendar.pause": pgettext_lazy("audit", "暂停日历订阅"),
                "calendar.resume": pgettext_lazy("audit", "恢复日历订阅"),
                "calendar.remove": pgettext_lazy("audit", "删除日历订阅"),
                "calendar.choose": pgettext_lazy("audit", "选择导入日历里的活动"),
                "calendar.leave": pgettext_lazy("audit", "不要日历里的活动"),
                "calendar.offer_again": pgettext_lazy("audit", "重新列出日历里的活动"),
                "calendar.accept": pgettext_lazy("audit", "接受日历的变动"),
                "calendar.decline": pgettext_lazy("audit", "不采用日历的变动"),
                "calendar.keep": pgettext_lazy("audit", "保留日历里不见了的活动"),
            }
        )
