"""The stated policies on candidates of whole subjects; `docs/intake.md` states each."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.candidates import all_alike
from evenhand.intake.build.view import Ints, Mask, mask_of
from evenhand.intake.mapping.model import EventBlock, Mapping, Once, Rows, block_cells
from evenhand.intake.refusal import entries_table
from evenhand.intake.resolve.ids import as_uuids, halves, made_ids
from evenhand.intake.resolve.keys import DUPLICATES, TWO_PERSONS, TWO_TIMES, KeyFaults, persons_at_odds
from evenhand.intake.resolve.merged import DUPLICATE, QUARANTINED, REPEATED, Removed
from evenhand.intake.resolve.stints import MOVED, Stints
from evenhand.intake.resolve.table import (
    NEVER,
    earliest_of,
    ints,
    is_exit,
    is_type,
    keys_of,
    latest_of,
    local_text,
    texts,
    with_earliest,
    with_latest,
)
from evenhand.record.episode import EXIT_TYPES
from evenhand.record.events import SubjectKind
from evenhand.record.order import order_keys

_PERSONS_REMEDY = "Correct it in the export, or name the booking number (and the agency) in `subject`."
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
        self, mapping: Mapping, files: list[str], digests: list[str], day_columns: list[str], removed: Removed
    ) -> None:
        self.mapping, self._files, self._digests, self._removed = mapping, files, digests, removed
        self._of_days = np.array(
            [
                " + ".join(b.at.needs()) in day_columns and mapping.precision_at(b) is None
                for b in mapping.event
            ]
        )
        self.policies: Counter[str] = Counter()
        self.faults = KeyFaults(mapping, files)
        self._stints = Stints(mapping, self.policies, removed)
        groups: dict[str, int] = {}
        self._once = [b.once for b in mapping.event]
        self._per_stay = np.array([_once_a_stay(mapping, b) for b in mapping.event])
        self._group = np.array(
            [
                groups.setdefault(_group_of(b, i, bool(self._per_stay[i])), len(groups))
                for i, b in enumerate(mapping.event)
            ]
        )
        self._exit_column = {
            i: " + ".join(b.at.needs()) for i, b in enumerate(mapping.event) if b.type in EXIT_TYPES
        }

    def resolve(self, kind: SubjectKind, table: pa.Table) -> Resolved:
        """Apply the policies, in the order in which the documentation lists them."""
        keys = table["subject"].take(pa.array(np.flatnonzero(np.diff(keys_of(table), prepend=-1))))
        table = self._midnights_to_days(table)
        table = self._order_repeated_hours(table)
        table, early = self._refuse_early_exits(table)
        table, unlike = self._refuse_two_persons(table)
        table = self._drop_duplicates(table)
        table = self._begin_exits_at_booking(table)
        table = table.append_column("_begun", pa.array(self._begun(table)))
        table = self._keep_one(table)
        table = self._stints.join(table)
        if kind is SubjectKind.BOOKING:
            self.faults.look(table)
            self.faults.settle(keys)
        table = self._number(table)
        return Resolved(self._finish(table), early + unlike, self._stays(table))

    def _begun(self, table: pa.Table) -> Ints:
        """When the stay of each event's row begins; for a row without a booking, when the event happens."""
        if not len(table):
            return np.empty(0, dtype=np.int64)
        booked = self._of_row(table, booked=True)
        return np.where(booked < NEVER, booked, earliest_of(table))

    def _drop_duplicates(self, table: pa.Table) -> pa.Table:
        if self.mapping.policies.duplicate_rows == "keep" or len(table) < 2:
            return table
        subject, same = keys_of(table), table["_same"].to_numpy()
        if not _any_twice(table, subject, same):
            return table
        block, part = ints(table, "_block"), ints(table, "_part")
        order = np.lexsort((part, block, same, subject))
        earlier = np.ones(len(table) - 1, dtype=bool)
        for key in (subject, same, block, part):
            earlier &= key[order[1:]] == key[order[:-1]]
        again = np.zeros(len(table), dtype=bool)
        again[order[1:]] = earlier
        if not again.any():
            return table
        self.policies["duplicate_rows"] += int((again & mask_of(table["_head"])).sum())
        first = order[np.flatnonzero(~again[order])[np.cumsum(~again[order]) - 1]]
        removed, kept = order[again[order]], first[again[order]]
        self._removed.add(table, removed, DUPLICATE, kept)
        self._unbooked_duplicates(table, removed, kept)
        return table.filter(pa.array(~again))

    def _unbooked_duplicates(self, table: pa.Table, removed: Ints, kept: Ints) -> None:
        """Where a history has no booking, nothing shows that rows alike are of one person."""
        if "person.booked" not in self.mapping.made():
            return
        unbooked = self._first_of(table, is_type(table, "person.booked")) == NEVER
        self.faults.add(DUPLICATES, table, removed[unbooked[removed]], kept[unbooked[removed]])

    def _order_repeated_hours(self, table: pa.Table) -> pa.Table:
        """The later of a repeated hour's two instants where the earlier would precede the booking."""
        later = ints(table, "_later")
        if not later.any():
            return table
        times, booked = earliest_of(table), self._first_of(table, is_type(table, "person.booked"))
        after = (later > 0) & (times < booked) & (times + later >= booked) & (booked < NEVER)
        after &= ~is_type(table, "person.booked")
        self.policies["daylight_saving_overlap_later"] += int(after.sum())
        latest = latest_of(table)
        return with_latest(with_earliest(table, np.where(after, times + later, times)), latest)

    def _midnights_to_days(self, table: pa.Table) -> pa.Table:
        """Where a column's times are all midnight, each stands for its day."""
        day = np.where(self._of_days[ints(table, "_block")], ints(table, "_day"), 0)
        if not day.any():
            return table
        self.policies["midnights_read_as_days"] += int((day > 0).sum())
        times = earliest_of(table)
        return with_latest(table, np.where(day > 0, times + day, latest_of(table)))

    def _refuse_early_exits(self, table: pa.Table) -> tuple[pa.Table, list[pa.Table]]:
        """Take out the bookings with a row whose release stands before its booking, and tell their rows."""
        if self.mapping.policies.release_before_booking == "keep" or not len(table):
            return table, []
        booked, left = self._of_row(table, booked=True), self._of_row(table, booked=False)
        subject = keys_of(table)
        wrong = np.flatnonzero((booked < NEVER) & (left < booked))
        if not len(wrong):
            return table, []
        bad = np.isin(subject, subject[wrong])
        first = wrong[np.searchsorted(subject[wrong], subject[bad])]
        booked[bad], left[bad] = booked[first], left[first]
        out = table.filter(pa.array(bad))
        self.policies["release_before_booking"] += pc.count_distinct(out["subject"]).as_py()
        source, row = ints(out, "_source"), ints(out, "_row")
        self._removed.add(table, np.flatnonzero(bad), QUARANTINED)
        priority = np.lexsort((~is_exit(out), row, source))
        _, first = np.unique(np.stack([source, row])[:, priority], axis=1, return_index=True)
        chosen = out.take(pa.array(priority[first]))
        told: dict[int, list[tuple[int, str | None, str | None, str, str]]] = {}
        moments = zip(booked[bad][priority[first]].tolist(), left[bad][priority[first]].tolist(), strict=True)
        for event, (start, end) in zip(
            chosen.select(["_source", "_row", "_block", "zone"]).to_pylist(), moments, strict=True
        ):
            value = f"released {local_text(end, event['zone'])}, booked {local_text(start, event['zone'])}"
            column = self._exit_column.get(event["_block"])
            told.setdefault(event["_source"], []).append(
                (event["_row"], column, value, "released before booked", _ORDER_REMEDY)
            )
        entries = [entries_table(self._files[s], rows) for s, rows in sorted(told.items())]
        return table.filter(pa.array(~bad)), entries

    def _refuse_two_persons(self, table: pa.Table) -> tuple[pa.Table, list[pa.Table]]:
        """Take out the histories of which the rows name two persons, and tell each of their rows."""
        first, second = persons_at_odds(table)
        if not len(first):
            return table, []
        self.faults.add(TWO_PERSONS, table, second, first)
        subject = keys_of(table)
        bad = np.isin(subject, subject[first])
        self._removed.add(table, np.flatnonzero(bad), QUARANTINED)
        rows = table.select(["_source", "_row", "subject"]).filter(pa.array(bad))
        entries: dict[int, dict[int, str]] = {}
        for row in rows.to_pylist():
            entries.setdefault(row["_source"], {})[row["_row"]] = row["subject"]
        column = " + ".join(self.mapping.subject.needs())
        reason = "one key, but the rows name two persons or agencies"
        tables = [
            entries_table(
                self._files[source],
                [(row, column, key, reason, _PERSONS_REMEDY) for row, key in sorted(rows.items())],
            )
            for source, rows in sorted(entries.items())
        ]
        return table.filter(pa.array(~bad)), tables

    def _of_row(self, table: pa.Table, *, booked: bool) -> Ints:
        """For each event the first booking of its row, or the latest moment of the row's first exit."""
        chosen = is_type(table, "person.booked") if booked else is_exit(table)
        times = np.where(chosen, earliest_of(table) if booked else latest_of(table), NEVER)
        # The events of a row lie together.
        new = np.zeros(len(table), dtype=bool)
        new[0] = True
        for key in (keys_of(table), ints(table, "_source"), ints(table, "_row")):
            new[1:] |= key[1:] != key[:-1]
        starts = np.flatnonzero(new)
        found: Ints = np.repeat(np.minimum.reduceat(times, starts), np.diff(np.append(starts, len(table))))
        return found

    def _begin_exits_at_booking(self, table: pa.Table) -> pa.Table:
        """A row with a booking and an exit tells of one stay: the exit is not before the booking."""
        if not len(table) or table["occurred_by"].null_count == len(table):
            return table
        booked, times = self._of_row(table, booked=True), earliest_of(table)
        moved = is_exit(table) & (booked < NEVER) & (booked > times)
        moved &= booked <= latest_of(table)
        if not moved.any():
            return table
        self.policies["exits_not_before_booking"] += int(moved.sum())
        latest = latest_of(table)
        return with_latest(with_earliest(table, np.where(moved, booked, times)), latest)

    def _keep_one(self, table: pa.Table) -> pa.Table:
        """One event a subject for blocks that say `once`, by their group; disagreements are counted."""
        block = ints(table, "_block")
        only = (np.array([once is not None for once in self._once]) | self._per_stay)[block]
        if not only.any():
            return table
        index = np.flatnonzero(only)
        block, group = block[index], self._group[block[index]]
        subject, times = keys_of(table)[index], earliest_of(table)[index]
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
        moment = np.where(self._per_stay[block], ints(table, "_begun")[index], moment)
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
        self._two_times(table, this_index[~new], kept_index[~new])
        self._removed.add(table, this_index[~new], REPEATED, kept_index[~new])
        table = self._disagreements(table, this_index, kept_index, same_block & ~new)
        keep = np.ones(len(table), dtype=bool)
        keep[index[order[~new]]] = False
        return table.filter(pa.array(keep))

    def _two_times(self, table: pa.Table, this: Ints, kept: Ints) -> None:
        """Find bookings and exits that rows of one stay should agree on, but surely do not."""
        agree = np.array([once in (Once.FIRST, Once.AGREE) for once in self._once]) | self._per_stay
        alike = ints(table, "_block")[this] == ints(table, "_block")[kept]
        once = (is_type(table, "person.booked") | is_exit(table))[this]
        checked = (
            agree[ints(table, "_block")[this]] & once & (alike | self._per_stay[ints(table, "_block")[this]])
        )
        earliest, latest = earliest_of(table), latest_of(table)
        apart = (earliest[this] > latest[kept]) | (latest[this] < earliest[kept])
        self.faults.add(TWO_TIMES, table, this[checked & apart], kept[checked & apart])

    def _disagreements(self, table: pa.Table, this: Ints, kept: Ints, compare: Mask) -> pa.Table:
        """Count kept events that another row contradicts; empty such fields where `once = "agree"`."""
        this, kept = this[compare], kept[compare]
        agree = np.array([once is Once.AGREE for once in self._once])[ints(table, "_block")[kept]]
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
                column = texts(table, name)
                values = pc.if_else(pa.array(emptied), pa.scalar(None, column.type), column)
                table = table.set_column(table.column_names.index(name), name, values)
        self.policies["repeated_events_that_disagree"] += int(contradicted.sum())
        return table

    def _number(self, table: pa.Table) -> pa.Table:
        """Charge numbers, where the mapping counts: rows and items in order, from 1 in each booking."""
        counted = [i for i, b in enumerate(self.mapping.event) if any(c.count for c in b.fields.values())]
        if not counted:
            return table
        here = np.flatnonzero(np.isin(ints(table, "_block"), counted))
        if not len(here):
            return table
        subject = keys_of(table)[here]
        new_subject = np.ones(len(here), dtype=bool)
        new_subject[1:] = subject[1:] != subject[:-1]
        new = new_subject.copy()
        for name in ("_source", "_row", "_part"):
            key = ints(table, name)[here]
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
        source, row = ints(table, "_source"), ints(table, "_row")
        ids = made_ids(self._digests, source, row, ints(table, "_block"), ints(table, "_part"))
        if "id" in table.column_names:
            given = halves(table["id"].combine_chunks())
            has = mask_of(pc.is_valid(table["id"]))
            ids = np.where(has[:, None], given, ids)
        times, span, place = order_keys(table)
        origin = (ints(table, "_part"), ints(table, "_block"), row, source)
        order = np.lexsort((*origin, place, span, times, keys_of(table)))
        names = [n for n in table.column_names if not n.startswith("_") and n != "id"]
        events = table.select(names)
        events = events.append_column("id", as_uuids(ids))
        events = events.append_column("source_kind", all_alike("import", len(table)))
        files = pa.DictionaryArray.from_arrays(pa.array(source, pa.int32()), self._files)
        events = events.append_column("source_file", files)
        events = events.append_column("source_row", pa.array(row))
        in_order = bool((order[1:] > order[:-1]).all())
        return events if in_order else events.take(pa.array(order))

    def _stays(self, table: pa.Table) -> pa.Table:
        """Each booking with a person's key and a known end: who, where, from when until when."""
        if "person_key" not in table.column_names:
            return STAYS.empty_table()
        is_booking = is_type(table, "person.booked") & mask_of(pc.is_valid(table["person_key"]))
        until = self._first_of(table, is_exit(table))
        is_booking &= until < NEVER
        chosen = table.filter(pa.array(is_booking))
        return pa.table(
            [texts(chosen, "person_key"), texts(chosen, "facility"), earliest_of(chosen), until[is_booking]],
            schema=STAYS,
        )

    def _first_of(self, table: pa.Table, chosen: Mask) -> Ints:
        """For each event the first time of its subject's chosen events; `NEVER` where none."""
        if not len(table):
            return np.empty(0, dtype=np.int64)
        subject = keys_of(table)
        starts = np.flatnonzero(np.concatenate(([True], subject[1:] != subject[:-1])))
        times = np.where(chosen, earliest_of(table), NEVER)
        firsts = np.minimum.reduceat(times, starts)
        return np.repeat(firsts, np.diff(np.append(starts, len(table))))


def _any_twice(table: pa.Table, subject: Ints, same: npt.NDArray[np.uint64]) -> bool:
    """Whether two rows of a subject are alike in every cell."""
    one_a_row = np.flatnonzero(mask_of(table["_head"]))
    subject, same = subject[one_a_row], same[one_a_row]
    order = np.lexsort((same, subject))
    subject, same = subject[order], same[order]
    return bool(((subject[1:] == subject[:-1]) & (same[1:] == same[:-1])).any())


def _once_a_stay(mapping: Mapping, block: EventBlock) -> bool:
    """Whether the rows of a block are stays, so that each stay has the event once."""
    rows = mapping.rows_of(block)
    stays = rows is Rows.STAYS or rows is Rows.STINTS
    return stays and block.once is None and block.type in ("person.booked", MOVED, *EXIT_TYPES)


def _group_of(block: EventBlock, number: int, per_stay: bool) -> str:
    """The group of which a booking, or a stay, has one event."""
    if block.group is not None:
        return block.group
    if not per_stay:
        return f"[{number}]"
    return "[the stay's booking]" if block.type == "person.booked" else "[the stay's end]"
