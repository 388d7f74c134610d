from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "kepuyue.organizations"
    label = "organizations"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "unit.register": _("登记单位"),
                "unit.confirm": _("确认单位"),
                "unit.refuse": _("未确认单位"),
                "unit.edit": _("修改单位资料"),
                "unit.people.add": _("添加人员"),
                "unit.people.remove": _("移除人员"),
            }
        )
