"""SUP: supervision by federal officers."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Compare, Exists, Field, Later, ObservedUntil, Op, Prev, Unknown, sel
from evenhand.rules.catalog.selections import BY_LOCAL_OFFICER, CONCURRED, REVIEWED
from evenhand.rules.patterns import (
    END_OF_RECORD,
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by_federal_officer,
    hours,
    ne,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import moa, statute

_DETERMINED = Prev(sel("determination.made"))
_RETURNED = Prev(sel("determination.reviewed", outcome=("return", "reject")))
_ACTED_ON = sel("detainer.issued", "warrant.served", "custody.transferred_in_place")
_GRACE, _IN_GOOD_TIME = hours(24, ours=True), hours(24, ours=True)

RULES = (
    Rule(
        id="SUP-01",
        sentence="Every determination is reviewed by a named ICE supervisor.",
        citations=(statute("1357(g)(3)"), moa("IV.F")),
        severity=Severity.VIOLATION,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("determination.made"),
        terms=(
            Term(
                any_of(
                    Exists(REVIEWED),
                    # A review may still come while the record is open.
                    all_of(
                        absent(REVIEWED),
                        Compare(Later(at(THIS), _GRACE), Op.GT, ObservedUntil()),
                        Unknown(END_OF_RECORD),
                    ),
                )
            ),
        ),
        passes=("0h determination.made | 90d determination.reviewed outcome=reject",),
        fails=(
            "0h determination.made",
            "0h determination.made | until 24h",
            "1s determination.made | 0h determination.reviewed",
        ),
        unclear=(
            "0h determination.made | until 23h59m59s",
            "0h determination.made | ~determination.reviewed",
        ),
    ),
    Rule(
        id="SUP-02",
        sentence="A concurring review comes before a detainer, the service of a warrant or a transfer by a local "
        "officer.",
        citations=(statute("1357(g)(3)"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=_ACTED_ON,
        when=BY_LOCAL_OFFICER,
        terms=(Term(Exists(CONCURRED), models=("JEM",)),),
        passes=(
            "0h determination.reviewed | 0h detainer.issued | 1h warrant.served",
            "0h warrant.served | -9d agreement.took_effect model=WSO",
            "0h detainer.issued actor_role=federal_officer",
            "0h detainer.issued actor_role=federal_supervisor",
        ),
        fails=(
            "1s determination.reviewed | 0h detainer.issued",
            "0h warrant.served",
            "0h custody.transferred_in_place",
            "-1h determination.reviewed outcome=return | 0h detainer.issued",
        ),
        unclear=("0h detainer.issued | ~determination.reviewed",),
    ),
    Rule(
        id="SUP-03",
        sentence="The reviewer is a federal officer and not the officer reviewed.",
        citations=(statute("1357(g)(3)"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("determination.reviewed"),
        when=Exists(_DETERMINED),
        terms=(
            Term(all_of(by_federal_officer(THIS), ne(Field(THIS, "actor"), Field(_DETERMINED, "actor")))),
        ),
        passes=(
            "0h determination.made | 0h determination.reviewed",
            "0h determination.made | 0h determination.reviewed actor_role=federal_officer",
        ),
        fails=(
            "0h determination.made | 1h determination.reviewed actor=officer-2 actor_role=designated_officer",
            "0h determination.made actor=federal-1 | 1h determination.reviewed",
        ),
        unclear=("0h determination.made | 1h determination.reviewed actor=",),
    ),
    Rule(
        id="SUP-04",
        sentence="Charging documents are signed by an ICE officer.",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("charging_document.signed"),
        terms=(Term(by_federal_officer(THIS)),),
        passes=(
            "0h charging_document.signed",
            "0h charging_document.signed actor_role=federal_officer",
        ),
        fails=("0h charging_document.signed actor_role=designated_officer",),
        unclear=("0h charging_document.signed actor_role=",),
    ),
    Rule(
        id="SUP-05",
        sentence="A determination that was returned or rejected is not acted on until it is concurred in.",
        citations=(moa("IV.F"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=_ACTED_ON,
        terms=(
            Term(
                any_of(
                    absent(_RETURNED),
                    all_of(Exists(CONCURRED), at_least(at(CONCURRED), at(_RETURNED))),
                )
            ),
        ),
        passes=(
            "0h determination.reviewed outcome=return | 0h determination.reviewed | 1h detainer.issued",
            "1s determination.reviewed outcome=reject | 0h warrant.served",
        ),
        fails=(
            "0h determination.reviewed outcome=return | 0h detainer.issued",
            "0h determination.reviewed outcome=reject | 1h warrant.served",
            "0h determination.reviewed outcome=return | 1h custody.transferred_in_place",
            "0h determination.reviewed | 1s determination.reviewed outcome=return | 1h detainer.issued",
        ),
        unclear=("0h detainer.issued | ~determination.reviewed",),
    ),
    Rule(
        id="SUP-06",
        sentence="Reviews are made in good time (within 24 hours of the determination).",
        citations=(moa("IV.F"),),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=sel("determination.made"),
        when=Exists(REVIEWED),
        terms=(
            Term(
                at_most(at(REVIEWED), Later(at(THIS), _IN_GOOD_TIME)),
                deadline=Later(at(THIS), _IN_GOOD_TIME),
                done=at(REVIEWED),
            ),
        ),
        passes=("0h determination.made | 24h determination.reviewed", "0h determination.made"),
        fails=("0h determination.made | 24h1s determination.reviewed",),
        unclear=("0h determination.made | ~determination.reviewed",),
    ),
)
