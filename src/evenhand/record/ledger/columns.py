"""Leaves and parts of whole tables at once: the same bytes as `leaf.entry_of`, made by column in Arrow."""

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rfc8785

from evenhand.record.columns import PLACE
from evenhand.record.events import FIELDS, PUBLIC, SubjectKind, types_of
from evenhand.record.ids import id_text
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.leaf import (
    APPENDED_AT,
    APPENDED_ON,
    COMMITMENT,
    DAY,
    LEAF_FORMAT,
    SALT_BYTES,
    commitment,
    instant,
)

_ESCAPED = r'[\x00-\x1f"\\]'


def personal_fields(kind: SubjectKind) -> list[str]:
    """Return the names of a kind's personal fields, sorted."""
    return sorted({s.name for t in types_of(kind) for s in FIELDS[t].values() if s.personal})


def _uuids(column: pa.Array) -> pa.Array:
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    raw = np.frombuffer(storage.buffers()[1], dtype=np.uint8)
    raw = raw[storage.offset * 16 : (storage.offset + len(storage)) * 16].reshape(-1, 16)
    strings = id_text(raw)
    return pc.if_else(column.is_valid(), strings, None) if column.null_count else strings


def _by_value(column: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    """Write each distinct value once."""
    coded = column.dictionary_encode()
    words = [write(v) for v in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


Text = tuple[str, pa.Array, str]
"""A JSON text of each row in three pieces: what stands before it in all rows, a column, what stands after."""


def _quoted(column: pa.Array) -> Text:
    if pc.any(pc.match_substring_regex(column, _ESCAPED)).as_py():
        # json.dumps escapes exactly what RFC 8785 asks for, as valid UTF-8 cannot hold lone surrogates.
        return "", _by_value(column, lambda v: json.dumps(v, ensure_ascii=False)), ""
    return '"', column, '"'


def _listed(column: pa.Array) -> Text:
    items = _join(*_json(column.flatten())).fill_null("null")
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ",")
    return "[", pc.if_else(column.is_valid(), joined, None) if column.null_count else joined, "]"


def _json(column: pa.Array) -> Text:
    """The JSON text of each value; the column is null where the value is."""
    kind = column.type
    if isinstance(kind, pa.UuidType):
        return '"', _uuids(column), '"'
    if pa.types.is_timestamp(kind):
        text = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us")).cast(pa.string())
        return '"', pc.binary_replace_slice(text, 10, 11, "T"), 'Z"'
    if pa.types.is_date(kind):
        return '"', column.cast(pa.string()), '"'
    if pa.types.is_string(kind):
        return _quoted(column)
    if pa.types.is_list(kind):
        return _listed(column)
    if pa.types.is_floating(kind):
        return "", _by_value(column, lambda v: rfc8785.dumps(v).decode()), ""
    return "", column.cast(pa.string()), ""


def _join(before: str, column: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, column, after, "")


def _one(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _objects(named: Iterable[tuple[str, pa.Array]], rows: int) -> pa.Array:
    """One JSON object a row, its keys sorted, null fields left out."""
    fragments = []
    for name, column in sorted(named, key=lambda pair: pair[0]):
        if column.null_count < rows:
            before, text, after = _json(column)
            fragments.append(_join(f'"{name}":{before}', text, after))
    joined = pc.binary_join_element_wise(*fragments, ",", null_handling="skip")
    return _join("{", joined, "}")


def case_parts(
    events: pa.Table, commitments: pa.Array | None = None, *, appended_at: datetime | None = None
) -> pa.Array:
    """The case parts (binary) of a table of events of one kind, in its order, without their place.

    `commitments`: strings, null for events without a personal part. Raises `LedgerError` for a number that
    JSON cannot hold.
    """
    if not len(events):
        return pa.array([], pa.binary())
    place = {field.name for field in PLACE}
    named = [(n, _one(events[n])) for n in events.column_names if n not in place]
    if commitments is not None:
        named.append((COMMITMENT, commitments))
    if appended_at is not None:
        named.append((APPENDED_AT, pa.repeat(instant(appended_at), len(events))))
    try:
        return _objects(named, len(events)).cast(pa.binary())
    except rfc8785.CanonicalizationError as error:
        raise LedgerError(f"events of type {events['type'][0]}: {error}") from None


def leaves_of(events: pa.Table, commitments: pa.Array, *, appended_at: datetime | None = None) -> pa.Array:
    """The public leaves (binary) of a table of events of one kind. `commitments`: to their case parts."""
    rows = len(events)
    if not rows:
        return pa.array([], pa.binary())
    named = [
        ("agency", _one(events["agency"])),
        (COMMITMENT, commitments),
        ("leaf", pa.repeat(pa.scalar(LEAF_FORMAT, pa.int16()), rows)),
    ]
    if appended_at is not None:
        named.append((APPENDED_ON, pa.repeat(instant(appended_at)[:DAY], rows)))
    types = _one(events["type"])
    for name, showing in _shown_by(types.unique().to_pylist()).items():
        column = _one(events[name])
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us")).cast(pa.date32())
        shows = pc.is_in(types, value_set=pa.array(showing, types.type))
        named.append((name, pc.if_else(shows, column, pa.scalar(None, column.type))))
    return _objects(named, rows).cast(pa.binary())


def _shown_by(types: list[str]) -> dict[str, list[str]]:
    """Which of these event types show a field in their public leaves."""
    found: dict[str, list[str]] = {}
    for event_type in types:
        for name in PUBLIC.get(event_type, ()):
            found.setdefault(name, []).append(event_type)
    return found


def personal_parts(kind: SubjectKind, personal: pa.Table) -> pa.Array:
    """Return the canonical bytes (binary) of a table of personal parts, which may lack fields of its kind."""
    if not len(personal):
        return pa.array([], pa.binary())
    names = [name for name in personal_fields(kind) if name in personal.column_names]
    return _objects([(n, _one(personal[n])) for n in names], len(personal)).cast(pa.binary())


def new_salts(count: int) -> pa.Array:
    raw = secrets.token_bytes(SALT_BYTES * count)
    return pa.Array.from_buffers(pa.binary(SALT_BYTES), count, [None, pa.py_buffer(raw)])


def commitments_to(parts: pa.Array, salts: pa.Array) -> pa.Array:
    """The commitments (strings) to canonical parts under their salts."""
    pairs = zip(salts.to_pylist(), parts.to_pylist(), strict=True)
    return pa.array([commitment(salt, part) for salt, part in pairs], pa.string())


def spread(values: pa.Array, rows: pa.Array, count: int) -> pa.Array:
    """A column of `count` rows with the values at the given rows and null elsewhere."""
    places = np.full(count, -1, dtype=np.int64)
    places[rows.to_numpy()] = np.arange(len(rows))
    return values.take(pa.array(places, mask=places < 0))


def id_bytes(column: pa.ChunkedArray | pa.Array) -> list[bytes]:
    """The 16 bytes of each id."""
    array = _one(column)
    storage = array.storage if isinstance(array, pa.ExtensionArray) else array
    ids: list[bytes] = storage.to_pylist()
    return ids
