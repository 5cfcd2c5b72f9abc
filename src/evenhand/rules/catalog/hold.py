"""HLD: the hold clock."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    THIS,
    Clock,
    Compare,
    Exists,
    Field,
    First,
    Later,
    Next,
    Op,
    Prev,
    Value,
    sel,
)
from evenhand.rules.catalog.selections import DETAINER_HOLD, DUE, EXIT
from evenhand.rules.patterns import absent, all_of, any_of, at, by, given, hours, within
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import I247A, form_i247a, moa, practice, regulation

_REGULATION_CLOCK = Later(at(DUE), hours(48, Clock.NO_WEEKENDS_OR_HOLIDAYS))
_FORM_CLOCK = Later(at(DUE), hours(48))
_DEPARTED = Next(sel("custody.departed"))
_ISSUED, _LIFTED = Prev(sel("detainer.issued")), Prev(sel("detainer.cancelled"))
_OUR_HOUR, _IN_GOOD_TIME = hours(1, ours=True), hours(6, ours=True)
_DUE_WITH_CAUSE = First(sel("custody.release_due", having=("cause",)))


def _ends_by(clock: Value) -> Term:
    return Term(by(EXIT, clock), deadline=clock, done=at(EXIT))


RULES = (
    Rule(
        id="HLD-01",
        sentence="A person is held on a detainer at most 48 hours after release would be due, Saturdays, Sundays "
        "and federal holidays not counted.",
        citations=(regulation("287.7(d)"),),
        severity=Severity.VIOLATION,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        terms=(_ends_by(_REGULATION_CLOCK),),
        passes=(
            "0h custody.release_due | 0h custody.hold_started | 48h custody.departed",
            # From Friday at noon to Tuesday at noon.
            "4d4h custody.release_due | 4d4h custody.hold_started | 8d4h custody.released",
            # Juneteenth is a Thursday.
            "15d12h custody.release_due | 15d12h custody.hold_started | 18d12h custody.released",
            "0h custody.release_due | 0h custody.hold_started basis=judicial_warrant",
            "0h custody.release_due | 0h custody.hold_started | 48h custody.departed | ~custody.released",
        ),
        fails=(
            "0h custody.release_due | 0h custody.hold_started | 48h1s custody.departed",
            "4d4h custody.release_due | 4d4h custody.hold_started | 8d4h1s custody.released",
            "15d12h custody.release_due | 15d12h custody.hold_started | 18d12h1s custody.released",
            "0h custody.release_due | 0h custody.hold_started",
            "0h custody.release_due | 0h custody.hold_started | 48h1s custody.transferred_in_place",
        ),
        unclear=(
            "0h custody.hold_started | 9h custody.departed",
            "0h custody.release_due | 0h custody.hold_started | until 47h",
            "0h custody.release_due | 0h custody.hold_started | ~custody.departed",
            "0h custody.release_due | 0h custody.hold_started | ~custody.transferred_in_place",
            "0h custody.release_due | 0h custody.hold_started | 48h1s custody.departed | ~custody.released",
        ),
    ),
    Rule(
        id="HLD-01F",
        sentence="A person is held on a detainer at most 48 hours after release would be due, without exclusions, "
        "as the form says.",
        citations=(form_i247a(),),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        terms=(Term(by(EXIT, _FORM_CLOCK), deadline=_FORM_CLOCK, done=at(EXIT), effective=I247A),),
        passes=(
            "0h custody.release_due | 0h custody.hold_started | 48h custody.departed",
            "-2983d12h1s custody.release_due | -2983d12h1s custody.hold_started",
            "0h custody.release_due | 0h custody.hold_started basis=judicial_warrant",
        ),
        fails=(
            "0h custody.release_due | 0h custody.hold_started | 48h1s custody.departed",
            "4d4h custody.release_due | 4d4h custody.hold_started | 8d4h custody.released",
            "0h custody.release_due | 0h custody.hold_started | 49h custody.transferred_in_place",
            "-2983d12h custody.release_due | -2983d12h custody.hold_started",
        ),
        unclear=(
            "0h custody.hold_started | 9h custody.departed",
            "0h custody.release_due | 0h custody.hold_started | until 47h",
            "0h custody.release_due | 0h custody.hold_started | ~custody.released",
            "0h custody.release_due | 0h custody.hold_started | ~custody.transferred_in_place",
        ),
    ),
    Rule(
        id="HLD-02",
        sentence="After transfer of custody to ICE the person leaves the jail within 48 hours, unless a detention "
        "agreement exists.",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("custody.transferred_in_place"),
        terms=(
            Term(
                any_of(given(THIS, "detention_agreement"), within(_DEPARTED, hours(48))),
                deadline=Later(at(THIS), hours(48)),
                done=at(_DEPARTED),
                stated_reason=Field(_DEPARTED, "reason"),
            ),
        ),
        passes=(
            "0h custody.transferred_in_place | 48h custody.departed",
            "0h custody.transferred_in_place detention_agreement=D-1",
        ),
        fails=(
            "0h custody.transferred_in_place | 48h1s custody.departed",
            "0h custody.transferred_in_place | 49h custody.departed reason=snow",
            "0h custody.transferred_in_place",
        ),
        unclear=(
            "0h custody.transferred_in_place | ~custody.transferred_in_place.detention_agreement",
            "0h custody.transferred_in_place | until 47h",
        ),
    ),
    Rule(
        id="HLD-03",
        sentence="When a detainer lapses without pick-up the person is released (within one hour).",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.lapsed"),
        terms=(
            Term(
                by(EXIT, Later(at(THIS), _OUR_HOUR)),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=at(EXIT),
            ),
        ),
        passes=("0h detainer.lapsed | 1h custody.released", "0h detainer.lapsed | -1h custody.departed"),
        fails=(
            "0h detainer.lapsed | 1h1s custody.released",
            "0h detainer.lapsed | 2h custody.departed",
            "0h detainer.lapsed | 2h custody.transferred_in_place",
            "0h detainer.lapsed",
        ),
        unclear=(
            "0h detainer.lapsed | until 59m",
            "0h detainer.lapsed | ~custody.released",
            "0h detainer.lapsed | ~custody.transferred_in_place",
        ),
    ),
    Rule(
        id="HLD-04",
        sentence="No hold without a detainer in effect.",
        citations=(regulation("287.7(a), (d)"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        terms=(
            Term(
                all_of(
                    Exists(_ISSUED),
                    any_of(absent(_LIFTED), Compare(at(_LIFTED), Op.LT, at(_ISSUED))),
                )
            ),
        ),
        passes=(
            "0h detainer.issued | 0h custody.hold_started",
            "-2h detainer.cancelled | -1h59m59s detainer.issued | 0h custody.hold_started",
            "0h custody.hold_started basis=judicial_warrant",
        ),
        fails=(
            "1s detainer.issued | 0h custody.hold_started",
            "0h custody.hold_started",
            "-2h detainer.issued | -2h detainer.cancelled | 0h custody.hold_started",
        ),
        unclear=(
            "0h custody.hold_started | ~detainer.issued",
            "-1h detainer.issued | 0h custody.hold_started | ~detainer.cancelled",
        ),
    ),
    Rule(
        id="HLD-05",
        sentence="The moment when a person held would otherwise go free is recorded, with its cause.",
        citations=(regulation("287.7(d)"),),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("custody.hold_started"),
        terms=(Term(Exists(_DUE_WITH_CAUSE)),),
        passes=("0h custody.release_due | 0h custody.hold_started",),
        fails=("0h custody.hold_started", "0h custody.release_due cause= | 0h custody.hold_started"),
        unclear=("0h custody.hold_started | ~custody.release_due.cause",),
    ),
    Rule(
        id="HLD-06",
        sentence="A release is carried out in good time once nothing holds (within six hours).",
        citations=(practice("Fourth Amendment; local policy"),),
        severity=Severity.WARNING,
        basis=Basis.PRACTICE,
        subject=SubjectKind.BOOKING,
        on=sel("custody.release_due"),
        when=absent(First(sel("custody.hold_started"))),
        terms=(
            Term(
                by(EXIT, Later(at(THIS), _IN_GOOD_TIME)),
                deadline=Later(at(THIS), _IN_GOOD_TIME),
                done=at(EXIT),
                stated_reason=Field(EXIT, "reason"),
            ),
        ),
        passes=(
            "0h custody.release_due | 6h custody.released",
            "0h custody.release_due | 6h custody.released | ~custody.departed",
            "0h custody.release_due | 0h custody.hold_started basis=other_agency | 9h custody.released",
        ),
        fails=(
            "0h custody.release_due | 6h1s custody.released",
            "0h custody.release_due | 7h custody.released reason=snow",
            "0h custody.release_due | 6h1s custody.departed",
            "0h custody.release_due | 6h1s custody.transferred_in_place",
            "0h custody.release_due",
        ),
        unclear=(
            "0h custody.release_due | 9h custody.released | ~custody.hold_started",
            "0h custody.release_due | until 5h",
            "0h custody.release_due | ~custody.departed",
            "0h custody.release_due | ~custody.transferred_in_place",
            "0h custody.release_due | 6h1s custody.released | ~custody.departed",
        ),
    ),
)
