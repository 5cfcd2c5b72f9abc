"""SCO: whom the program reaches, where and when."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    AGREEMENT,
    THIS,
    Compare,
    Condition,
    Count,
    Exists,
    Field,
    First,
    Given,
    Not,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import (
    ACTS,
    BY_LOCAL_OFFICER,
    ON_HOLD,
    at_every_act,
    by_federal_officers,
    departs_elsewhere,
    of_type,
)
from evenhand.rules.patterns import (
    all_of,
    any_of,
    at,
    at_most,
    contains,
    given,
    is_true,
    not_later,
    of_stay,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import claim, court, moa, statute
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO

_BOOKING = Prev(sel("person.booked"))
_CAME_OR_WENT = Prev(sel("person.booked", "custody.released"))
_IN_JAIL: Condition = all_of(Exists(_BOOKING), of_type(_CAME_OR_WENT, "person.booked"))
"""The person was booked before the act and not released since."""

_CHARGES = sel("charge.recorded")
_CRIMINAL = First(sel("charge.recorded", level=("felony", "misdemeanor"), having=("statute",)))
_NOT_CRIMINAL = sel("charge.recorded", level=("hold", "infraction"))
_MAYBE_CRIMINAL: Condition = all_of(
    Compare(Count(_CHARGES), Op.GT, Count(_NOT_CRIMINAL)),
    # Of those up to the interview; the whole history's number is known also where minutes are not.
    Compare(Count(_CHARGES, since=_BOOKING), Op.GT, Count(_NOT_CRIMINAL, since=_BOOKING)),
    # No level, no offense, or an ordinance, which state law may make criminal: the record does not say.
    Unknown("charge.recorded.level"),
)

_LENT = Prev(sel("detainer.issued", box="2"))

RULES = (
    Rule(
        id="SCO-01",
        sentence="A local officer interviews only a person detained in the agency's jail.",
        citations=(
            moa(
                "App. A",
                "are delegated only those authorities listed below ... any person detained in the participating law "
                "enforcement agency's detention center",
                J20="p. 8",
                J25="p. 8",
            ),
            claim("C03"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(_IN_JAIL, templates=JEM),
            Term(_IN_JAIL, models=("JEM",), severity=Severity.WARNING),
        ),
        passes=(
            "0h person.booked | 0h interview.held",
            "0h person.booked | 1d custody.released | 2d person.booked | 3d interview.held",
            "0h..59s person.booked | 0h..59s interview.held",
            "0h interview.held actor_role=federal_officer | 1h person.booked",
            "0h interview.held actor_role=federal_supervisor | 1h person.booked",
            "0h interview.held | -9d agreement.took_effect model=WSO",
            "0h interview.held | 9d agreement.took_effect",
        ),
        fails=(
            "1s person.booked | 0h interview.held",
            "0h interview.held",
            "1h person.booked | 0h interview.held | -9d agreement.took_effect template=2012",
            # Between two stays; after the release, in a record that begins before it.
            "0h person.booked | 1d custody.released | 2d interview.held | 3d person.booked",
            "0h person.booked | 1d custody.released | 2d interview.held | 3d person.booked | "
            "-9d agreement.took_effect template=2012",
            "1d custody.released | 2d interview.held | cut",
        ),
        unclear=(
            "0h interview.held | ~person.booked",
            "0h interview.held | ?person.booked",
            "0h interview.held | cut",
            "0h..14h person.booked | 0h..14h interview.held",
            "0h interview.held actor_role= | 1h person.booked",
            "0h person.booked | 1h interview.held | ?custody.released",
        ),
    ),
    Rule(
        id="SCO-02",
        sentence="The booking rests on at least one criminal charge, recorded before the interview.",
        citations=(claim("C03"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(any_of(not_later(_CRIMINAL, THIS), _MAYBE_CRIMINAL)),),
        passes=(
            "0h person.booked | 1h charge.recorded | 1h interview.held",
            "0h charge.recorded | 9h charge.recorded charge_no=2 | 1h interview.held",
            "0h person.booked | 0h charge.recorded level=hold | 0h charge.recorded level=felony | "
            "1h interview.held",
            "0h person.booked | 0h charge.recorded level= | 0h charge.recorded | 1h interview.held",
            "0h charge.recorded arresting_agency= | 1h interview.held",
        ),
        fails=(
            "0h person.booked | 1h1s charge.recorded | 1h interview.held",
            "0h person.booked | 1h interview.held",
            # A hold, a civil detainer or an infraction is no criminal charge.
            "0h person.booked | 0h charge.recorded level=hold | 1h interview.held",
            "0h person.booked | 0h charge.recorded level=infraction | 0h charge.recorded level=hold | "
            "1h interview.held",
            "0h person.booked | 0h charge.recorded level=hold | 1h interview.held | 2h charge.recorded level=",
            "1h interview.held",
            "0h..59s person.booked | 0h..59s charge.recorded level=hold | 2h..2h0m59s interview.held",
        ),
        unclear=(
            # No level: a text such as HOLD or DETAINER is read by nobody here.
            "0h person.booked | 0h charge.recorded level= statute=HOLD | 1h interview.held",
            "0h person.booked | 0h charge.recorded level= statute=DETAINER arresting_agency=ICE | "
            "1h interview.held",
            "0h person.booked | 0h charge.recorded level=ordinance | 1h interview.held",
            "0h person.booked | 0h charge.recorded statute= | 1h interview.held",
            "0h person.booked | 0h charge.recorded level= | 1h interview.held | ~charge.recorded.level",
            "1h interview.held | ~charge.recorded.statute",
            "1h interview.held | ~charge.recorded",
            "0h person.booked | 1h interview.held | ?charge.recorded",
            "0h charge.recorded level=hold | 1h interview.held | cut",
            "0h person.booked | 0h..14h charge.recorded | 0h..14h interview.held",
        ),
    ),
    Rule(
        id="SCO-03",
        sentence="Immigration functions are performed inside the agency's jails.",
        citations=(
            statute("1357(g)(1), (5)", "shall be set forth in a written agreement"),
            moa(
                "II, App. A",
                "within the LEA ... jail/correctional facilities",
                J20="p. 1, 8",
                J25="p. 1, 8",
                W19="p. 1, 8",
                W25="p. 1, 8",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=all_of(BY_LOCAL_OFFICER, Exists(AGREEMENT), is_true(AGREEMENT, "in_force")),
        terms=(Term(contains(AGREEMENT, "facilities", Field(THIS, "facility"))),),
        passes=(
            "0h interview.held",
            "0h interview.held | -9d agreement.took_effect facilities=jail-0,jail-1",
            *by_federal_officers("-9d agreement.took_effect facilities=jail-2"),
            "0h interview.held | 9d agreement.took_effect",
            "0h interview.held facility=jail-2 | -9d agreement.took_effect | -1d agreement.ended",
        ),
        fails=(
            "0h interview.held facility=jail-2",
            "0h interview.held facility=jail-2 | -9d agreement.took_effect template=2009",
            "0h warrant.served | -9d agreement.took_effect facilities=jail-2",
            *at_every_act("-9d agreement.took_effect facilities=jail-2"),
        ),
        unclear=(
            "0h interview.held facility=",
            "0h interview.held | -9d agreement.took_effect facilities=",
            "0h interview.held facility=jail-2 actor_role=",
        ),
    ),
    Rule(
        id="SCO-04",
        sentence="Nobody is kept past release to be screened or interviewed.",
        citations=(court("Arizona v. United States", "567 U.S. 387 (2012), dictum", unverified=True),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("screening.opened", "interview.held"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    Not(Given(of_stay("due"))),
                    at_most(at(THIS), of_stay("due")),
                    ON_HOLD,
                )
            ),
        ),
        passes=(
            "0h screening.opened | 1h interview.held | 1h custody.release_due",
            "0h screening.opened",
            "0h custody.release_due | 0h custody.hold_started | 1h interview.held",
            "0h interview.held actor_role=federal_officer | -1h custody.release_due",
            "0h interview.held actor_role=federal_supervisor | -1h custody.release_due",
            # Due again after a new charge; back in jail.
            "0h custody.release_due | 1h charge.recorded | 2h interview.held | 3h custody.release_due",
            "0h custody.release_due | 1h custody.released | 2d person.booked | 3d interview.held | "
            "4d custody.release_due",
        ),
        fails=(
            "0h screening.opened | 1h1s interview.held | 1h custody.release_due",
            "1s screening.opened | 0h custody.release_due",
            "0h custody.release_due | 1h interview.held | 2h custody.hold_started",
            "-2h custody.hold_started | 0h custody.release_due | 30m custody.hold_ended | 1h interview.held",
            # A hold of an earlier stay holds nobody now.
            "-9d custody.hold_started | -8d custody.released | -1h custody.release_due | 0h interview.held",
            "-9d custody.hold_started | -8d custody.departed destination=prison | -7d person.booked | "
            "-1h custody.release_due | 0h interview.held",
            "-9d custody.hold_started | -8d custody.released | -7d person.booked | -1h custody.release_due | "
            "0h interview.held",
        ),
        unclear=(
            "0h screening.opened | ~custody.release_due",
            "0h custody.release_due | 1h interview.held | ?custody.hold_started",
            "0h..14h custody.release_due | 0h..14h interview.held",
            "0h custody.release_due | 1h interview.held actor_role=",
            # Due twice, and nothing says why.
            "0h custody.release_due | 1h interview.held | 3h custody.release_due",
        ),
    ),
    Rule(
        id="SCO-05",
        sentence="ICE takes custody only after local custody ends.",
        citations=(
            moa(
                "IV",
                "only after said individual has been released from LEA custody",
                J20="p. 1",
                J25="p. 1",
                W19="p. 1",
                W25="p. 1",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("custody.transferred_in_place", "custody.departed"),
        when=Not(departs_elsewhere(THIS)),
        terms=(
            Term(
                any_of(
                    all_of(Given(of_stay("due")), at_most(of_stay("due"), at(THIS))),
                    all_of(given(THIS, "writ"), is_true(THIS, "writ")),
                    Exists(_LENT),
                ),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            "0h custody.release_due | 0h custody.departed",
            "0h custody.release_due | 0h custody.transferred_in_place | 1h custody.departed",
            "0h custody.departed destination=prison",
            "0h custody.departed writ=yes",
            "-9d detainer.issued box=2 | 0h custody.departed",
            "1s custody.release_due | 0h custody.departed | -9d agreement.took_effect template=2009",
            "0h..59s custody.release_due | 0h..59s custody.departed",
            # The stay that ended says nothing of this one.
            "0h custody.release_due | 1h custody.released | 2d person.booked | 3d custody.release_due | "
            "3d custody.departed",
        ),
        fails=(
            "1s custody.release_due | 0h custody.departed",
            "0h custody.departed",
            "0h custody.departed writ=no",
            "-9d detainer.issued | 0h custody.departed",
            "1h custody.release_due | 59m59s custody.transferred_in_place | 2h custody.departed",
            "1h custody.release_due | 0h custody.departed | -9d agreement.took_effect model=WSO template=2019",
            # Due once, then charged again, and handed over before the new moment.
            "0h custody.release_due | 1h charge.recorded | 2h custody.departed | 3h custody.release_due",
            "0h person.booked | 1h custody.release_due | 2h custody.released | 2d person.booked | "
            "3d custody.departed",
        ),
        unclear=(
            "0h custody.departed | ~custody.release_due",
            "0h custody.departed | ?custody.release_due",
            "0h custody.departed | cut",
            "0h custody.departed | ~custody.departed.writ",
            "0h custody.departed | ~detainer.issued",
            "0h..14h custody.release_due | 0h..14h custody.departed",
            "0h custody.release_due | 1h custody.departed | 3h custody.release_due",
        ),
    ),
    Rule(
        id="SCO-06",
        sentence="WSO: the agency pursues its own charges; one that is dropped for a transfer has a reason.",
        citations=(moa("IV", "is expected to pursue to completion", W19="p. 1", W25="p. 1"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("charge.disposed", disposition="dropped_for_transfer"),
        terms=(Term(given(THIS, "reason"), templates=WSO),),
        passes=(
            "0h charge.disposed disposition=dropped_for_transfer reason=prosecutor | "
            "-9d agreement.took_effect model=WSO",
            "0h charge.disposed disposition=dismissed | -9d agreement.took_effect model=WSO",
            "0h charge.disposed disposition=dropped_for_transfer",
        ),
        fails=(
            "0h charge.disposed disposition=dropped_for_transfer | -9d agreement.took_effect model=WSO",
            "0h charge.disposed disposition=dropped_for_transfer | "
            "-9d agreement.took_effect model=WSO template=2019",
        ),
        unclear=(
            "0h charge.disposed disposition=dropped_for_transfer | ~charge.disposed.reason | "
            "-9d agreement.took_effect model=WSO",
            "0h charge.disposed disposition=dropped_for_transfer | -9d agreement.took_effect model=WSO template=",
        ),
    ),
)
