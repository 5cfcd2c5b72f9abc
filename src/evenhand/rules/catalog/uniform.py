"""UNI: the same process for everyone booked."""

from collections.abc import Iterator
from itertools import pairwise

from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import FORMS, ClosingReason, InterviewGround, Step
from evenhand.rules.algebra import (
    STAY,
    THIS,
    Compare,
    Condition,
    Count,
    Earliest,
    Exists,
    Field,
    First,
    Given,
    Last,
    Later,
    Next,
    Not,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import BY_LOCAL_OFFICER, of_type
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by,
    eq,
    given,
    hours,
    is_false,
    ne,
    of_stay,
    one_of,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import TITLE_VI, claim, court, moa
from evenhand.rules.template import JEM

_JEM = ("JEM",)
_OPENED = First(sel("screening.opened"))
_NEXT_OPENED, _NEXT_CLOSED = Next(sel("screening.opened")), Next(sel("screening.closed"))
_CLOSED_LATER = Next(sel("screening.closed"), strictly=True)
_BEFORE_BOOKING = Prev(sel("screening.opened", "custody.released", "person.booked"))
_LAST_OPENED = Prev(sel("screening.opened"))
_SCREENING = Prev(sel("screening.opened", "screening.closed"))
_CAME_OR_WENT = Prev(sel("person.booked", "custody.released"))
_COMPLETED = sel("screening.closed", closing_reason="completed")
_CLOSED = sel("screening.closed")
_NOT_COMPLETED = sel(
    "screening.closed", closing_reason=tuple(r for r in ClosingReason if r != ClosingReason.COMPLETED)
)
_STEP = sel("screening.step_done")
_NEXT_STEP, _REOPENED = Next(_STEP, strictly=True), Next(sel("screening.opened"))
_HOUR, _DAY = hours(1, ours=True), hours(24, ours=True)

_PROTECTED = (
    InterviewGround.RACE_OR_ETHNICITY,
    InterviewGround.COLOR,
    InterviewGround.NATIONAL_ORIGIN,
    InterviewGround.RELIGION,
    InterviewGround.GENDER,
    InterviewGround.SEXUAL_ORIENTATION,
    InterviewGround.GENDER_IDENTITY,
)
"""What no interview may rest on: Title VI, and the guidance that section IV.I of the agreements names."""
_SIGNS = (
    InterviewGround.APPEARANCE,
    InterviewGround.NAME,
    InterviewGround.ACCENT,
    InterviewGround.LANGUAGE,
)
"""What says nothing about citizenship; the list is ours."""
PERMITTED_GROUNDS = tuple(g for g in InterviewGround if g not in (*_PROTECTED, *_SIGNS))


def _steps_of(form: str) -> Iterator[Condition]:
    """Since the screening opened, every step of the form done once, in the form's order, and no other step."""
    steps = {step: sel("screening.step_done", step=step) for step in FORMS[form]}
    for chosen in steps.values():
        yield eq(Count(chosen, since=_LAST_OPENED), 1)
    for before, after in pairwise(steps.values()):
        yield at_most(at(Prev(before)), at(Prev(after)))
    others = tuple(s for s in Step if s not in steps)
    if others:
        yield eq(Count(sel("screening.step_done", step=others), since=_LAST_OPENED), 0)


def _form_followed(form: str) -> Condition:
    return all_of(eq(Field(_LAST_OPENED, "form_version"), form), *_steps_of(form))


_FORM_NOT_KNOWN: Condition = all_of(
    Not(one_of(_LAST_OPENED, "form_version", *FORMS)), Unknown("screening.opened.form_version")
)


def _no_step_outside() -> Iterator[Condition]:
    """No step before the first screening opened, and none after this one until another opens."""
    yield at_most(at(_OPENED), at(First(_STEP)))
    yield any_of(
        at_most(at(Last(_STEP)), at(THIS)),
        all_of(Exists(_REOPENED), at_most(at(_REOPENED), at(_NEXT_STEP))),
    )


def _screening(form: str, steps: str) -> str:
    """An example: a completed screening whose steps are done at the stated minutes."""
    done = [
        f"{minute}m screening.step_done step={step}" for step, minute in (s.split("@") for s in steps.split())
    ]
    return " | ".join([f"0h screening.opened form_version={form}", *done, "9m screening.closed"])


_WHOLE = "language@1 advisal@1 questions@2 attestation@2"


def _twice(steps: str, form: str = "2025") -> str:
    """A whole screening, and a second one from minute 10 to 20 with the stated steps."""
    again = _screening(form, steps).replace("0h screening.opened", "10m screening.opened")
    return f"{_screening('2025', _WHOLE)} | {again.replace('9m screening.closed', '20m screening.closed')}"


def _without(form: str, left_out: Step) -> str:
    return " ".join(f"{step}@1" for step in FORMS[form] if step != left_out)


def _doubled(form: str, twice: Step) -> str:
    return " ".join(f"{step}@1" for step in FORMS[form] for _ in range(2 if step == twice else 1))


RULES = (
    Rule(
        id="UNI-01",
        sentence="Each booking opens the screening worklist.",
        citations=(claim("C04"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(
            Term(
                any_of(
                    by(_NEXT_OPENED, Later(at(THIS), _HOUR)),
                    # Opened while the person was still being booked.
                    all_of(Exists(_BEFORE_BOOKING), of_type(_BEFORE_BOOKING, "screening.opened")),
                ),
                deadline=Later(at(THIS), _HOUR),
                done=at(_NEXT_OPENED),
                models=_JEM,
            ),
        ),
        passes=(
            "0h person.booked | 1h screening.opened",
            "-5m screening.opened | 0h person.booked",
            "0h person.booked | 1h screening.opened | 1d custody.released | 2d person.booked | "
            "2d1h screening.opened",
            # Not asked: no agreement, another model.
            "0h person.booked | 9d agreement.took_effect",
            "0h person.booked | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h person.booked | 1h1s screening.opened",
            "0h person.booked",
            # The second stay has no screening of its own.
            "-5m screening.opened | 0h person.booked | 1h custody.departed | 2d person.booked",
            "0h person.booked | 1h screening.opened | 1d custody.released | 2d person.booked",
            "0h person.booked | 1h custody.released | 2d person.booked | 2d1h screening.opened",
            "0h person.booked | 2h screening.opened | -9d agreement.took_effect template=2012",
        ),
        unclear=(
            "0h person.booked | ~screening.opened",
            "0h person.booked | ?screening.opened",
            "0h person.booked | until 59m",
            "0h..14h person.booked | 0h..14h screening.opened",
            "0h person.booked | ~agreement.took_effect | 9d agreement.took_effect",
        ),
    ),
    Rule(
        id="UNI-02",
        sentence="Each screening is closed, by completion or for a recorded neutral reason.",
        citations=(claim("C04"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(
            Term(
                all_of(
                    by(_NEXT_CLOSED, Later(at(THIS), _DAY)),
                    any_of(
                        Not(Given(of_stay("ended"))),
                        all_of(Exists(_NEXT_CLOSED), at_most(at(_NEXT_CLOSED), of_stay("ended"))),
                    ),
                    any_of(absent(_NEXT_CLOSED), given(_NEXT_CLOSED, "closing_reason")),
                ),
                deadline=Earliest((Later(at(THIS), _DAY), of_stay("ended"))),
                done=at(_NEXT_CLOSED),
                models=_JEM,
            ),
        ),
        passes=(
            "0h person.booked | 24h screening.closed",
            "0h person.booked | 2h screening.closed closing_reason=refused | 2h custody.released",
            "0h person.booked | 2h screening.closed | 3h custody.released | 2d person.booked | "
            "2d2h screening.closed | 3d custody.departed",
            # A hospital ends no stay.
            "0h person.booked | 1h custody.departed destination=hospital | 2h screening.closed",
            "0h person.booked | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h person.booked | 2h1s screening.closed | 2h custody.released | ~custody.departed",
            "0h person.booked | 24h1s screening.closed",
            "0h person.booked | 2h1s screening.closed | 2h custody.released",
            "0h person.booked | 2h custody.departed",
            "0h person.booked | 2h screening.closed closing_reason=",
            "0h person.booked | 2h custody.departed | until 3h",
            "0h person.booked",
            "0h person.booked | 2h1s screening.closed | 2h custody.departed",
            "0h person.booked | 2h1s screening.closed | 2h custody.transferred_in_place",
            "0h person.booked | 2h screening.closed | 3h custody.released | 2d person.booked | "
            "2d1h custody.released",
        ),
        unclear=(
            "0h person.booked | 2h screening.closed | ~custody.released",
            "0h person.booked | 2h screening.closed | 2h custody.released | ?custody.departed",
            "0h person.booked | until 23h",
            "0h..14h person.booked | 0h..14h screening.closed | 15h custody.released",
            "0h person.booked | 2h screening.closed closing_reason= | ~screening.closed.closing_reason",
        ),
    ),
    Rule(
        id="UNI-03",
        sentence="The same questions are put to everyone, in the same order: the steps of each completed "
        "screening are those of its form, and every step belongs to a screening.",
        citations=(claim("C04"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=_COMPLETED,
        terms=(
            Term(
                all_of(
                    any_of(*(_form_followed(form) for form in FORMS), _FORM_NOT_KNOWN), *_no_step_outside()
                ),
                models=_JEM,
            ),
        ),
        passes=(
            _screening("2020", "language@1 advisal@1 questions@2"),
            *(_screening(form, " ".join(f"{step}@1" for step in FORMS[form])) for form in FORMS),
            _screening("2025", "language@1 advisal@2 questions@2 attestation@2"),
            f"{_screening('2025', 'questions@2')} | -9d agreement.took_effect model=WSO",
            "0h screening.opened | 3m screening.closed closing_reason=refused",
            # Screened again, all of it; begun again after a refusal; all within one moment.
            _twice("language@11 advisal@12 questions@13 attestation@14"),
            _twice("language@10 advisal@12 questions@13 attestation@20"),
            _twice("language@11 advisal@12 questions@13", form="2020"),
            f"-9m screening.opened | -8m screening.step_done step=language | "
            f"-7m screening.closed closing_reason=refused | {_screening('2025', _WHOLE)}",
            _screening("2025", "language@0 advisal@0 questions@9 attestation@9"),
        ),
        fails=(
            # The second screening with a step left out, done before, or out of order.
            _twice("language@11 advisal@12 questions@13"),
            _twice("advisal@12 questions@13 attestation@14"),
            _twice(""),
            _twice("language@12 advisal@11 questions@13 attestation@14"),
            # A step outside a screening: before, between and after.
            f"-1s screening.step_done step=language | {_screening('2025', _WHOLE)}",
            f"{_screening('2025', _WHOLE)} | 9m1s screening.step_done step=questions",
            f"{_twice('language@11 advisal@12 questions@13 attestation@14')} | "
            "9m1s screening.step_done step=questions",
            f"{_twice('language@11 advisal@12 questions@13 attestation@14')} | "
            "20m1s screening.step_done step=questions",
            # Out of order.
            _screening("2020", "language@2 advisal@1 questions@2"),
            _screening("2020", "language@1 advisal@2 questions@1"),
            _screening("2025", "language@2 advisal@1 questions@2 attestation@2"),
            _screening("2025", "language@1 advisal@2 questions@1 attestation@2"),
            _screening("2025", "language@1 advisal@1 questions@2 attestation@1"),
            # A step left out, or one done twice.
            *(_screening(form, _without(form, step)) for form in FORMS for step in FORMS[form]),
            *(_screening(form, _doubled(form, step)) for form in FORMS for step in FORMS[form]),
            # A step of another form.
            _screening("2020", "language@1 advisal@1 questions@1 attestation@1"),
        ),
        unclear=(
            _screening("1999", "language@1 advisal@1 questions@1"),
            "0h screening.opened | 3m screening.closed | ~screening.step_done",
            f"{_screening('2025', _WHOLE)} | ~screening.opened",
            f"{_screening('2025', _WHOLE)} | ~screening.opened.form_version",
        ),
    ),
    Rule(
        id="UNI-05",
        sentence="An interview does not rest on race, color, national origin, ethnicity, gender, religion, "
        "sexual orientation or gender identity.",
        citations=(
            moa(
                "IV.I",
                "are bound by all Federal civil rights laws",
                J20="p. 5",
                J25="p. 5",
                W19="p. 5",
                W25="p. 5",
            ),
            TITLE_VI,
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        when=BY_LOCAL_OFFICER,
        # Title VI binds under any form of the agreement.
        terms=(Term(Not(one_of(THIS, "ground", *_PROTECTED)), models=_JEM),),
        passes=(
            *(f"0h interview.held ground={g}" for g in (*PERMITTED_GROUNDS, *_SIGNS)),
            "0h interview.held ground=religion actor_role=federal_officer",
            "0h interview.held ground=religion actor_role=federal_supervisor",
            "0h interview.held ground=religion | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            *(f"0h interview.held ground={g}" for g in _PROTECTED),
            "0h interview.held ground=religion | -9d agreement.took_effect template=2009",
        ),
        unclear=(
            "0h interview.held ground=",
            "0h interview.held ground= | ~interview.held.ground",
            "0h interview.held ground=religion actor_role=",
        ),
    ),
    Rule(
        id="UNI-05R",
        sentence="The ground for an interview is recorded, and is not appearance, name, accent or language.",
        citations=(
            moa("App. A", "who the officer believes to be an alien", J20="p. 8", J25="p. 8"),
            moa("IV.I", "are bound by all Federal civil rights laws", J20="p. 5", J25="p. 5"),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        # A protected ground is for UNI-05.
        when=all_of(
            BY_LOCAL_OFFICER,
            any_of(Not(given(THIS, "ground")), Not(one_of(THIS, "ground", *_PROTECTED))),
        ),
        terms=(
            Term(all_of(given(THIS, "ground"), one_of(THIS, "ground", *PERMITTED_GROUNDS)), templates=JEM),
        ),
        passes=(
            *(f"0h interview.held ground={g}" for g in PERMITTED_GROUNDS),
            *(f"0h interview.held ground={g}" for g in _PROTECTED),
            "0h interview.held ground=name actor_role=federal_officer",
            "0h interview.held ground=name actor_role=federal_supervisor",
            "0h interview.held ground=name | -9d agreement.took_effect model=WSO",
            "0h interview.held ground=name | -9d agreement.took_effect template=2016",
        ),
        fails=("0h interview.held ground=", *(f"0h interview.held ground={g}" for g in _SIGNS)),
        unclear=(
            "0h interview.held ground= | ~interview.held.ground",
            "0h interview.held ground=name actor_role=",
        ),
    ),
    Rule(
        id="UNI-06",
        sentence="Screening does not lengthen custody: nobody due for release is kept until a screening closes.",
        citations=(
            claim("C04"),
            court("Arizona v. United States", "567 U.S. 387 (2012), dictum", unverified=True),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=sel("custody.release_due"),
        # The due moment that counts in this stay, and nothing but the screening that keeps the person.
        when=all_of(at_least(at(THIS), of_stay("due")), is_false(STAY, "held")),
        terms=(
            Term(
                any_of(
                    absent(_SCREENING),
                    of_type(_SCREENING, "screening.closed"),
                    absent(_CLOSED_LATER),
                    Not(Given(of_stay("left"))),
                    Compare(of_stay("left"), Op.LT, at(_CLOSED_LATER)),
                ),
                deadline=at(THIS),
                done=at(_CLOSED_LATER),
                models=_JEM,
            ),
        ),
        passes=(
            "0h screening.opened | 1h screening.closed | 1h custody.release_due | 2h custody.released",
            "1h custody.release_due | 2h custody.released",
            "1h custody.release_due | 2h screening.closed | 3h custody.released",
            "0h screening.opened | 1h custody.release_due | 2h screening.closed",
            "0h screening.opened | 30m screening.closed | 1h custody.release_due | 2h screening.closed | "
            "3h custody.released",
            "0h screening.opened | 1h custody.release_due | 2h custody.released",
            "0h screening.opened | 1h custody.release_due | 2h custody.released | 2h1s screening.closed",
            "0h screening.opened | 1h custody.release_due | 1h custody.hold_started | 2h screening.closed | "
            "3h custody.released",
            # Due again after a new charge; the screening of the next stay.
            "0h screening.opened | 1h custody.release_due | 2h screening.closed | 3h charge.recorded | "
            "4h custody.release_due | 5h custody.released",
            "0h screening.opened | 1h screening.closed | 2h custody.release_due | 3h custody.released | "
            "2d person.booked | 2d1h screening.opened | 2d2h screening.closed",
            "0h screening.opened | 2h screening.closed | 1h custody.release_due | 3h custody.released | "
            "-9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h screening.opened | 1h1s screening.closed | 1h custody.release_due | 2h custody.released",
            "0h screening.opened | 2h screening.closed | 1h custody.release_due | 2h custody.released",
            # The hold was in an earlier stay.
            "-9d person.booked | -8d custody.hold_started | -7d custody.released | -1d person.booked | "
            "0h screening.opened | 2h screening.closed | 1h custody.release_due | 3h custody.released",
        ),
        unclear=(
            "0h screening.opened | 1h custody.release_due | 2h custody.released | ~screening.closed",
            "0h screening.opened | 1h custody.release_due | 2h screening.closed | 3h custody.released | "
            "?custody.hold_started",
            "0h screening.opened | 1h custody.release_due | 2h screening.closed | ?custody.released",
            "0h screening.opened | 1h..20h custody.release_due | 2h..20h screening.closed | 21h custody.released",
        ),
    ),
    Rule(
        id="UNI-07",
        sentence="Nobody is screened twice in one stay without a recorded reason.",
        citations=(claim("C04"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("screening.opened"),
        terms=(
            Term(
                any_of(
                    given(THIS, "reason"),
                    eq(Count(_CLOSED, since=_CAME_OR_WENT), Count(_NOT_COMPLETED, since=_CAME_OR_WENT)),
                    all_of(
                        eq(Count(_COMPLETED, since=_CAME_OR_WENT), 0),
                        Unknown("screening.closed.closing_reason"),
                    ),
                    # Opened again, but not screened again.
                    all_of(Exists(_NEXT_CLOSED), ne(Field(_NEXT_CLOSED, "closing_reason"), "completed")),
                ),
                models=_JEM,
            ),
        ),
        passes=(
            "0h person.booked | 0h screening.opened | 1h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | "
            "2h screening.opened reason=language | 3h screening.closed",
            *(
                f"0h person.booked | 0h screening.opened | 1h screening.closed closing_reason={reason} | "
                "2h screening.opened | 3h screening.closed"
                for reason in ClosingReason
                if reason != ClosingReason.COMPLETED
            ),
            "0h person.booked | 0h screening.opened | 1h screening.closed | 1d custody.released | "
            "2d screening.opened | 2d1h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 1d custody.departed | "
            "2d person.booked | 2d screening.opened | 2d1h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 2h screening.opened | "
            "3h screening.closed closing_reason=refused",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 1d custody.released | "
            "2d person.booked | 2d screening.opened | 2d1h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 2h screening.opened | "
            "3h screening.closed | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h person.booked | 0h screening.opened | 1h screening.closed | 2h screening.opened | "
            "3h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 2h screening.opened",
        ),
        unclear=(
            "0h person.booked | 0h screening.opened | 2h screening.opened | ~screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed closing_reason= | "
            "2h screening.opened | 3h screening.closed",
            "0h person.booked | 0h screening.opened | 1h screening.closed | 2h screening.opened | "
            "3h screening.closed | ~screening.opened.reason",
            "0h screening.opened | 1h screening.closed closing_reason=medical | 2h screening.opened | "
            "3h screening.closed | cut",
        ),
    ),
)
