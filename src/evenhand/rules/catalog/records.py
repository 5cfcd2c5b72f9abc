"""REC: the record itself."""

from evenhand.record.events import SubjectKind, types_of
from evenhand.rules.algebra import THIS, Field, First, Last, Later, Sel, Span, sel
from evenhand.rules.catalog.selections import IMMIGRATION_ACTS
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_most,
    days,
    given,
    hours,
    implies,
    one_of,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import PRIVACY_ACT, moa, practice

_ALL = types_of(SubjectKind.BOOKING)
_FIRST_OF_ALL = First(Sel(_ALL))
_GONE = Last(sel("custody.released", "custody.departed"))
_LAST_ACT = Last(sel(*IMMIGRATION_ACTS))


def _recorded_within(span: Span) -> Term:
    bound = Later(at(THIS), span)
    return Term(at_most(Field(THIS, "recorded_at"), bound), deadline=bound, done=Field(THIS, "recorded_at"))


RULES = (
    Rule(
        id="REC-01",
        sentence="An event is recorded within 24 hours.",
        citations=(practice("Good practice"),),
        severity=Severity.WARNING,
        basis=Basis.PRACTICE,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL),
        terms=(_recorded_within(hours(24)),),
        passes=("0h person.booked recorded_at=24h",),
        fails=("0h person.booked recorded_at=24h1s",),
        unclear=("0h person.booked recorded_at=", "0h person.booked | ~person.booked.recorded_at"),
    ),
    Rule(
        id="REC-01V",
        sentence="An event is recorded within seven days.",
        citations=(practice("Good practice"),),
        severity=Severity.VIOLATION,
        basis=Basis.PRACTICE,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL),
        terms=(_recorded_within(days(7)),),
        passes=("0h person.booked recorded_at=7d",),
        fails=("0h person.booked recorded_at=7d1s",),
        unclear=("0h person.booked recorded_at=",),
    ),
    Rule(
        id="REC-02",
        sentence="The events of one booking stand in a possible order: arrest, booking, all else, and no act "
        "after the person has gone.",
        citations=(practice("Logic of the record"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.PRACTICE,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked"),
        terms=(
            Term(
                all_of(
                    at_most(at(THIS), at(_FIRST_OF_ALL)),
                    implies(given(THIS, "arrested_at"), at_most(Field(THIS, "arrested_at"), at(THIS))),
                    any_of(absent(_LAST_ACT), absent(_GONE), at_most(at(_LAST_ACT), at(_GONE))),
                )
            ),
        ),
        passes=(
            "0h person.booked arrested_at=0 | 1h interview.held | 1h custody.released",
            "0h person.booked arrested_at= | 1h custody.departed",
            "0h person.booked | 1h interview.held",
        ),
        fails=(
            "0h person.booked arrested_at=1s",
            "0h person.booked | -1s charge.recorded",
            "0h person.booked | 1h1s interview.held | 1h custody.released",
            *(f"0h person.booked | 1h1s {act} | 1h custody.departed" for act in IMMIGRATION_ACTS),
        ),
        unclear=("0h person.booked | ~person.booked.arrested_at",),
    ),
    Rule(
        id="REC-03",
        sentence="A correction names what it corrects and says why.",
        citations=(moa("IV.H"), PRIVACY_ACT),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL, having=("corrects",)),
        terms=(Term(given(THIS, "reason")),),
        passes=("0h person.booked corrects=9 reason=misspelt", "0h person.booked"),
        fails=("0h person.booked corrects=9",),
        unclear=("0h person.booked corrects=9 | ~person.booked.reason",),
    ),
    Rule(
        id="REC-04",
        sentence="Only who has a need sees a case: a view is logged with its ground, by a role that may read "
        "cases.",
        citations=(PRIVACY_ACT, practice("CJIS Security Policy", unverified=True)),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.SYSTEM,
        on=sel("access.viewed"),
        terms=(
            Term(
                all_of(
                    given(THIS, "ground"),
                    one_of(
                        THIS,
                        "actor_role",
                        "booking_officer",
                        "designated_officer",
                        "federal_officer",
                        "federal_supervisor",
                        "coordinator",
                        "complaints_officer",
                        "reviewer",
                    ),
                )
            ),
        ),
        passes=tuple(
            f"0h access.viewed actor_role={role}"
            for role in (
                "booking_officer",
                "designated_officer",
                "federal_officer",
                "federal_supervisor",
                "coordinator",
                "complaints_officer",
                "reviewer",
            )
        ),
        fails=("0h access.viewed ground=", "0h access.viewed actor_role=administrator"),
        unclear=("0h access.viewed actor_role=",),
    ),
    Rule(
        id="REC-05",
        sentence="Information developed under the agreement is released only on a recorded ground.",
        citations=(moa("V.C, V.D"),),
        severity=Severity.WARNING,
        guard=True,
        subject=SubjectKind.SYSTEM,
        on=sel("access.exported"),
        terms=(Term(given(THIS, "ground")),),
        passes=("0h access.exported",),
        fails=("0h access.exported ground=",),
        unclear=("0h access.exported | ~access.exported.ground",),
    ),
)
