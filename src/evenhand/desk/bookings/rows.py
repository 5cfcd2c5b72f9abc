"""Bookings from a CSV file: one row a charge, the rows of one booking number make one booking.

What is wrong with a row is said with its number, column, value and remedy; the good rows go on.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.desk.bookings.acts import Booking, Charge, KnownBookingError, Origin, book_all
from evenhand.desk.bookings.forms import NUMBER, ChargeForm, FactsForm
from evenhand.desk.places.models import Facility
from evenhand.desk.record.act import Actor, BadActError, RefusedError
from evenhand.desk.record.remedies import REMEDIES
from evenhand.record.events import SourceKind

MAX_BYTES = 5_000_000
MAX_ROWS = 2_000
BATCH = 200

COLUMNS: dict[str, Promise] = {
    "number": gettext_lazy("Booking number. Required."),
    "facility": gettext_lazy("Code of the facility. Required where your agency has several."),
    "booked_at": gettext_lazy("Time of booking in the facility's time, 2026-11-24 13:05. Required."),
    "name": gettext_lazy("Last name, first name. Required."),
    "birth_date": gettext_lazy("Date of birth, 1990-01-31."),
    "arrested_at": gettext_lazy("Time of arrest."),
    "arresting_agency": gettext_lazy("Agency that arrested. Required."),
    "foreign_national": gettext_lazy("yes or no; blank if nobody asked."),
    "statute": gettext_lazy("Section or text of the offense. Required for a charge."),
    "ncic_class": gettext_lazy("First two digits of the NCIC code."),
    "level": gettext_lazy("felony, misdemeanor, infraction, ordinance or hold."),
    "charge_agency": gettext_lazy("Agency that charged, where it is not the arresting agency."),
    "person_key": gettext_lazy("The jail's own key for the person. Kept apart from the public record."),
    "race_ethnicity": gettext_lazy("Kept apart for statistics of uniformity; no page shows it."),
    "sex": gettext_lazy("Kept apart for statistics of uniformity; no page shows it."),
}
"""The columns of a file of bookings, each with what it holds."""

REQUIRED = ("number", "booked_at", "name", "arresting_agency")
HIDDEN = ("race_ethnicity", "sex", "person_key")
"""Columns whose values are not shown again, not even where they are wrong."""
_OF_FACTS = ("booked_at", "name", "birth_date", "arrested_at", "arresting_agency", "foreign_national")
_OF_CHARGE = ("statute", "ncic_class", "level", "charge_agency")


class FileError(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row; `row` counts as a spreadsheet does, the header being 1."""

    row: int
    number: str
    column: str
    value: str
    problem: str
    remedy: str


@dataclass
class Outcome:
    """What became of a file: how many rows it had, how many bookings were recorded or known before."""

    file: str
    rows: int = 0
    recorded: list[str] = field(default_factory=list)
    known: int = 0
    ignored_columns: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def bad_rows(self) -> int:
        return len({problem.row for problem in self.problems})


class RowForm(FactsForm):
    """The facts in a row, and what is kept apart."""

    number = forms.CharField(max_length=64, validators=[NUMBER])
    person_key = forms.CharField(max_length=200, required=False)
    race_ethnicity = forms.CharField(max_length=100, required=False)
    sex = forms.CharField(max_length=100, required=False)


Row = tuple[int, dict[str, str]]


def read(content: bytes, name: str, facility: str) -> tuple[Outcome, list[tuple[Booking, int]]]:
    """The bookings in a file, each with the number of its first row, and what was wrong with other rows.

    `facility`: that of rows that name none. Raises `FileError`.
    """
    reader = csv.DictReader(io.StringIO(_text(content, name), newline=""), strict=True, restkey="")
    columns = _columns(reader, name)
    outcome = Outcome(name, ignored_columns=sorted(set(columns) - COLUMNS.keys()))
    facilities = {found.code: found for found in Facility.objects.all()}
    if len(facilities) == 1:
        facility = facility or next(iter(facilities))
    by_number: dict[tuple[str, str], list[Row]] = {}
    try:
        for place, raw in enumerate(reader, start=2):
            outcome.rows += 1
            if outcome.rows > MAX_ROWS:
                raise FileError(
                    _("%(file)s: more than %(rows)s rows. Split the file.") % {"file": name, "rows": MAX_ROWS}
                )
            if raw.get(""):
                outcome.problems.append(_too_long(place, raw))
                continue
            row = {c: (raw.get(c) or "").strip() for c in COLUMNS}
            row["facility"] = row["facility"] or facility
            by_number.setdefault((row["facility"], row["number"]), []).append((place, row))
    except csv.Error as error:
        raise FileError(
            _("%(file)s, line %(line)s: it is no CSV (%(error)s). Save it as CSV UTF-8 again.")
            % {"file": name, "line": reader.line_num, "error": error}
        ) from None
    bookings = []
    for (code, _number), rows in by_number.items():
        place_of = facilities.get(code)
        if place_of is None:
            outcome.problems += [
                _problem(place, row, "facility", _("There is no such facility in your agencies."))
                for place, row in rows
            ]
            continue
        with timezone.override(ZoneInfo(place_of.zone)):
            booking, problems = _booking(place_of, rows)
        outcome.problems += problems
        if booking is not None:
            bookings.append((booking, rows[0][0]))
    return outcome, bookings


def _text(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise FileError(
            _("%(file)s: larger than %(size)s MB. Split the file.")
            % {"file": name, "size": MAX_BYTES // 10**6}
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(_("%(file)s: it is not in UTF-8. Save it as CSV UTF-8.") % {"file": name}) from None
    if "\0" in text:
        raise FileError(_("%(file)s: it is no text. Save it as CSV UTF-8.") % {"file": name})
    return text


def _columns(reader: "csv.DictReader[str]", name: str) -> list[str]:
    try:
        reader.fieldnames = [(c or "").strip().lower() for c in reader.fieldnames or ()]
    except csv.Error as error:
        raise FileError(
            _("%(file)s: it is no CSV (%(error)s). Save it as CSV UTF-8 again.")
            % {"file": name, "error": error}
        ) from None
    columns = [c for c in reader.fieldnames if c]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise FileError(
            _("%(file)s: the first row does not name the columns %(columns)s. Add them.")
            % {"file": name, "columns": ", ".join(missing)}
        )
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise FileError(
            _("%(file)s: the column %(columns)s stands twice. Remove one.")
            % {"file": name, "columns": ", ".join(twice)}
        )
    return columns


def _problem(place: int, row: Mapping[str, Any], column: str, problem: str) -> Problem:
    value = "" if column in HIDDEN else str(row.get(column, ""))[:200]
    remedy = str(COLUMNS.get(column, _("Correct the row and upload the file again.")))
    return Problem(place, str(row.get("number", ""))[:64], column, value, problem, remedy)


def _too_long(place: int, row: Mapping[str, Any]) -> Problem:
    said = _("The row has more cells than the first row has columns.")
    return Problem(
        place,
        str(row.get("number") or ""),
        "",
        "",
        said,
        _("Put text that has a comma between quotation marks."),
    )


def _booking(facility: Facility, rows: list[Row]) -> tuple[Booking | None, list[Problem]]:
    """The booking that rows of one number make; where one of them is wrong it is not recorded at all."""
    place, first = rows[0]
    form = RowForm(first)
    problems = list(_wrong(form, place, first))
    charges: list[Charge] = []
    for number, (at, row) in enumerate(rows, start=1):
        problems += [
            _problem(at, row, column, _("It differs from the first row of this booking."))
            for column in _OF_FACTS
            if row[column] != first[column]
        ]
        if any(row[column] for column in _OF_CHARGE):
            charge = ChargeForm(row)
            problems += _wrong(charge, at, row)
            if charge.is_valid():
                charges.append(charge.charge(number))
    if problems:
        stopped = {problem.row for problem in problems}
        problems += [
            _problem(at, row, "", _("Another row of this booking is wrong."))
            for at, row in rows
            if at not in stopped
        ]
        return None, problems
    said = form.cleaned_data
    groups = {name: said[name] for name in HIDDEN}
    return (
        Booking(
            agency=facility.agency,
            facility=facility.code,
            number=said["number"],
            charges=tuple(charges),
            **{**form.facts(), "booked_at": said["booked_at"], **groups},
        ),
        [],
    )


def _wrong(form: forms.Form, place: int, row: Mapping[str, Any]) -> Iterator[Problem]:
    for column, wrong in form.errors.items():
        yield _problem(place, row, column, " ".join(map(str, wrong)))


def record(outcome: Outcome, bookings: list[tuple[Booking, int]], by: Actor) -> None:
    """Record the bookings of a file, some in each transaction; what became of each goes to `outcome`."""
    for start in range(0, len(bookings), BATCH):
        chunk = bookings[start : start + BATCH]
        origins = [Origin(SourceKind.IMPORT, outcome.file, row) for _booking, row in chunk]
        results = book_all([booking for booking, _row in chunk], by, origins)
        for (booking, row), result in zip(chunk, results, strict=True):
            if isinstance(result, str):
                outcome.recorded.append(result)
            elif isinstance(result, KnownBookingError) and result.same:
                outcome.known += 1
            else:
                outcome.problems += _refused(booking, row, result)
    outcome.problems.sort(key=lambda problem: problem.row)


def _refused(booking: Booking, row: int, error: BadActError | RefusedError) -> Iterator[Problem]:
    if isinstance(error, RefusedError):
        for refusal in error.refusals:
            rule = refusal.rule
            remedy = str(REMEDIES.get(rule.id, ""))
            yield Problem(row, booking.number, "", "", f"{rule.id}: {_(rule.sentence)}", remedy)
        return
    for column, wrong in error.fields.items():
        remedy = str(COLUMNS.get(column, ""))
        yield Problem(
            row, booking.number, column, booking.number if column == "number" else "", wrong, remedy
        )
