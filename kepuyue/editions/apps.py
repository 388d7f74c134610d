from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class EditionsConfig(AppConfig):
    name = "kepuyue.editions"
    label = "editions"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "edition.create": pgettext_lazy("audit", "新建了一届"),
                "edition.load": pgettext_lazy("audit", "载入本届资料"),
                "edition.change": pgettext_lazy("audit", "修改本届资料"),
                "edition.archive": pgettext_lazy("audit", "新建存档"),
                "key_date.create": pgettext_lazy("audit", "设定关键日期"),
                "key_date.load": pgettext_lazy("audit", "按资料更新关键日期"),
                "district.create": pgettext_lazy("audit", "载入新的区"),
                "district.load": pgettext_lazy("audit", "按资料更新区"),
                "organization.create": pgettext_lazy("audit", "载入新单位"),
                "organization.load": pgettext_lazy("audit", "按资料更新单位"),
            }
        )
