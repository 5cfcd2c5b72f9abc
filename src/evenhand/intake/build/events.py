"""A batch of rows as candidate events, with the rows and values that the mapping cannot read set aside."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.absent import MEANS, Absent, State, export_of
from evenhand.intake.build.candidates import NOT_COLUMNS, TEXT, all_alike, candidate_schema
from evenhand.intake.build.conditions import holds
from evenhand.intake.build.convert import Converted, convert
from evenhand.intake.build.decided import decided, deciding, personal_columns
from evenhand.intake.build.keys import KeyLook
from evenhand.intake.build.place import Place, place
from evenhand.intake.build.times import DAY, Instants, instants, moments
from evenhand.intake.build.view import Ints, Mask, View, mask_of
from evenhand.intake.declared import ARRIVALS, EXIT_TIMES_WITHOUT_EVENT, EXITS
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import Cell, EventBlock, Mapping, TypeColumn, block_cells, length_of_time
from evenhand.intake.personal.looks import certain, personal_in_key
from evenhand.intake.personal.made_keys import KeyMaker, partly_empty
from evenhand.intake.personal.public import PublicWatch, is_public
from evenhand.intake.readers.batch import Batch
from evenhand.intake.readers.layout import KIND
from evenhand.intake.refusal import Refusals
from evenhand.intake.tally import Tallies
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.manifest import RowEnds

_DATE_REMEDY = "Correct it in the export, or add its format to `dates` (or `formats`) in the mapping."
_UNREADABLE = {
    State.UNREAD: ("not a valid date and time", _DATE_REMEDY),
    State.OTHER_ZONE: (
        "the zone behind the time is not the local one at that date",
        "Correct it in the export, or state the right `zone` of the facility in the mapping.",
    ),
}
_NO_TIME_REMEDIES = {
    State.PLACEHOLDER: "Put the real time in the export, or change [policies] placeholders in the mapping.",
    State.AFTER_EXPORT: "Correct it in the export, or state `exported_on` in the mapping.",
}
_ABOUT_REMEDY = "Write how far off the time may be, such as 30 min, 2 h or 1 day."
_KEY_REMEDY = "Give every row its key, or leave such rows out with `when`."

GROUP_FIELDS = ("race_ethnicity", "sex", "age_group")
"""Fields whose values are groups of people: spelled in several ways, they would be several groups."""
MAY_LIE_AHEAD = ("due", "ends_at", "valid_from", "valid_until", "effective_from", "until")
"""Times among an event's fields that may come after the day of the export."""
_ABSENT_POLICIES = {
    State.WORD: "words_for_no_time",
    State.UNKNOWN: "words_for_unknown_time",
    State.PLACEHOLDER: "placeholder_times",
    State.AFTER_EXPORT: "times_after_export",
}

_PERSONAL_KEY_REMEDY = "Correct the key in the export, or make keys of columns with `made_of`."
_PERSONAL_REMEDY = "Remove it from the export, or list the column under `not_personal`."
BLANK = "blank row"
"""The reason of rows that have nothing in them."""


class Builder:
    """Builds the candidates of one source. `policies` counts what stated policies did.

    `ends` counts the rows by how they ended; `told` are those with candidates, which the resolver may still
    merge or quarantine. `left_out` and `without_event` count the rows of these ends by reason, `exits` the
    rows whose exit time gave no event. `key_look` finds keys that a spreadsheet changed. `clocks` counts for
    each column of times those with a time of day, and those of them that are midnight.
    `absent` counts the cells of time columns that are no time; `groups` the values of each group's field.
    `latest` has the latest moment of each column, apart for bookings (True) and other events.
    """

    def __init__(
        self,
        mapping: Mapping,
        source: int,
        refusals: Refusals,
        duck: Duck,
        keys: KeyMaker | None,
        part: str | None = None,
    ) -> None:
        self.mapping, self.source, self.refusals, self._duck = mapping, source, refusals, duck
        self._part = part
        self._keys = keys
        self._watch = PublicWatch(mapping, refusals.file)
        self._partly: Mask = np.zeros(0, dtype=bool)
        self.policies: Counter[str] = Counter()
        self.clocks: Counter[tuple[str, str]] = Counter()
        self.ends = RowEnds()
        self.left_out, self.without_event, self.exits = Tallies(), Tallies(), Tallies()
        self.key_look = KeyLook(mapping)
        self._personal = personal_columns(mapping)
        self._deciding = deciding(block for _, block in self._blocks())
        self.absent = Absent()
        self.groups: dict[str, Counter[str]] = {name: Counter() for name in GROUP_FIELDS}
        self.latest: dict[tuple[str, bool], int] = {}
        self._export = export_of(mapping.exported_on)
        self._schemas = {b.kind: candidate_schema(b.kind, mapping) for b in mapping.event}

    def build(self, batch: Batch) -> dict[SubjectKind, pa.Table]:
        """The candidates of a batch by kind; each of its rows is counted in `ends`."""
        for bad in batch.bad:
            self.refusals.row(bad.row, None, bad.value, bad.reason, bad.remedy)
        needed = set(self.mapping.needed())
        for cell in batch.bad_values:
            if cell.column in needed:
                self.refusals.value(*cell)
        view = View(batch.table, batch.rows, self.mapping.file.null, self._duck, keys=self._keys)
        live = ~view.blank & ~self._leave_out(view)
        self.left_out.count(batch.left_out)
        self.key_look.look(view, live, self.refusals.file)
        self._partly = np.zeros(len(batch.rows), dtype=bool)
        self.policies.update(batch.did)
        pieces: list[tuple[SubjectKind, pa.Table, Ints]] = []
        no_time: dict[str, Mask] = {}
        for number, block in self._blocks():
            for sub, selected, event_type in self._expand(view, block, live):
                table, parents, timeless = self._events(sub, selected, number, block, event_type)
                no_time.setdefault(_column(block), np.zeros(len(view), dtype=bool))[timeless] = True
                if len(parents):
                    pieces.append((block.kind, table, parents))
        self._watch.check()
        lost = np.isin(batch.rows, self.refusals.lost())
        self.policies["keys_made_in_part"] += int((self._partly & ~lost).sum())
        self._count_exits(view, pieces, live & ~lost)
        for state, count in self.absent.close_batch(live & ~lost).items():
            self.policies[_ABSENT_POLICIES[state]] += count
        every = np.concatenate([p for _, _, p in pieces]) if pieces else np.empty(0, dtype=np.int64)
        gave = np.bincount(every, minlength=len(view)) > 0
        self._count_without_event(view, ~(gave | lost), live, no_time)
        self.ends += RowEnds(
            told=int((gave & ~lost).sum()),
            left_out=int((~view.blank & ~live).sum()) + batch.left_out.total(),
            without_event=int((~(gave | lost) & (live | view.blank)).sum()),
            quarantined=len(self.refusals.lost()),
        )
        return self._finish(batch, pieces, lost)

    def _blocks(self) -> list[tuple[int, EventBlock]]:
        """The blocks that apply to the source, each with its number in the mapping."""
        return [(n, b) for n, b in enumerate(self.mapping.event) if self.mapping.is_of(b, self._part)]

    def _leave_out(self, view: View) -> Mask:
        """The rows that the mapping leaves out; each is counted under its first reason.

        Of several files of one export, those that lack a column of the rule are not its matter.
        """
        left = np.zeros(len(view), dtype=bool)
        for rule in self.mapping.leave_out:
            columns = {condition.column for condition in rule.when}
            if self._part is not None and not columns <= set(view.table.column_names):
                continue
            here = holds(view, rule.when) & ~left & ~view.blank
            self.left_out.add(rule.because, self.refusals.file, view.rows[here])
            left |= here
        return left

    def _count_without_event(self, view: View, none: Mask, live: Mask, no_time: dict[str, Mask]) -> None:
        """Count the rows that tell nothing by the reason, and by the values that decided."""
        file = self.refusals.file
        self.without_event.add(BLANK, file, view.rows[none & view.blank])
        none = none & live
        for column, timeless in no_time.items():
            here = none & timeless
            self.without_event.add(f"no time in {column}", file, view.rows[here])
            none &= ~here
        index = np.flatnonzero(none)
        values = decided(view, pa.array(index), self._deciding, self._personal)
        self.without_event.add("no event block takes the row", file, view.rows[index], values)

    def _count_exits(self, view: View, pieces: list[tuple[SubjectKind, pa.Table, Ints]], rows: Mask) -> None:
        """Count the rows that have a time of exit, but no event of custody at that time.

        A column that also has the times of bookings is that of an event log: there, any event will do.
        """
        blocks = self._blocks()
        exits = {_column(b): b for _, b in blocks if b.type in EXITS and not (b.split or b.each)}
        logs = {_column(b) for _, b in blocks if b.type in ARRIVALS}
        for column, block in exits.items():
            same = [
                n
                for n, b in blocks
                if _column(b) == column and (column in logs or str(b.type).startswith("custody."))
            ]
            where, precision = place(view, self.mapping, block.facility), self.mapping.precision_at(block)
            when = self._instants(view, block.at, where.zone_codes, where.zones, precision).moments
            # A word such as UNKNOWN means that something happened.
            given = rows & (when.given | (when.state == State.UNKNOWN))
            for _, table, parents in pieces:
                if table["_block"][0].as_py() in same:
                    given[parents] = False
            self.policies[EXIT_TIMES_WITHOUT_EVENT] += int(given.sum())
            index = np.flatnonzero(given)
            tested = deciding(b for _, b in blocks if _column(b) == column)
            values = decided(view, pa.array(index), tested, self._personal)
            self.exits.add(column, self.refusals.file, view.rows[index], values)

    def _expand(self, view: View, block: EventBlock, live: Mask) -> Iterator[tuple[View, Mask, str]]:
        """The rows to which a block applies, one item of a split cell a row, by event type."""
        if block.split is not None:
            whole = view
            view, bad = whole.split(block.split)
            self._odd_items(whole, bad, live, "the columns that are split side by side have unlike counts")
        elif block.each is not None:
            names = [n for cell in block_cells(block).values() for n in cell.needs()]
            names += [c.column for c in block.when]
            whole = view
            view, bad = whole.each(block.each, list(dict.fromkeys(names)))
            self._odd_items(whole, bad, live, "the cell is no JSON array")
        selected = holds(view, block.when) & live[view.parent]
        if block.row is not None:
            selected &= mask_of(pc.equal(view.text(KIND), block.row))
        if isinstance(block.type, str):
            if selected.any():
                yield view, selected, block.type
            return
        types = self._types(view, block.type, selected)
        for name in block.types():
            here = np.flatnonzero(selected & mask_of(pc.equal(types, name)))
            if len(here):
                sub = View(
                    view.table.take(pa.array(here)),
                    view.rows[here],
                    self.mapping.file.null,
                    self._duck,
                    parent=view.parent[here],
                    part=view.part[here],
                    keys=self._keys,
                )
                self._foreign(sub, block, name)
                yield sub, np.ones(len(here), dtype=bool), name

    def _odd_items(self, view: View, bad: list[tuple[int, str, str]], live: Mask, reason: str) -> None:
        for index, column, value in bad:
            if live[index]:
                self.refusals.row(
                    int(view.rows[index]), column, value, reason, "Correct the cell in the export."
                )

    def _types(self, view: View, spec: TypeColumn, selected: Mask) -> pa.Array:
        text = view.text(spec.column)
        if spec.values is not None:
            keys, codes = list(spec.values), list(spec.values.values())
            found = pc.index_in(text, value_set=pa.array(keys, pa.string()))
            types = pa.array(codes, pa.string()).take(found)
        else:
            types = text
        known = mask_of(pc.is_in(types, value_set=pa.array(spec.can_be(), pa.string())))
        for index in np.flatnonzero(selected & ~known).tolist():
            value = text[index].as_py()
            reason = "the event's type is missing" if value is None else "the event's type is unknown"
            self.refusals.row(
                int(view.rows[index]), spec.column, value, reason, "Add it to the mapping's type.values."
            )
        return types

    def _foreign(self, view: View, block: EventBlock, event_type: str) -> None:
        """Set aside values in columns that the row's type of event does not have."""
        for name, cell in block.fields.items():
            if name in FIELDS[event_type] or cell.column is None:
                continue
            text = view.text(cell.column)
            for index in np.flatnonzero(mask_of(pc.is_valid(text))).tolist():
                self.refusals.value(
                    int(view.rows[index]),
                    cell.column,
                    text[index].as_py(),
                    f"{event_type} has no field {name}",
                    "Leave the cell empty on rows of this type.",
                )

    def _events(
        self, view: View, selected: Mask, number: int, block: EventBlock, event_type: str
    ) -> tuple[pa.Table, Ints, Ints]:
        """The candidates of one block and type, and the place in the batch of each one's row.

        Last: the places of the rows that the block takes, but that have no time for the event.
        """
        where = place(view, self.mapping, block.facility)
        self._watch_place(view, block, selected)
        precision = self.mapping.precision_at(block)
        when = self._instants(view, block.at, where.zone_codes, where.zones, precision)
        at_column = _column(block)
        self._refuse_no_time(view, selected, block, event_type, when)
        missing = selected & ~when.moments.given
        selected = selected & when.moments.given
        for state, (reason, remedy) in _UNREADABLE.items():
            unread = selected & (when.moments.state == state)
            self._refuse_rows(view, unread, at_column, when.moments.text, reason, remedy)
        good = selected & when.moments.ok
        subject, no_subject = self._subject(view, block, selected)
        good &= ~no_subject
        for mask, column, text, reason, remedy in where.bad:
            self._refuse_rows(view, selected & mask, column, text, reason, remedy)
            good &= ~mask
        if good.any():
            place_of = (at_column, event_type in ARRIVALS)
            self.latest[place_of] = max(self.latest.get(place_of, 0), int(when.utc[good].max()))
        earliest, latest, bad = self._widened(view, block, when, where, good)
        good &= ~bad
        columns: dict[str, pa.Array] = {
            "occurred_at": pa.array(earliest, INSTANT),
            "occurred_by": pa.array(latest, INSTANT, mask=latest == earliest),
            "subject": subject,
            "agency": where.agency,
            "facility": where.facility,
            "zone": where.zone,
            "type": all_alike(event_type, len(view)),
        }
        required = {n for n, s in FIELDS[event_type].items() if s.required}
        for name, cell in block_cells(block).items():
            if name in (*NOT_COLUMNS, "facility", "id") or cell.count:
                continue
            if name not in FIELDS[event_type] and name in block.fields:
                continue
            refused = np.zeros(len(view), dtype=bool)
            if name == "corrects":
                columns[name] = self._ids(view, cell, selected)
            elif name == "recorded_at" or _is_instant(event_type, name):
                columns[name] = self._instant_field(view, name, cell, selected, where.zone_codes, where.zones)
            else:
                done = convert(view, cell, event_type, name)
                if is_public(block, name, cell):
                    done = self._watched(view, name, cell, done, selected)
                columns[name], refused = done.values, done.bad
                self._bad_values(view, done, cell, selected, required=name in required)
                if name in GROUP_FIELDS:
                    self._count_groups(name, done.values, selected)
            if name in required:
                empty = selected & mask_of(pc.is_null(columns[name]))
                column = " + ".join(cell.needs()) or name
                reason = f"{event_type} needs {name}, which is empty"
                self._refuse_rows(
                    view, empty & ~refused, column, None, reason, "Fill the cell, or state a default."
                )
                good &= ~empty
        if block.id is not None:
            columns["id"] = self._ids(view, block.id, selected)
        table, parents = self._pick(view, columns, np.flatnonzero(good), when, number, block.kind)
        return table, parents, view.parent[missing]

    def _watch_place(self, view: View, block: EventBlock, selected: Mask) -> None:
        facility = block.facility or self.mapping.facility
        for name, cell in (("facility", facility), ("agency", self.mapping.agency)):
            seen = ("place", name, cell)
            if seen in view.memory or not selected.any():
                continue
            view.memory[seen] = True
            if cell is not None and cell.value is None and cell.made_of is None:
                text = view.cell_text(cell)
                self._watch.field(name, cell.needs(), pc.unique(text.filter(pa.array(selected))))

    def _refuse_no_time(
        self, view: View, selected: Mask, block: EventBlock, event_type: str, when: Instants
    ) -> None:
        """Refuse rows without the time that the block needs, and bookings after the export."""
        column, state, text = _column(block), when.moments.state, when.moments.text
        if block.refuses_no_time():
            empty = selected & (state == State.EMPTY)
            self._refuse_rows(view, empty, column, None, f"{event_type} has no time", _DATE_REMEDY)
        for absent, means in MEANS.items():
            future = absent is State.AFTER_EXPORT and event_type in ARRIVALS
            if block.refuses_no_time() or future:
                remedy = _NO_TIME_REMEDIES.get(absent, _DATE_REMEDY)
                reason = f"{event_type} has no time: {means}"
                self._refuse_rows(view, selected & (state == absent), column, text, reason, remedy)

    def _count_groups(self, name: str, values: pa.Array, selected: Mask) -> None:
        counted = pc.value_counts(values.filter(pa.array(selected)).drop_null())
        for value, count in zip(*(part.to_pylist() for part in counted.flatten()), strict=True):
            self.groups[name][value] += count

    def _pick(
        self,
        view: View,
        columns: dict[str, pa.Array],
        index: Ints,
        when: Instants,
        number: int,
        kind: SubjectKind,
    ) -> tuple[pa.Table, Ints]:
        schema = self._schemas[kind]
        size, take = len(index), pa.array(index)
        made = {}
        for name, values in columns.items():
            values = _coded(view, values) if schema.field(name).type == TEXT else values
            made[name] = values if size == len(view) else values.take(take)
        made["_source"] = pa.repeat(pa.scalar(self.source, pa.int16()), size)
        made["_row"] = pa.array(view.rows[index])
        made["_part"] = pa.array(view.part[index].astype(np.int16))
        made["_block"] = pa.repeat(pa.scalar(number, pa.int16()), size)
        made["_later"] = pa.array(when.later[index])
        made["_day"] = pa.array(when.day[index])
        made["_gap"] = pa.array(when.gap[index])
        made["_two_digit"] = pa.array(when.moments.two_digit[index])
        made["_day_only"] = pa.array(when.moments.width[index] == DAY)
        for field in schema:
            if field.name not in made and field.name not in ("_events", "_head", "_same"):
                made[field.name] = pa.nulls(size, field.type)
        return pa.table(made), view.parent[index]

    def _finish(
        self, batch: Batch, pieces: list[tuple[SubjectKind, pa.Table, Ints]], lost: Mask
    ) -> dict[SubjectKind, pa.Table]:
        """Drop the events of lost rows; write into the rest how many events each row gave."""
        kept = []
        for kind, table, parents in pieces:
            keep = ~lost[parents]
            if not keep.all():
                table, parents = table.filter(pa.array(keep)), parents[keep]
            for name, policy in (
                ("_gap", "daylight_saving_gap"),
                ("_two_digit", "two_digit_years"),
                ("_day_only", "dates_without_time"),
            ):
                self.policies[policy] += pc.sum(table[name]).as_py() or 0
            self.policies["daylight_saving_overlap"] += int(np.count_nonzero(table["_later"].to_numpy()))
            kept.append((kind, table.drop(["_gap", "_two_digit", "_day_only"]), parents))
        every = np.concatenate([p for _, _, p in kept]) if kept else np.empty(0, dtype=np.int64)
        counts = np.bincount(every, minlength=len(batch.rows))
        head = np.zeros(len(every), dtype=bool)
        head[np.unique(every, return_index=True)[1]] = True
        tables: dict[SubjectKind, list[pa.Table]] = {}
        at = 0
        for kind, table, parents in kept:
            table = table.append_column("_events", pa.array(counts[parents].astype(np.int32)))
            table = table.append_column("_head", pa.array(head[at : at + len(parents)]))
            table = table.append_column("_same", pa.array(batch.same[parents]))
            at += len(parents)
            tables.setdefault(kind, []).append(
                table.select(self._schemas[kind].names).cast(self._schemas[kind])
            )
        return {
            kind: _in_row_order(pa.concat_tables(parts).unify_dictionaries().combine_chunks())
            for kind, parts in tables.items()
        }

    def _subject(self, view: View, block: EventBlock, selected: Mask) -> tuple[pa.Array, Mask]:
        """The key of each row, and the selected rows that have none and are refused."""
        spec = block.subject or self.mapping.subject
        if spec.row:
            return pc.binary_join_element_wise(
                pa.repeat(str(self.source + 1), len(view)), pa.array(view.rows).cast(pa.string()), spec.join
            ), np.zeros(len(view), dtype=bool)
        texts = [view.text(c) for c in spec.needs()]
        if spec.made_of is not None:
            key = view.made_key(spec.made_of)
            self._partly[view.parent[selected & partly_empty(texts)]] = True
        else:
            key = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, spec.join)
        refused = selected & ~mask_of(pc.is_valid(key))
        self._refuse_rows(view, refused, " + ".join(spec.needs()), None, "the key is empty", _KEY_REMEDY)
        for column in spec.columns or ():
            refused = refused | self._personal_keys(view, column, selected)
        if spec.prefix:
            key = pc.binary_join_element_wise(spec.prefix, key, "")
        if spec.suffix:
            key = pc.binary_join_element_wise(key, spec.suffix, "")
        return key, refused

    def _personal_keys(self, view: View, column: str, selected: Mask) -> Mask:
        """Refuse the rows whose key, or part of the key, looks like a name or another personal value."""
        text = view.text(column)
        if ("personal", column) not in view.memory:
            view.memory["personal", column] = personal_in_key(text)
            self._watch.key(column, text.filter(pa.array(selected)))
        refused = np.zeros(len(view), dtype=bool)
        for what, mask in view.memory["personal", column].items():  # type: ignore[attr-defined]
            reason = f"the key looks like {what}"
            self._refuse_rows(view, selected & mask, column, text, reason, _PERSONAL_KEY_REMEDY)
            refused |= selected & mask
        return refused

    def _watched(self, view: View, name: str, cell: Cell, done: Converted, selected: Mask) -> Converted:
        """A public field's values, without those that are surely personal data."""
        columns = cell.needs()
        if self._watch.vouched(columns) or not pa.types.is_string(done.text.type):
            return done
        distinct = pc.unique(done.text.filter(pa.array(selected))).drop_null()
        self._watch.field(name, columns, distinct)
        why = {
            text: (f"looks like {what}, and this field is public", _PERSONAL_REMEDY)
            for what, mask in certain(distinct).items()
            for text in distinct.filter(pa.array(mask)).to_pylist()
        }
        if not why:
            return done
        found = pc.is_in(done.text, value_set=pa.array(list(why), pa.string()))
        values = pc.if_else(found, pa.scalar(None, done.values.type), done.values)
        return Converted(values, done.text, done.bad | mask_of(found), {**done.why, **why})

    def _widened(
        self, view: View, block: EventBlock, when: Instants, where: Place, good: Mask
    ) -> tuple[Ints, Ints, Mask]:
        """The earliest and the latest moments, with what the block says of how well they are known.

        The mask has the rows whose statement of it cannot be read; they are refused.
        """
        earliest, latest = when.utc, when.latest
        bad = np.zeros(len(view), dtype=bool)
        if block.until is not None:
            until = self._instants(view, block.until, where.zone_codes, where.zones, block.until.precision)
            column, given = " + ".join(block.until.needs()), until.moments.given & good
            unread = given & ~until.moments.ok
            early = given & until.moments.ok & (until.latest < earliest)
            text = until.moments.text
            for state, (reason, remedy) in _UNREADABLE.items():
                self._refuse_rows(view, unread & (until.moments.state == state), column, text, reason, remedy)
            reason = "the latest moment is before the earliest"
            self._refuse_rows(view, early, column, text, reason, "Swap the two times or correct one of them.")
            latest = np.where(given & until.moments.ok, until.latest, latest)
            bad |= unread | early
        if block.about is not None:
            text = view.cell_text(block.about)
            margins = {t: length_of_time(t) for t in pc.unique(text).to_pylist() if t is not None}
            unread = good & mask_of(
                pc.is_in(text, value_set=pa.array([t for t in margins if margins[t] is None], pa.string()))
            )
            self._refuse_rows(
                view, unread, " + ".join(block.about.needs()), text, "not a length of time", _ABOUT_REMEDY
            )
            around = np.array([margins.get(t) or 0 for t in text.to_pylist()], dtype=np.int64)
            earliest, latest = earliest - around, latest + around
            bad |= unread
        return earliest, latest, bad

    def _instants(
        self,
        view: View,
        cell: Cell,
        zone_codes: npt.NDArray[np.int32],
        zones: list[str],
        precision: str | None = None,
        *,
        ahead: bool = False,
    ) -> Instants:
        """A cell as moments. With `ahead`, they may come after the export."""
        key = (
            "instant",
            cell.model_dump_json(),
            precision,
            ahead,
            tuple(zones),
            zone_codes.tobytes() if len(zones) > 1 else b"",
        )
        if key not in view.memory:
            found = moments(view, cell, self.mapping.dates, self.mapping.policies, precision)
            view.memory[key] = instants(found, zone_codes, zones, self._export)
            if ahead:
                found.state[found.state == State.AFTER_EXPORT] = State.READ
            column = " + ".join(cell.needs())
            self.absent.note(column, found.state, found.text, view.parent)
            if precision is None:
                self.clocks[column, "timed"] += int(found.timed.sum())
                self.clocks[column, "midnight"] += int(found.midnight.sum())
        return view.memory[key]  # type: ignore[return-value]

    def _instant_field(
        self,
        view: View,
        name: str,
        cell: Cell,
        selected: Mask,
        zone_codes: npt.NDArray[np.int32],
        zones: list[str],
    ) -> pa.Array:
        when = self._instants(view, cell, zone_codes, zones, ahead=name in MAY_LIE_AHEAD)
        column, state = " + ".join(cell.needs()), when.moments.state
        late = (f"the time is {MEANS[State.AFTER_EXPORT]}", _NO_TIME_REMEDIES[State.AFTER_EXPORT])
        for code, (reason, remedy) in {**_UNREADABLE, State.AFTER_EXPORT: late}.items():
            for index in np.flatnonzero(selected & (state == code)).tolist():
                text = when.moments.text[index].as_py()
                self.refusals.value(int(view.rows[index]), column, text, reason, remedy)
        self.policies["two_digit_years"] += int((selected & when.moments.two_digit).sum())
        self.policies["daylight_saving_gap"] += int((selected & when.gap).sum())
        return pc.if_else(pa.array(when.moments.ok), pa.array(when.utc, INSTANT), pa.scalar(None, INSTANT))

    def _ids(self, view: View, cell: Cell, selected: Mask) -> pa.Array:
        text = view.cell_text(cell)
        raw = self._duck.ask(
            "SELECT unhex(replace(TRY_CAST(x AS UUID)::VARCHAR, '-', '')) AS y FROM t",
            t=pa.table({"x": text}),
        )["y"].combine_chunks()
        ids = pa.ExtensionArray.from_storage(pa.uuid(), raw.cast(pa.binary(16)))
        for index in np.flatnonzero(
            selected & mask_of(pc.is_valid(text)) & mask_of(pc.is_null(ids))
        ).tolist():
            self.refusals.value(
                int(view.rows[index]),
                cell.column,
                text[index].as_py(),
                "no UUID",
                "Leave it out: one is made.",
            )
        return ids

    def _bad_values(self, view: View, done: Converted, cell: Cell, selected: Mask, *, required: bool) -> None:
        column = " + ".join(cell.needs())
        refuse = self.refusals.row if required else self.refusals.value
        for index in np.flatnonzero(done.bad & selected).tolist():
            text = done.text[index].as_py()
            refuse(int(view.rows[index]), column, text, *done.why[text])

    def _refuse_rows(
        self, view: View, mask: Mask, column: str, text: pa.Array | None, reason: str, remedy: str
    ) -> None:
        for index in np.flatnonzero(mask).tolist():
            value = text[index].as_py() if text is not None else None
            self.refusals.row(int(view.rows[index]), column, value, reason, remedy)


def _column(block: EventBlock) -> str:
    """The column, or columns, of a block's moment."""
    return " + ".join(block.at.needs())


def day_columns(mapping: Mapping, clocks: Counter[tuple[str, str]]) -> list[str]:
    """The columns of events' moments whose times of day are all midnight: they hold days."""
    columns = {_column(block) for block in mapping.event if mapping.precision_at(block) is None}
    return sorted(c for c in columns if 0 < clocks[c, "midnight"] == clocks[c, "timed"])


def _coded(view: View, texts: pa.Array) -> pa.Array:
    """A column of texts, each kept once; columns that several blocks share are coded once."""
    if pa.types.is_dictionary(texts.type):
        return texts
    key = ("coded", id(texts))
    if key not in view.memory:
        # The texts are kept too: an id is good only while its array lives.
        view.memory[key] = texts, pc.dictionary_encode(texts)
    return view.memory[key][1]  # type: ignore[index]


def _in_row_order(table: pa.Table) -> pa.Table:
    """Rows, items and blocks in order: where the source is sorted by its key, so are its events."""
    keys = [table[name].to_numpy() for name in ("_block", "_part", "_row")]
    order = np.lexsort(keys)
    in_order = bool((order[1:] > order[:-1]).all())
    return table if in_order else table.take(pa.array(order))


def _is_instant(event_type: str, name: str) -> bool:
    spec = FIELDS[event_type].get(name)
    return spec is not None and spec.arrow == INSTANT
