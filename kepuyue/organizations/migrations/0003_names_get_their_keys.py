from typing import Any

from django.db import migrations

from kepuyue.organizations import naming


def fill(apps: Any, schema_editor: Any) -> None:
    """Names that were there before get what they are compared and found by."""
    units = apps.get_model("organizations", "Organization")
    rows = list(units.objects.filter(name_key=""))
    for unit in rows:
        unit.name_key = naming.key(unit.name)[:120]
        unit.initials = naming.initials(unit.name)[:120]
        unit.asked_at = unit.created_at
    units.objects.bulk_update(rows, ["name_key", "initials", "asked_at"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ("organizations", "0002_versions_mergers_invitations_handovers_liaisons"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
