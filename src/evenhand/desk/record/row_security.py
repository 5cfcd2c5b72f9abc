"""PostgreSQL's row-level security: the scope once more, held by the server itself."""

from typing import Any

from django.db import connection

POLICY = "evenhand_scope"


def secure(sender: Any = None, **_: Any) -> None:
    """Put the policy on every read table; run after each migration. SQLite has nothing of the kind.

    A row is seen and written only where the session's `evenhand.agencies` (see `scope`) names its agency or
    says `*`. FORCE makes it bind the tables' owner too; only a superuser is above it, and the desk's own role
    must not be one.
    """
    if connection.vendor != "postgresql":
        return
    from evenhand.desk.record.projection import READ_TABLES

    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model in READ_TABLES:
            table = model._meta.db_table
            if table in present:
                name = connection.ops.quote_name(table)
                cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
                cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
                cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {name}")
                cursor.execute(
                    f"CREATE POLICY {POLICY} ON {name} USING ("
                    "current_setting('evenhand.agencies', true) = '*' OR "
                    "agency = ANY (string_to_array(current_setting('evenhand.agencies', true), ',')))"
                )
