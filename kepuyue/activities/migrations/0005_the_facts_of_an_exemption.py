from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_trust_sign_off_safety_and_what_comes_afterwards")]

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
