"""An exemption was any text, meant for art. 25 of decree 505: the text becomes the facts of that case."""

from typing import Any

from django.db import migrations
from django.db.models import F

CASES = ("", "government", "daily_business", "not_public", "police_answer")


def as_case_and_facts(apps: Any, _editor: Any) -> None:
    activities = apps.get_model("activities", "Activity").objects.exclude(licence_exempt__in=CASES)
    activities.update(licence_exempt_note=F("licence_exempt"), licence_exempt="government")
    for row in apps.get_model("activities", "Submission").objects.all().iterator():
        texts = [text for text in (row.content, row.base) if text.get("licence_exempt", "") not in CASES]
        for text in texts:
            text["licence_exempt_note"], text["licence_exempt"] = text["licence_exempt"], "government"
        if texts:
            row.save(update_fields=["content", "base"])


def as_text(apps: Any, _editor: Any) -> None:
    activities = apps.get_model("activities", "Activity").objects.exclude(licence_exempt_note="")
    activities.update(licence_exempt=F("licence_exempt_note"))


class Migration(migrations.Migration):
    dependencies = [("activities", "0007_the_facts_of_an_exemption")]

    operations = [migrations.RunPython(as_case_and_facts, as_text)]
