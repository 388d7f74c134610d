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

        kinds.register("audit.head", label=_("操作记录的链头"), digest=True, may_unsubscribe=True)
        kinds.register("unit.registered", label=_("新单位待确认"), digest=True, may_unsubscribe=True)
        kinds.register("unit.facts", label=_("下级单位改名等待确认"), digest=True, may_unsubscribe=True)
        kinds.register("unit.decided", label=_("本单位的确认结果"))
        kinds.register("unit.people", label=_("我的角色有变化"))
        kinds.register("unit.standing", label=_("本单位停用、合并、调整上级"))
        kinds.register("unit.invited", label=_("邀请我加入单位"), is_secret=True)
        kinds.register("unit.joined", label=_("有人接受了我的邀请"), digest=True, may_unsubscribe=True)
        kinds.register("unit.invitations_ended", label=_("离开的同事发出的邀请失效"), digest=True)
        kinds.register("unit.handover", label=_("工作交接"))
        kinds.register("unit.liaison", label=_("提醒登记联络员"), digest=True)
        audit.name_actions(
            {
                "audit.export": pgettext_lazy("audit", "导出操作记录"),
                "unit.register": pgettext_lazy("audit", "登记单位"),
                "unit.confirm": pgettext_lazy("audit", "确认单位"),
                "unit.refuse": pgettext_lazy("audit", "未确认单位"),
                "unit.create": pgettext_lazy("audit", "新建下级单位"),
                "unit.close": pgettext_lazy("audit", "停用单位"),
                "unit.reopen": pgettext_lazy("audit", "恢复单位"),
                "unit.move": pgettext_lazy("audit", "调整上级单位"),
                "unit.merge": pgettext_lazy("audit", "合并单位"),
                "unit.unmerge": pgettext_lazy("audit", "撤销单位合并"),
                "unit.invite": pgettext_lazy("audit", "发出邀请"),
                "unit.invite.revoke": pgettext_lazy("audit", "撤回邀请"),
                "unit.people.join": pgettext_lazy("audit", "接受邀请加入"),
                "unit.handover.offer": pgettext_lazy("audit", "发起工作交接"),
                "unit.handover.accept": pgettext_lazy("audit", "接手工作"),
                "unit.handover.decline": pgettext_lazy("audit", "没有接手工作"),
                "unit.handover.withdraw": pgettext_lazy("audit", "撤回工作交接"),
                "unit.liaison": pgettext_lazy("audit", "登记联络员"),
                "unit.edit": pgettext_lazy("audit", "修改单位资料"),
                "unit.facts.ask": pgettext_lazy("audit", "申请变更单位名称、代码或类型"),
                "unit.facts.confirm": pgettext_lazy("audit", "确认单位资料变更"),
                "unit.facts.refuse": pgettext_lazy("audit", "未确认单位资料变更"),
                "unit.facts.withdraw": pgettext_lazy("audit", "撤回单位资料变更"),
                "unit.people.add": pgettext_lazy("audit", "添加人员"),
                "unit.people.remove": pgettext_lazy("audit", "移除人员"),
            }
        )
