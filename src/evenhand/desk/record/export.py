"""The desk's ledger as a record in a folder, which `evenhand audit` and the statistics read."""

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction

from evenhand.desk.record.history import GROUPS, mended
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.record.columns import input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind, parse
from evenhand.record.ledger.leaf import event_fields
from evenhand.record.ledger.ledger import case_of, personal_of
from evenhand.record.ledger.store import Row
from evenhand.record.manifest import Manifest
from evenhand.record.store import all_fields
from evenhand.record.writer import RecordWriter


class Personal(StrEnum):
    """How much of the personal part goes along."""

    NONE = "none"
    GROUPS = "groups"
    ALL = "all"


_KEPT = {Personal.NONE: frozenset(), Personal.GROUPS: frozenset({*GROUPS, "age_group"})}


def export(
    out: Path,
    *,
    agencies: frozenset[str] | None = None,
    personal: Personal = Personal.GROUPS,
    progress: Callable[[int, int], None] = lambda done, total: None,
    replace_sealed: bool = False,
) -> Manifest:
    """Write all events of the agencies (None: of all) as a record at `out`, which is replaced whole.

    With `Personal.GROUPS`, the default, the record holds what statistics of uniformity read and no name,
    birth date or key of a person. In a record of several agencies, subjects and actors are written with
    their agency, since two agencies may use the same number: the audit reads a history by its subject alone.
    Events on the desk's own accounts stay in the ledger: the manifest's `provides` does not have them.
    Raises `RecordError` where `out` is a folder of something else, and `VerificationError` where a part of an
    event was altered, or is gone without an erasure on record.
    """
    with RecordWriter(out, replace_sealed=replace_sealed) as writer, transaction.atomic():
        total, done = ledger().store.size(), 0
        several = _several(agencies)
        for rows in ledger().store.rows():
            found: dict[SubjectKind, list[dict[str, Any]]] = defaultdict(list)
            for row in rows:
                event = _plain(row, personal)
                if event is None:
                    continue
                kind = EVENT_TYPES[event["type"]].subject_kind
                if kind is not SubjectKind.ACCOUNT and (agencies is None or event["agency"] in agencies):
                    found[kind].append(_of_agency(event, kind) if several else event)
            for kind, events in found.items():
                writer.add(kind, pa.Table.from_pylist(events, schema=input_schema(kind)))
            done += len(rows)
            progress(done, total)
        return writer.commit(kind="desk", provides=all_fields())


_NAMES = ("subject", "actor", "second_person", "officer", "assigned_to", "complaint")
"""Fields that name a subject or an actor, as the agency does."""


def _several(agencies: frozenset[str] | None) -> bool:
    known = Occurrence.objects.values_list("agency", flat=True).distinct()
    return len(set(known) if agencies is None else set(known) & agencies) > 1


def _of_agency(event: dict[str, Any], kind: SubjectKind) -> dict[str, Any]:
    """The event with names that no other agency has: `NC0600000.officer-1` for `officer-1`.

    A booking's subject, `NC0600000:26-1`, has its agency already. A facility's is its code, which agreements
    and events name too; the desk has each code once.
    """
    agency = event["agency"]
    names = [n for n in _NAMES if event.get(n) and not (n == "subject" and kind is SubjectKind.FACILITY)]
    own = [n for n in names if not event[n].startswith(f"{agency}:")]
    return event | {n: f"{agency}.{event[n]}" for n in own}


def own_name(agency: str, name: str) -> str:
    """The name as the agency has it, from one that a record of several agencies has, or one of it alone."""
    return name.removeprefix(f"{agency}.")


def _plain(row: Row, personal: Personal) -> dict[str, Any] | None:
    """One event as a row of a record's input; None where its case part was erased."""
    case = case_of(row)
    if case is None:
        return None
    kept = _KEPT.get(personal)
    secret = {k: v for k, v in (personal_of(row, case) or {}).items() if kept is None or k in kept}
    event = mended(parse(event_fields(case, secret)))
    values = {name: _value(value) for name, value in vars(event).items()}
    return values | {"type": event.type, "version": event.version}


def _value(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.bytes
    return list(value) if isinstance(value, tuple) else value
