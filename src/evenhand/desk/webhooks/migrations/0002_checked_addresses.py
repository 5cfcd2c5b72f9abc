from typing import Any

import django.core.validators
import django.db.models.functions
import django.db.models.lookups
import evenhand.desk.webhooks.address
from django.db import migrations, models


def empty_sent(apps: Any, schema_editor: Any) -> None:
    """Notices that arrived, or were given up, are not sent again: nothing of them is kept."""
    delivery = apps.get_model("desk_webhooks", "Delivery")
    delivery.objects.filter(models.Q(done_at__isnull=False) | models.Q(tries__gte=12)).update(body="")


class Migration(migrations.Migration):
    dependencies = [("desk_webhooks", "0001_initial")]

    operations = [
        migrations.AlterField(
            "Hook",
            "url",
            models.CharField(
                max_length=500,
                validators=[
                    django.core.validators.URLValidator(schemes=["https"]),
                    evenhand.desk.webhooks.address.check_url,
                ],
            ),
        ),
        migrations.AddConstraint(
            "Hook",
            models.CheckConstraint(
                condition=django.db.models.lookups.GreaterThanOrEqual(
                    django.db.models.functions.Length("secret"), 64
                ),
                name="secret_is_long",
            ),
        ),
        migrations.RunPython(empty_sent, migrations.RunPython.noop),
    ]
