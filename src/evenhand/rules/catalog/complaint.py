"""CMP: complaints."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Clock, Field, First, Later, Next, Span, sel
from evenhand.rules.patterns import all_of, at, days, given, hours, ne, within
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import moa, practice

_TOLD_ICE = Next(sel("complaint.ice_notified"))
_TOLD_OPR = Next(sel("complaint.opr_notified"))
_REPORTED = Next(sel("complaint.outcome_reported"))
_ACKNOWLEDGED, _ANSWERED = Next(sel("complaint.acknowledged")), Next(sel("complaint.answered"))
_RECEIVED = First(sel("complaint.received"))


def _told_ice(span: Span) -> Term:
    return Term(within(_TOLD_ICE, span), deadline=Later(at(THIS), span), done=at(_TOLD_ICE))


_THIRTY_DAYS = days(30)
_FIVE_WORKING_DAYS = days(5, Clock.NO_WEEKENDS_OR_HOLIDAYS, ours=True)

RULES = (
    Rule(
        id="CMP-01",
        sentence="A complaint about a designated officer reaches ICE within 48 hours, weekends not counted.",
        citations=(moa("App. B"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received", about="designated_officer"),
        terms=(_told_ice(hours(48, Clock.NO_WEEKENDS)),),
        passes=(
            "0h complaint.received | 48h complaint.ice_notified",
            "4d4h complaint.received | 8d4h complaint.ice_notified",
            "15d12h complaint.received | 17d12h complaint.ice_notified",
            "0h complaint.received about=process",
        ),
        fails=(
            "0h complaint.received | 48h1s complaint.ice_notified",
            "4d4h complaint.received | 8d4h1s complaint.ice_notified",
            "15d12h complaint.received | 17d12h1s complaint.ice_notified",
            "0h complaint.received",
        ),
        unclear=("0h complaint.received | until 40h", "0h complaint.received | ~complaint.ice_notified"),
    ),
    Rule(
        id="CMP-02",
        sentence="A complaint about someone not designated who performed an immigration function reaches ICE "
        "within 48 hours.",
        citations=(moa("App. B"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received", about="undesignated"),
        terms=(_told_ice(hours(48)),),
        passes=(
            "0h complaint.received about=undesignated | 48h complaint.ice_notified",
            "0h complaint.received about=process",
        ),
        fails=(
            "0h complaint.received about=undesignated | 48h1s complaint.ice_notified",
            "4d4h complaint.received about=undesignated | 8d4h complaint.ice_notified",
            "0h complaint.received about=undesignated",
        ),
        unclear=("0h complaint.received about=undesignated | until 40h",),
    ),
    Rule(
        id="CMP-03",
        sentence="The outcome of a complaint reaches ICE within 30 days of the resolution.",
        citations=(moa("App. B (JEM)"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.resolved"),
        terms=(
            Term(
                within(_REPORTED, _THIRTY_DAYS),
                deadline=Later(at(THIS), _THIRTY_DAYS),
                done=at(_REPORTED),
                models=("JEM",),
            ),
        ),
        passes=(
            "0h complaint.resolved | 30d complaint.outcome_reported",
            "0h complaint.resolved | -9d agreement.took_effect model=WSO",
        ),
        fails=("0h complaint.resolved | 30d1s complaint.outcome_reported", "0h complaint.resolved"),
        unclear=("0h complaint.resolved | until 29d", "0h complaint.resolved | ~agreement.took_effect"),
    ),
    Rule(
        id="CMP-04",
        sentence="ICE passes a complaint to its Office of Professional Responsibility (within five working days).",
        citations=(moa("App. B"),),
        severity=Severity.WARNING,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.ice_notified"),
        terms=(
            Term(
                within(_TOLD_OPR, _FIVE_WORKING_DAYS),
                deadline=Later(at(THIS), _FIVE_WORKING_DAYS),
                done=at(_TOLD_OPR),
            ),
        ),
        passes=(
            "0h complaint.ice_notified | 7d complaint.opr_notified",
            "15d12h complaint.ice_notified | 23d12h complaint.opr_notified",
        ),
        fails=(
            "0h complaint.ice_notified | 7d1s complaint.opr_notified",
            "15d12h complaint.ice_notified | 23d12h1s complaint.opr_notified",
            "0h complaint.ice_notified",
        ),
        unclear=(
            "0h complaint.ice_notified | ~complaint.opr_notified",
            "0h complaint.ice_notified | until 6d",
        ),
    ),
    Rule(
        id="CMP-05",
        sentence="The complainant gets an acknowledgement within 7 days and an answer or a status within 90.",
        citations=(practice("Good practice"),),
        severity=Severity.NOTICE,
        basis=Basis.PRACTICE,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received"),
        terms=(
            Term(
                all_of(within(_ACKNOWLEDGED, days(7, ours=True)), within(_ANSWERED, days(90, ours=True))),
                deadline=Later(at(THIS), days(90, ours=True)),
                done=at(_ANSWERED),
            ),
        ),
        passes=("0h complaint.received | 7d complaint.acknowledged | 90d complaint.answered",),
        fails=(
            "0h complaint.received | 7d1s complaint.acknowledged | 9d complaint.answered",
            "0h complaint.received | 7d complaint.acknowledged | 90d1s complaint.answered",
            "0h complaint.received | 7d complaint.acknowledged",
            "0h complaint.received | 9d complaint.answered",
        ),
        unclear=(
            "0h complaint.received | 7d complaint.acknowledged | until 80d",
            "0h complaint.received | 1d complaint.answered | until 6d",
        ),
    ),
    Rule(
        id="CMP-06",
        sentence="No complaint is closed by the officer complained of.",
        citations=(practice("Separation of duties"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.PRACTICE,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.resolved"),
        when=given(_RECEIVED, "officer"),
        terms=(Term(ne(Field(THIS, "actor"), Field(_RECEIVED, "officer"))),),
        passes=(
            "0h complaint.received | 9d complaint.resolved",
            "0h complaint.received officer= | 9d complaint.resolved actor=officer-1",
        ),
        fails=("0h complaint.received | 9d complaint.resolved actor=officer-1",),
        unclear=("0h complaint.received | 9d complaint.resolved actor=",),
    ),
)
