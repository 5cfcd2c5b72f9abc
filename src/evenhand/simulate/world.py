"""The counties: agencies, jails, agreements with their dates, and who works there.

All of it is made up. Agency codes have the form of an ORI, officers are numbers.
"""

from dataclasses import dataclass, field
from datetime import date

from evenhand.simulate.calendar import DAY, HOUR, MINUTE, midnight
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
REINSTATED_EARLIER = 10 * MINUTE
"""A suspension is lifted so long before its stated end."""
NEW_TEMPLATE = midnight(date(2025, 2, 15))
"""The day of the agreements' revised template."""
UNREAD_TEMPLATE = 2016
"""The year of a template whose text was not read: the rules on agreements are not asked under it."""
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
    """One agency with its jails.

    `idle`: when its agreement is suspended; `unread`: the text of its template was not read; `detains`: the
    county also has an agreement to detain people for ICE.
    """

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
    unread: bool = False
    detains: bool = False

    def template(self, moment: int) -> int:
        """The year of the agreement's template at a moment."""
        if self.unread:
            return UNREAD_TEMPLATE
        effect = self.renewed if self.renewed and moment >= self.renewed else self.effect
        return template_of(self.model, effect)

    def form(self, moment: int) -> str | None:
        """The template as the rules name it, such as J20; None where none is in force or it was not read."""
        if self.unread or any(since <= moment < until for since, until in self.idle):
            return None
        return f"{self.model[0]}{self.template(moment) % 100}"

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


ENDS = (("JEM", "ice"), ("WSO", "ice"), ("JEM", "agency"), ("JEM", "ice"), ("WSO", "agency"))
"""Under which model an agreement of a neighbour ends, and who ends it."""
NEIGHBOURS = 15
"""How many neighbours a record has at least: enough for every fault of an end."""


def make_neighbours(dice: Dice, period: Period, first: int, count: int) -> list[County]:
    """Agencies whose agreement ends within the period, and whose jails are not in the record."""
    counties = []
    for number in range(first, first + count):
        model, party = ENDS[number % len(ENDS)]
        county = _county(dice, period, number, model)
        end = period.start + dice.one(200, 320) * DAY
        history = _agreement(dice, county, 1, county.effect, end)
        _ended(dice, history, county, end, party)
        county.agreements.append(history)
        counties.append(county)
    return counties


def make_unsigned(dice: Dice, period: Period, number: int) -> County:
    """A county without an agreement."""
    return _county(dice, period, number, "JEM")


def make_barred(dice: Dice, period: Period, number: int) -> County:
    """A county without an agreement in a state whose law bars holds on a detainer (Cal. Gov. Code 7284.6)."""
    return _county(dice, period, number, "WSO", ("CA", "America/Los_Angeles"))


def make_ill_equipped(dice: Dice, period: Period, number: int) -> County:
    """A county with an agreement; what its jail lacks is settled with the facilities."""
    county = _county(dice, period, number, "JEM")
    county.agreements.append(_agreement(dice, county, 1, county.effect, period.until))
    return county


def make_paused(dice: Dice, period: Period, number: int) -> County:
    """A county whose agreement has been suspended since before the period."""
    county = _county(dice, period, number, "JEM")
    history = _agreement(dice, county, 1, county.effect, period.until)
    _suspended(history, county, period.start - 30 * DAY, 3650, ends=False)
    county.agreements.append(history)
    return county


def _county(
    dice: Dice, period: Period, number: int, model: str, place: tuple[str, str] | None = None
) -> County:
    state, zone = place or STATES[number % len(STATES)]
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


def template_of(model: str, effect: int) -> int:
    """The year of the template in use when an agreement took effect."""
    if effect >= NEW_TEMPLATE:
        return 2025
    return 2020 if model == "JEM" else 2019


def _agreements(dice: Dice, period: Period, county: County) -> None:
    county.unread = county.number % 16 == 5
    county.detains = county.number % 8 == 7
    renewed = NEW_TEMPLATE + dice.one(20, 120) * DAY
    if county.number % 2 == 0 and period.start + 30 * DAY < renewed < period.end:
        county.renewed = renewed
        old = _agreement(dice, county, 1, county.effect, renewed)
        _superseded(old, county, renewed)
        new = _agreement(dice, county, 2, renewed, period.until)
        county.agreements += [old, new]
    else:
        county.agreements.append(_agreement(dice, county, 1, county.effect, period.until))
    if county.number % 5 == 3 or county.number % 10 == 4:
        # A pause under the agreement in force, clear of its renewal.
        begin = (county.renewed or period.start) + dice.one(110, 160) * DAY
        if begin < period.end:
            length = dice.one(20, 40)
            _suspended(county.agreements[-1], county, begin, length)
            county.idle.append((begin, begin + length * DAY))


def _agreement(dice: Dice, county: County, ordinal: int, effect: int, end: int) -> History:
    """An agreement from its draft on, with the yearly meetings up to `end`."""
    history = History(f"A-{county.number:04}-{ordinal}", county.agency, county.zone, county.model)
    template = UNREAD_TEMPLATE if county.unread else template_of(county.model, effect)
    form = None if county.unread else f"{county.model[0]}{template % 100}"
    history.form_at = lambda _moment: form
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
        detention_agreement=f"D-{county.number:010}" if county.detains else None,
        publication_url=f"https://example.org/agreements/{history.subject}",
    )
    for milestone in ("first_authorization", "initial_class_certified"):
        history.add(effect + 5 * DAY, "agreement.became_operational", *by, milestone=milestone)
    if county.number % 3 == 0:
        change = effect + dice.one(200, 300) * DAY
        if change < end:
            history.add(
                change,
                "agreement.amended",
                *by,
                part="main_text",
                agency_signed_at=change - 3 * DAY,
                ice_signed_at=change - DAY,
                facilities=county.facilities,
            )
    noted = effect + dice.one(100, 250) * DAY
    history.add(noted, "conflict.noted", *by)
    history.add(noted + dice.one(1, 20) * HOUR, "conflict.reported", *by)
    meeting = effect + dice.one(330, 360) * DAY
    while meeting < end:
        history.add(
            meeting, "meeting.held", *by, kind="annual", attendees=["sheriff", "field office director"]
        )
        history.add(meeting + 150 * DAY, "meeting.held", *by, kind="steering", attendees=["jail commander"])
        meeting += dice.one(330, 375) * DAY
    history.rows = [row for row in history.rows if row["occurred_at"] < end or row["occurred_at"] <= effect]
    return history


def _superseded(history: History, county: County, end: int) -> None:
    by = (county.federal_supervisor, FEDERAL)
    history.add(end, "agreement.ended", *by, party="ice", ground="superseded")


def _ended(dice: Dice, history: History, county: County, end: int, party: str) -> None:
    """An end with its notice 90 days before; ICE suspends a jail enforcement agreement first."""
    notice = end - dice.one(95, 110) * DAY
    by = (county.federal_supervisor, FEDERAL) if party == "ice" else (county.coordinator, COORDINATOR)
    if (county.model, party) == ("JEM", "ice"):
        begin = notice - dice.one(30, 60) * DAY
        _suspended(history, county, begin, (end - begin) // DAY + 5, ends=False)
        history.add(begin - 20 * DAY, "agreement.last_officer_revoked", *by)
        history.add(begin + 10 * DAY, "agreement.response_invited", *by)
    history.add(
        notice,
        "agreement.notice_given",
        *by,
        party=party,
        kind="termination",
        delivery="certified_mail" if party == "ice" else "personal",
        in_writing=True,
        received_at=notice + 2 * DAY,
        publication_url=f"https://example.org/notices/{history.subject}",
        reasons=True,
        people_identified=True,
        examples=True,
    )
    history.add(end, "agreement.ended", *by, party=party, ground="notice")


def _suspended(history: History, county: County, begin: int, length: int, *, ends: bool = True) -> None:
    by = (county.federal_supervisor, FEDERAL)
    if county.model == "WSO":
        history.add(
            begin - 95 * DAY,
            "agreement.notice_given",
            *by,
            party="ice",
            kind="suspension",
            delivery="registered_mail",
            in_writing=True,
            received_at=begin - 93 * DAY,
        )
    history.add(
        begin,
        "agreement.suspended",
        *by,
        party="ice",
        notice_reason="staffing",
        length_days=length,
        ends_at=begin + length * DAY,
        how_to_answer="in writing to the field office",
    )
    if ends:
        history.add(begin + length * DAY - REINSTATED_EARLIER, "agreement.reinstated", *by)
