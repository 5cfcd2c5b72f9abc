"""The desk's ledger as a record in a folder, which `evenhand audit` and the statistics read."""

import json
from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction

from evenhand.desk.record.history import GROUPS
from evenhand.desk.record.ledger import ledger
from evenhand.record.columns import input_schema
from evenhand.record.events import EVENT_TYPES, SubjectKind, parse
from evenhand.record.ledger.leaf import APPENDED_AT, COMMITMENT
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
) -> Manifest:
    """Write all events of the agencies (None: of all) as a record at `out`, which is replaced whole.

    With `Personal.GROUPS`, the default, the record holds what statistics of uniformity read and no name,
    birth date or key of a person. Raises `RecordError` where `out` is a folder of something else.
    """
    with RecordWriter(out) as writer, transaction.atomic():
        total, done = ledger().store.size(), 0
        for rows in ledger().store.rows():
            found: dict[SubjectKind, list[dict[str, Any]]] = defaultdict(list)
            for _, _, leaf, secret, *_ in rows:
                event = _plain(leaf, secret, personal)
                if agencies is None or event["agency"] in agencies:
                    found[EVENT_TYPES[event["type"]].subject_kind].append(event)
            for kind, events in found.items():
                writer.add(kind, pa.Table.from_pylist(events, schema=input_schema(kind)))
            done += len(rows)
            progress(done, total)
        return writer.commit(kind="desk", provides=all_fields())


def _plain(leaf: bytes, secret: bytes | None, personal: Personal) -> dict[str, Any]:
    """One event as a row of a record's input."""
    said = json.loads(leaf)
    said.pop(COMMITMENT, None)
    said.pop(APPENDED_AT, None)
    if secret is not None:
        kept = _KEPT.get(personal)
        said |= {k: v for k, v in json.loads(secret).items() if kept is None or k in kept}
    event = parse(said)
    row = {name: _value(value) for name, value in vars(event).items()}
    return row | {"type": event.type, "version": event.version}


def _value(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.bytes
    return list(value) if isinstance(value, tuple) else value
