"""Hypothesis strategies for rosters: what happened, and the layout in which a jail's system writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Puerto_Rico",
)
EXPORTED = datetime(2024, 12, 20, tzinfo=UTC)

REASONS = {
    ("custody.released", "bond"): ("BONDED OUT", "Cash Bond", "BOND - ICE HOLD CANCELLED", "INS BOND"),
    ("custody.released", "recognizance"): ("OWN RECOGNIZANCE", "ROR", "NO ICE DETAINER - RELEASED OWN RECOG"),
    ("custody.released", "served"): ("TIME SERVED", "Sentence Expired", "NO TRANSFER - TIME SERVED"),
    ("custody.released", "dismissed"): ("CASE DISMISSED", "Dismissed"),
    ("custody.released", "not_filed"): ("NO CHARGES FILED", "CHARGES NOT FILED"),
    ("custody.departed", "ice"): ("RELEASED TO ICE", "TO ICE", "ICE CUSTODY"),
    ("custody.departed", "prison"): ("STATE PRISON", "TO DEPT OF CORRECTIONS"),
    ("custody.departed", "other_agency"): ("TO OTHER COUNTY", "US MARSHAL"),
}  # fmt: skip
"""What a jail writes when a person leaves, by what it means. Some texts name what did not happen."""

CHARGES = {
    "felony": ("BURGLARY 2ND DEGREE", "THEFT 2", "POSS OF STOLEN PROPERTY"),
    "misdemeanor": ("DUI", "ASSAULT 4", "TRESPASS, 1ST DEGREE", "SIMPLE BATTERY & TOUCHING"),
    "hold": ("HOLD FOR ICE", "HOLD OTHER AGENCY"),
}


@dataclass(frozen=True)
class Left:
    """How and when a person left; `text`: what the jail wrote."""

    at: datetime
    type: str
    code: str
    text: str


@dataclass(frozen=True)
class Away:
    """A temporary absence or a move: an event type, its time, and the place."""

    type: str
    at: datetime
    code: str


@dataclass(frozen=True)
class Booking:
    """One stay as it happened, in local time without a zone."""

    person: int
    booked: datetime
    charges: tuple[tuple[str, str], ...]
    left: Left | None
    away: tuple[Away, ...]


@dataclass(frozen=True)
class Layout:
    """How a roster is written.

    `moment`: writes a local time in one column; None: `day` and `clock` do so in two. `rows`: what a row is;
    `open`: what stands for a time that there is not; `levels`: codes of the charges' levels;
    `beside`: columns that a roster has besides, and that mislead; `titles`: rows above the header.
    """

    zone: str
    headers: dict[str, str]
    rows: str
    file: str
    moment: Callable[[datetime], object] | None
    day: Callable[[datetime], str]
    clock: Callable[[datetime], str] | None
    open: str
    levels: dict[str, str] | None
    reasons: bool
    numbers: bool
    separator: str
    day_first: bool
    beside: tuple[str, ...]
    titles: int


def _local(zone: str) -> Callable[[int], datetime]:
    def at(minutes: int) -> datetime:
        instant = datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(minutes=minutes)
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    return at


@st.composite
def bookings(draw: st.DrawFn, zone: str) -> list[Booking]:
    """Stays of a few people; nobody is booked while still in the jail."""
    at, stays = _local(zone), []
    for person in range(draw(st.integers(1, 5))):
        minute = draw(st.integers(0, 300_000))
        for _ in range(draw(st.integers(1, 3))):
            booked, charges = at(minute), tuple(draw(st.lists(_CHARGE, min_size=1, max_size=3)))
            length = draw(st.one_of(st.integers(0, 3 * 1440), st.integers(1440, 40 * 1440)))
            away = draw(_away(at, minute, length))
            last = draw(st.integers(0, 3)) == 0
            left = None if last else draw(_left(at(minute + length)))
            stays.append(Booking(person, booked, charges, left, away))
            if last:
                break
            minute += length + draw(st.integers(1, 30 * 1440))
    return sorted(stays, key=lambda s: s.booked)


_CHARGE = st.sampled_from([(text, level) for level, texts in CHARGES.items() for text in texts])


@st.composite
def _left(draw: st.DrawFn, at: datetime) -> Left:
    (kind, code), texts = draw(st.sampled_from(list(REASONS.items())))
    return Left(at, kind, code, draw(st.sampled_from(texts)))


@st.composite
def _away(draw: st.DrawFn, at: Callable[[int], datetime], start: int, length: int) -> tuple[Away, ...]:
    if length < 1440 or not draw(st.booleans()):
        return ()
    out = start + draw(st.integers(60, length - 600))
    if draw(st.booleans()):
        return (Away("custody.moved", at(out), draw(st.sampled_from(("NORTH", "MAIN")))),)
    where = draw(st.sampled_from(("hospital", "court")))
    return Away("custody.departed", at(out), where), Away("custody.returned", at(out + 300), "")


_HEADERS = {
    "number": ("Booking Number", "BookingNo", "BKG_NUM", "booking_id", "Book #"),
    "person": ("Inmate ID", "PersonId", "SO No", "subject_id"),
    "name": ("Name", "Inmate Name", "FullName"),
    "sex": ("Sex", "GENDER"),
    "booked": ("Booking Date", "BookDate", "Date Booked", "Admit Date", "intake_date"),
    "booked time": ("Booking Time", "BookTime", "Time Booked", "Admit Time", "intake_time"),
    "left": ("Release Date", "RELDATE", "Date Released", "Discharge Date", "Out Date"),
    "left time": ("Release Time", "RELTIME", "Time Released", "Discharge Time", "Out Time"),
    "reason": ("Release Reason", "Rel Type", "How Released", "Discharge Reason"),
    "charge": ("Charge", "Charge Description", "OFFENSE", "charges"),
    "level": ("Level", "Charge Level", "SEVERITY", "Fel/Misd"),
    "facility": ("Facility", "Jail", "Site"),
}
_MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%m/%d/%Y %H:%M", "%m/%d/%y %H%M", "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%d-%b-%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%Y-%m-%d",
    "%d/%m/%Y", "%m-%d-%y",
)  # fmt: skip
BESIDE = ("arrest", "court", "birth", "due", "facility", "bond", "officer")
"""Columns that a roster has besides: times of other things, places, sums, and people of the jail."""
_CLOCKS = ("%H:%M", "%H%M", "%I:%M %p", "%H:%M:%S")
_OPEN = ("", "NULL", "IN CUSTODY", "N/A", "-", "12/31/2099")


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    zone = draw(st.sampled_from(ZONES))
    headers = {role: draw(st.sampled_from(names)) for role, names in _HEADERS.items()}
    for role in ("booked", "left"):  # a system names a date and its time alike
        headers[f"{role} time"] = _HEADERS[f"{role} time"][_HEADERS[role].index(headers[role])]
    moment: Callable[[datetime], object] | None
    clock, day = None, draw(st.sampled_from(("%m/%d/%Y", "%Y-%m-%d", "%m/%d/%y", "%d/%m/%Y")))
    form = day
    way = draw(st.sampled_from(("text", "text", "text", "two columns", "epoch", "excel", "cells")))
    if way == "two columns":
        moment, clock = None, _written(draw(st.sampled_from(_CLOCKS)))
    elif way == "epoch":
        moment = draw(st.sampled_from((_seconds(zone), _milliseconds(zone), _asp(zone))))
    elif way == "excel":
        moment = _serial
    elif way == "cells":
        moment = _as_it_is
    else:
        form = draw(st.sampled_from(_MOMENTS))
        moment = _written(form)
    levels = draw(
        st.sampled_from(
            (
                None,
                {"felony": "F", "misdemeanor": "M", "hold": "H"},
                {"felony": "Felony", "misdemeanor": "Misdemeanor", "hold": ""},
            )
        )
    )
    return Layout(
        zone=zone,
        headers=headers,
        rows=draw(st.sampled_from(("booking", "charge", "event"))),
        file=draw(st.sampled_from(("csv", "tsv", "jsonl", "json", "xlsx"))),
        moment=moment,
        day=_written(day),
        day_first=form.startswith("%d/"),
        beside=tuple(draw(st.lists(st.sampled_from(BESIDE), max_size=3, unique=True))),
        titles=draw(st.sampled_from((0, 0, 0, 2))),
        clock=clock,
        open=draw(st.sampled_from(_OPEN)),
        levels=levels,
        reasons=draw(st.booleans()),
        numbers=draw(st.sampled_from((True, True, True, False))),
        separator=draw(st.sampled_from(("; ", "|", " / "))),
    )


def _written(form: str) -> Callable[[datetime], str]:
    return lambda at: at.strftime(form)


def _instant(at: datetime, zone: str) -> int:
    return int(at.replace(tzinfo=ZoneInfo(zone)).timestamp())


def _seconds(zone: str) -> Callable[[datetime], object]:
    return lambda at: _instant(at, zone)


def _milliseconds(zone: str) -> Callable[[datetime], object]:
    return lambda at: _instant(at, zone) * 1000


def _asp(zone: str) -> Callable[[datetime], object]:
    return lambda at: f"/Date({_instant(at, zone) * 1000})/"


def _as_it_is(at: datetime) -> object:
    """A cell of a workbook that is a date and time; ISO elsewhere."""
    return at


def _serial(at: datetime) -> object:
    since = at - datetime(1899, 12, 30)
    return f"{since.days + since.seconds / 86400:.9f}"
