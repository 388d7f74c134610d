from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PublicityConfig(AppConfig):
    name = "kepuyue.publicity"
    label = "publicity"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        audit.name_actions(
            {
                "highlight.choose": pgettext_lazy("audit", "选为每日热点"),
                "highlight.describe": pgettext_lazy("audit", "写热点推荐语"),
                "highlight.order": pgettext_lazy("audit", "调整热点顺序"),
                "highlight.remove": pgettext_lazy("audit", "拿掉每日热点"),
                "key.propose": pgettext_lazy("audit", "推荐为重点活动"),
                "key.withdraw": pgettext_lazy("audit", "收回重点活动推荐"),
                "key.enlist": pgettext_lazy("audit", "列为重点活动"),
                "key.decline": pgettext_lazy("audit", "不列为重点活动"),
                "key.post": pgettext_lazy("audit", "登记平台网址"),
                "key.remind": pgettext_lazy("audit", "提醒登记平台网址"),
                "key.export": pgettext_lazy("audit", "导出重点活动表"),
                "story.create": pgettext_lazy("audit", "写新闻稿"),
                "story.change": pgettext_lazy("audit", "修改新闻稿"),
                "story.release": pgettext_lazy("audit", "发布新闻稿"),
                "story.withdraw": pgettext_lazy("audit", "撤下新闻稿"),
                "press.clear": pgettext_lazy("audit", "确认媒体可用的图片"),
                "press.end": pgettext_lazy("audit", "停止媒体使用图片"),
                "coverage.record": pgettext_lazy("audit", "登记媒体报道"),
                "coverage.change": pgettext_lazy("audit", "修改媒体报道"),
                "coverage.confirm": pgettext_lazy("audit", "确认媒体报道"),
                "coverage.decline": pgettext_lazy("audit", "不采用媒体报道"),
                "coverage.withdraw": pgettext_lazy("audit", "撤回媒体报道"),
            }
        )
        kinds.register("key.turn", label=_("重点活动等我认定"), digest=True, may_unsubscribe=True)
        kinds.register("key.news", label=_("重点活动的认定和平台登记"), digest=True, may_unsubscribe=True)
        kinds.register("highlight.chosen", label=_("活动入选每日热点"), digest=True, may_unsubscribe=True)
        kinds.register(
            "coverage.declined", label=_("登记的媒体报道没有采用"), digest=True, may_unsubscribe=True
        )
