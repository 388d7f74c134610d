from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class DocumentsConfig(AppConfig):
    name = "kepuyue.documents"
    label = "documents"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "document.begin": pgettext_lazy("audit", "起草公文"),
                "document.build": pgettext_lazy("audit", "公文起草完成"),
                "document.fail": pgettext_lazy("audit", "公文起草失败"),
                "document.try_again": pgettext_lazy("audit", "重新起草公文"),
                "document.change": pgettext_lazy("audit", "修改公文草稿"),
                "document.remove": pgettext_lazy("audit", "删除公文草稿"),
                "document.issue": pgettext_lazy("audit", "印发公文"),
                "document.void": pgettext_lazy("audit", "公文作废"),
                "document.organ.add": pgettext_lazy("audit", "设立发文机关"),
                "document.organ.change": pgettext_lazy("audit", "修改发文机关"),
            }
        )
