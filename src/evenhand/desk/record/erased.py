"""What an order erases, as each room that keeps working copies is told of it.

The ledger and the read tables that follow from it are erased in one place. Uploads that wait, refused acts
kept aside, notices to be sent and sessions are copies beside them: the room that makes such copies connects a
receiver to `erasing` and names their tables in `COPIES`.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.dispatch import Signal

from evenhand.desk.record.history import Subject

erasing = Signal()
"""Sent within the transaction of an erasure, with `people`, a `ToErase`. A receiver deletes its copies, or
raises `StillHeldError`.
"""
COPIES: list[type[models.Model]] = []
"""Tables of copies; PostgreSQL rewrites them after an erasure, since deleted rows stay in their files."""


class StillHeldError(Exception):
    """A person must remove something first; nothing is erased. The message says what and where."""


@dataclass(frozen=True)
class ToErase:
    """The histories that an order names, their events, and their people's names and keys, folded."""

    agency: str
    subjects: frozenset[Subject]
    events: frozenset[UUID]
    names: frozenset[str]
