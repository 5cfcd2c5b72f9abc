"""Columns of a chunk of candidates as numbers, and back."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of
from evenhand.record.episode import EXIT_TYPES, TEMPORARY
from evenhand.record.events.arrow import INSTANT

NEVER = np.iinfo(np.int64).max
"""Later than every moment: there is none."""


def codes_of(subjects: pa.ChunkedArray) -> Ints:
    """Numbers for the subjects of a table in which each subject's rows lie together."""
    values = subjects.combine_chunks()
    if not len(values):
        return np.empty(0, dtype=np.int64)
    new = np.zeros(len(values), dtype=np.int64)
    new[1:] = pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    codes: Ints = np.cumsum(new)
    return codes


def ints(table: pa.Table, name: str) -> Ints:
    values: Ints = table[name].to_numpy().astype(np.int64)
    return values


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
    return mask_of(pc.equal(table["type"], name))


def is_exit(table: pa.Table) -> Mask:
    """Which events end a stay: a temporary absence, such as in a hospital, does not."""
    return mask_of(pc.is_in(table["type"], value_set=pa.array(EXIT_TYPES))) & ~is_absence(table)


def is_absence(table: pa.Table) -> Mask:
    """Which events begin a temporary absence."""
    if "destination" not in table.column_names:
        return np.zeros(len(table), dtype=bool)
    away = mask_of(pc.is_in(table["destination"], value_set=pa.array(TEMPORARY)))
    return away & is_type(table, "custody.departed")


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
