"""Whose rows the work at hand may touch: the one place where agencies are kept apart.

A request runs within the scope of the account that made it; without one nothing is seen. On PostgreSQL the
same scope is told to the server, whose row-level security applies it once more.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.db import DatabaseError, connection, models

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Scope:
    """The agencies (ORIs) in reach; None is all of them, for the program's own commands."""

    agencies: frozenset[str] | None

    def holds(self, agency: str) -> bool:
        return self.agencies is None or agency in self.agencies


NOTHING = Scope(frozenset())
EVERYTHING = Scope(None)
_current: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


class OutOfScopeError(Exception):
    """An act on another agency's record."""


def current() -> Scope:
    return _current.get()


def _tell_server(scope: Scope) -> None:
    if connection.vendor != "postgresql":
        return
    said = "*" if scope.agencies is None else ",".join(sorted(scope.agencies))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('evenhand.agencies', %s, false)", [said])


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Run with that scope, on this thread and its database connection."""
    before = _current.get()
    token = _current.set(scope)
    _tell_server(scope)
    try:
        yield
    finally:
        _current.reset(token)
        if connection.connection is not None:
            # A connection that is broken, or in a transaction that is to be rolled back, takes no words; the
            # rollback takes the scope back as well.
            with suppress(DatabaseError):
                _tell_server(before)


def narrow(scope: Scope) -> None:
    """Take on a scope until the enclosing `within` ends: for what is known only inside a request."""
    _current.set(scope)
    _tell_server(scope)


class ScopedManager(models.Manager[M]):
    """Rows of the agencies in the current scope, by their field `agency`."""

    def get_queryset(self) -> models.QuerySet[M]:
        rows = super().get_queryset()
        scope = current()
        return rows if scope.agencies is None else rows.filter(agency__in=scope.agencies)
