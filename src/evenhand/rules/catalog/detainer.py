"""DET: detainer and warrant."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Exists, Field, First, Later, Next, Prev, sel
from evenhand.rules.catalog.selections import BY_LOCAL_OFFICER, DETAINER_HOLD, DUE, EXIT
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by_federal_officer,
    exists_before,
    given,
    hours,
    not_later,
    within,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import DIRECTIVE_DETAINERS, I247A, form_i247a, moa, regulation

_NOTIFIED = Next(sel("detainer.ice_notified"))
_TOLD = Field(THIS, "ice_notified_at")
_CHECK = First(sel("record_check.done", having=("response",)))
_OTHER_HOLD = Prev(sel("custody.hold_started", basis=("judicial_warrant", "other_agency")))
_HELD = "-3h custody.release_due | -3h custody.hold_started"
_HOLD_OVER = Next(sel("custody.hold_ended", "custody.released", "custody.departed"))
_DAY, _OUR_HOUR = hours(24), hours(1, ours=True)

RULES = (
    Rule(
        id="DET-01",
        sentence="A detainer comes with an administrative warrant, signed at or before it.",
        citations=(DIRECTIVE_DETAINERS,),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        terms=(Term(exists_before(sel("warrant.signed")), effective=I247A),),
        passes=(
            "0h warrant.signed | 0h detainer.issued",
            "-2983d12h1s detainer.issued",
        ),
        fails=("1s warrant.signed | 0h detainer.issued", "0h detainer.issued", "-2983d12h detainer.issued"),
        unclear=("0h detainer.issued | ~warrant.signed",),
    ),
    Rule(
        id="DET-02",
        sentence="The warrant is signed by a federal immigration officer.",
        citations=(regulation("287.5(e)(2), (3)"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.signed"),
        terms=(Term(by_federal_officer(THIS)),),
        passes=("0h warrant.signed", "0h warrant.signed actor_role=federal_officer"),
        fails=("0h warrant.signed actor_role=designated_officer",),
        unclear=("0h warrant.signed actor_role=",),
    ),
    Rule(
        id="DET-03",
        sentence="The detainer states its probable cause, as one of the form's grounds.",
        citations=(form_i247a(),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        terms=(Term(given(THIS, "ground"), effective=I247A),),
        passes=("0h detainer.issued", "-2983d12h1s detainer.issued ground="),
        fails=("0h detainer.issued ground=", "-2983d12h detainer.issued ground="),
        unclear=("0h detainer.issued | ~detainer.issued.ground",),
    ),
    Rule(
        id="DET-04",
        sentence="A copy of the detainer is served on the person before any hold; it has no effect until then.",
        citations=(form_i247a(),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        terms=(Term(exists_before(sel("detainer.served")), effective=I247A),),
        passes=(
            "0h detainer.served | 0h custody.hold_started",
            "-2983d12h1s custody.hold_started",
            "0h custody.hold_started basis=judicial_warrant",
        ),
        fails=(
            "1s detainer.served | 0h custody.hold_started",
            "0h custody.hold_started",
            "-2983d12h custody.hold_started",
        ),
        unclear=("0h custody.hold_started | ~detainer.served",),
    ),
    Rule(
        id="DET-05",
        sentence="ICE is told of a detainer that a local officer issued, within 24 hours.",
        citations=(moa("App. A (JEM)"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                within(_NOTIFIED, _DAY),
                deadline=Later(at(THIS), _DAY),
                done=at(_NOTIFIED),
                models=("JEM",),
            ),
        ),
        passes=(
            "0h detainer.issued | 24h detainer.ice_notified",
            "0h detainer.issued actor_role=federal_officer",
            "0h detainer.issued actor_role=federal_supervisor",
            "0h detainer.issued | -9d agreement.took_effect model=WSO",
        ),
        fails=("0h detainer.issued | 24h1s detainer.ice_notified", "0h detainer.issued"),
        unclear=("0h detainer.issued | until 23h", "0h detainer.issued | ~detainer.ice_notified"),
    ),
    Rule(
        id="DET-06",
        sentence="ICE is told at once of a warrant that a warrant service officer served (within one hour).",
        citations=(moa("App. A (WSO)"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                # A moment left out does not say that ICE was not told: then it cannot be told.
                at_most(_TOLD, Later(at(THIS), _OUR_HOUR)),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=_TOLD,
                models=("WSO",),
            ),
        ),
        passes=(
            "0h warrant.served ice_notified_at=1h | -9d agreement.took_effect model=WSO",
            "0h warrant.served ice_notified_at=9h | -9d agreement.took_effect model=JEM",
            "0h warrant.served actor_role=federal_officer ice_notified_at=9h | "
            "-9d agreement.took_effect model=WSO",
            "0h warrant.served actor_role=federal_supervisor ice_notified_at=9h | "
            "-9d agreement.took_effect model=WSO",
        ),
        fails=("0h warrant.served ice_notified_at=1h1s | -9d agreement.took_effect model=WSO",),
        unclear=(
            "0h warrant.served | -9d agreement.took_effect model=WSO",
            "0h warrant.served ice_notified_at=1h | -9d agreement.took_effect model=WSO | "
            "~warrant.served.ice_notified_at",
        ),
    ),
    Rule(
        id="DET-07",
        sentence="A warrant is served at the time of release from criminal custody: not more than 24 hours before "
        "it is due, and not after the person has gone.",
        citations=(moa("App. A"),),
        severity=Severity.WARNING,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        when=Exists(DUE),
        terms=(
            Term(
                all_of(
                    at_least(at(THIS), Later(at(DUE), hours(-24))),
                    any_of(absent(EXIT), at_most(at(THIS), at(EXIT))),
                )
            ),
        ),
        passes=(
            "0h warrant.served | 24h custody.release_due",
            "0h custody.release_due | 9h warrant.served | 9h custody.departed",
            "0h warrant.served",
        ),
        fails=(
            "0h warrant.served | 24h1s custody.release_due",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.departed",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.released",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.transferred_in_place",
        ),
        unclear=("0h warrant.served | ~custody.release_due",),
    ),
    Rule(
        id="DET-08",
        sentence="A withdrawn or cancelled detainer ends its hold at once (within one hour), when nothing else "
        "holds the person.",
        citations=(regulation("287.7"), form_i247a()),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.cancelled"),
        when=all_of(exists_before(DETAINER_HOLD), not_later(DUE, THIS), absent(_OTHER_HOLD)),
        terms=(
            Term(
                within(_HOLD_OVER, _OUR_HOUR),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=at(_HOLD_OVER),
            ),
        ),
        passes=(
            f"{_HELD} | 0h detainer.cancelled | 1h custody.hold_ended",
            f"{_HELD} basis=other_agency | 0h detainer.cancelled",
            f"{_HELD} | -2h custody.hold_started basis=other_agency | 0h detainer.cancelled",
            f"{_HELD} | -2h custody.hold_started basis=judicial_warrant | 0h detainer.cancelled",
            f"{_HELD} | 0h detainer.cancelled | 1h custody.released",
            f"{_HELD} | 0h detainer.cancelled | 1h custody.departed",
            "-3h custody.release_due | 0h detainer.cancelled | 9h custody.released",
            "-3h custody.hold_started | 0h detainer.cancelled | 9h custody.released",
            "-3h custody.hold_started | 0h detainer.cancelled | 1s custody.release_due | 9h custody.released",
        ),
        fails=(
            f"{_HELD} | 0h detainer.cancelled | 1h1s custody.released",
            "0h custody.release_due | 0h custody.hold_started | 0h detainer.cancelled",
            f"{_HELD} | 0h detainer.cancelled | 1h1s custody.departed",
        ),
        unclear=(
            f"{_HELD} | 0h detainer.cancelled | until 30m",
            "-3h custody.hold_started | 0h detainer.cancelled | 9h custody.released | ~custody.release_due",
        ),
    ),
    Rule(
        id="DET-09",
        sentence="Record checks are completed, with their result, before a local officer issues a detainer.",
        citations=(moa("App. A (JEM)"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=BY_LOCAL_OFFICER,
        terms=(Term(not_later(_CHECK, THIS), models=("JEM",)),),
        passes=(
            "0h record_check.done | 0h detainer.issued",
            "0h detainer.issued actor_role=federal_officer",
            "0h detainer.issued actor_role=federal_supervisor",
            "0h detainer.issued | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "1s record_check.done | 0h detainer.issued",
            "-1h record_check.done response= | 0h detainer.issued",
            "0h detainer.issued",
        ),
        unclear=(
            "0h detainer.issued | ~record_check.done",
            "-1h record_check.done response= | 0h detainer.issued | ~record_check.done.response",
        ),
    ),
)
