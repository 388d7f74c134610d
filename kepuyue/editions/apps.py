from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EditionsConfig(AppConfig):
    name = "kepuyue.editions"
    label = "editions"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.editions import official, queries
        from kepuyue.messaging import clock, kinds

        clock.keep_to(lambda: edition.zone if (edition := queries.current_edition()) else None)
        official.register()
        kinds.register("plan", label=_("工作方案的报送和备案"))
        audit.name_actions(
            {
                "edition.create": pgettext_lazy("audit", "新建了一届"),
                "edition.load": pgettext_lazy("audit", "载入本届资料"),
                "edition.change": pgettext_lazy("audit", "修改本届资料"),
                "edition.archive": pgettext_lazy("audit", "新建存档"),
                "edition.renew": pgettext_lazy("audit", "从上一届建立新一届"),
                "edition.switch": pgettext_lazy("audit", "设为本届"),
                "edition.leave": pgettext_lazy("audit", "不再是本届"),
                "extension.grant": pgettext_lazy("audit", "批准延期"),
                "extension.end": pgettext_lazy("audit", "取消延期"),
                "taxonomy.create": pgettext_lazy("audit", "新增分类"),
                "taxonomy.load": pgettext_lazy("audit", "按资料更新分类"),
                "taxonomy.change": pgettext_lazy("audit", "修改分类"),
                "taxonomy.move": pgettext_lazy("audit", "调整分类顺序"),
                "term.create": pgettext_lazy("audit", "新增分类项"),
                "term.load": pgettext_lazy("audit", "按资料更新分类项"),
                "term.change": pgettext_lazy("audit", "修改分类项"),
                "term.move": pgettext_lazy("audit", "调整分类项顺序"),
                "term.retire": pgettext_lazy("audit", "停用分类项"),
                "term.restore": pgettext_lazy("audit", "恢复分类项"),
                "term.merge": pgettext_lazy("audit", "合并分类项"),
                "term.delete": pgettext_lazy("audit", "删除分类项"),
                "mark.create": pgettext_lazy("audit", "新增标识"),
                "mark.load": pgettext_lazy("audit", "按资料更新标识"),
                "mark.change": pgettext_lazy("audit", "修改标识"),
                "mark.picture": pgettext_lazy("audit", "更换标识图样"),
                "mark.delete": pgettext_lazy("audit", "删除标识"),
                "paper.create": pgettext_lazy("audit", "新增文件"),
                "paper.load": pgettext_lazy("audit", "按资料更新文件"),
                "paper.change": pgettext_lazy("audit", "修改文件"),
                "paper.delete": pgettext_lazy("audit", "删除文件"),
                "mainvenue.create": pgettext_lazy("audit", "建立主场资料"),
                "mainvenue.load": pgettext_lazy("audit", "按资料更新主场"),
                "mainvenue.change": pgettext_lazy("audit", "修改主场资料"),
                "mainvenue.picture": pgettext_lazy("audit", "更换主场平面图"),
                "stageitem.create": pgettext_lazy("audit", "新增主场节目"),
                "stageitem.load": pgettext_lazy("audit", "按资料更新主场节目"),
                "stageitem.change": pgettext_lazy("audit", "修改主场节目"),
                "stageitem.delete": pgettext_lazy("audit", "删除主场节目"),
                "zone.create": pgettext_lazy("audit", "新增展区"),
                "zone.load": pgettext_lazy("audit", "按资料更新展区"),
                "zone.change": pgettext_lazy("audit", "修改展区"),
                "zone.delete": pgettext_lazy("audit", "删除展区"),
                "booth.create": pgettext_lazy("audit", "新增展位"),
                "booth.load": pgettext_lazy("audit", "按资料更新展位"),
                "booth.change": pgettext_lazy("audit", "修改展位"),
                "booth.delete": pgettext_lazy("audit", "删除展位"),
                "synonym.change": pgettext_lazy("audit", "修改搜索同义词"),
                "sub_theme.change": pgettext_lazy("audit", "填写分主题"),
                "plan.write": pgettext_lazy("audit", "填写工作方案"),
                "plan.file": pgettext_lazy("audit", "报送工作方案"),
                "plan.withdraw": pgettext_lazy("audit", "撤回工作方案"),
                "plan.accept": pgettext_lazy("audit", "工作方案备案"),
                "plan.return": pgettext_lazy("audit", "退回工作方案"),
                "plan.remind": pgettext_lazy("audit", "提醒报送工作方案"),
                "key_date.create": pgettext_lazy("audit", "设定关键日期"),
                "key_date.load": pgettext_lazy("audit", "按资料更新关键日期"),
                "district.create": pgettext_lazy("audit", "载入新的区"),
                "district.load": pgettext_lazy("audit", "按资料更新区"),
                "organization.create": pgettext_lazy("audit", "载入新单位"),
                "organization.load": pgettext_lazy("audit", "按资料更新单位"),
            }
        )
