"""SCO: whom the program reaches, where and when."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import AGREEMENT, THIS, Exists, Field, First, Prev, sel
from evenhand.rules.catalog.selections import (
    ACTS,
    BOOKED,
    BY_LOCAL_OFFICER,
    DUE,
    TO_ICE,
    at_every_act,
    by_federal_officers,
)
from evenhand.rules.patterns import absent, all_of, any_of, at, at_most, contains, given, not_later
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import claim, moa, practice, regulation

_TRANSFER = Prev(sel("custody.transferred_in_place"))
_CHARGE = First(sel("charge.recorded", having=("arresting_agency", "statute")))

RULES = (
    Rule(
        id="SCO-01",
        sentence="Only a person already arrested and booked is screened.",
        citations=(moa("II"), claim("C03")),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(not_later(BOOKED, THIS)),),
        passes=("0h person.booked | 0h interview.held",),
        fails=("1s person.booked | 0h interview.held", "0h interview.held"),
        unclear=("0h interview.held | ~person.booked",),
    ),
    Rule(
        id="SCO-02",
        sentence="The booking rests on at least one criminal charge, recorded with its offense and arresting "
        "agency before the interview.",
        citations=(moa("II"), claim("C03")),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(not_later(_CHARGE, THIS)),),
        passes=(
            "0h person.booked | 1h charge.recorded | 1h interview.held",
            "0h charge.recorded | 9h charge.recorded charge_no=2 | 1h interview.held",
        ),
        fails=(
            "0h person.booked | 1h1s charge.recorded | 1h interview.held",
            "0h charge.recorded arresting_agency= | 1h interview.held",
            "0h charge.recorded statute= | 1h interview.held",
            "1h interview.held",
        ),
        unclear=(
            "1h interview.held | ~charge.recorded.statute",
            "1h interview.held | ~charge.recorded",
            "0h charge.recorded arresting_agency= | 1h interview.held | ~charge.recorded.arresting_agency",
        ),
    ),
    Rule(
        id="SCO-03",
        sentence="Functions are performed inside a jail that the agreement names.",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=all_of(BY_LOCAL_OFFICER, Exists(AGREEMENT)),
        terms=(Term(contains(AGREEMENT, "facilities", Field(THIS, "facility"))),),
        passes=(
            "0h interview.held",
            "0h interview.held | -9d agreement.took_effect facilities=jail-0,jail-1",
            *by_federal_officers("-9d agreement.took_effect facilities=jail-2"),
            "0h interview.held | 9d agreement.took_effect",
        ),
        fails=(
            "0h interview.held facility=jail-2",
            "0h warrant.served | -9d agreement.took_effect facilities=jail-2",
            *at_every_act("-9d agreement.took_effect facilities=jail-2"),
        ),
        unclear=(
            "0h interview.held facility=",
            "0h interview.held | -9d agreement.took_effect facilities=",
        ),
    ),
    Rule(
        id="SCO-04",
        sentence="No one is kept in order to be screened: screening and interview do not begin after release on "
        "all local charges was due.",
        citations=(regulation("287.8"), practice("Arizona v. United States, 567 U.S. 387 (2012)")),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("screening.opened", "interview.held"),
        terms=(Term(any_of(absent(DUE), at_most(at(THIS), at(DUE)))),),
        passes=(
            "0h screening.opened | 1h interview.held | 1h custody.release_due",
            "0h screening.opened",
        ),
        fails=(
            "0h screening.opened | 1h1s interview.held | 1h custody.release_due",
            "1s screening.opened | 0h custody.release_due",
        ),
        unclear=("0h screening.opened | ~custody.release_due",),
    ),
    Rule(
        id="SCO-05",
        sentence="ICE takes custody only after the end of local custody.",
        citations=(moa("IV"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(
            Term(
                all_of(
                    not_later(DUE, THIS),
                    any_of(absent(_TRANSFER), at_most(at(DUE), at(_TRANSFER))),
                )
            ),
        ),
        passes=(
            "0h custody.release_due | 0h custody.departed",
            "0h custody.release_due | 0h custody.transferred_in_place | 1h custody.departed",
            "0h custody.departed destination=prison",
        ),
        fails=(
            "1s custody.release_due | 0h custody.departed",
            "0h custody.departed",
            "1h custody.release_due | 59m59s custody.transferred_in_place | 2h custody.departed",
        ),
        unclear=("0h custody.departed | ~custody.release_due",),
    ),
    Rule(
        id="SCO-06",
        sentence="The agency pursues its own charges; a charge dropped for a transfer has its reason noted.",
        citations=(moa("IV (WSO)"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("charge.disposed", disposition="dropped_for_transfer"),
        terms=(Term(given(THIS, "reason")),),
        passes=(
            "0h charge.disposed disposition=dropped_for_transfer reason=prosecutor",
            "0h charge.disposed disposition=dismissed",
        ),
        fails=("0h charge.disposed disposition=dropped_for_transfer",),
        unclear=("0h charge.disposed disposition=dropped_for_transfer | ~charge.disposed.reason",),
    ),
)
