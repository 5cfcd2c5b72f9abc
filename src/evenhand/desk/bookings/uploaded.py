"""Reading a file of bookings: the events that can be recorded, and what is wrong with the other rows.

Intake reads the file, as `evenhand intake` does; here its events are held against what the desk needs of a
booking. What is wrong with a row is said with its number in the file, column, value and remedy. A booking of
which one row is wrong is not recorded at all, so that its charges keep their numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import ValidationError as WrongEventError

from evenhand.desk.bookings import mapping as mappings
from evenhand.desk.bookings import offenses
from evenhand.desk.bookings.models import MOST_NUMBER, check_number
from evenhand.desk.places.models import Agency, Facility
from evenhand.desk.record.act import AHEAD, now
from evenhand.desk.record.wrong import wrong_fields
from evenhand.record.events import FIELDS, Event, parse
from evenhand.record.events.booking import ChargeRecorded, PersonBooked

if TYPE_CHECKING:
    from evenhand.intake.apart import Taken
    from evenhand.intake.mapping.model import Mapping

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
MOST_NAME = 200


class FileError(ValueError):
    """The file as a whole can't be read; the message says why and what to do."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row; `row` counts as a spreadsheet does, the header and blank rows included.

    `file`: the file's name, and the sheet where several are read.
    """

    file: str
    row: int
    number: str
    column: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Upload:
    """What was read of one file for one agency.

    `events`: those of bookings without a problem, each with its `source_row`; a subject is the agency's ORI
    and the booking's number. `columns`: for each field of an event type the column that it is read from.
    `counts`: what intake counts by name, such as how often it did what a policy says.
    """

    file: str
    agency: str
    rows: int = 0
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    def column_of(self, event_type: str, name: str) -> str:
        return self.columns.get(f"{event_type}.{name}") or self.columns.get(name, "")

    def dump(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        events = [{"type": e.type, **e.model_dump(mode="json", exclude_none=True)} for e in self.events]
        return {**asdict(self), "events": events}

    @classmethod
    def load(cls, content: dict[str, Any]) -> Self:
        """Return what `dump` gave."""
        return cls(
            **{
                **content,
                "events": [parse(event) for event in content["events"]],
                "problems": [Problem(**problem) for problem in content["problems"]],
            }
        )


def read(content: bytes, name: str, agency: Agency, facility: Facility | None) -> Upload:
    """Read a file with the agency's mapping; rows without a facility get `facility`. Raises `FileError`."""
    from evenhand.intake.apart import Bounds, plain_name, take_apart
    from evenhand.intake.errors import IntakeError

    text = mappings.in_use(agency, facility).text
    try:
        mapping = mappings.checked(text, agency)
        taken = take_apart(content, name, text, Bounds(rows=MAX_ROWS))
    except (IntakeError, mappings.MappingError) as error:
        raise FileError(str(error)) from None
    return _Reading(mapping, agency, facility).upload(plain_name(name), taken)


class _Reading:
    """Holds what intake took against what the desk needs of a booking."""

    def __init__(self, mapping: "Mapping", agency: Agency, facility: Facility | None) -> None:
        self.mapping, self.agency = mapping, agency
        self.columns = mappings.columns_of(mapping)
        self.hidden = mappings.hidden_columns(mapping)
        self.facilities = {found.code: found for found in Facility.objects.filter(agency=agency.agency)}
        only = next(iter(self.facilities.values())) if len(self.facilities) == 1 else None
        self.facility = facility or only

    def upload(self, name: str, taken: "Taken") -> Upload:
        problems = [self._entry(entry) for entry in taken.entries]
        refused: dict[str, set[tuple[str, int]]] = {}
        for entry in taken.entries:
            refused.setdefault(entry["key"], set()).add((entry["file"], entry.get("row", 0)))
        good: list[Event] = []
        for number, rows in _by_subject(taken.events).items():
            events, found = self._booking(number, rows, refused.get(number, set()))
            problems += found
            good += events
        return Upload(
            file=name,
            agency=self.agency.agency,
            rows=taken.rows,
            events=good,
            problems=sorted(problems, key=lambda problem: (problem.file, problem.row)),
            columns=self.columns,
            counts=taken.counts,
            unused=taken.unused,
        )

    def _entry(self, entry: dict[str, Any]) -> Problem:
        """An entry of the quarantine as intake words it, without values that no page shows."""
        column = entry.get("column") or ""
        shown = column and not self.hidden & {column, *column.split(" + ")}
        value = entry.get("value", "") if shown else ""
        number = entry["key"][:MOST_NUMBER]
        place = entry["file"], entry.get("row", 0), number
        return Problem(*place, column, value, entry["reason"], entry["remedy"])

    def _booking(
        self, number: str, rows: list[dict[str, Any]], refused: set[tuple[str, int]]
    ) -> tuple[list[Event], list[Problem]]:
        """The events of one booking; none if a row is wrong. `refused`: its rows that intake refused."""
        found: list[Problem] = []
        placed = []
        for row in rows:
            place, wrong = self._place(row)
            found += [self._problem(row, number, *one) for one in wrong]
            if place is not None:
                placed.append({**row, "facility": place.code})
        if not _is_number(number):
            said = _("This can't be the number of a booking."), _("Give each booking a readable number.")
            found.append(self._problem(rows[0], number, "subject", number, *said))
        events = self._once(number, placed, found) if not found else []
        for row, event in events:
            found += [self._problem(row, number, *wrong) for wrong in self._wrong(row, event)]
        if not found and not refused:
            return [self._of_agency(event) for _row, event in events], []
        found = list(dict.fromkeys(found))  # Several events of one row have one time and one place.
        stopped = refused | {(problem.file, problem.row) for problem in found}
        others = dict.fromkeys((row["source_file"], row["source_row"]) for row in rows)
        said = _("Another row of this booking is wrong."), _("Correct that row and upload the file again.")
        found += [Problem(*at, number[:MOST_NUMBER], "", "", *said) for at in others if at not in stopped]
        return [], found

    def _place(self, row: dict[str, Any]) -> tuple[Facility | None, list[tuple[str, str, str, str]]]:
        """The facility of an event, or what is wrong with its place: field, value, problem, remedy."""
        if row["agency"] != self.agency.agency:
            said = _("This is a booking of another agency."), _("Leave such rows out of the file.")
            return None, [("agency", row["agency"], *said)]
        code = row.get("facility")
        place = self.facility if code is None else self.facilities.get(code)
        if place is None:
            said = (
                _("There is no such facility in your agency."),
                _("Write the facility's code: %(codes)s. Or choose one on the page, for rows that name none.")
                % {"codes": ", ".join(sorted(self.facilities))},
            )
            return None, [("facility", code or "", *said)]
        if row["zone"] != place.zone:
            said = (
                _("The mapping reads this time in %(zone)s, but the facility's zone is %(own)s.")
                % {"zone": row["zone"], "own": place.zone},
                _("Correct `zone` in the mapping."),
            )
            return None, [("zone", row["zone"], *said)]
        return place, []

    def _once(
        self, number: str, rows: Sequence[dict[str, Any]], found: list[Problem]
    ) -> list[tuple[dict[str, Any], Event]]:
        """The events, with one booking: rows that repeat it must agree with the first."""
        first: dict[str, Any] | None = None
        events = []
        for row in rows:
            if row["type"] == PersonBooked.type:
                if first is not None:
                    found += self._differs(number, first, row)
                    continue
                first = row
            said = {key: value for key, value in row.items() if key in _PARSED or key in FIELDS[row["type"]]}
            try:
                events.append((row, parse(self._with_iso_birth(said), stored=False)))
            except WrongEventError as error:
                remedy = _("Correct the value and upload the file again.")
                for name, wrong in wrong_fields(error).items():
                    found.append(self._problem(row, number, name, str(row.get(name, "")), wrong, remedy))
        return events

    def _differs(self, number: str, first: dict[str, Any], row: dict[str, Any]) -> Iterator[Problem]:
        for name in ("facility", "occurred_at", *FIELDS[PersonBooked.type]):
            if row.get(name) != first.get(name):
                value = str(row.get(name, "")) if name != "occurred_at" else ""
                said = (
                    _("It differs from row %(row)s of this booking.") % {"row": first["source_row"]},
                    _(
                        "Make the rows of one booking agree. If they are several bookings, the key must tell "
                        "them apart."
                    ),
                )
                yield self._problem(row, number, name, value, *said)

    def _with_iso_birth(self, said: dict[str, Any]) -> dict[str, Any]:
        born = said.get("birth_date")
        if born is None:
            return said
        day = _day(born, self.mapping.dates, datetime.fromisoformat(said["occurred_at"]).date())
        return {**said, "birth_date": born if day is None else day.isoformat()}

    def _wrong(self, row: dict[str, Any], event: Event) -> Iterator[tuple[str, str, str, str]]:
        """What the desk needs of an event that intake does not ask for: field, value, problem, remedy."""
        if event.occurred_at > now() + AHEAD:
            yield "occurred_at", "", _("The time is in the future."), _("Give the time when it happened.")
        if isinstance(event, PersonBooked):
            yield from self._wrong_booking(row, event)
        if isinstance(event, ChargeRecorded):
            yield from _wrong_charge(event)

    def _wrong_booking(self, row: dict[str, Any], event: PersonBooked) -> Iterator[tuple[str, str, str, str]]:
        if not event.name:
            yield "name", "", _("The name is required."), _("Write last name, first name.")
        elif len(event.name) > MOST_NAME:
            yield (
                "name",
                event.name[:MOST_NAME],
                _("The name is too long."),
                _("Shorten it to 200 characters."),
            )
        latest = event.occurred_by or event.occurred_at
        if event.arrested_at is not None and event.arrested_at > latest:
            said = _("The arrest comes after the booking."), _("Correct one of the times.")
            yield "arrested_at", "", *said
        if event.birth_date is not None:
            yield from self._wrong_birth(row, event, event.birth_date)

    def _wrong_birth(
        self, row: dict[str, Any], event: PersonBooked, born: str
    ) -> Iterator[tuple[str, str, str, str]]:
        try:
            day = date.fromisoformat(born)
        except ValueError:
            said = (
                _("This is not a valid date."),
                _("Write 1990-01-31, or add the format of the dates to `dates` in the mapping."),
            )
            yield "birth_date", row["birth_date"], *said
            return
        if day >= event.occurred_at.astimezone(ZoneInfo(event.zone)).date():
            said = _("The date of birth comes after the booking."), _("Correct the date.")
            yield "birth_date", row["birth_date"], *said

    def _of_agency(self, event: Event) -> Event:
        return event.model_copy(update={"subject": f"{self.agency.agency}:{event.subject}"})

    def _problem(
        self, row: dict[str, Any], number: str, name: str, value: str, problem: str, remedy: str
    ) -> Problem:
        column = self.columns.get(f"{row['type']}.{name}") or self.columns.get(name) or ""
        shown = "" if name in mappings.HIDDEN else value[:MOST_NAME]
        place = row["source_file"], row["source_row"], number[:MOST_NUMBER]
        return Problem(*place, column, shown, problem, remedy)


_PARSED = (
    "id", "type", "version", "subject", "agency", "facility", "occurred_at", "occurred_by", "zone",
    "source_kind", "source_file", "source_row",
)  # fmt: skip


def _wrong_charge(event: ChargeRecorded) -> Iterator[tuple[str, str, str, str]]:
    if not event.statute:
        yield "statute", "", _("The charge names no offense."), _("Write the section or text of the offense.")
    code = event.ncic_class
    if code is not None and code not in offenses.classes():
        said = _("There is no such NCIC class."), _("Write the first two digits of the NCIC code.")
        yield "ncic_class", code, *said


def _is_number(text: str) -> bool:
    """Whether a text can be the number of a booking."""
    try:
        check_number(text)
    except ValidationError:
        return False
    return True


def _by_subject(rows: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["subject"], []).append(row)
    return found


def _day(text: str, formats: Sequence[str], booked: date) -> date | None:
    """A date of birth in ISO or in one of the formats of days; None where none reads it.

    A year of two digits is the last such year before the booking.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    for form in formats:
        day_only = form.partition(" ")[0]
        if "%" not in day_only:
            continue
        try:
            day = datetime.strptime(text, day_only).date()
        except ValueError:
            continue
        if "%y" in day_only and day >= booked:
            day = date(day.year - 100, day.month, day.day)
        return day
    return None
