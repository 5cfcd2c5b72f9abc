"""Stints: rows that tell of a part of a stay in one building, joined to stays.

Each stint has a booking (where it begins) and an end. Where the next stint of the same key begins:

- The row's reason tells of a move: the booking is the arrival, and the stay goes on.
- The reason tells of a temporary absence: the booking becomes the return.
- The reason (the conditions of the block) tells of an exit: the next stint is a new stay.
- No reason, and the next stint begins within `gap`: the end becomes a move to the next building; in the same
  building, nothing happened.
- No reason, and a longer time between: the end is an exit, and the next stint a new stay.
"""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of
from evenhand.intake.mapping.model import Mapping, Rows, length_of_time
from evenhand.intake.resolve.merged import CONTINUED, Removed
from evenhand.intake.resolve.table import (
    earliest_of,
    end_of,
    ints,
    is_absence,
    is_exit,
    is_type,
    keys_of,
    latest_of,
    texts,
)
from evenhand.record.events import FIELDS

MOVED, RETURNED = "custody.moved", "custody.returned"
JOINED, WITHOUT_END = "stints_joined", "stints_without_end"


class Stints:
    """Joins the stints of whole histories. `policies` counts what it did."""

    def __init__(self, mapping: Mapping, policies: Counter[str], removed: Removed) -> None:
        self._policies, self._removed = policies, removed
        self._applies = np.array([mapping.rows_of(b) is Rows.STINTS for b in mapping.event])
        self._reason = np.array([bool(b.when) for b in mapping.event])
        self._gap = length_of_time(mapping.gap) if mapping.gap else None

    def join(self, table: pa.Table) -> pa.Table:
        """The table with the stints joined; it has `_begun`, when the row's stint begins."""
        if self._gap is None or not len(table):
            return table
        block = ints(table, "_block")
        begins = is_type(table, "person.booked") & self._applies[block]
        subject, begun = keys_of(table), ints(table, "_begun")
        places = np.flatnonzero(begins)
        places = places[np.lexsort((begun[places], subject[places]))]
        follows = np.flatnonzero(subject[places][1:] == subject[places][:-1])
        before, after = places[follows], places[follows + 1]
        if not len(before):
            return table
        moved, away, left = is_type(table, MOVED), is_absence(table), is_exit(table)
        end = end_of(before, np.flatnonzero((moved | away | left) & self._applies[block]), subject, begun)
        has = end >= 0
        self._policies[WITHOUT_END] += int((~has).sum())
        before, after, end = before[has], after[has], end[has]
        within = earliest_of(table)[after] - latest_of(table)[end] <= self._gap
        within &= latest_of(table)[after] >= earliest_of(table)[end]
        silent = left[end] & ~self._reason[block[end]] & within
        same = _same_facility(table, before, after)
        to_move, nothing = silent & ~same, silent & same
        arrived = moved[end] | silent
        self._policies[JOINED] += int(arrived.sum() + away[end].sum())
        gone = np.concatenate([after[arrived], end[nothing]])
        stays_told = np.concatenate([np.where(nothing, before, end)[arrived], before[nothing]])
        table = self._retyped(
            table, end[to_move], MOVED, texts(table, "facility").take(pa.array(after[to_move]))
        )
        table = self._retyped(table, after[away[end]], RETURNED, None)
        self._removed.add(table, gone, CONTINUED, stays_told)
        keep = np.ones(len(table), dtype=bool)
        keep[gone] = False
        return table.filter(pa.array(keep))

    def _retyped(
        self, table: pa.Table, places: Ints, event_type: str, to_facility: pa.Array | None
    ) -> pa.Table:
        """The table in which some events are of another type, without the fields that it does not have."""
        if not len(places):
            return table
        chosen = np.zeros(len(table), dtype=bool)
        chosen[places] = True
        mask = pa.array(chosen)
        others = {name for fields in FIELDS.values() for name in fields} - set(FIELDS[event_type])
        for name in table.column_names:
            if name in others:
                column = texts(table, name)
                values = pc.if_else(mask, pa.scalar(None, column.type), column)
                table = table.set_column(table.column_names.index(name), name, values)
        types = pc.if_else(mask, event_type, texts(table, "type"))
        table = table.set_column(table.column_names.index("type"), "type", types)
        if to_facility is None:
            return table
        index = np.full(len(table), -1)
        index[places] = np.arange(len(places))
        moved_to = to_facility.take(pa.array(index, mask=index < 0))
        values = pc.if_else(mask, moved_to, texts(table, "to_facility"))
        return table.set_column(table.column_names.index("to_facility"), "to_facility", values)


def _same_facility(table: pa.Table, before: Ints, after: Ints) -> Mask:
    facility = texts(table, "facility")
    return mask_of(pc.equal(facility.take(pa.array(before)), facility.take(pa.array(after))))
