"""The suggested mapping as TOML, each guess with its reason."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.load import parse_mapping
from evenhand.intake.mapping.model import ISO, PLACEHOLDER
from evenhand.intake.suggest.codes import doubtful_moves, guess_codes
from evenhand.intake.suggest.dates import Dates
from evenhand.intake.suggest.look import Column, Look, look
from evenhand.intake.suggest.roles import Roles, assign, words
from evenhand.record.episode import TEMPORARY

_SEPARATORS = (";", "|", "\n", " / ")
_MOST_CODES = 60


def suggest_mapping(source: Path) -> str:
    """A mapping for a source, as TOML text that `intake --check` takes as it is. Raises `IntakeError`."""
    duck = Duck()
    try:
        seen = look(source, duck)
        roles = assign(seen, duck)
        text = _Draft(seen, roles, duck).text()
    finally:
        duck.close()
    parse_mapping(text.encode(), f"suggestion for {source.name}")
    return text


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _remark(text: str) -> str:
    return "#   " + " ".join(text.split())


def _list(texts: "tuple[str, ...] | list[str]") -> str:
    return "[" + ", ".join(_q(t) for t in texts) + "]"


class _Draft:
    def __init__(self, seen: Look, roles: Roles, duck: Duck) -> None:
        self.seen, self.roles, self.duck = seen, roles, duck
        if "booked" not in roles.chosen:
            names = ", ".join(repr(c.name) for c in seen.columns[:40])
            raise IntakeError(
                f"{seen.file}: no column looks like a date and time of booking. The file has: {names}. "
                "If a date is there in a form of its own, write the mapping by hand with its format."
            )
        self.at = {
            role: self._moment(role) for role in ("booked", "released", "arrested", "detainer", "disposed")
        }
        every = [f for m in self.at.values() if m for f in m[1]]
        self.dates = tuple(dict.fromkeys(every)) or (ISO,)
        charge = roles.chosen.get("charge")
        self.array = charge.item_of if charge else None
        self.separator = self._separator(charge) if charge and not self.array else None

    def text(self) -> str:
        lines = self._head()
        for block in (self._booked(), self._charges(), self._disposed(), self._detainer(), *self._exits()):
            lines += ["", *block] if block else []
        lines += self._left_out()
        return "\n".join(lines) + "\n"

    def _head(self) -> list[str]:
        roles, seen = self.roles, self.seen
        stem = re.sub(r"\W+", "-", seen.file.split(".")[0]).strip("-").lower() or "export"
        facts = ", ".join(f"{k} {v}" for k, v in seen.facts.items())
        lines = [
            f"# A starter mapping for {seen.file} ({seen.kind}; {facts}), from its first {seen.rows:,} rows.",
            "# Read each line marked `guess` or `TODO`, correct it, and remove the mark.",
            f"name = {_q(stem)}",
            f'agency = "{PLACEHOLDER}"  # TODO: the ORI of the agency that runs the jail',
            'zone = "America/New_York"  # TODO: a guess only; the IANA time zone of the jail',
        ]
        lines.append(f"dates = {_list(self.dates)}  # guess: these read the sample's dates")
        lines.append(self._subject())
        if "facility" in roles.chosen:
            column = roles.chosen["facility"]
            lines.append(
                f"facility = {_q(column.name)}  # guess: {roles.why['facility']}; {column.examples()}"
            )
        lines.append('observed_from = "earliest"  # TODO: the first day of the export')
        lines.append('observed_until = "latest"  # TODO: the moment up to which the export is complete')
        lines += self._tells()
        if seen.kind == "delimited":
            delimiter = seen.facts["delimiter"].split("'")[1].encode().decode("unicode_escape")
            lines += [
                "",
                "[file]",
                f"delimiter = {_q(delimiter)}  # guess: the sample's rows have one width with it",
            ]
            encoding = seen.facts["encoding"].split()[0]
            if encoding not in ("ascii", "utf-8"):
                lines.append(f"encoding = {_q(encoding)}  # guess: by the sample's bytes")
        return lines

    def _subject(self) -> str:
        roles = self.roles
        if "key" in roles.chosen:
            column = roles.chosen["key"]
            rows = "one row each" if len(column.counts) == column.given else "several rows each"
            return f"subject = {_q(column.name)}  # guess: {roles.why['key']}; {rows}"
        person = roles.chosen.get("person")
        parts = [person.name] if person else self.roles.names[:3]
        moment = self.at["booked"]
        assert moment is not None
        columns = [*parts, *moment[2]]
        return (
            f"subject = {_list(columns)}  # TODO: no column names the booking; this joins what tells it apart"
        )

    def _moment(self, role: str) -> tuple[str, tuple[str, ...], list[str]] | None:
        """A role's time as TOML, its formats, and its columns."""
        column = self.roles.chosen.get(role)
        if column is None:
            return None
        dates = self.roles.dates[column.name]
        clock = self._clock_of(column) if dates.day_only or self._midnights(column) else None
        null = f", null = {_list(dates.null)}" if dates.null else ""
        if clock is not None:
            return self._composed(column, dates, clock, null)
        formats = dates.formats
        inner = f"column = {_q(column.name)}{null}"
        return (f"{{ {inner} }}" if null else _q(column.name)), formats, [column.name]

    def _composed(
        self, column: Column, dates: Dates, clock: Column, null: str
    ) -> tuple[str, tuple[str, ...], list[str]]:
        form, pad = self.roles.clocks[clock.name]
        formats = []
        for day in dates.formats:
            base = day.split(" %H")[0].split(" %I")[0]
            formats += [base if day == ISO and form in (" %H:%M", " %H:%M:%S") else
                        ("%Y-%m-%d" if day == ISO else base) + form, base]  # fmt: skip
        width = ", pad = 4" if pad else ""
        text = f"{{ date = {_q(column.name)}, time = {_q(clock.name)}{width}{null} }}"
        return text, tuple(dict.fromkeys(formats)), [column.name, clock.name]

    def _midnights(self, column: Column) -> bool:
        texts = list(column.counts)[:200]
        return all(re.search(r"[ T]0?0:00(:00)?$|[ T]12:00(:00)? ?[Aa][Mm]$", t) for t in texts)

    def _clock_of(self, column: Column) -> Column | None:
        """The column of times that goes with a column of dates: the one whose name is most like it."""
        own = words(column.name) - {"date"}
        best = None
        for name in self.roles.clocks:
            if words(name) - {"time"} == own:
                best = self.seen.named(name)
        if best is None and len(self.roles.clocks) == 1 and column is self.roles.chosen.get("booked"):
            (name,) = self.roles.clocks
            shared = words(name) - {"time"}
            if not shared or shared & own:
                best = self.seen.named(name)
        return best

    def _when(self, role: str) -> str:
        moment = self.at[role]
        assert moment is not None
        return f"at = {moment[0]}  # guess: {self.roles.why[role]}"

    def _field(self, field: str, role: str) -> list[str]:
        column = self.roles.chosen.get(role)
        if column is None:
            return []
        return [f"{field} = {_q(column.name)}  # guess: {self.roles.why[role]}; {column.examples()}"]

    def _booked(self) -> list[str]:
        lines = [
            "[[event]]",
            'type = "person.booked"',
            self._when("booked"),
            self._once(),
            "[event.fields]",
        ]
        if (arrested := self.at["arrested"]) and self.roles.chosen["arrested"].item_of is None:
            lines.append(f"arrested_at = {arrested[0]}  # guess: {self.roles.why['arrested']}")
        agency = self.roles.chosen.get("arresting_agency")
        if agency is not None and agency.item_of is None:
            lines += self._field("arresting_agency", "arresting_agency")
        lines += self._field("person_key", "person")
        if self.roles.names:
            names = self.roles.names
            cell = _q(names[0]) if len(names) == 1 else f"{{ columns = {_list(names)} }}"
            lines.append(f"name = {cell}  # guess: the headers; kept apart as personal")
        lines += self._field("birth_date", "birth_date")
        for field, role in (("sex", "sex"), ("race_ethnicity", "race"), ("age_group", "age")):
            lines += self._field(field, role)
        return lines

    def _separator(self, charge: Column) -> str | None:
        texts = list(charge.counts)[:2000]
        for separator in _SEPARATORS:
            if sum(separator in t for t in texts) > 0.02 * len(texts):
                return separator
        return None

    def _items(self) -> list[str]:
        charge = self.roles.chosen["charge"]
        if self.array is not None:
            return [f"each = {_q(self.array)}  # guess: its cells are JSON arrays, one item a charge"]
        if self.separator is not None:
            columns = [charge.name]
            level = self.roles.chosen.get("level")
            if level is not None and any(self.separator in t for t in level.counts):
                columns.append(level.name)
            return [
                f"split = {{ columns = {_list(columns)}, by = {_q(self.separator)} }}"
                "  # guess: cells hold several"
            ]
        return []

    def _charges(self) -> list[str]:
        charge = self.roles.chosen.get("charge")
        if charge is None:
            return []
        lines = ["[[event]]", 'type = "charge.recorded"', self._when("booked")]
        lines += self._items()
        lines.append(f"when = [{{ column = {_q(charge.name)}, given = true }}]")
        lines += ["[event.fields]", self._charge_no(), *self._field("statute", "charge")]
        agency = self.roles.chosen.get("arresting_agency")
        if agency is not None and agency.item_of == self.array:
            lines += self._field("arresting_agency", "arresting_agency")
        level = self.roles.chosen.get("level")
        if level is not None and level.item_of == self.array:
            values = level.counts
            if self.separator is not None:
                values = {part.strip() for t in values for part in t.split(self.separator)}  # type: ignore[assignment]
            lines += self._coded("level", level, guess_codes("level", values), "")
        return lines

    def _charge_no(self) -> str:
        number = self.roles.chosen.get("charge_no")
        if number is not None and number.item_of == self.array and self.separator is None:
            return f"charge_no = {_q(number.name)}  # guess: {self.roles.why['charge_no']}"
        return "charge_no = { count = true }  # counted in the order of the rows"

    def _coded(
        self, field: str, column: Column, codes: dict[str, str], default: str, apart: "Sequence[str]" = ()
    ) -> list[str]:
        pairs = ", ".join(f"{_q(v)} = {_q(c)}" for v, c in list(codes.items())[:_MOST_CODES])
        unknown = [v for v in column.counts if v not in codes and v not in apart][:8]
        lines = [
            f"{field} = {{ column = {_q(column.name)}, default = {_q(default)}, values = {{ {pairs} }} }}"
            f"  # guess: {self.roles.why.get(field, 'by the values')}"
        ]
        if unknown:
            shown = ", ".join(repr(v[:40]) for v in unknown)
            lines.append(f"# TODO: {field} of {shown} is {'left empty' if not default else repr(default)}")
        return lines

    def _disposed(self) -> list[str]:
        column, charge = self.roles.chosen.get("disposition"), self.roles.chosen.get("charge")
        moment = self.at["disposed"]
        if column is None or charge is None or moment is None or self.separator is not None:
            return []
        if column.item_of != self.array:
            return []
        lines = ["[[event]]", 'type = "charge.disposed"', self._when("disposed"), *self._items()]
        lines += [
            f"when = [{{ column = {_q(charge.name)}, given = true }}]",
            "[event.fields]",
            self._charge_no(),
        ]
        return lines + self._coded("disposition", column, guess_codes("disposition", column.counts), "other")

    def _detainer(self) -> list[str]:
        if self.at["detainer"] is None:
            return []
        return [
            "# TODO: is this the day on which a detainer was issued, received or entered?",
            "[[event]]",
            'type = "detainer.issued"',
            self._when("detainer"),
            'once = "first"',
        ]

    def _exits(self) -> list[list[str]]:
        if self.at["released"] is None:
            return []
        column = self.roles.chosen.get("cause")
        head = [self._when("released"), 'group = "exit"', self._once()]
        if column is None or column.item_of is not None:
            return [["[[event]]", 'type = "custody.released"', *head]]
        moves = self._moves(column)
        guessed = {v: c for v, c in guess_codes("destination", column.counts).items() if v not in moves}
        away = {v: c for v, c in guessed.items() if c in TEMPORARY}
        gone = {v: c for v, c in guessed.items() if v not in away}
        causes = {v: c for v, c in guess_codes("cause", column.counts).items() if v not in guessed}
        blocks = []
        if gone:
            listed = list(gone)[:_MOST_CODES]
            pairs = ", ".join(f"{_q(v)} = {_q(gone[v])}" for v in listed)
            blocks.append(
                [
                    "# guess: these reasons tell that the person left in another authority's custody",
                    "[[event]]",
                    'type = "custody.departed"',
                    *head,
                    f"when = [{{ column = {_q(column.name)}, in = {_list(listed)} }}]",
                    "[event.fields]",
                    f"destination = {{ column = {_q(column.name)}, values = {{ {pairs} }} }}",
                ]
            )
        release = ["[[event]]", 'type = "custody.released"', *head]
        others = [*list(gone)[:_MOST_CODES], *moves, *away]
        if others:
            release.append(f"when = [{{ column = {_q(column.name)}, not_in = {_list(others)} }}]")
        release += ["[event.fields]", *self._coded("cause", column, causes, "other", others)]
        blocks.append(release)
        if moves:
            blocks.append(self._question_of_moves(column, moves))
        if away:
            blocks.append(self._question_of_absences(column, away))
        return blocks

    def _moves(self, column: Column) -> list[str]:
        facility = self.roles.chosen.get("facility")
        return doubtful_moves(column.counts, facility.counts if facility else ())[:_MOST_CODES]

    def _question_of_moves(self, column: Column, moves: list[str]) -> list[str]:
        """Write a commented block: the file does not say whether a person left custody."""
        moment = self.at["released"]
        assert moment is not None
        return [
            "# TODO: do these reasons mean a move to another facility of the agency (not an exit)?",
            "# If so, uncomment this block. If the person leaves custody, add them to custody.departed.",
            "# Until you decide, these rows give no exit, and `tells` does not include exits.",
            "# [[event]]",
            '# type = "custody.moved"',
            f"# at = {moment[0]}",
            f"# when = [{{ column = {_q(column.name)}, in = {_list(moves)} }}]",
        ]

    def _question_of_absences(self, column: Column, away: dict[str, str]) -> list[str]:
        """Write a commented block: the file does not say whether a person came back."""
        moment = self.at["released"]
        assert moment is not None
        pairs = ", ".join(f"{_q(v)} = {_q(c)}" for v, c in list(away.items())[:_MOST_CODES])
        return [
            "# TODO: does the person come back to the jail from there (not an exit)? If so, uncomment this",
            "# block. If the stay ends, add them to custody.released, or to custody.departed with the",
            "# authority that takes the person. Until you decide, these rows give no exit.",
            "# [[event]]",
            '# type = "custody.departed"',
            f"# at = {moment[0]}",
            f"# when = [{{ column = {_q(column.name)}, in = {_list(list(away)[:_MOST_CODES])} }}]",
            "# [event.fields]",
            f"# destination = {{ column = {_q(column.name)}, values = {{ {pairs} }} }}",
        ]

    def _once(self) -> str:
        """Guess whether rows with the same key belong to one stay or to several."""
        key, booked = self.roles.chosen.get("key"), self.roles.chosen["booked"]
        if key is not None and booked.item_of is None and key.item_of is None:
            first: dict[str, str] = {}
            for name, time in zip(key.texts, booked.texts, strict=True):
                if name is not None and time is not None and first.setdefault(name, time) != time:
                    return f'once = "moment"  # guess: {name} was booked several times; each begins a stay'
        return 'once = "first"'

    def _tells(self) -> list[str]:
        """Guess the event types that the source shows in full, for the reader to confirm.

        Exits are left out where some rows have a time of exit that gives no event yet.
        """
        likely = ["person.booked"]
        column = self.roles.chosen.get("cause")
        if self.at["released"] is not None:
            likely.append("custody.released")
            codes = guess_codes("destination", column.counts) if column and column.item_of is None else {}
            if codes:
                likely.append("custody.departed")
            if column is not None and (self._moves(column) or set(codes.values()) & set(TEMPORARY)):
                likely = likely[:1]
        return [
            "# TODO: for which event types does this export show EVERY event? If an event of these types is",
            "# not in the export, it did not happen. Remove types that can be incomplete; add complete ones.",
            f"tells = {_list(likely)}  # guess: a roster shows who comes and who goes",
        ]

    def _left_out(self) -> list[str]:
        used = {c.name for c in self.roles.chosen.values()} | set(self.roles.names)
        used |= {name for m in self.at.values() if m for name in m[2]}
        lines: list[str] = []
        if self.roles.origin:
            lines += [
                "",
                "# Not mapped, on purpose: what a person said of birth or citizenship belongs only to",
                "# the answers of an interview (interview.held: stated_place_of_birth,",
                "# stated_citizenship), kept apart as personal.",
                *(_remark(name) for name in self.roles.origin),
            ]
        left = [c for c in self.seen.columns if c.name not in {*used, *self.roles.origin, self.array}]
        if left:
            lines += [
                "",
                "# Columns that nothing maps yet:",
                *(_remark(f"{c.name}: {c.examples()}") for c in left),
            ]
        return lines
