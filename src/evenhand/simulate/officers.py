"""Designated officers: their careers, and who is on duty at a jail at a moment.

Each jail has posts. A post is held by one officer after another; when its holder is suspended, or the
certification has lapsed, the jail's relief officer, whose standing has no gap, acts instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from evenhand.simulate.calendar import DAY, Ints
from evenhand.simulate.chance import Dice
from evenhand.simulate.rows import History
from evenhand.simulate.world import COORDINATOR, FEDERAL, REINSTATED_EARLIER, County, Period

POSTS = 2
VALID = 730 * DAY
"""How long a certification is valid."""
FUNCTIONS = {
    "JEM": [
        "interview",
        "process",
        "serve_warrants",
        "oaths_and_evidence",
        "charging_documents",
        "detain_and_transport",
        "issue_detainers",
    ],
    "WSO": ["serve_warrants"],
}
PREREQUISITES = {
    "JEM": ["knowledge_and_authority", "facility_security_training", "inmate_rules", "database_access"],
    "WSO": ["enforcement_experience", "facility_security_training", "inmate_rules"],
}
COURSE = {"JEM": "jem_basic", "WSO": "wso_basic"}


class Unfit(StrEnum):
    """Officers who must not act, each for one reason, since before the period."""

    UNATTESTED = "never attested to be a citizen"
    LEFT = "has left"
    LAPSED = "certification lapsed"
    UNAUTHORIZED = "never authorized"
    UNDESIGNATED = "no Form 70-006"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNASSIGNED = "no longer assigned to a jail"
    UNEMPOWERED = "a letter that names the service of warrants alone"
    WITHOUT_CREDENTIALS = "no credentials"


@dataclass
class Career:
    """One officer: the history, and when the officer's standing has gaps."""

    history: History
    county: County
    join: int
    end: int
    gaps: list[tuple[int, int]] = field(default_factory=list)


def career(
    dice: Dice, county: County, facility: str, name: str, join: int, end: int, until: int, *, relief: bool
) -> Career:
    """An officer in good standing from `join` to `end`; leaves then, unless the record ends soon after."""
    history = History(name, county.agency, county.zone, county.model, facility)
    history.form_at = county.form
    made = Career(history, county, join, end)
    _entry(dice, history, county, facility, join)
    _letters(history, county, join, end)
    _certifications(dice, made, county, relief=relief)
    _refreshers(dice, history, county, join, end)
    if not relief and dice.one(1, 100) <= 15 and end - join > 500 * DAY:
        begin = join + dice.one(200, 400) * DAY
        over = begin + dice.one(10, 40) * DAY
        history.add(
            begin,
            "officer.suspended",
            county.federal_supervisor,
            FEDERAL,
            valid_from=begin,
            valid_until=over,
            reason="internal inquiry",
        )
        made.gaps.append((begin, over))
    if end < until - 40 * DAY:
        revoked = dice.one(1, 100) <= 40
        local = (county.coordinator, COORDINATOR)
        if revoked:
            _revoke(history, county, end, "agency's request")
        else:
            history.add(end - dice.one(95, 120) * DAY, "officer.leave_notice_given", *local)
            history.add(end, "officer.left", *local, reason="transfer")
        history.add(
            end + dice.one(1, 25) * DAY, "officer.credential_returned", county.coordinator, COORDINATOR
        )
    return made


def _entry(dice: Dice, history: History, county: County, facility: str, join: int) -> None:
    course = COURSE[county.model]
    federal = (county.federal_supervisor, FEDERAL)
    local = (county.coordinator, COORDINATOR)
    history.add(
        join - 150 * DAY,
        "officer.nominated",
        *local,
        employer=county.agency,
        citizenship_attested=True,
        prerequisites=PREREQUISITES[county.model],
    )
    history.add(join - 130 * DAY, "background_check.done", *federal, questionnaire=True)
    history.add(
        join - 110 * DAY,
        "officer.eligibility_decided",
        *federal,
        outcome="eligible",
        decided_by=county.federal_supervisor,
    )
    history.add(join - 50 * DAY, "training.completed", *federal, course=course)
    attempt = 2 if dice.one(1, 100) <= 12 else 1
    if attempt == 2:
        history.add(
            join - 47 * DAY,
            "examination.taken",
            *federal,
            course=course,
            score=float(dice.one(50, 69)),
            attempt=1,
            remedial=False,
        )
    history.add(
        join - 40 * DAY,
        "examination.taken",
        *federal,
        course=course,
        score=float(dice.one(70, 100)),
        attempt=attempt,
        remedial=attempt == 2,
    )
    history.add(join - 15 * DAY, "officer.form_70_006_issued", *federal)
    history.add(join - 14 * DAY, "officer.credential_issued", *federal)
    history.add(
        join - 10 * DAY, "officer.assigned", *local, assigned_facility=facility, valid_from=join - 10 * DAY
    )


def _letters(history: History, county: County, join: int, end: int) -> None:
    """The officer's letter, and a new one whenever the agreement's end or suspension has revoked it."""
    ends = [county.renewed] if county.renewed else []
    if county.model == "JEM":
        ends += [until - REINSTATED_EARLIER for _, until in county.idle]
    first = join - 20 * DAY
    for moment in (first, *(m for m in ends if first < m < end)):
        history.add(
            moment,
            "officer.authorized",
            county.federal_supervisor,
            FEDERAL,
            functions=FUNCTIONS[county.model],
            valid_from=moment,
            until_revoked=True,
            supervising_position="supervisory detention and deportation officer",
            signed_by_position="field_office_director",
        )


def _certifications(dice: Dice, made: Career, county: County, *, relief: bool) -> None:
    since = made.join - 30 * DAY
    while since < made.end:
        until = since + VALID
        made.history.add(
            since,
            "officer.certified",
            county.federal_supervisor,
            FEDERAL,
            valid_from=since,
            valid_until=until,
        )
        if relief or dice.one(1, 100) <= 75:
            since = until - dice.one(5, 40) * DAY
        else:
            since = until + dice.one(3, 30) * DAY
            made.gaps.append((until, since))


def _refreshers(dice: Dice, history: History, county: County, join: int, end: int) -> None:
    # Not more often than every two years, the first course included.
    asked, due = join + 520 * DAY, join + 720 * DAY
    while asked < end:
        by = (county.federal_supervisor, FEDERAL)
        done = asked + dice.one(20, 180) * DAY
        history.add(asked, "refresher.required_by", *by, due=due)
        history.add(done, "refresher.completed", *by, course="refresher")
        asked, due = done + 540 * DAY, done + 760 * DAY


def unfit_officer(dice: Dice, county: County, period: Period, name: str, kind: Unfit) -> Career:
    """An officer of the county's first jail who must not act."""
    join = period.start - dice.one(120, 400) * DAY
    made = career(
        dice, county, county.facilities[0], name, join, period.until + DAY, period.until, relief=True
    )
    _UNMAKE[kind](made.history, county, period.start - 20 * DAY)
    return made


def _only_before(history: History, moment: int, *types: str) -> None:
    history.rows = [r for r in history.rows if r["type"] not in types or r["occurred_at"] < moment]


def _without(*types: str) -> Callable[[History, County, int], None]:
    return lambda history, _county, _moment: _only_before(history, 0, *types)


def _unattest(history: History, _county: County, _moment: int) -> None:
    next(r for r in history.rows if r["type"] == "officer.nominated")["citizenship_attested"] = False


def _leave(history: History, county: County, moment: int) -> None:
    history.add(
        moment - 95 * DAY, "officer.leave_notice_given", county.coordinator, COORDINATOR, reason="retires"
    )
    history.add(moment, "officer.left", county.coordinator, COORDINATOR, reason="retired")
    history.add(moment + 5 * DAY, "officer.credential_returned", county.coordinator, COORDINATOR)


def _revoke(history: History, county: County, moment: int, reason: str) -> None:
    history.add(
        moment,
        "officer.revoked",
        county.federal_supervisor,
        FEDERAL,
        reason=reason,
        effective_from=moment,
        written=True,
        signed_by_position="field_office_director",
    )


def _revoke_for_cause(history: History, county: County, moment: int) -> None:
    _only_before(history, moment, "officer.authorized")
    _revoke(history, county, moment, "ICE's decision")
    history.add(moment + 5 * DAY, "officer.credential_returned", county.coordinator, COORDINATOR)


def _lapse(history: History, _county: County, moment: int) -> None:
    _only_before(history, moment, "officer.certified")
    for row in history.rows:
        if row["type"] == "officer.certified":
            row["valid_until"] = moment


def _unassign(history: History, _county: County, moment: int) -> None:
    for row in history.rows:
        if row["type"] == "officer.assigned":
            row["valid_until"] = moment


def _restrict(history: History, _county: County, _moment: int) -> None:
    for row in history.rows:
        if row["type"] == "officer.authorized":
            row["functions"] = ["serve_warrants"]


def _suspend(history: History, county: County, moment: int) -> None:
    history.add(
        moment, "officer.suspended", county.federal_supervisor, FEDERAL, valid_from=moment, reason="inquiry"
    )


_UNMAKE: dict[Unfit, Callable[[History, County, int], None]] = {
    Unfit.UNATTESTED: _unattest,
    Unfit.LEFT: _leave,
    Unfit.LAPSED: _lapse,
    Unfit.UNAUTHORIZED: _without("officer.authorized"),
    Unfit.UNDESIGNATED: _without("officer.form_70_006_issued"),
    Unfit.REVOKED: _revoke_for_cause,
    Unfit.SUSPENDED: _suspend,
    Unfit.UNASSIGNED: _unassign,
    Unfit.UNEMPOWERED: _restrict,
    Unfit.WITHOUT_CREDENTIALS: _without("officer.credential_issued"),
}


@dataclass(frozen=True)
class Roster:
    """Who acts: for each post the officers in order of time, as one sorted table of keys.

    A key is the post's number and a moment; `officer` is the number of the officer who acts from then on.
    """

    keys: Ints
    officers: Ints
    first_post: Ints

    def on_duty(self, facility: Ints, post: Ints, when: Ints) -> Ints:
        """The officer at each moment at a facility's post (0 to POSTS - 1)."""
        wanted = (self.first_post[facility] + post) * _WIDTH + when
        return self.officers[np.searchsorted(self.keys, wanted, side="right") - 1]


_WIDTH = 1 << 33
"""More than any moment in seconds until the year 2242."""


class RosterBuilder:
    """Takes on officers for each facility and notes who acts when."""

    def __init__(self, dice: Dice, period: Period) -> None:
        self.dice = dice
        self.period = period
        self.careers: list[Career] = []
        self._keys: list[int] = []
        self._officers: list[int] = []
        self._first_post: list[int] = []

    def take_on(self, career_made: Career) -> int:
        """Note an officer; the officer's number is its place among all."""
        self.careers.append(career_made)
        return len(self.careers) - 1

    def name(self, county: County) -> str:
        """The id of the next officer."""
        return f"O-{county.number:04}-{len(self.careers):06}"

    def staff(self, county: County, facility: str) -> None:
        """Fill a facility's posts for the whole period. Facilities are staffed in their order."""
        dice, period = self.dice, self.period
        begin = period.start - 40 * DAY
        relief_made = career(
            dice,
            county,
            facility,
            self.name(county),
            begin - dice.one(50, 300) * DAY,
            period.until + DAY,
            period.until,
            relief=True,
        )
        relief = self.take_on(relief_made)
        self._first_post.append(len(self._first_post) * POSTS)
        for post in range(POSTS):
            number = self._first_post[-1] + post
            since = begin - dice.one(50, 500) * DAY
            while since < period.until:
                end = since + dice.one(500, 1400) * DAY
                made = career(
                    dice, county, facility, self.name(county), since, end, period.until, relief=False
                )
                officer = self.take_on(made)
                self._duty(number, made, officer, relief)
                since = end

    def _duty(self, post: int, made: Career, officer: int, relief: int) -> None:
        """The holder from joining on, the relief in the holder's gaps. Gaps may overlap."""
        edges = sorted({made.join, *(e for gap in made.gaps for e in gap if made.join <= e < made.end)})
        for edge in edges:
            absent = any(a <= edge < b for a, b in made.gaps)
            self._keys.append(post * _WIDTH + edge)
            self._officers.append(relief if absent else officer)

    def roster(self) -> Roster:
        """The table of duties of all facilities staffed so far."""
        return Roster(
            np.array(self._keys, dtype=np.int64),
            np.array(self._officers, dtype=np.int64),
            np.array(self._first_post, dtype=np.int64),
        )
