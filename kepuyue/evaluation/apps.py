from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EvaluationConfig(AppConfig):
    name = "kepuyue.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.evaluation import official
        from kepuyue.messaging import kinds

        official.register()

        audit.name_actions(
            {
                "evaluation.create": pgettext_lazy("audit", "建立评选"),
                "evaluation.rules": pgettext_lazy("audit", "修改评选规则"),
                "evaluation.open": pgettext_lazy("audit", "开始申报推荐"),
                "evaluation.score": pgettext_lazy("audit", "开始评分"),
                "evaluation.freeze": pgettext_lazy("audit", "封存评选结果"),
                "evaluation.reopen": pgettext_lazy("audit", "重新开放评分"),
                "evaluation.tie": pgettext_lazy("audit", "裁定同分"),
                "evaluation.notice": pgettext_lazy("audit", "公示推荐名单"),
                "evaluation.settle": pgettext_lazy("audit", "确定推荐名单"),
                "evaluation.call_off": pgettext_lazy("audit", "取消评选"),
                "candidate.begin": pgettext_lazy("audit", "开始申报评选"),
                "candidate.write": pgettext_lazy("audit", "填写申报材料"),
                "candidate.apply": pgettext_lazy("audit", "签署承诺并申报"),
                "candidate.withdraw": pgettext_lazy("audit", "撤回申报"),
                "candidate.recommend": pgettext_lazy("audit", "推荐参评"),
                "candidate.return": pgettext_lazy("audit", "退回申报"),
                "candidate.admit": pgettext_lazy("audit", "审定参评"),
                "candidate.exclude": pgettext_lazy("audit", "列为不参评"),
                "judge.invite": pgettext_lazy("audit", "邀请评委"),
                "judge.accept": pgettext_lazy("audit", "接受担任评委"),
                "judge.decline": pgettext_lazy("audit", "谢绝担任评委"),
                "judge.leave": pgettext_lazy("audit", "评委退出"),
                "judge.declare": pgettext_lazy("audit", "评委声明回避"),
                "judge.mark": pgettext_lazy("audit", "评委提交评分"),
                "judge.unmark": pgettext_lazy("audit", "评委收回已提交的评分"),
                "objection.receive": pgettext_lazy("audit", "收到异议"),
                "objection.uphold": pgettext_lazy("audit", "异议成立"),
                "objection.dismiss": pgettext_lazy("audit", "异议不成立"),
                "honor.grant": pgettext_lazy("audit", "登记荣誉"),
                "honor.revoke": pgettext_lazy("audit", "撤销荣誉"),
                "breach.note": pgettext_lazy("audit", "登记违法违规记录"),
            }
        )
        kinds.register("evaluation.candidate", label=_("申报、推荐的进展"), digest=True)
        kinds.register("evaluation.judge", label=_("邀请我担任评委"), digest=False)
