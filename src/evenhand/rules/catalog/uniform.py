"""UNI: the same process for everyone booked."""

from collections.abc import Iterator
from itertools import pairwise

from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import FORMS, InterviewGround, Step
from evenhand.rules.algebra import (
    THIS,
    Compare,
    Condition,
    Count,
    Earliest,
    Exists,
    Field,
    First,
    Last,
    Later,
    Next,
    Op,
    Prev,
    sel,
)
from evenhand.rules.catalog.selections import EXIT
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
    implies,
    not_later,
    one_of,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import TITLE_VI, claim, moa

_OPENED, _CLOSED = First(sel("screening.opened")), First(sel("screening.closed"))
_LAST_OPENED = Prev(sel("screening.opened"))
_COMPLETED = sel("screening.closed", closing_reason="completed")
_STEP = sel("screening.step_done")
_NEXT_STEP, _REOPENED = Next(_STEP, strictly=True), Next(sel("screening.opened"))
_RELEASED = First(sel("custody.released"))
_DUE = First(sel("custody.release_due"))
_HOLD = First(sel("custody.hold_started"))
_HOUR, _DAY = hours(1), hours(24)

_NEVER_A_GROUND = {"appearance", "name", "accent", "language", "race_or_ethnicity", "religion"}
PERMITTED_GROUNDS = tuple(g for g in InterviewGround if g not in _NEVER_A_GROUND)


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
        sentence="Every booking opens the screening worklist within one hour.",
        citations=(claim("C04"),),
        severity=Severity.VIOLATION,
        basis=Basis.CLAIM,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(Term(by(_OPENED, Later(at(THIS), _HOUR)), deadline=Later(at(THIS), _HOUR), done=at(_OPENED)),),
        passes=("0h person.booked | 1h screening.opened",),
        fails=("0h person.booked | 1h1s screening.opened", "0h person.booked"),
        unclear=("0h person.booked | ~screening.opened", "0h person.booked | until 59m"),
    ),
    Rule(
        id="UNI-02",
        sentence="Every booking's screening is closed, by completion or for a recorded neutral reason, before "
        "the end of local custody and within 24 hours of the booking.",
        citations=(claim("C04"),),
        severity=Severity.VIOLATION,
        basis=Basis.CLAIM,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(
            Term(
                all_of(
                    by(_CLOSED, Later(at(THIS), _DAY)),
                    any_of(absent(EXIT), not_later(_CLOSED, EXIT)),
                    implies(Exists(_CLOSED), given(_CLOSED, "closing_reason")),
                ),
                deadline=Earliest((Later(at(THIS), _DAY), at(EXIT))),
                done=at(_CLOSED),
            ),
        ),
        passes=(
            "0h person.booked | 24h screening.closed",
            "0h person.booked | 2h screening.closed closing_reason=refused | 2h custody.released",
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
        ),
        unclear=(
            "0h person.booked | 2h screening.closed | ~custody.released",
            "0h person.booked | 2h screening.closed | 2h custody.released | ~custody.departed",
            "0h person.booked | until 23h",
        ),
    ),
    Rule(
        id="UNI-03",
        sentence="The same questions are put to everyone, in the same order: the steps of each completed "
        "screening are those of its form, and no step stands outside a screening.",
        citations=(claim("C04"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.CLAIM,
        subject=SubjectKind.BOOKING,
        on=_COMPLETED,
        terms=(Term(all_of(any_of(*(_form_followed(form) for form in FORMS)), *_no_step_outside())),),
        passes=(
            _screening("2020", "language@1 advisal@1 questions@2"),
            *(_screening(form, " ".join(f"{step}@1" for step in FORMS[form])) for form in FORMS),
            _screening("2025", "language@1 advisal@2 questions@2 attestation@2"),
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
            # A step of another form, and an unknown form.
            _screening("2020", "language@1 advisal@1 questions@1 attestation@1"),
            _screening("1999", "language@1 advisal@1 questions@1"),
        ),
        unclear=(
            "0h screening.opened | 3m screening.closed | ~screening.step_done",
            f"{_screening('2025', _WHOLE)} | ~screening.opened",
            f"{_screening('2025', _WHOLE)} | ~screening.opened.form_version",
        ),
    ),
    Rule(
        id="UNI-05",
        sentence="The ground for an interview under 8 U.S.C. 1357(a)(1) is recorded, and is not appearance, "
        "name, accent, language, race, ethnicity or religion.",
        citations=(moa("IV.I, App. A"), TITLE_VI),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(all_of(given(THIS, "ground"), one_of(THIS, "ground", *PERMITTED_GROUNDS))),),
        passes=tuple(f"0h interview.held ground={g}" for g in PERMITTED_GROUNDS),
        fails=(
            "0h interview.held ground=",
            *(f"0h interview.held ground={g}" for g in sorted(_NEVER_A_GROUND)),
        ),
        unclear=("0h interview.held | ~interview.held.ground",),
    ),
    Rule(
        id="UNI-06",
        sentence="Screening does not lengthen custody: nobody due for release waits for a screening to close.",
        citations=(claim("C04"),),
        severity=Severity.VIOLATION,
        basis=Basis.CLAIM,
        subject=SubjectKind.BOOKING,
        on=sel("custody.release_due"),
        when=absent(_HOLD),
        terms=(
            Term(
                any_of(
                    absent(_CLOSED),
                    at_most(at(_CLOSED), at(THIS)),
                    absent(_RELEASED),
                    Compare(at(_RELEASED), Op.LT, at(_CLOSED)),
                ),
                deadline=at(THIS),
                done=at(_CLOSED),
            ),
        ),
        passes=(
            "1h screening.closed | 1h custody.release_due | 2h custody.released",
            "1h custody.release_due | 2h custody.released",
            "1h custody.release_due | 2h custody.released | 2h1s screening.closed",
            "1h custody.release_due | 2h screening.closed",
            "1h custody.release_due | 1h custody.hold_started | 2h screening.closed | 3h custody.released",
        ),
        fails=(
            "1h1s screening.closed | 1h custody.release_due | 2h custody.released",
            "2h screening.closed | 1h custody.release_due | 2h custody.released",
        ),
        unclear=("1h custody.release_due | 2h custody.released | ~screening.closed",),
    ),
    Rule(
        id="UNI-07",
        sentence="Nobody is screened twice on one booking without a recorded reason.",
        citations=(claim("C04"),),
        severity=Severity.WARNING,
        guard=True,
        basis=Basis.CLAIM,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(
            Term(
                any_of(
                    at_most(Count(_COMPLETED), 1),
                    at_least(Count(sel("screening.opened", having=("reason",))), 1),
                )
            ),
        ),
        passes=(
            "0h person.booked | 1h screening.closed",
            "0h person.booked | 1h screening.closed | 2h screening.opened reason=language | "
            "3h screening.closed",
            "0h person.booked | 1h screening.closed closing_reason=medical | 3h screening.closed",
        ),
        fails=("0h person.booked | 1h screening.closed | 2h screening.opened | 3h screening.closed",),
        unclear=(
            "0h person.booked | ~screening.closed",
            "0h person.booked | 1h screening.closed | 3h screening.closed | ~screening.opened.reason",
        ),
    ),
)
