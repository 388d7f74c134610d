from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0006_titles_that_were_there_get_their_keys")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="licence_exempt_note",
            field=models.CharField(
                blank=True,
                help_text="the facts of the case, which the reviewer accepts",
                max_length=200,
                verbose_name="免于许可的具体情况",
            ),
        ),
    ]
