from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ImportsConfig(AppConfig):
    name = "kepuyue.imports"
    label = "imports"

    def ready(self) -> None:
        from kepuyue.activities import selections
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.imports import queries

        selections.register("import", queries.selection)

        audit.name_actions(
            {
                "import.stage": pgettext_lazy("audit", "上传表格"),
                "import.units.stage": pgettext_lazy("audit", "上传单位表"),
                "import.units.commit": pgettext_lazy("audit", "用表格新建单位"),
                "import.commit": pgettext_lazy("audit", "导入表格"),
                "import.mend": pgettext_lazy("audit", "改正了表格的一格"),
                "import.choose": pgettext_lazy("audit", "选择了表格的栏目"),
                "import.undo": pgettext_lazy("audit", "撤销一次导入"),
            }
        )
