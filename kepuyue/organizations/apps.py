from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class OrganizationsConfig(AppConfig):
    name = "kepuyue.organizations"
    label = "organizations"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "unit.register": pgettext_lazy("audit", "登记单位"),
                "unit.confirm": pgettext_lazy("audit", "确认单位"),
                "unit.refuse": pgettext_lazy("audit", "未确认单位"),
                "unit.edit": pgettext_lazy("audit", "修改单位资料"),
                "unit.people.add": pgettext_lazy("audit", "添加人员"),
                "unit.people.remove": pgettext_lazy("audit", "移除人员"),
            }
        )
