from django.db import migrations

from kepuyue.editions import numerals


def fill(apps, schema_editor):
    """Editions made before kept the ordinals as text only."""
    Edition = apps.get_model("editions", "Edition")
    for edition in Edition.objects.exclude(ordinal=""):
        edition.ordinals = numerals.parts(edition.ordinal, edition.ordinal_en)
        edition.save(update_fields=["ordinals"])


class Migration(migrations.Migration):
    dependencies = [("editions", "0004_extensions_sub_themes_and_plans")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
