"""Pairs of acts fired at the same moment, each on a connection of its own: `racing.py quick|all`.

Each thread loads its row, then waits for the other, and only then acts: both rely on the same state. What was
recorded must be what one act after the other records, in one of the two orders. Prints what differed.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement, count
from threading import Barrier
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "evenhand.desk.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from desk.county import County  # noqa: E402
from evenhand.desk.agreements import acts as agreements  # noqa: E402
from evenhand.desk.agreements.models import Agreement  # noqa: E402
from evenhand.desk.bookings import acts as bookings  # noqa: E402
from evenhand.desk.bookings.models import Case  # noqa: E402
from evenhand.desk.complaints import acts as complaints  # noqa: E402
from evenhand.desk.complaints.models import Complaint  # noqa: E402
from evenhand.desk.custody import acts as custody  # noqa: E402
from evenhand.desk.officers import acts as officers  # noqa: E402
from evenhand.desk.officers.models import Officer  # noqa: E402
from evenhand.desk.record import history  # noqa: E402
from evenhand.desk.record.act import BadActError, RefusedError, writing  # noqa: E402
from evenhand.desk.record.history import Subject  # noqa: E402
from evenhand.desk.record.scope import EVERYTHING, within  # noqa: E402
from evenhand.desk.reviews import acts as reviews  # noqa: E402
from evenhand.desk.reviews.models import Review  # noqa: E402
from evenhand.desk.screening import acts as screening  # noqa: E402
from evenhand.desk.supervision import acts as supervision  # noqa: E402
from evenhand.record.events import ActorRole, SubjectKind  # noqa: E402
from evenhand.record.events.booking import FORMS  # noqa: E402
from evenhand.record.events.oversight import ReviewBody  # noqa: E402

OFFICER, JAIL, FEDERAL = (
    ActorRole.DESIGNATED_OFFICER,
    ActorRole.BOOKING_OFFICER,
    ActorRole.FEDERAL_SUPERVISOR,
)
COORDINATOR, REVIEWER = ActorRole.COORDINATOR, ActorRole.REVIEWER
Fire = Callable[[County, Any], object]
SIGNER = "supervisory_detention_and_deportation_officer"
numbers = count(1)


@dataclass(frozen=True)
class Kind:
    """One kind of subject: how its row is loaded, the states in which subjects are made, and its acts."""

    kind: SubjectKind
    row: Callable[[str], Any]
    states: dict[str, Callable[[County], str]]
    acts: dict[str, Fire]


# --- cases -------------------------------------------------------------------------------------------------

Step = tuple[float, str, ActorRole, dict[str, Any]]
BOOKED: list[Step] = [
    (60, "person.booked", JAIL, {"arresting_agency": "Police", "name": "Doe, Sample"}),
    (60, "charge.recorded", JAIL, {"charge_no": 1, "statute": "14-33", "arresting_agency": "Police"}),
    (60, "screening.opened", ActorRole.SYSTEM, {"form_version": max(FORMS)}),
]
SCREENED: list[Step] = [
    *(
        (59 - n / 20, "screening.step_done", OFFICER, {"form_version": max(FORMS), "step": step})
        for n, step in enumerate(FORMS[max(FORMS)])
    ),
    (58, "screening.closed", OFFICER, {"closing_reason": "completed"}),
]
INTERVIEW = {
    "ground": "stated_birth_abroad",
    "language": "es",
    "interpreter_asked": True,
    "interpreter_needed": False,
    "aid_needed": False,
    "advisal_given": True,
    "advisal_language": "es",
    "can_read": True,
    "interpreter_offered": True,
}
INTERVIEWED: list[Step] = [
    (57, "interview.held", OFFICER, INTERVIEW),
    (56, "record_check.done", OFFICER, {"system": "cis", "response": "record_found"}),
]
DETERMINED: list[Step] = [
    (55, "determination.made", OFFICER, {"outcome": "refer", "grounds": ("record",)}),
]
REVIEWED: list[Step] = [(54, "determination.reviewed", FEDERAL, {"outcome": "concur"})]
SIGNED: list[Step] = [(50, "warrant.signed", FEDERAL, {"form": "I-200", "signer_position": SIGNER})]
DETAINED: list[Step] = [
    (49, "detainer.issued", OFFICER, {"form_version": "2017", "box": "1", "ground": "biometric_match"}),
]
CLAIMED: list[Step] = [(1, "citizenship.claimed", OFFICER, {"how": "stated"})]
DUE: list[Step] = [
    (5, "detainer.served", OFFICER, {"language": "es", "copy_given": True}),
    (4, "custody.release_due", JAIL, {"cause": "bond"}),
]
HELD: list[Step] = [(4, "custody.hold_started", JAIL, {"basis": "detainer"})]
PREPARED: list[Step] = [(3, "charging_document.prepared", OFFICER, {"form": "I-862"})]
REFERRED = [*BOOKED, *SCREENED, *INTERVIEWED, *DETERMINED]
CASES: dict[str, list[Step]] = {
    "booked": BOOKED,
    "screened": [*BOOKED, *SCREENED, *INTERVIEWED],
    "determined": REFERRED,
    "claimed": [*BOOKED, *SCREENED, *INTERVIEWED, *CLAIMED],
    "signed": [*REFERRED, *REVIEWED, *SIGNED, *PREPARED],
    "detained": [*REFERRED, *REVIEWED, *SIGNED, *DETAINED],
    "due": [*REFERRED, *REVIEWED, *SIGNED, *DETAINED, *DUE],
    "held": [*REFERRED, *REVIEWED, *SIGNED, *DETAINED, *DUE, *HELD],
}


def _recorded(county: County, subject: str, steps: Sequence[Step], **envelope: Any) -> str:
    with within(EVERYTHING), writing() as lock:
        for hours, name, role, said in steps:
            event = county.event(name, subject, role, county.ago(hours=hours), **said, **envelope)
            done = lock.record([event])
            assert not isinstance(done, RefusedError), done
    return subject


def _case(steps: Sequence[Step], county: County) -> str:
    return _recorded(county, f"{county.ori}:R-{next(numbers)}", steps)


def _interview() -> screening.Interview:
    given = {k: v for k, v in INTERVIEW.items() if k != "advisal_language"}
    return screening.Interview(**given)  # type: ignore[arg-type]


SERVE = {
    "language": "es",
    "copy_given": True,
    "interpreter_needed": False,
    "interpreter_offered": True,
    "can_read": True,
    "aid_needed": False,
    "advisal_given": True,
    "identified": True,
    "reason_stated": True,
}
TO_ICE = {
    "destination": "ice",
    "receiving_officer": "federal-2",
    "receipt": "R-1",
    "property_receipt": "P-1",
    "documents": ("I-200", "I-247A"),
    "copies_given": True,
}


def _by(role: ActorRole, act: Callable[..., object], *values: Any, **said: Any) -> Fire:
    return lambda county, row: act(row, county.actor(role), *values, **said)


def _corrected(county: County, row: Any) -> object:
    """The booking's charge corrected."""
    entries = history.load(Subject.of(row))
    charge = next(e.event for e in entries if e.event.type == "charge.recorded")
    by = county.actor(JAIL)
    return bookings.correct(row, charge.id, by, charge.occurred_at, {"statute": "14-34"}, "misread")


CASE_ACTS: dict[str, Fire] = {
    "record_charge": lambda c, r: bookings.record_charge(r, bookings.Charge("14-35"), c.actor(JAIL)),
    "dispose": lambda c, r: bookings.dispose(r, 1, "dismissed", c.actor(JAIL)),
    "dispose otherwise": lambda c, r: bookings.dispose(r, 1, "acquitted", c.actor(JAIL)),
    "correct": _corrected,
    "do_step": lambda c, r: screening.do_step(r, "language", c.actor(OFFICER)),
    "do_steps_again": _by(OFFICER, screening.do_steps_again),
    "close": lambda c, r: screening.close(r, "refused", c.actor(OFFICER)),
    "reopen": lambda c, r: screening.reopen(r, "new facts", c.actor(OFFICER)),
    "hold_interview": lambda c, r: screening.hold_interview(r, _interview(), c.actor(OFFICER)),
    "record_check": lambda c, r: screening.record_check(r, "cis", "record_found", c.actor(OFFICER)),
    "claim": lambda c, r: screening.claim(r, "stated", c.actor(OFFICER)),
    "report_claim": _by(OFFICER, screening.report_claim),
    "determine": lambda c, r: screening.determine(r, "refer", ["record"], c.actor(OFFICER)),
    "determine otherwise": lambda c, r: screening.determine(r, "no_action", ["record"], c.actor(OFFICER)),
    "prepare_document": lambda c, r: screening.prepare_document(r, "I-862", c.actor(OFFICER)),
    "concur": lambda c, r: supervision.review(r, "concur", c.actor(FEDERAL)),
    "return": lambda c, r: supervision.review(r, "return", c.actor(FEDERAL), reason="why"),
    "reject": lambda c, r: supervision.review(r, "reject", c.actor(FEDERAL), reason="why"),
    "resolve_claim": lambda c, r: supervision.resolve_claim(r, "not_citizen", ["passport"], c.actor(FEDERAL)),
    "resolve_claim otherwise": lambda c, r: supervision.resolve_claim(
        r, "citizen", ["passport"], c.actor(FEDERAL)
    ),
    "sign_document": lambda c, r: supervision.sign_document(r, "I-862", c.actor(FEDERAL)),
    "sign_warrant": _by(FEDERAL, custody.sign_warrant, "I-200", signer_position=SIGNER),
    "serve_warrant": _by(OFFICER, custody.serve_warrant, **SERVE),
    "issue_detainer": _by(OFFICER, custody.issue_detainer, form_version="2017", grounds=["biometric_match"]),
    "review_detainer": _by(FEDERAL, custody.review_detainer, "probable_cause"),
    "notify_ice": _by(JAIL, custody.notify_ice),
    "serve_detainer": _by(JAIL, custody.serve_detainer, language="es", copy_given=True),
    "cancel_detainer": _by(FEDERAL, custody.cancel_detainer),
    "lapse_detainer": _by(JAIL, custody.lapse_detainer),
    "still_held": _by(JAIL, custody.still_held, custody.WhyHeld.OTHER),
    "set_bail": _by(JAIL, custody.set_bail),
    "tender_bail": _by(JAIL, custody.tender_bail),
    "refuse_bail": _by(JAIL, custody.refuse_bail, "other"),
    "move": _by(JAIL, custody.move, "jail-b"),
    "come_back": _by(JAIL, custody.come_back),
    "release_due": _by(JAIL, custody.release_due, "bond"),
    "start_hold": _by(JAIL, custody.start_hold, "detainer"),
    "end_hold": _by(JAIL, custody.end_hold),
    "release": _by(JAIL, custody.release),
    "transfer_in_place": _by(
        JAIL, custody.transfer_in_place, receiving_officer="federal-2", receipt="R-1", detention_agreement="D"
    ),
    "depart": _by(JAIL, custody.depart, **TO_ICE),
    "depart for a hospital": _by(JAIL, custody.depart, destination="hospital"),
    "advise_consulate": _by(JAIL, custody.advise_consulate, country="MX", asked=True),
    "notify_consulate": _by(JAIL, custody.notify_consulate, country="MX"),
}

# --- complaints, reviews, officers, agreements --------------------------------------------------------------


def _complaint(steps: Sequence[Step], county: County) -> str:
    """A complaint to the process, carried on."""
    subject = f"C-{next(numbers)}"
    said = {"about": "process", "channel": "form", "language": "en", "text": "t"}
    begun: Step = (30, "complaint.received", ActorRole.PUBLIC, said)
    return _recorded(county, subject, [begun, *steps])


COMPLAINTS_OFFICER = ActorRole.COMPLAINTS_OFFICER
COMPLAINT_ACTS: dict[str, Fire] = {
    "acknowledge": _by(COMPLAINTS_OFFICER, complaints.acknowledge),
    "assign": _by(COMPLAINTS_OFFICER, complaints.assign, "one"),
    "notify_ice": _by(COMPLAINTS_OFFICER, complaints.notify_ice),
    "notify_opr": _by(FEDERAL, complaints.notify_opr),
    "resolve": _by(COMPLAINTS_OFFICER, complaints.resolve, "substantiated", "why"),
    "resolve otherwise": _by(COMPLAINTS_OFFICER, complaints.resolve, "unfounded", "why"),
    "report_outcome": _by(COMPLAINTS_OFFICER, complaints.report_outcome),
    "answer": _by(COMPLAINTS_OFFICER, complaints.answer, "answer", "one"),
    "answer otherwise": _by(COMPLAINTS_OFFICER, complaints.answer, "answer", "two"),
    "name_officer": _by(COMPLAINTS_OFFICER, complaints.name_officer, "officer-1", "found"),
}


def _review(county: County, found: bool = False) -> str:
    with within(EVERYTHING):
        by = county.actor(REVIEWER)
        subject = reviews.open_review(
            by=by,
            agency=county.ori,
            body=ReviewBody.COUNTY,
            reviewer_unit="auditor",
            reviewed_unit="jail",
            scope="all",
        )
        if found:
            _find(county, Review.objects.get(subject=subject))
        return subject


def _find(county: County, row: Any) -> object:
    said = {"rule": "UNI-02", "evidence": ["e"], "text": "t", "owner": "o", "due": county.ago(days=-9)}
    return reviews.make_finding(row, county.actor(REVIEWER), **said)  # type: ignore[arg-type]


REVIEW_ACTS: dict[str, Fire] = {
    "draw_sample": lambda c, r: reviews.draw_sample(r, c.actor(REVIEWER), 2, c.ago(days=9), c.ago(days=-1)),
    "make_finding": _find,
    "extend": lambda c, r: reviews.extend(r, c.actor(REVIEWER), "F1", c.ago(days=-20), "why"),
    "mark_done": _by(REVIEWER, reviews.mark_done, "F1", "done"),
    "close": _by(REVIEWER, reviews.close, "over"),
}


def _officer(county: County, suspended: bool = False) -> str:
    subject = f"officer-{next(numbers)}"
    county.certify(subject)
    if suspended:
        since = county.ago(days=1)
        county.act("officer.suspended", subject, FEDERAL, since, valid_from=since, reason="r")
    return subject


OFFICER_ACTS: dict[str, Fire] = {
    "check_background": _by(FEDERAL, officers.check_background, questionnaire=True),
    "decide_eligibility": _by(FEDERAL, officers.decide_eligibility, outcome="eligible"),
    "complete_training": _by(FEDERAL, officers.complete_training, course="jem_basic"),
    "take_examination": _by(FEDERAL, officers.take_examination, course="jem_basic", score=90.0, attempt=1),
    "certify": _by(FEDERAL, officers.certify),
    "authorize": _by(
        FEDERAL,
        officers.authorize,
        functions=("interview",),
        until_revoked=True,
        signed_by_position="field_office_director",
    ),
    "issue_form_70_006": _by(FEDERAL, officers.issue_form_70_006),
    "issue_credential": _by(FEDERAL, officers.issue_credential),
    "request_credential": _by(FEDERAL, officers.request_credential),
    "return_credential": _by(COORDINATOR, officers.return_credential),
    "assign": _by(COORDINATOR, officers.assign, assigned_facility="jail-1"),
    "require_refresher": lambda c, r: officers.require_refresher(r, c.actor(FEDERAL), due=c.ago(days=-9)),
    "complete_refresher": _by(FEDERAL, officers.complete_refresher),
    "suspend": _by(FEDERAL, officers.suspend, reason="r"),
    "end_suspension": _by(FEDERAL, officers.end_suspension, reason="r"),
    "revoke": _by(FEDERAL, officers.revoke, reason="r", written=True),
    "give_leave_notice": _by(COORDINATOR, officers.give_leave_notice),
    "leave": _by(COORDINATOR, officers.leave),
}


def _agreement(steps: Sequence[Step], county: County) -> str:
    return _recorded(county, f"agreement-{next(numbers)}", steps, facility=None)


DRAFTED: list[Step] = [(900, "agreement.drafted", COORDINATOR, {"model": "JEM", "template": 2025})]
BOTH_SIGNED: list[Step] = [
    *DRAFTED,
    (890, "agreement.signed", COORDINATOR, {"party": "agency", "signed_by": "sheriff"}),
    (889, "agreement.signed", FEDERAL, {"party": "ice", "signed_by": "director"}),
]
IN_FORCE: list[Step] = [
    *BOTH_SIGNED,
    (
        800,
        "agreement.took_effect",
        COORDINATOR,
        {"model": "JEM", "template": 2025, "facilities": ("jail-1",)},
    ),
]
SUSPENDED = {"party": "ice", "notice_reason": "r", "length_days": 300, "how_to_answer": "in writing"}
AGREEMENT_ACTS: dict[str, Fire] = {
    "sign": _by(COORDINATOR, agreements.sign, signed_by="sheriff"),
    "sign for ICE": _by(FEDERAL, agreements.sign, signed_by="director"),
    "take_effect": _by(COORDINATOR, agreements.take_effect, facilities=("jail-1",)),
    "amend": lambda c, r: agreements.amend(
        r,
        c.actor(COORDINATOR),
        part="main",
        agency_signed_at=c.ago(days=2),
        ice_signed_at=c.ago(days=2),
        facilities=("jail-1",),
    ),
    "suspend": _by(
        FEDERAL, agreements.suspend, notice_reason="r", length_days=30, how_to_answer="in writing"
    ),
    "extend_suspension": lambda c, r: agreements.extend_suspension(
        r, c.actor(FEDERAL), ends_at=c.ago(days=-60)
    ),
    "invite_response": _by(FEDERAL, agreements.invite_response),
    "become_operational": _by(COORDINATOR, agreements.become_operational, milestone="first_certification"),
    "lose_last_officer": _by(FEDERAL, agreements.lose_last_officer),
    "note_conflict": _by(COORDINATOR, agreements.note_conflict),
    "report_conflict": _by(COORDINATOR, agreements.report_conflict),
    "reinstate": _by(FEDERAL, agreements.reinstate),
    "give_notice": _by(COORDINATOR, agreements.give_notice, in_writing=True),
    "end": _by(COORDINATOR, agreements.end, ground="notice"),
    "end for ICE": _by(FEDERAL, agreements.end, ground="notice"),
    "hold_meeting": _by(COORDINATOR, agreements.hold_meeting, kind="annual", attendees=("sheriff",)),
}

KINDS = (
    Kind(
        SubjectKind.BOOKING,
        lambda subject: Case.objects.get(subject=subject),
        {name: partial(_case, steps) for name, steps in CASES.items()},
        CASE_ACTS,
    ),
    Kind(
        SubjectKind.COMPLAINT,
        lambda subject: Complaint.objects.get(subject=subject),
        {
            "received": partial(_complaint, []),
            "resolved": partial(
                _complaint,
                [
                    (29, "complaint.ice_notified", COMPLAINTS_OFFICER, {}),
                    (20, "complaint.resolved", COMPLAINTS_OFFICER, {"outcome": "unfounded", "reason": "r"}),
                ],
            ),
        },
        COMPLAINT_ACTS,
    ),
    Kind(
        SubjectKind.REVIEW,
        lambda subject: Review.objects.get(subject=subject),
        {"opened": _review, "with a finding": partial(_review, found=True)},
        REVIEW_ACTS,
    ),
    Kind(
        SubjectKind.OFFICER,
        lambda subject: Officer.objects.get(subject=subject),
        {"certified": _officer, "suspended": partial(_officer, suspended=True)},
        OFFICER_ACTS,
    ),
    Kind(
        SubjectKind.AGREEMENT,
        lambda subject: Agreement.objects.get(subject=subject),
        {
            "drafted": partial(_agreement, DRAFTED),
            "signed": partial(_agreement, BOTH_SIGNED),
            "in force": partial(_agreement, IN_FORCE),
            "suspended": partial(_agreement, [*IN_FORCE, (100, "agreement.suspended", FEDERAL, SUSPENDED)]),
        },
        AGREEMENT_ACTS,
    ),
)

# --- races -------------------------------------------------------------------------------------------------

Outcome = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""What each act came to, in the order of their names, and what was recorded, whatever the order."""
TOLD = ("outcome", "disposition", "charge_no", "finding", "kind", "party", "text", "step", "statute", "form")


def _came_to(county: County, act: Fire, row: Any) -> str:
    try:
        act(county, row)
    except (BadActError, RefusedError) as error:
        return "refused" if isinstance(error, RefusedError) else "not possible"
    return "recorded"


def _told(subject: Subject) -> tuple[tuple[str, ...], ...]:
    events = [entry.event for entry in history.load(subject)]
    said = ((e.type, *(f"{n}={getattr(e, n)}" for n in TOLD if getattr(e, n, None))) for e in events)
    return tuple(sorted(said))


def in_turn(county: County, kind: Kind, state: str, acts: Sequence[str]) -> Outcome:
    """One act after the other, each on the row as it is then."""
    subject = kind.states[state](county)
    with within(EVERYTHING):
        came = {}
        for place, name in enumerate(acts):
            came[place] = name, _came_to(county, kind.acts[name], kind.row(subject))
        return tuple(sorted(": ".join(one) for one in came.values())), _told(
            Subject(county.ori, kind.kind, subject)
        )


def at_once(county: County, kind: Kind, state: str, acts: Sequence[str]) -> Outcome:
    """All at the same moment, on rows that were loaded before."""
    subject = kind.states[state](county)
    together = Barrier(len(acts))

    def fire(name: str) -> str:
        try:
            with within(EVERYTHING):
                row = kind.row(subject)
                together.wait(60)
                return f"{name}: {_came_to(county, kind.acts[name], row)}"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        came = tuple(sorted(pool.map(fire, acts)))
    with within(EVERYTHING):
        return came, _told(Subject(county.ori, kind.kind, subject))


def possible(county: County, kind: Kind, state: str) -> list[str]:
    """The acts that are recorded in that state."""
    return [name for name in kind.acts if "recorded" in in_turn(county, kind, state, [name])[0][0]]


def race(county: County, kind: Kind, state: str, acts: Sequence[str]) -> str:
    """What is wrong with a race; empty where nothing is."""
    allowed = {in_turn(county, kind, state, order) for order in _orders(acts)}
    came = at_once(county, kind, state, acts)
    if came in allowed:
        return ""
    return f"{state}: {came}\n  where one after the other gives {allowed}"


def _orders(acts: Sequence[str]) -> list[list[str]]:
    return [list(acts[n:]) + list(acts[:n]) for n in range(len(acts))]


QUICK: list[tuple[int, str, list[str]]] = [
    (0, "screened", ["determine"] * 3),
    (0, "screened", ["determine", "determine otherwise"]),
    (0, "determined", ["concur", "return", "reject"]),
    (0, "claimed", ["resolve_claim", "resolve_claim otherwise"]),
    (0, "booked", ["do_step", "do_step"]),
    (0, "booked", ["correct", "correct"]),
    (0, "booked", ["dispose", "dispose otherwise"]),
    (0, "booked", ["record_charge", "record_charge"]),
    (0, "held", ["release", "depart"]),
    (0, "due", ["start_hold", "start_hold"]),
    (0, "signed", ["issue_detainer", "issue_detainer"]),
    (1, "received", ["resolve", "resolve otherwise"]),
    (1, "resolved", ["answer", "answer otherwise"]),
    (2, "opened", ["make_finding", "make_finding"]),
    (2, "with a finding", ["mark_done", "close"]),
    (3, "suspended", ["end_suspension", "end_suspension"]),
    (3, "certified", ["revoke", "revoke"]),
    (4, "in force", ["suspend", "end"]),
    (4, "drafted", ["sign", "sign"]),
]
"""The core: contradictions that were recorded, or would be, where preconditions read a stale row."""


def main(what: str) -> None:
    call_command("migrate", verbosity=0)
    county, other = County(), County(ori="GA0330000", jail="jail-2", officer="officer-2")
    with within(EVERYTHING):
        county.found()
        county.certify()
        other.found()
        from evenhand.desk.places.models import Facility

        Facility.objects.create(code="jail-b", agency=county.ori, name="b", zone="America/New_York")
    of = {SubjectKind.AGREEMENT: other}
    wrong, tried = [], Counter[str]()
    if what == "quick":
        races = [(KINDS[kind], state, acts) for kind, state, acts in QUICK]
    else:
        races = []
        never = []
        for kind in KINDS:
            ever, paired = set(), set()
            for state in kind.states:
                can = possible(of.get(kind.kind, county), kind, state)
                ever |= set(can)
                # Each pair once, in the first state that allows both.
                pairs = set(combinations_with_replacement(can, 2)) - paired
                paired |= pairs
                races += [(kind, state, list(pair)) for pair in sorted(pairs)]
            never += sorted(kind.acts.keys() - ever)
        print("never possible:", ", ".join(never))
    for kind, state, acts in races:
        found = race(of.get(kind.kind, county), kind, state, acts)
        tried[kind.kind.value] += 1
        if found:
            wrong.append(found)
    print(dict(tried))
    print(f"{len(wrong)} wrong")
    print("\n".join(wrong[:20]))


main(sys.argv[1])
