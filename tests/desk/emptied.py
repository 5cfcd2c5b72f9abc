"""Emptying the ledger after a test that really commits: Django empties its own tables alone."""

from django.db import connection

TABLES = ("ledger_checkpoint", "ledger_erasure", "ledger_opening", "ledger_case", "ledger_entry")


def empty_ledger() -> None:
    """Delete all leaves and parts, which the ledger's triggers forbid to everybody else."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")
        for _, definition in triggers:
            cursor.execute(definition)
