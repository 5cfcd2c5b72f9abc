"""Complaints, reviews of the program, and what is kept at the jails: posters and interpreters."""

from evenhand.simulate.calendar import DAY, HOUR
from evenhand.simulate.chance import Dice
from evenhand.simulate.officers import Career
from evenhand.simulate.rows import History
from evenhand.simulate.world import COORDINATOR, FEDERAL, County, Period

ABOUT = ("designated_officer", "undesignated", "process")
SCOPES = ("agreement_breach", "discipline", "criminal_case", "lawsuit")
CHANNELS = ("form", "letter", "telephone", "in_person")
BODIES = ("ice_opr", "county", "internal", "crcl")
RULES_REVIEWED = ("UNI-01", "UNI-02", "SUP-01", "DET-04", "HLD-01")


def how_many_complaints(bookings: int) -> int:
    """One in 800 bookings, and some more so that small records have every kind."""
    return min(bookings, 36) + bookings // 800


def make_complaints(
    dice: Dice, period: Period, counties: list[County], careers: list[Career], count: int
) -> list[History]:
    """Complaints over the period, each answered in time."""
    by_county: dict[int, list[Career]] = {}
    for made in careers:
        by_county.setdefault(made.county.number, []).append(made)
    complaints = []
    for number in range(count):
        county = counties[dice.one(0, len(counties) - 1)]
        received = _while_in_force(county, dice.one(period.start, period.end - 1))
        about = ABOUT[number % 3]
        officer = None
        if about == "designated_officer":
            officers = by_county[county.number]
            officer = officers[dice.one(0, len(officers) - 1)].history.subject
        history = History(f"M-{number:08}", county.agency, county.zone, county.model, county.facilities[0])
        history.form_at = county.form
        _complaint(dice, history, county, received, about, officer)
        complaints.append(history)
    return complaints


def _complaint(
    dice: Dice, history: History, county: County, received: int, about: str, officer: str | None
) -> None:
    by = (county.complaints_officer, "complaints_officer")
    history.add(
        received,
        "complaint.received",
        county.complaints_officer,
        "complaints_officer",
        about=about,
        officer=officer,
        scope=SCOPES[dice.one(0, len(SCOPES) - 1)],
        state_law_bar=False,
        channel=CHANNELS[dice.one(0, len(CHANNELS) - 1)],
        language="es" if dice.one(1, 100) <= 30 else "en",
    )
    history.add(received + dice.one(HOUR, 6 * DAY), "complaint.acknowledged", *by)
    history.add(received + dice.one(HOUR, 5 * DAY), "complaint.assigned", *by)
    if about != "process":
        told = received + dice.one(HOUR, 44 * HOUR)
        history.add(told, "complaint.ice_notified", *by)
        opr = told + dice.one(HOUR, 4 * DAY)
        history.add(opr, "complaint.opr_notified", county.federal_supervisor, FEDERAL)
        if county.form(received) == "W19":
            # The agency reports to OPR itself.
            history.add(received + dice.one(HOUR, 3 * DAY), "complaint.opr_notified", *by)
    resolved = received + dice.one(10 * DAY, 70 * DAY)
    outcomes = ("not_sustained", "unfounded", "sustained", "withdrawn")
    history.add(resolved, "complaint.resolved", *by, outcome=outcomes[dice.one(0, 3)])
    history.add(resolved + dice.one(HOUR, 25 * DAY), "complaint.outcome_reported", *by)
    history.add(resolved + dice.one(HOUR, 15 * DAY), "complaint.answered", *by, kind="answer")


def _while_in_force(county: County, moment: int) -> int:
    """A moment outside the suspensions of the county's agreement."""
    for since, until in county.idle:
        if since <= moment < until:
            return since - DAY
    return moment


def make_reviews(dice: Dice, period: Period, counties: list[County]) -> list[History]:
    """A review of each county's program every year, its findings mended in time."""
    reviews: list[History] = []
    for county in counties:
        opened = period.start + dice.one(20, 200) * DAY
        while opened < period.end - 60 * DAY:
            history = History(f"R-{len(reviews):06}", county.agency, county.zone, county.model)
            _review(dice, history, county, opened)
            reviews.append(history)
            opened += dice.one(330, 400) * DAY
    return reviews


def _review(dice: Dice, history: History, county: County, opened: int) -> None:
    body = BODIES[dice.one(0, len(BODIES) - 1)]
    reviewer = (f"V-{county.number:04}", "reviewer")
    history.add(
        opened, "review.opened", *reviewer, body=body, reviewer_unit=f"{body} auditors", reviewed_unit="jail"
    )
    seed = str(dice.one(1, 1 << 30))
    history.add(opened + DAY, "review.sample_drawn", *reviewer, seed=seed, size=dice.one(30, 120))
    last = opened + 20 * DAY
    for number in range(1, dice.one(1, 3) + 1):
        finding = f"F{number}"
        found = opened + dice.one(3, 12) * DAY
        history.add(
            found,
            "review.finding_made",
            *reviewer,
            finding=finding,
            rule=RULES_REVIEWED[dice.one(0, len(RULES_REVIEWED) - 1)],
            evidence=[f"sample {dice.one(1, 30)}"],
        )
        action = found + dice.one(1, 5) * DAY
        due = action + dice.one(20, 45) * DAY
        owner = "jail commander"
        history.add(action, "review.corrective_action_set", *reviewer, finding=finding, owner=owner, due=due)
        done = due - dice.one(1, 15) * DAY
        if dice.one(1, 100) <= 20:
            later = due + 25 * DAY
            history.add(
                due - 2 * DAY,
                "review.extended",
                *reviewer,
                finding=finding,
                due=later,
                reason="parts ordered",
            )
            done = later - dice.one(1, 20) * DAY
        history.add(done, "review.done", *reviewer, finding=finding)
        last = max(last, done)
    history.add(last + DAY, "review.closed", *reviewer)


def make_facilities(
    dice: Dice,
    period: Period,
    counties: list[County],
    english_alone: frozenset[str] = frozenset(),
    unconnected: frozenset[str] = frozenset(),
) -> list[History]:
    """Posters attested each quarter, interpreters qualified and the network's agreement signed, at each jail.

    `english_alone` are the jails whose posters are in no other language, `unconnected` those whose agreement
    for ICE's network was never signed.
    """
    histories = []
    for county in counties:
        for facility in (*county.facilities, county.annex):
            history = History(facility, county.agency, county.zone, county.model, facility)
            by = (county.coordinator, COORDINATOR)
            history.add(period.start - 5 * DAY, "interpreter.qualified", *by, languages=["es", "vi"])
            history.add(period.start - 5 * DAY, "interpreter.qualified", *by, languages=["zh", "ar", "fr"])
            history.add(period.start - 50 * DAY, "ice_equipment.installed", *by)
            if facility not in unconnected:
                history.add(period.start - 60 * DAY, "isa.signed", *by)
            moment = period.start - dice.one(0, 20) * DAY
            languages = ["en"] if facility in english_alone else ["en", "es"]
            while moment < period.until:
                history.add(moment, "poster.attested", *by, languages=languages)
                moment += dice.one(75, 90) * DAY
            histories.append(history)
    return histories
