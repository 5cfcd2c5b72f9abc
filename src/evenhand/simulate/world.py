"""The counties: agencies, jails, agreements with their dates, and who works there.

All of it is made up. Agency codes have the form of an ORI, officers are numbers.
"""

from dataclasses import dataclass, field
from datetime import date

from evenhand.simulate.calendar import DAY, MINUTE, midnight
from evenhand.simulate.chance import Dice
from evenhand.simulate.rows import History

STATES: tuple[tuple[str, str], ...] = (
    ("NC", "America/New_York"),
    ("TX", "America/Chicago"),
    ("FL", "America/New_York"),
    ("GA", "America/New_York"),
    ("OK", "America/Chicago"),
    ("AZ", "America/Phoenix"),
    ("CO", "America/Denver"),
    ("NV", "America/Los_Angeles"),
)
NEW_TEMPLATE = midnight(date(2025, 2, 15))
"""The day of the agreements' revised template."""
MODELS = ("JEM", "JEM", "WSO", "JEM", "WSO")
SMALLEST = 8
"""How many counties a record has at least: enough for every kind of agreement."""
COORDINATOR, FEDERAL = "coordinator", "federal_supervisor"


@dataclass
class Period:
    """When bookings are made, and up to when the record is complete (seconds, UTC)."""

    start: int
    end: int
    until: int


@dataclass
class County:
    """One agency with its jails. `idle`: when its agreement is suspended."""

    number: int
    agency: str
    zone: str
    model: str
    facilities: list[str]
    annex: str
    effect: int
    renewed: int | None = None
    idle: list[tuple[int, int]] = field(default_factory=list)
    agreements: list[History] = field(default_factory=list)

    @property
    def clerk(self) -> str:
        return f"K-{self.number:04}"

    @property
    def administrator(self) -> str:
        return f"S-{self.number:04}"

    @property
    def complaints_officer(self) -> str:
        return f"M-{self.number:04}"

    @property
    def coordinator(self) -> str:
        return f"C-{self.number:04}"

    @property
    def federal_supervisor(self) -> str:
        return f"U-{self.number:04}-1"

    @property
    def federal_officer(self) -> str:
        return f"U-{self.number:04}-2"


def how_many(bookings: int, years: float) -> int:
    """So many counties that each books about 25,000 people a year."""
    return max(SMALLEST, round(bookings / (25_000 * years)))


def make_counties(dice: Dice, period: Period, count: int) -> list[County]:
    """The counties whose jails book people, each under an agreement throughout the period."""
    counties = []
    for number in range(count):
        county = _county(dice, period, number, MODELS[number % len(MODELS)])
        _agreements(dice, period, county)
        counties.append(county)
    return counties


def make_neighbours(dice: Dice, period: Period, first: int, count: int) -> list[County]:
    """Agencies whose agreement ends within the period, and whose jails are not in the record."""
    counties = []
    for number in range(first, first + count):
        county = _county(dice, period, number, MODELS[number % len(MODELS)])
        end = period.start + dice.one(60, 200) * DAY
        history = _agreement(dice, county, 1, county.effect, end)
        _ended(history, county, end, ground="notice")
        county.agreements.append(history)
        counties.append(county)
    return counties


def make_unsigned(dice: Dice, period: Period, number: int) -> County:
    """A county without an agreement."""
    return _county(dice, period, number, "JEM")


def make_paused(dice: Dice, period: Period, number: int) -> County:
    """A county whose agreement has been suspended since before the period."""
    county = _county(dice, period, number, "JEM")
    history = _agreement(dice, county, 1, county.effect, period.until)
    _suspended(history, county, period.start - 30 * DAY, 3650, ends=False)
    county.agreements.append(history)
    return county


def _county(dice: Dice, period: Period, number: int, model: str) -> County:
    state, zone = STATES[number % len(STATES)]
    agency = f"{state}{number:05}00"
    jails = 1 + number % 3
    return County(
        number=number,
        agency=agency,
        zone=zone,
        model=model,
        facilities=[f"{agency}-{k + 1}" for k in range(jails)],
        annex=f"{agency}-X",
        effect=period.start - dice.one(1000, 1250) * DAY,
    )


def _agreements(dice: Dice, period: Period, county: County) -> None:
    renewed = NEW_TEMPLATE + dice.one(20, 120) * DAY
    if county.number % 2 == 0 and period.start + 30 * DAY < renewed < period.end:
        county.renewed = renewed
        old = _agreement(dice, county, 1, county.effect, renewed)
        _ended(old, county, renewed, ground="superseded")
        new = _agreement(dice, county, 2, renewed, period.until)
        county.agreements += [old, new]
    else:
        county.agreements.append(_agreement(dice, county, 1, county.effect, period.until))
    if county.number % 5 == 3:
        # A pause under the agreement in force, clear of its renewal.
        begin = (county.renewed or period.start) + dice.one(60, 120) * DAY
        if begin < period.end:
            length = dice.one(20, 40)
            _suspended(county.agreements[-1], county, begin, length)
            county.idle.append((begin, begin + length * DAY))


def _agreement(dice: Dice, county: County, ordinal: int, effect: int, end: int) -> History:
    """An agreement from its draft on, with the yearly meetings up to `end`."""
    history = History(f"A-{county.number:04}-{ordinal}", county.agency, county.zone, county.model)
    template = 2025 if effect >= NEW_TEMPLATE else 2020
    by = (county.coordinator, COORDINATOR)
    history.add(effect - 60 * DAY, "agreement.drafted", *by, model=county.model, template=template)
    agency_signed = effect - dice.one(5, 20) * DAY
    history.add(agency_signed, "agreement.signed", *by, party="agency", signed_by="sheriff")
    history.add(
        effect - dice.one(0, 4) * DAY,
        "agreement.signed",
        county.federal_supervisor,
        FEDERAL,
        party="ice",
        signed_by="field office director",
    )
    history.add(
        effect,
        "agreement.took_effect",
        *by,
        model=county.model,
        template=template,
        facilities=county.facilities,
        publication_url=f"https://example.org/agreements/{history.subject}",
    )
    if county.number % 3 == 0:
        change = effect + dice.one(200, 300) * DAY
        if change < end:
            history.add(
                change,
                "agreement.amended",
                *by,
                agency_signed_at=change - 3 * DAY,
                ice_signed_at=change - DAY,
                facilities=county.facilities,
            )
    meeting = effect + dice.one(330, 375) * DAY
    while meeting < end:
        history.add(
            meeting, "meeting.held", *by, kind="annual", attendees=["sheriff", "field office director"]
        )
        history.add(meeting + 150 * DAY, "meeting.held", *by, kind="steering", attendees=["jail commander"])
        meeting += dice.one(330, 375) * DAY
    history.rows = [row for row in history.rows if row["occurred_at"] < end or row["occurred_at"] <= effect]
    return history


def _ended(history: History, county: County, end: int, *, ground: str) -> None:
    notice = end - 95 * DAY
    history.add(
        notice,
        "agreement.notice_given",
        county.federal_supervisor,
        FEDERAL,
        party="ice",
        publication_url=f"https://example.org/notices/{history.subject}",
    )
    history.add(end, "agreement.ended", county.federal_supervisor, FEDERAL, party="ice", ground=ground)


def _suspended(history: History, county: County, begin: int, length: int, *, ends: bool = True) -> None:
    history.add(
        begin,
        "agreement.suspended",
        county.federal_supervisor,
        FEDERAL,
        party="ice",
        notice_reason="staffing",
        length_days=length,
        how_to_answer="in writing to the field office",
    )
    if ends:
        by = (county.federal_supervisor, FEDERAL)
        history.add(begin + length * DAY - 10 * MINUTE, "agreement.reinstated", *by)
