"""After an erasure: deleted rows leave bytes in the database's files, which are rewritten.

It can be run again at any time: `evenhand desk erasures` does, for every order that has steps left.
"""

from django.db import connection, models
from django.db.utils import DatabaseError
from django.utils import timezone

from evenhand.desk.erasure.acts import FILES_LEFT
from evenhand.desk.erasure.models import ErasureOrder
from evenhand.desk.record.erased import COPIES
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.projection import READ_TABLES
from evenhand.record.events.privacy import ErasureScope
from evenhand.record.ledger.errors import LedgerError


def unfinished() -> list[ErasureOrder]:
    """Orders in scope that were carried out and have steps left."""
    return [order for order in ErasureOrder.objects.filter(finished_at=None) if order.carried_out]


def finish(order: ErasureOrder) -> ErasureOrder:
    """Rewrite the database's files. What is left is on the order, and it is finished when nothing is."""
    order.left = _scrubbed(whole=order.scope == ErasureScope.EVERYTHING)
    order.finished_at = None if order.left else timezone.now()
    order.save(update_fields=["left", "finished_at"])
    return order


def _scrubbed(*, whole: bool) -> list[str]:
    """What could not be done, each with its remedy. It takes a lock that no other work may hold."""
    if connection.in_atomic_block:
        return [FILES_LEFT]
    try:
        left = _rewritten(whole=whole) if connection.vendor == "postgresql" else []
        return left + ledger().store.scrub()
    except (LedgerError, DatabaseError) as error:
        said = str(error).strip().splitlines()[0].rstrip(".")
        return [f"The database's files were not rewritten ({said}). Run `evenhand desk erasures` again."]


def _rewritten(*, whole: bool) -> list[str]:
    """Rewrite the tables on PostgreSQL, which passes over those of another owner with a mere warning."""
    models_: list[type[models.Model]] = [*READ_TABLES, *COPIES, ErasureOrder]
    # The longest table, the index of the ledger, names histories and no person.
    tables = [m._meta.db_table for m in models_ if whole or m is not Occurrence]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT pg_has_role(relowner, 'USAGE') "
            "AND (relname = ANY(%s) OR relname IN ('ledger_case', 'ledger_opening'))",
            [tables],
        )
        foreign = sorted(name for (name,) in cursor.fetchall())
    if not foreign:
        return []
    return [f"The desk's role does not own {', '.join(foreign)}: their owner must run VACUUM FULL on them."]
