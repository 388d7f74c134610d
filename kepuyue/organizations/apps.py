from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganizationsConfig(AppConfig):
    name = "kepuyue.organizations"
    label = "organizations"

    def ready(self) -> None:
        from kepuyue.accounts import second_factor  # models must be loaded first
        from kepuyue.core import audit
        from kepuyue.messaging import kinds
        from kepuyue.organizations.permissions import decides_about_others

        second_factor.count_as_reviewer(decides_about_others)

        kinds.register("unit.registered", label=_("新单位待确认"), digest=True, may_unsubscribe=True)
        kinds.register("unit.decided", label=_("本单位的确认结果"))
        kinds.register("unit.people", label=_("我的角色有变化"))
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
