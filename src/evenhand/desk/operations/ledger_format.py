"""Carrying a desk's ledger of format 1 over into a new log, in the same database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from evenhand.desk.operations.checkpoint import checkpoint
from evenhand.desk.record.ledger import store
from evenhand.desk.record.models import projecting
from evenhand.desk.record.projection import READ_TABLES
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.ledger.checkpoint import Checkpoint
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.keys import verifiers_in
from evenhand.record.ledger.migrate import FirstStore, migrate, verify_published

TABLES = ("ledger_origin", "ledger_entry", "ledger_opening", "ledger_erasure", "ledger_checkpoint")
FUNCTIONS = ("ledger_refuse", "ledger_next", "ledger_order", "ledger_unerased", "ledger_grows")
OLD = "format1"


def migrate_ledger(origin: str) -> Checkpoint:
    """Carry the desk's ledger over into a log named `origin`, replay it, and sign a first checkpoint.

    The old tiles and keys are moved to `public-format1` and `keys-format1` in the desk's folder. Returns the
    old log's name, size and root. Raises `LedgerError` where there is nothing to migrate or the old ledger
    does not verify; then nothing is changed.
    """
    folder: Path = settings.ENVIRONMENT.folder
    verify_published(folder / "public", verifiers_in(folder / "public"))
    with _folders_aside(folder), within(EVERYTHING), transaction.atomic():
        old = _set_aside()
        new = store()
        new.create(origin)
        continued = migrate(FirstStore(new.connection, prefix=old), new)
        _drop(old)
        # The numbers of all leaves have changed: the read tables are made anew.
        with projecting():
            for table in reversed(READ_TABLES):
                table.objects.all().delete()
        rebuild()
    with within(EVERYTHING):
        checkpoint()
    return continued


@contextmanager
def _folders_aside(folder: Path) -> Iterator[None]:
    """Move the old tiles and keys aside; back again where the block fails."""
    moved = {folder / name: folder / f"{name}-{OLD}" for name in ("public", "keys")}
    for aside in moved.values():
        if aside.exists():
            raise LedgerError(f"{aside} is there already: move it away first.")
    moved = {name: aside for name, aside in moved.items() if name.is_dir()}
    for name, aside in moved.items():
        name.rename(aside)
    try:
        yield
    except BaseException:
        for name, aside in moved.items():
            aside.rename(name)
        raise


def _run(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def _set_aside() -> str:
    """Move the old tables out of the way; what now stands before their names.

    Raises `LedgerError` where their format is not the first.
    """
    FirstStore(store().connection).origin()
    if connection.vendor == "postgresql":
        _run(f"CREATE SCHEMA {OLD}")
        for table in TABLES:
            _run(f"ALTER TABLE {table} SET SCHEMA {OLD}")
        for function in FUNCTIONS:
            _run(f"ALTER FUNCTION {function}() SET SCHEMA {OLD}")
        return f"{OLD}."
    for (name,) in _run("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'ledger_%'"):
        _run(f"DROP TRIGGER {name}")
    for table in TABLES:
        _run(f"ALTER TABLE {table} RENAME TO {OLD}_{table}")
    return f"{OLD}_"


def _drop(old: str) -> None:
    """Drop the old tables, all of which the new ones hold; else an erasure would leave them behind."""
    if connection.vendor == "postgresql":
        _run(f"DROP SCHEMA {OLD} CASCADE")
        return
    for table in reversed(TABLES):
        _run(f"DROP TABLE {old}{table}")
