"""A suggested mapping: what the file proves as blocks, everything else as questions."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.header_words import words
from evenhand.intake.mapping.questions import Question
from evenhand.intake.personal.headers import personal_by_name
from evenhand.intake.run import Progress
from evenhand.intake.suggest import toml
from evenhand.intake.suggest.charges import Charges
from evenhand.intake.suggest.doubts import Doubts, reading, reference
from evenhand.intake.suggest.exits import exit_blocks
from evenhand.intake.suggest.keys import subject_of
from evenhand.intake.suggest.look import Column, Look, look
from evenhand.intake.suggest.moments import Times
from evenhand.intake.suggest.movements import movement_blocks
from evenhand.intake.suggest.place import agency_of, zone_of
from evenhand.intake.suggest.roles import FOOTER, Roles, assign
from evenhand.intake.suggest.rows import repeats

_RULE = "# " + "-" * 78


@dataclass(frozen=True)
class Suggestion:
    """A mapping as TOML text, what it is sure of in words, and its questions."""

    text: str
    sure: tuple[str, ...]
    questions: tuple[Question, ...]


def suggest_mapping(source: Path, progress: Progress | None = None) -> Suggestion:
    """Suggest a mapping for a source. Raises `IntakeError`."""
    duck = Duck()
    try:
        seen = look(source, duck, progress)
        draft = _Draft(seen, assign(seen, duck), duck)
        text = draft.text()
    finally:
        duck.close()
    return Suggestion(text, tuple(draft.doubts.sure), tuple(draft.doubts.questions))


class _Draft:
    def __init__(self, seen: Look, roles: Roles, duck: Duck) -> None:
        self.seen, self.roles, self.duck = seen, roles, duck
        self.doubts = Doubts()
        self.times = Times(seen, roles, self.doubts, duck)
        if not roles.of("booked"):
            names = ", ".join(repr(c.name) for c in seen.columns[:40])
            raise IntakeError(
                f"{seen.file}: no column looks like a date and time of booking. The file has: {names}. "
                "If a date is there in a form of its own, write the mapping by hand with its format."
            )

    def text(self) -> str:
        """The mapping. The head and the blocks come first, as they decide what is asked."""
        top, sections = self._head(), self._blocks()
        top = self._with_dates(top)
        lines = [*self._title(), "", *top]
        lines += self._asked()
        lines += self._tables()
        for made in sections:
            lines += ["", *made]
        lines += self._left_out()
        return "\n".join(lines) + "\n"

    def _title(self) -> list[str]:
        seen = self.seen
        facts = ", ".join(f"{name} {fact}" for name, fact in seen.facts.items())
        lines = [f"# A mapping for {seen.file} ({seen.kind}; {facts}), suggested from {seen.extent()}."]
        left = len(self.doubts.questions)
        if left:
            lines += [
                f"# It leaves {left} questions open. Intake takes the file once each has an answer.",
                "# Write the answers here, or answer at the terminal:",
                "#   evenhand intake questions THIS_FILE --ask",
            ]
        return lines

    def _head(self) -> list[str]:
        roles, seen = self.roles, self.seen
        stem = re.sub(r"\W+", "-", seen.file.split(".")[0]).strip("-").lower() or "export"
        lines = [
            toml.line("name", stem),
            toml.line("agency", agency_of(seen, roles, self.doubts)),
            toml.line("zone", zone_of(seen, roles, self.doubts)),
        ]
        self.booked = self._role("booked", "booking time", "Which column has the time of booking?")
        self.released = self._role(
            "released", "release time", "Which column has the time of leaving the jail?"
        )
        self.rows = self._rows()
        times = [] if self._is_log() else self.times.columns_of(self._plain("booked"))
        subject, note = subject_of(seen, roles, self.doubts, times, self.duck)
        lines.append(toml.line("subject", subject, note))
        facility = roles.first("facility")
        if facility is not None:
            self.doubts.sure.append(f"the facility in {facility.name}")
            lines.append(toml.line("facility", facility.name, facility.examples()))
        lines += [toml.line(name, self.rows[name]) for name in ("rows", "gap") if name in self.rows]
        lines += [
            toml.line("observed_from", self._first_day()),
            toml.line("observed_until", self._last_day()),
            toml.line("exported_on", reference("last day", "exported_on")),
            "# Intake assumes that the file shows every booking, and every exit if each time of leaving",
            "# gives an event; the report says so. To state it yourself, write for example:",
            '# tells = ["person.booked", "custody.released", "custody.departed"]',
        ]
        return lines

    def _with_dates(self, top: list[str]) -> list[str]:
        at = next(i for i, row in enumerate(top) if row.startswith("subject"))
        return [*top[:at], toml.line("dates", self.times.dates()), *top[at:]]

    def _plain(self, role: str) -> Any:
        column = self.roles.first(role)
        return self.times.cell(column) if column is not None else None

    def _role(self, role: str, name: str, asks: str) -> Any:
        """The cell of a role's time, or the reference to a question if several columns fit; or None."""
        columns = self.roles.of(role)
        if not columns:
            return None
        if len(columns) == 1 and self._is_log():
            return self.times.cell(columns[0])
        if len(columns) == 1 and role in self.roles.named:
            self.doubts.sure.append(f"the {name} in {columns[0].name}")
            return self.times.cell(columns[0])
        return self.doubts.ask(
            name,
            asks,
            [reading(c.name, f"such as {c.examples()}", gives=self.times.cell(c)) for c in columns],
            saw=[f"{c.name}: {c.given:,} rows with a date" for c in columns],
        )

    def _first_day(self) -> Any:
        span = self._span()
        return self.doubts.ask(
            "first day",
            "From which day on does the export show every booking?",
            [reading("earliest", "from the earliest time in the file", gives="earliest")],
            saw=[f"the earliest booking is of {span[0]:%Y-%m-%d}"] if span else [],
            free="date",
        )

    def _last_day(self) -> Any:
        span = self._span()
        self.doubts.ask(
            "last day",
            "On which day was the export made? Up to then it is complete, and later times are no events.",
            [
                reading(
                    "latest", "unknown; up to the latest time in the file", gives={"observed_until": "latest"}
                )
            ],
            saw=[f"the latest booking is of {span[1]:%Y-%m-%d}"] if span else [],
            free="date",
        )
        return reference("last day", "observed_until")

    def _span(self) -> Any:
        column = self.roles.first("booked")
        return self.times.span(column) if column is not None else None

    def _blocks(self) -> list[list[str]]:
        movement = self.roles.first("movement")
        if movement is not None and self._is_log():
            self.array = None
            return [toml.block(made) for made in movement_blocks(self.booked, movement, self.doubts)]
        charges = Charges(self.seen, self.roles, self.doubts, self._charged())
        self.array = charges.array
        blocks = [self._booking(), *(toml.block(made) for made in charges.recorded())]
        disposed = self.roles.first("disposed")
        if disposed is not None and self.roles.first("disposition") is not None:
            blocks += [toml.block(made) for made in charges.disposed(self.times.cell(disposed))]
        self._detainer()
        released = self.roles.first("released")
        if released is not None:
            facility = self.roles.first("facility")
            reason = self._reason()
            for made in exit_blocks(
                {"at": self.released, "group": self.rows["group"], "once": self.rows["once"]},
                released,
                reason,
                list(facility.counts) if facility else [],
                self.doubts,
            ):
                blocks.append(toml.block(made))
        return blocks

    def _is_log(self) -> bool:
        """Whether each row is one event: a column names it, and there is no time of leaving beside it."""
        return bool(self.roles.of("movement")) and not self.roles.of("released")

    def _charged(self) -> Any:
        """The cell of the charges' time; asked where rows may repeat a charge on each day of a snapshot."""
        snapshot = self.roles.first("snapshot")
        if snapshot is None or not self.roles.of("charge"):
            return self.booked
        return self.doubts.ask(
            "daily rows",
            f"{snapshot.name} looks like the day of a snapshot. Do the rows repeat a charge on each day?",
            [
                reading("repeat", "leave the charges out, as they would be counted once a day"),
                reading("new", "each row is a charge of its own", gives=self.booked),
            ],
            saw=[f"{snapshot.name}: {len(snapshot.counts):,} days, such as {snapshot.examples()}"],
        )

    def _booking(self) -> list[str]:
        fields: dict[str, Any] = {}
        arrested = self.roles.first("arrested")
        if arrested is not None and arrested not in self.roles.of("booked"):
            fields["arrested_at"] = self.times.cell(arrested)
        agency = self.roles.first("arresting_agency")
        if agency is not None and agency.item_of is None:
            fields["arresting_agency"] = agency.name
        person, names = self.roles.first("person"), self.roles.names
        if person is not None:
            fields["person_key"] = person.name
        if names:
            fields["name"] = names[0] if len(names) == 1 else {"columns": names}
        birth = self.roles.first("birth_date")
        if birth is not None:
            if birth.name in self.roles.dates:
                self.times.cell(birth)
            fields["birth_date"] = birth.name
        for field, role in (("sex", "sex"), ("race_ethnicity", "race"), ("age_group", "age")):
            column = self.roles.first(role)
            if column is not None:
                fields[field] = column.name
        self.doubts.sure += [f"{field} of person.booked" for field in fields]
        once = self.rows["once"]
        return toml.block({"type": "person.booked", "at": self.booked, "once": once, "fields": fields})

    def _rows(self) -> dict[str, Any]:
        """What several rows of one key are: the keys of the mapping and of its blocks that say it."""
        sure = {"once": "first", "group": "exit"}
        key, booked, facility = (self.roles.first(role) for role in ("key", "booked", "facility"))
        if key is None or booked is None or booked.item_of is not None or self._is_log():
            return sure
        found = repeats(key, booked, self.roles.first("released"), facility, self.duck)
        if not found.rebooked and not found.releases:
            return sure
        saw = [f"values of {key.name} with several rows: {found.keys:,}, in {self.seen.extent()}"]
        if found.rebooked:
            saw.append(f"with several booking times: {found.rebooked:,}, such as {found.example}")
        if found.releases:
            saw.append(f"with several release times at one booking time: {found.releases:,}")
        if found.places:
            saw.append(f"in several facilities, one after the other: {found.places:,}")
        first, last = ({"once": name, "group": "exit"} for name in ("first", "last"))
        readings = [
            reading("stays", "each row is a stay of its own", gives={"rows": "stays"}),
            reading("one stay", "all rows are one stay; the first row counts", gives=first),
            reading("last row", "all rows are one stay; the last row counts", gives=last),
        ]
        if facility is not None:
            means = "each row is a part of a stay in one building; the next part begins within 4 hours"
            readings.insert(1, reading("stints", means, gives={"rows": "stints", "gap": "4 h"}))
        self.doubts.ask("rows", f"What are several rows of one {key.name}?", readings, saw=saw)
        return {name: reference("rows", name) for name in ("rows", "gap", "once", "group")}

    def _reason(self) -> Column | None:
        """The column that says how a stay ended: of several the one with the most words."""
        found = [c for c in self.roles.of("cause") if c.item_of is None]
        return max(found, key=lambda c: sum(t.count(" ") for t in c.counts) / len(c.counts), default=None)

    def _detainer(self) -> None:
        for column in self.roles.of("detainer"):
            hold = {"type": "custody.hold_started", "fields": {"basis": {"value": "detainer"}}}
            self.doubts.ask(
                column.name,
                f"What happened at the time in {column.name}?",
                [
                    reading("issued", "ICE issued the detainer", event={"type": "detainer.issued"}),
                    reading("served", "the person got a copy", event={"type": "detainer.served"}),
                    reading("held", "the jail began to hold the person on it", event=hold),
                    reading("none", "none of these, or unknown"),
                ],
                saw=[f"{column.given:,} rows, such as {column.examples()}"],
                event={"at": self.times.cell(column), "once": "first"},
            )

    def _asked(self) -> list[str]:
        asked = self.doubts.questions
        if not asked:
            return []
        lines = ["", _RULE, "# Questions: write the name of a reading between the quotes of each answer."]
        for question in asked:
            lines += ["", *toml.question(question, self.doubts.hints.get(question.name, {}))]
        return [*lines, "", _RULE, "# What the file shows without a doubt"]

    def _tables(self) -> list[str]:
        seen = self.seen
        facts: list[str] = []
        if seen.header > 1:
            facts.append(toml.line("header", seen.header, "the row with the names of the columns"))
        foot = next((c for c in seen.columns[:1] if any(FOOTER.match(t) for t in c.counts)), None)
        if foot is not None:
            shown = ", ".join(repr(t) for t in foot.counts if FOOTER.match(t))
            skip = [{"column": foot.name, "matches": FOOTER.pattern.replace("(?:", "^(?:", 1)}]
            facts.append(toml.line("skip", skip, f"rows that are no data: {shown[:80]}"))
        if seen.kind == "delimited":
            delimiter = seen.facts["delimiter"].split("'")[1].encode().decode("unicode_escape")
            facts.append(toml.line("delimiter", delimiter))
            encoding = seen.facts["encoding"].split()[0]
            if encoding not in ("ascii", "utf-8"):
                facts.append(toml.line("encoding", encoding, "by the bytes of the file"))
        lines = ["", "[file]", *facts] if facts else []
        pivot = self.times.pivot()
        if pivot is not None:
            lines += ["", "[policies]", toml.line("two_digit_year_pivot", pivot)]
        return lines

    def _left_out(self) -> list[str]:
        used = {c.name for columns in self.roles.candidates.values() for c in columns}
        used |= {*self.roles.names, *self.roles.clocks, *self.roles.origin}
        lines: list[str] = []
        if self.roles.origin:
            lines += [
                "",
                "# Not mapped, on purpose: what a person said of birth or citizenship belongs only to",
                "# the answers of an interview (interview.held: stated_place_of_birth,",
                "# stated_citizenship), kept apart as personal.",
                *(toml.remark("  " + name) for name in self.roles.origin),
            ]
        planned = self.roles.of("planned")
        if planned:
            lines += ["", "# Not mapped: plans are no events."]
            lines += [toml.remark(f"  {c.name}: {c.examples()}") for c in planned]
        left = [c for c in self.seen.columns if c.name not in used and c.name != self.array]
        if left:
            lines += ["", "# Columns that nothing maps:"]
            lines += [toml.remark(f"  {c.name}: {_examples(c)}") for c in left]
        return lines


def _examples(column: Column) -> str:
    """Some values of a column, unless they are personal data."""
    what = personal_by_name(column.name) or ("a person's data" if words(column.name) & {"name"} else None)
    return what or (column.examples() if column.given else "always empty")
