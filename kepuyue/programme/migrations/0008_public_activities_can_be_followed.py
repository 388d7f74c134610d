from itertools import islice

from django.db import migrations

PUBLIC = ("published", "cancelled", "archived")


def note(apps, schema_editor):
    """Whoever begins to follow the programme gets all that is public already."""
    activity = apps.get_model("activities", "Activity")
    change = apps.get_model("programme", "PublicChange")
    public = activity.objects.filter(state__in=PUBLIC, published_at__isnull=False).order_by("pk")
    rows = public.values_list("pk", "edition_id", "code", "updated_at").iterator(chunk_size=2_000)
    while batch := list(islice(rows, 2_000)):
        change.objects.bulk_create(
            change(activity=pk, edition_id=edition, code=code, at=at) for pk, edition, code, at in batch
        )


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0013_what_filters_ask_for"),
        ("programme", "0007_what_changed_for_followers"),
    ]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
