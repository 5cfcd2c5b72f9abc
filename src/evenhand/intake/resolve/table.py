"""Columns of a chunk of candidates as numbers, and back."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of
from evenhand.record.episode import EXIT_TYPES, TEMPORARY
from evenhand.record.events.arrow import INSTANT

NEVER = np.iinfo(np.int64).max
"""Later than every moment: there is none."""


KEY = "_key"
"""A column: numbers for the subjects of a chunk, in which each subject's rows lie together."""


def with_keys(table: pa.Table) -> pa.Table:
    """The table with the column `KEY`; each subject's rows lie together."""
    subjects = table["subject"].combine_chunks()
    new = np.zeros(len(subjects), dtype=np.int64)
    new[1:] = pc.not_equal(subjects[1:], subjects[:-1]).to_numpy(zero_copy_only=False)
    return table.append_column(KEY, pa.array(np.cumsum(new)))


def keys_of(table: pa.Table) -> Ints:
    """The number of each event's subject."""
    return ints(table, KEY)


def ints(table: pa.Table, name: str) -> Ints:
    values: Ints = table[name].to_numpy().astype(np.int64, copy=False)
    return values


def texts(table: pa.Table, name: str) -> pa.Array:
    """A column of texts, each in full."""
    column = table[name].combine_chunks()
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def is_among(table: pa.Table, name: str, values: Sequence[str]) -> Mask:
    """Which rows have one of these values in a column of texts."""
    column = table[name].combine_chunks()
    if not pa.types.is_dictionary(column.type):
        return mask_of(pc.is_in(column, value_set=pa.array(values, pa.string())))
    # The last place is that of null.
    wanted: Mask = np.array([*(text in values for text in column.dictionary.to_pylist()), False])
    found: Mask = wanted[pc.fill_null(column.indices, -1).to_numpy()]
    return found


def earliest_of(table: pa.Table) -> Ints:
    """The earliest moment of each event, in microseconds."""
    values: Ints = table["occurred_at"].cast(pa.int64()).to_numpy()
    return values


def latest_of(table: pa.Table) -> Ints:
    """The latest moment of each event, in microseconds."""
    values: Ints = pc.coalesce(table["occurred_by"], table["occurred_at"]).cast(pa.int64()).to_numpy()
    return values


def with_earliest(table: pa.Table, times: Ints) -> pa.Table:
    return table.set_column(table.column_names.index("occurred_at"), "occurred_at", pa.array(times, INSTANT))


def with_latest(table: pa.Table, latest: Ints) -> pa.Table:
    """The table with the latest moments; null where they are the earliest ones."""
    values = pa.array(latest, INSTANT, mask=latest <= earliest_of(table))
    return table.set_column(table.column_names.index("occurred_by"), "occurred_by", values)


def is_type(table: pa.Table, name: str) -> Mask:
    return is_among(table, "type", (name,))


def is_exit(table: pa.Table) -> Mask:
    """Which events end a stay: a temporary absence, such as in a hospital, does not."""
    return is_among(table, "type", EXIT_TYPES) & ~is_absence(table)


def is_absence(table: pa.Table) -> Mask:
    """Which events begin a temporary absence."""
    if "destination" not in table.column_names:
        return np.zeros(len(table), dtype=bool)
    return is_among(table, "destination", TEMPORARY) & is_type(table, "custody.departed")


def end_of(before: Ints, ends: Ints, subject: Ints, begun: Ints) -> Ints:
    """For the bookings `before`, the place of the event among `ends` of the same row or stay; -1 for none.

    `subject` and `begun` (when the stay of an event's row begins) have one number an event.
    """
    if not len(ends):
        return np.full(len(before), -1)
    stints = np.concatenate([np.stack([subject[p], begun[p]], axis=1) for p in (ends, before)])
    _, numbers = np.unique(stints, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1)
    found = np.full(int(numbers.max()) + 1, -1)
    found[numbers[: len(ends)][::-1]] = ends[::-1]
    answer: Ints = found[numbers[len(ends) :]]
    return answer


def local_text(micros: int, zone: str) -> str:
    moment = pc.local_timestamp(pa.scalar(micros, pa.timestamp("us", zone)))
    return str(moment.as_py())
