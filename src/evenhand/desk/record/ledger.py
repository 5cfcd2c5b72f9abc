"""The ledger inside the desk's own database, in the transaction of the command that appends."""

from django.db import connection

from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.store import Store


def store() -> Store:
    """The store over Django's connection of this thread; its transactions are Django's."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        from evenhand.record.ledger.store.postgres import PostgresStore

        return PostgresStore(connection.connection)
    from evenhand.record.ledger.store.sqlite import SqliteStore

    return SqliteStore(connection.connection)


def ledger() -> Ledger:
    return Ledger(store())
