from django.db import migrations
from django.utils import timezone

LEFT = "邮件里有登录或邀请链接，发出后已从这里清除。"


def clear(apps, schema_editor):
    """What was sent before this release loses its key, too; what has never left can still be sent."""
    rows = apps.get_model("messaging", "Message").objects.filter(
        kind__in=("account.sign_in", "unit.invited", ""), sent_at__isnull=False, cleared_at=None
    )
    rows.update(body=LEFT, link="", values={}, cleared_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_keys_leave_a_sent_message")]

    operations = [migrations.RunPython(clear, migrations.RunPython.noop)]
