"""The stated policies on candidates of whole subjects; `docs/intake.md` states each."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Ints, Mask, mask_of
from evenhand.intake.mapping.model import Mapping, Once, block_cells
from evenhand.intake.refusal import entries_table
from evenhand.intake.resolve.ids import as_uuids, halves, made_ids
from evenhand.record.episode import EXIT_TYPES, TEMPORARY
from evenhand.record.events.arrow import INSTANT
from evenhand.record.order import order_keys

_NEVER = np.iinfo(np.int64).max
_ORDER_REMEDY = "Correct the wrong one of the two times in the export."

STAYS = pa.schema(
    [("person", pa.string()), ("facility", pa.string()), ("since", pa.int64()), ("until", pa.int64())]
)


@dataclass
class Resolved:
    """What a chunk gave: events in `input_schema` order of history, quarantine entries, stays."""

    events: pa.Table
    entries: list[pa.Table] = field(default_factory=list)
    stays: pa.Table = field(default_factory=STAYS.empty_table)


class Resolver:
    """Resolves chunks of whole subjects.

    `files` and `digests` are the sources' names and SHA-256; `day_columns` have midnights that mean days.
    """

    def __init__(
        self, mapping: Mapping, files: list[str], digests: list[str], day_columns: list[str]
    ) -> None:
        self.mapping, self._files, self._digests = mapping, files, digests
        self._of_days = np.array(
            [
                " + ".join(b.at.needs()) in day_columns and mapping.precision_at(b) is None
                for b in mapping.event
            ]
        )
        self.policies: Counter[str] = Counter()
        self._lost: list[npt.NDArray[np.int64]] = []
        groups: dict[str, int] = {}
        self._group = np.array(
            [groups.setdefault(b.group or f"[{i}]", len(groups)) for i, b in enumerate(mapping.event)]
        )
        self._once = [b.once for b in mapping.event]
        self._exit_column = {
            i: " + ".join(b.at.needs()) for i, b in enumerate(mapping.event) if b.type in EXIT_TYPES
        }

    def resolve(self, table: pa.Table) -> Resolved:
        """Apply the policies, in the order in which the documentation lists them."""
        table = self._drop_duplicates(table)
        table = self._midnights_to_days(table)
        table = self._order_repeated_hours(table)
        table, entries = self._refuse_early_exits(table)
        table = self._begin_exits_at_booking(table)
        table = self._keep_one(table)
        table = self._number(table)
        return Resolved(self._finish(table), entries, self._stays(table))

    def lost_rows(self) -> int:
        """How many rows have lost every event that they gave."""
        if not self._lost:
            return 0
        lost = np.concatenate(self._lost)
        _, first, counts = np.unique(lost[:, :2], axis=0, return_index=True, return_counts=True)
        return int((counts == lost[first, 2]).sum())

    def _drop_duplicates(self, table: pa.Table) -> pa.Table:
        if self.mapping.policies.duplicate_rows == "keep" or len(table) < 2:
            return table
        subject = _codes(table["subject"])
        same = table["_same"].to_numpy()
        block, part = _ints(table, "_block"), _ints(table, "_part")
        order = np.lexsort((part, block, same, subject))
        earlier = np.ones(len(table) - 1, dtype=bool)
        for key in (subject, same, block, part):
            earlier &= key[order[1:]] == key[order[:-1]]
        again = np.zeros(len(table), dtype=bool)
        again[order[1:]] = earlier
        if not again.any():
            return table
        self.policies["duplicate_rows"] += int((again & mask_of(table["_head"])).sum())
        return table.filter(pa.array(~again))

    def _order_repeated_hours(self, table: pa.Table) -> pa.Table:
        """The later of a repeated hour's two instants where the earlier would precede the booking."""
        later = _ints(table, "_later")
        if not later.any():
            return table
        times, booked = _times(table), self._first_of(table, pc.equal(table["type"], "person.booked"))
        types = table["type"]
        after = (later > 0) & (times < booked) & (times + later >= booked) & (booked < _NEVER)
        after &= ~mask_of(pc.equal(types, "person.booked"))
        self.policies["daylight_saving_overlap_later"] += int(after.sum())
        latest = _latest(table)
        return _with_latest(_with_times(table, np.where(after, times + later, times)), latest)

    def _midnights_to_days(self, table: pa.Table) -> pa.Table:
        """Where a column's times are all midnight, each stands for its day."""
        day = np.where(self._of_days[_ints(table, "_block")], _ints(table, "_day"), 0)
        if not day.any():
            return table
        self.policies["midnights_read_as_days"] += int((day > 0).sum())
        times = _times(table)
        return _with_latest(table, np.where(day > 0, times + day, _latest(table)))

    def _refuse_early_exits(self, table: pa.Table) -> tuple[pa.Table, list[pa.Table]]:
        """Take out the bookings with a row whose release stands before its booking, and tell their rows."""
        if self.mapping.policies.release_before_booking == "keep" or not len(table):
            return table, []
        booked, left = self._of_row(table, booked=True), self._of_row(table, booked=False)
        subject = _codes(table["subject"])
        wrong = np.flatnonzero((booked < _NEVER) & (left < booked))
        if not len(wrong):
            return table, []
        bad = np.isin(subject, subject[wrong])
        first = wrong[np.searchsorted(subject[wrong], subject[bad])]
        booked[bad], left[bad] = booked[first], left[first]
        out = table.filter(pa.array(bad))
        self.policies["release_before_booking"] += pc.count_distinct(out["subject"]).as_py()
        source, row = _ints(out, "_source"), _ints(out, "_row")
        self._lost.append(np.stack([source, row, _ints(out, "_events")], axis=1))
        is_exit = _is_exit(out)
        priority = np.lexsort((~is_exit, row, source))
        _, first = np.unique(np.stack([source, row])[:, priority], axis=1, return_index=True)
        chosen = out.take(pa.array(priority[first]))
        told: dict[int, list[tuple[int, str | None, str | None, str, str]]] = {}
        moments = zip(booked[bad][priority[first]].tolist(), left[bad][priority[first]].tolist(), strict=True)
        for event, (start, end) in zip(
            chosen.select(["_source", "_row", "_block", "zone"]).to_pylist(), moments, strict=True
        ):
            value = f"released {_local(end, event['zone'])}, booked {_local(start, event['zone'])}"
            column = self._exit_column.get(event["_block"])
            told.setdefault(event["_source"], []).append(
                (event["_row"], column, value, "released before booked", _ORDER_REMEDY)
            )
        entries = [entries_table(self._files[s], rows) for s, rows in sorted(told.items())]
        return table.filter(pa.array(~bad)), entries

    def _of_row(self, table: pa.Table, *, booked: bool) -> Ints:
        """For each event the first booking of its row, or the latest moment of the row's first exit."""
        chosen = mask_of(pc.equal(table["type"], "person.booked")) if booked else _is_exit(table)
        times = np.where(chosen, _times(table) if booked else _latest(table), _NEVER)
        # The events of a row lie together.
        new = np.zeros(len(table), dtype=bool)
        new[0] = True
        for key in (_codes(table["subject"]), _ints(table, "_source"), _ints(table, "_row")):
            new[1:] |= key[1:] != key[:-1]
        starts = np.flatnonzero(new)
        found: Ints = np.repeat(np.minimum.reduceat(times, starts), np.diff(np.append(starts, len(table))))
        return found

    def _begin_exits_at_booking(self, table: pa.Table) -> pa.Table:
        """A row with a booking and an exit tells of one stay: the exit is not before the booking."""
        if not len(table) or table["occurred_by"].null_count == len(table):
            return table
        booked, times = self._of_row(table, booked=True), _times(table)
        moved = _is_exit(table) & (booked < _NEVER) & (booked > times)
        moved &= booked <= _latest(table)
        if not moved.any():
            return table
        self.policies["exits_not_before_booking"] += int(moved.sum())
        latest = _latest(table)
        return _with_latest(_with_times(table, np.where(moved, booked, times)), latest)

    def _keep_one(self, table: pa.Table) -> pa.Table:
        """One event a subject for blocks that say `once`, by their group; disagreements are counted."""
        block = _ints(table, "_block")
        only = np.array([once is not None for once in self._once])[block]
        if not only.any():
            return table
        index = np.flatnonzero(only)
        block, group = block[index], self._group[block[index]]
        subject, times = _codes(table["subject"])[index], _times(table)[index]
        place = np.arange(len(index))
        rank = place.copy()
        for number, once in enumerate(self._once):
            here = block == number
            if once is Once.LAST:
                rank[here] = -place[here]
            elif once is Once.EARLIEST:
                rank[here] = times[here]
            elif once is Once.LATEST:
                rank[here] = -times[here]
        each = np.array([once is Once.MOMENT for once in self._once])[block]
        moment = np.where(each, times, 0)
        order = np.lexsort((rank, block, moment, group, subject))
        new = np.zeros(len(order), dtype=bool)
        new[0] = True
        for key in (subject, group, moment):
            new[1:] |= key[order][1:] != key[order][:-1]
        if new.all():
            return table
        chosen = order[new][np.cumsum(new) - 1]
        kept_index, this_index = index[chosen], index[order]
        same_block = block[order] == block[chosen]
        self.policies["repeated_events"] += int((~new).sum())
        table = self._disagreements(table, this_index, kept_index, same_block & ~new)
        keep = np.ones(len(table), dtype=bool)
        keep[index[order[~new]]] = False
        return table.filter(pa.array(keep))

    def _disagreements(self, table: pa.Table, this: Ints, kept: Ints, compare: Mask) -> pa.Table:
        """Count kept events that another row contradicts; empty such fields where `once = "agree"`."""
        this, kept = this[compare], kept[compare]
        agree = np.array([once is Once.AGREE for once in self._once])[_ints(table, "_block")[kept]]
        contradicted = np.zeros(len(table), dtype=bool)
        payload = {n for b in self.mapping.event for n in block_cells(b)} - {"at", "id"}
        for name in (n for n in table.column_names if n in payload | {"occurred_at"}):
            column = table[name].combine_chunks()
            if pa.types.is_list(column.type) or isinstance(column.type, pa.BaseExtensionType):
                continue
            codes = pc.fill_null(pc.dictionary_encode(column).indices, -1).to_numpy(zero_copy_only=False)
            unlike = codes[this] != codes[kept]
            contradicted[kept[unlike]] = True
            emptied = np.zeros(len(table), dtype=bool)
            emptied[kept[unlike & agree]] = True
            if name != "occurred_at" and emptied.any():
                nothing = pa.scalar(None, column.type)
                values = pc.if_else(pa.array(emptied), nothing, column)
                table = table.set_column(table.column_names.index(name), name, values)
        self.policies["repeated_events_that_disagree"] += int(contradicted.sum())
        return table

    def _number(self, table: pa.Table) -> pa.Table:
        """Charge numbers, where the mapping counts: rows and items in order, from 1 in each booking."""
        counted = [i for i, b in enumerate(self.mapping.event) if any(c.count for c in b.fields.values())]
        if not counted:
            return table
        here = np.flatnonzero(np.isin(_ints(table, "_block"), counted))
        if not len(here):
            return table
        subject = _codes(table["subject"])[here]
        new_subject = np.ones(len(here), dtype=bool)
        new_subject[1:] = subject[1:] != subject[:-1]
        new = new_subject.copy()
        for name in ("_source", "_row", "_part"):
            key = _ints(table, name)[here]
            new[1:] |= key[1:] != key[:-1]
        running = np.cumsum(new)
        base = np.maximum.accumulate(np.where(new_subject, running - 1, 0))
        numbers = pc.fill_null(table["charge_no"], 0).to_numpy().copy()
        numbers[here] = running - base
        missing = mask_of(pc.is_null(table["charge_no"]))
        missing[here] = False
        values = pa.array(numbers, pa.int32(), mask=missing)
        return table.set_column(table.column_names.index("charge_no"), "charge_no", values)

    def _finish(self, table: pa.Table) -> pa.Table:
        """The events with their ids and source, each history in order of time."""
        source, row = _ints(table, "_source"), _ints(table, "_row")
        ids = made_ids(self._digests, source, row, _ints(table, "_block"), _ints(table, "_part"))
        if "id" in table.column_names:
            given = halves(table["id"].combine_chunks())
            has = mask_of(pc.is_valid(table["id"]))
            ids = np.where(has[:, None], given, ids)
        times, span, place = order_keys(table)
        origin = (_ints(table, "_part"), _ints(table, "_block"), row, source)
        order = pa.array(np.lexsort((*origin, place, span, times, _codes(table["subject"]))))
        names = [n for n in table.column_names if not n.startswith("_") and n != "id"]
        events = table.select(names)
        events = events.append_column("id", as_uuids(ids))
        files = pa.array(self._files, pa.string()).take(pa.array(source))
        events = events.append_column("source_kind", pa.repeat(pa.scalar("import"), len(table)))
        events = events.append_column("source_file", files)
        events = events.append_column("source_row", pa.array(row))
        return events.take(order)

    def _stays(self, table: pa.Table) -> pa.Table:
        """Each booking with a person's key and a known end: who, where, from when until when."""
        if "person_key" not in table.column_names:
            return STAYS.empty_table()
        is_booking = mask_of(pc.equal(table["type"], "person.booked")) & mask_of(
            pc.is_valid(table["person_key"])
        )
        until = self._first_of(table, _is_exit(table))
        is_booking &= until < _NEVER
        chosen = table.filter(pa.array(is_booking))
        return pa.table(
            [chosen["person_key"], chosen["facility"], _times(chosen), until[is_booking]], schema=STAYS
        )

    def _first_of(self, table: pa.Table, chosen: "pa.ChunkedArray | Mask") -> Ints:
        """For each event the first time of its subject's chosen events; `_NEVER` where none."""
        if not len(table):
            return np.empty(0, dtype=np.int64)
        subject = _codes(table["subject"])
        starts = np.flatnonzero(np.concatenate(([True], subject[1:] != subject[:-1])))
        mask = chosen if isinstance(chosen, np.ndarray) else mask_of(chosen)
        times = np.where(mask, _times(table), _NEVER)
        firsts = np.minimum.reduceat(times, starts)
        return np.repeat(firsts, np.diff(np.append(starts, len(table))))


def _codes(subjects: pa.ChunkedArray) -> Ints:
    """Numbers for the subjects of a table in which each subject's rows lie together."""
    values = subjects.combine_chunks()
    if not len(values):
        return np.empty(0, dtype=np.int64)
    new = np.zeros(len(values), dtype=np.int64)
    new[1:] = pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    codes: Ints = np.cumsum(new)
    return codes


def _ints(table: pa.Table, name: str) -> Ints:
    values: Ints = table[name].to_numpy().astype(np.int64)
    return values


def _times(table: pa.Table) -> Ints:
    values: Ints = table["occurred_at"].cast(pa.int64()).to_numpy()
    return values


def _latest(table: pa.Table) -> Ints:
    values: Ints = pc.coalesce(table["occurred_by"], table["occurred_at"]).cast(pa.int64()).to_numpy()
    return values


def _with_times(table: pa.Table, times: Ints) -> pa.Table:
    return table.set_column(table.column_names.index("occurred_at"), "occurred_at", pa.array(times, INSTANT))


def _with_latest(table: pa.Table, latest: Ints) -> pa.Table:
    """The table with the latest moments; null where they are the earliest ones."""
    values = pa.array(latest, INSTANT, mask=latest <= _times(table))
    return table.set_column(table.column_names.index("occurred_by"), "occurred_by", values)


def _is_exit(table: pa.Table) -> Mask:
    """Which events end a stay: a temporary absence, such as in a hospital, does not."""
    found = mask_of(pc.is_in(table["type"], value_set=pa.array(EXIT_TYPES)))
    if "destination" in table.column_names:
        found &= ~mask_of(pc.is_in(table["destination"], value_set=pa.array(TEMPORARY)))
    return found


def _local(micros: int, zone: str) -> str:
    moment = pc.local_timestamp(pa.scalar(micros, pa.timestamp("us", zone)))
    return str(moment.as_py())
