from django.db import migrations, models


def mark(apps, schema_editor):
    apps.get_model("editions", "Edition").objects.filter(is_current=True).update(was_current=True)


class Migration(migrations.Migration):
    dependencies = [("editions", "0005_ordinals_from_their_text")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="was_current",
            field=models.BooleanField(
                default=False, help_text="it is or once was current: only then does the public see anything of it"
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
