"""A batch of rows as candidate events, with the rows and values that the mapping cannot read set aside."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.candidates import NOT_COLUMNS, candidate_schema
from evenhand.intake.build.conditions import holds
from evenhand.intake.build.convert import Converted, convert
from evenhand.intake.build.place import Place, place
from evenhand.intake.build.times import DAY, WIDTHS, Instants, instants, moments
from evenhand.intake.build.view import Ints, Mask, View, mask_of
from evenhand.intake.declared import EXIT_TIMES_WITHOUT_EVENT, EXITS
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import Cell, EventBlock, Mapping, TypeColumn, block_cells
from evenhand.intake.readers.batch import Batch
from evenhand.intake.refusal import Refusals
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.record.events.arrow import INSTANT

_DATE_REMEDY = "Correct it in the export, or add its format to `dates` (or `formats`) in the mapping."
_ABOUT_REMEDY = "Write how far off the time may be, such as 30 min, 2 h or 1 day."
_KEY_REMEDY = "Give every row its key, or leave such rows out with `when`."


@dataclass
class Built:
    """What one batch gave: candidates by kind, and how many of its rows are accounted for."""

    tables: dict[SubjectKind, pa.Table]
    accounted: int


class Builder:
    """Builds the candidates of one source. `policies` counts what stated policies did.

    `clocks` counts for each column of times those with a time of day, and those of them that are midnight.
    """

    def __init__(self, mapping: Mapping, source: int, refusals: Refusals, duck: Duck) -> None:
        self.mapping, self.source, self.refusals, self._duck = mapping, source, refusals, duck
        self.policies: Counter[str] = Counter()
        self.clocks: Counter[tuple[str, str]] = Counter()
        self._schemas = {b.kind: candidate_schema(b.kind, mapping) for b in mapping.event}

    def build(self, batch: Batch) -> Built:
        for bad in batch.bad:
            self.refusals.row(bad.row, None, bad.value, bad.reason, bad.remedy)
        needed = set(self.mapping.needed())
        for cell in batch.bad_values:
            if cell.column in needed:
                self.refusals.value(*cell)
        view = View(batch.table, batch.rows, self.mapping.file.null, self._duck)
        live = ~view.blank
        pieces: list[tuple[SubjectKind, pa.Table, Ints]] = []
        for number, block in enumerate(self.mapping.event):
            for sub, selected, event_type in self._expand(view, block, live):
                table, parents = self._events(sub, selected, number, block, event_type)
                if len(parents):
                    pieces.append((block.kind, table, parents))
        lost = np.isin(batch.rows, self.refusals.lost())
        self._count_exits(view, pieces, live & ~lost)
        self.policies["blank_rows"] += int((view.blank & ~lost).sum())
        tables = self._finish(batch, pieces, lost, live)
        return Built(tables, int((~lost).sum()))

    def _count_exits(self, view: View, pieces: list[tuple[SubjectKind, pa.Table, Ints]], rows: Mask) -> None:
        """Count the rows that have a time of exit, but no event of custody at that time."""
        blocks = self.mapping.event
        exits = {_column(b): b.at for b in blocks if b.type in EXITS and not (b.split or b.each)}
        for column, at in exits.items():
            same = [
                n for n, b in enumerate(blocks) if _column(b) == column and str(b.type).startswith("custody.")
            ]
            text = view.cell_text(Cell(column=at.date, null=at.null) if at.date is not None else at)
            given = rows & mask_of(pc.is_valid(text))
            for _, table, parents in pieces:
                if table["_block"][0].as_py() in same:
                    given[parents] = False
            self.policies[EXIT_TIMES_WITHOUT_EVENT] += int(given.sum())

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
    ) -> tuple[pa.Table, Ints]:
        """The candidates of one block and type, and the place in the batch of each one's row."""
        where = place(view, self.mapping, block.facility)
        precision = self.mapping.precision_at(block)
        when = self._instants(view, block.at, where.zone_codes, where.zones, precision)
        at_column = _column(block)
        missing = selected & ~when.moments.given
        if block.refuses_no_time():
            self._refuse_rows(view, missing, at_column, None, f"{event_type} has no time", _DATE_REMEDY)
        selected = selected & when.moments.given
        self._refuse_rows(
            view,
            selected & ~when.moments.ok,
            at_column,
            when.moments.text,
            "not a valid date and time",
            _DATE_REMEDY,
        )
        good = selected & when.moments.ok
        subject = self._subject(view, block)
        no_subject = selected & ~mask_of(pc.is_valid(subject))
        key = " + ".join((block.subject or self.mapping.subject).columns)
        self._refuse_rows(view, no_subject, key, None, "the key is empty", _KEY_REMEDY)
        good &= ~no_subject
        for mask, column, text, reason, remedy in where.bad:
            self._refuse_rows(view, selected & mask, column, text, reason, remedy)
            good &= ~mask
        earliest, latest, bad = self._widened(view, block, when, where, good)
        good &= ~bad
        columns: dict[str, pa.Array] = {
            "occurred_at": pa.array(earliest, INSTANT),
            "occurred_by": pa.array(latest, INSTANT, mask=latest == earliest),
            "subject": subject,
            "agency": where.agency,
            "facility": where.facility,
            "zone": where.zone,
            "type": pa.repeat(pa.scalar(event_type, pa.string()), len(view)),
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
                columns[name] = self._instant_field(view, cell, selected, where.zone_codes, where.zones)
            else:
                done = convert(view, cell, event_type, name)
                columns[name], refused = done.values, done.bad
                self._bad_values(view, done, cell, selected, required=name in required)
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
        return self._pick(view, columns, np.flatnonzero(good), when, number, block.kind)

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
        self, batch: Batch, pieces: list[tuple[SubjectKind, pa.Table, Ints]], lost: Mask, live: Mask
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
        self.policies["rows_without_event"] += int(((counts == 0) & ~lost & live).sum())
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
        return {kind: _in_row_order(pa.concat_tables(parts)) for kind, parts in tables.items()}

    def _subject(self, view: View, block: EventBlock) -> pa.Array:
        spec = block.subject or self.mapping.subject
        texts = [view.text(c) for c in spec.columns]
        key = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, spec.join)
        if spec.prefix:
            key = pc.binary_join_element_wise(spec.prefix, key, "")
        if spec.suffix:
            key = pc.binary_join_element_wise(key, spec.suffix, "")
        return key

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
            self._refuse_rows(view, unread, column, text, "not a valid date and time", _DATE_REMEDY)
            reason = "the latest moment is before the earliest"
            self._refuse_rows(view, early, column, text, reason, "Swap the two times or correct one of them.")
            latest = np.where(given & until.moments.ok, until.latest, latest)
            bad |= unread | early
        if block.about is not None:
            text = view.cell_text(block.about)
            margins = {t: margin(t) for t in pc.unique(text).to_pylist() if t is not None}
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
    ) -> Instants:
        key = (
            "instant",
            cell.model_dump_json(),
            precision,
            tuple(zones),
            zone_codes.tobytes() if len(zones) > 1 else b"",
        )
        if key not in view.memory:
            found = moments(view, cell, self.mapping.dates, self.mapping.policies, precision)
            view.memory[key] = instants(found, zone_codes, zones)
            if precision is None:
                column = " + ".join(cell.needs())
                self.clocks[column, "timed"] += int(found.timed.sum())
                self.clocks[column, "midnight"] += int(found.midnight.sum())
        return view.memory[key]  # type: ignore[return-value]

    def _instant_field(
        self,
        view: View,
        cell: Cell,
        selected: Mask,
        zone_codes: npt.NDArray[np.int32],
        zones: list[str],
    ) -> pa.Array:
        when = self._instants(view, cell, zone_codes, zones)
        column = " + ".join(cell.needs())
        for index in np.flatnonzero(selected & when.moments.given & ~when.moments.ok).tolist():
            self.refusals.value(
                int(view.rows[index]),
                column,
                when.moments.text[index].as_py(),
                "not a valid date and time",
                _DATE_REMEDY,
            )
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


def margin(text: str) -> int | None:
    """A length of time such as `30 min`, `2 h` or `1 day` in microseconds; None if it is none."""
    found = re.fullmatch(r"(\d{1,4}) ?(min|m|minutes?|h|hours?|d|days?)", text.lower())
    if found is None:
        return None
    unit = {"m": WIDTHS["minute"], "h": WIDTHS["hour"], "d": DAY}[found[2][0]]
    return int(found[1]) * unit


def _in_row_order(table: pa.Table) -> pa.Table:
    """Rows, items and blocks in order: where the source is sorted by its key, so are its events."""
    keys = [table[name].to_numpy() for name in ("_block", "_part", "_row")]
    order = np.lexsort(keys)
    return table.take(pa.array(order)) if len(order) else table


def _is_instant(event_type: str, name: str) -> bool:
    spec = FIELDS[event_type].get(name)
    return spec is not None and spec.arrow == INSTANT
