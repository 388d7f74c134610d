from typing import Any

from django.db import migrations

from kepuyue.activities.letters import title_key

BATCH = 500


def fill(apps: Any, schema_editor: Any) -> None:
    """Activities that were there before get the key by which an equal title is found."""
    activities = apps.get_model("activities", "Activity").objects
    last = 0
    while rows := list(activities.filter(pk__gt=last).order_by("pk").only("pk", "title")[:BATCH]):
        for row in rows:
            row.title_key = title_key(row.title)
        activities.bulk_update(rows, ["title_key"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("activities", "0005_titles_get_their_keys"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
