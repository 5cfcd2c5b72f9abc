"""The ledger's own tables, in the desk's database."""

from typing import Any

from django.db import migrations

from evenhand.desk.environment import environment


def create(apps: Any, schema_editor: Any) -> None:
    from evenhand.desk.record.ledger import store

    store().create(environment().origin)


class Migration(migrations.Migration):
    dependencies = (("desk_record", "0001_initial"),)
    operations = (migrations.RunPython(create, migrations.RunPython.noop),)
