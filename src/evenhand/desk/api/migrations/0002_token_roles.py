"""Tokens that were made before say all roles of their grants, as they could."""

from typing import Any

from django.db import migrations, models

AGENCY = ["booking_officer", "designated_officer", "coordinator", "complaints_officer", "reviewer"]
FEDERAL = ["federal_officer", "federal_supervisor"]


def give_roles(apps: Any, schema_editor: Any) -> None:
    for token in apps.get_model("desk_api", "Token")._base_manager.all():
        agency = AGENCY if "acts:write" in token.grants else []
        token.roles = [*agency, *(FEDERAL if "federal:write" in token.grants else [])]
        token.save()


class Migration(migrations.Migration):
    dependencies = [("desk_api", "0001_initial")]

    operations = [
        migrations.AddField("Token", "roles", models.JSONField(default=list)),
        migrations.RunPython(give_roles, migrations.RunPython.noop),
    ]
