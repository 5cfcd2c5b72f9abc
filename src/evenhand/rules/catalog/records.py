"""REC: the record itself."""

from evenhand.record.events import SubjectKind, types_of
from evenhand.record.events.oversight import LegalGround
from evenhand.rules.algebra import THIS, Condition, Field, First, Given, Last, Later, Not, Ref, Sel, Span, sel
from evenhand.rules.patterns import (
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    days,
    eq,
    given,
    hours,
    implies,
    is_true,
    of_stay,
    one_of,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import CJIS_LOGGING, PRIVACY_ACT, moa, practice
from evenhand.rules.template import ALL_TEMPLATES, JEM

_ALL = types_of(SubjectKind.BOOKING)
_FIRST_BOOKED, _LAST_BOOKED = First(sel("person.booked")), Last(sel("person.booked"))
_IN_THE_JAIL = (
    "interview.held",
    "record_check.done",
    "determination.made",
    "detainer.issued",
    "warrant.served",
    "charging_document.prepared",
)
"""Acts of a stay, none of which can follow the person's departure."""
_BEFORE_BOOKING = ("warrant.signed", "detainer.issued", "detainer.reviewed", "interview.held")
"""What can happen before the jail has the person. An interview then is for SCO-01."""
_READERS = (
    "booking_officer",
    "designated_officer",
    "federal_officer",
    "federal_supervisor",
    "coordinator",
    "complaints_officer",
    "reviewer",
)
_GROUNDS = tuple(str(g) for g in LegalGround if g is not LegalGround.NONE)
_STATE_RECORD = all_of(given(THIS, "state_record"), is_true(THIS, "state_record"))
"""The record states that the records are solely the state's."""
_COORDINATED = all_of(
    given(THIS, "coordinated_with", "coordinated_at"),
    at_most(Field(THIS, "coordinated_at"), at(THIS)),
    any_of(
        eq(Field(THIS, "coordinated_with"), "ice_public_affairs"), Not(one_of(THIS, "recipient", "media"))
    ),
)


def _arrested_before(booked: Ref) -> Condition:
    return implies(given(booked, "arrested_at"), at_most(Field(booked, "arrested_at"), at(booked)))


def _recorded_within(span: Span) -> Term:
    bound = Later(at(THIS), span)
    return Term(at_most(Field(THIS, "recorded_at"), bound), deadline=bound, done=Field(THIS, "recorded_at"))


RULES = (
    Rule(
        id="REC-01",
        sentence="An event is recorded within 24 hours.",
        citations=(practice("Good practice"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL),
        terms=(_recorded_within(hours(24, ours=True)),),
        passes=(
            "0h person.booked recorded_at=24h",
            # Some moment of that day: in time whenever it was.
            "0h..23h59m person.booked recorded_at=24h",
        ),
        fails=("0h person.booked recorded_at=24h1s", "0h..23h59m person.booked recorded_at=48h"),
        unclear=(
            "0h person.booked recorded_at=",
            "0h person.booked | ~person.booked.recorded_at",
            "0h..23h59m person.booked recorded_at=36h",
        ),
    ),
    Rule(
        id="REC-01V",
        sentence="An event is recorded within seven days.",
        citations=(practice("Good practice"),),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL),
        terms=(_recorded_within(days(7, ours=True)),),
        passes=("0h person.booked recorded_at=7d",),
        fails=("0h person.booked recorded_at=7d1s",),
        unclear=("0h person.booked recorded_at=", "0h..23h59m person.booked recorded_at=7d12h"),
    ),
    Rule(
        id="REC-02",
        sentence="The events of one stay are in a possible order: arrest, booking, all else, and no act after "
        "the person has left.",
        citations=(practice("Logic of the record"),),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL),
        terms=(
            Term(
                implies(
                    all_of(Not(one_of(THIS, "type", *_BEFORE_BOOKING)), Given(of_stay("began"))),
                    at_least(at(THIS), of_stay("began")),
                )
            ),
            Term(
                implies(
                    all_of(one_of(THIS, "type", *_IN_THE_JAIL), Given(of_stay("left"))),
                    at_most(at(THIS), of_stay("left")),
                )
            ),
            Term(
                implies(
                    one_of(THIS, "type", "person.booked"),
                    all_of(_arrested_before(_FIRST_BOOKED), _arrested_before(_LAST_BOOKED)),
                )
            ),
        ),
        passes=(
            "0h person.booked arrested_at=0 | 1h interview.held | 1h custody.released",
            "0h person.booked arrested_at= | 1h custody.departed",
            "0h person.booked | 1h interview.held",
            # Two stays under one number: each has its own order.
            "0h person.booked | 1h interview.held | 2h custody.released | 9d person.booked | "
            "9d1h interview.held | 9d2h custody.released",
            # A weekend out, without a new booking.
            "0h person.booked | 2h custody.released | 3d interview.held | 3d1h custody.released",
            # ICE signed the warrant and issued the detainer while the person was still free.
            *(f"-2d {act} | 0h person.booked" for act in _BEFORE_BOOKING),
            # A hospital is no departure.
            "0h person.booked | 2h custody.departed destination=hospital | 5h interview.held",
            # Jails enter charges late.
            "0h person.booked | 1h custody.released | 2h charge.recorded",
            # One minute, in the order in which the record gives them.
            "0h..59s person.booked | 0h..59s charge.recorded | 0h..59s interview.held | "
            "0h..59s custody.released",
            "0h custody.released | 1d person.booked | 1d1h interview.held | cut",
            "1h interview.held",
        ),
        fails=(
            "0h person.booked arrested_at=1s",
            "0h person.booked | -1s charge.recorded",
            "0h person.booked | 1h1s interview.held | 1h custody.released",
            *(f"0h person.booked | 1h1s {act} | 1h custody.departed" for act in _IN_THE_JAIL),
            "0h person.booked | 2h custody.released | 3h interview.held | 9d person.booked",
            "0h person.booked | 2h custody.released | 9d person.booked arrested_at=1h",
            "0h person.booked arrested_at=1h | 2h custody.released | 9d person.booked",
            "1h person.booked | 0h..59m screening.opened",
            "0h person.booked | 2h interview.held | 1h custody.released | ?custody.departed",
        ),
        unclear=(
            "0h person.booked | ~person.booked.arrested_at",
            "0h..23h59m person.booked arrested_at= | 0h..23h59m charge.recorded",
            "0h person.booked | 5h interview.held | 0h..23h59m custody.released",
            "0h person.booked | 5h interview.held | 9h custody.released | ~custody.departed",
            "5h screening.opened | cut",
            "0h person.booked | ?person.booked | -1h..1h charge.recorded",
        ),
    ),
    Rule(
        id="REC-03",
        sentence="A correction names what it corrects and why.",
        citations=(practice("Good practice"),),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=Sel(_ALL, having=("corrects",)),
        terms=(Term(given(THIS, "reason")),),
        passes=("0h person.booked corrects=9 reason=misspelt", "0h person.booked"),
        fails=("0h person.booked corrects=9",),
        unclear=("0h person.booked corrects=9 | ~person.booked.reason",),
    ),
    Rule(
        id="REC-04",
        sentence="Only those who need a case see it: a view has a ground, and a role that may read cases.",
        citations=(
            PRIVACY_ACT,
            moa(
                "IV.H",
                "each responsible for compliance with the Privacy Act",
                J20="p. 5",
                J25="p. 5",
                W19="p. 5",
                W25="p. 5",
            ),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.SYSTEM,
        on=sel("access.viewed"),
        terms=(Term(all_of(given(THIS, "ground"), one_of(THIS, "actor_role", *_READERS))),),
        passes=tuple(f"0h access.viewed actor_role={role}" for role in _READERS),
        fails=("0h access.viewed ground=", "0h access.viewed actor_role=administrator"),
        unclear=("0h access.viewed actor_role=", "0h access.viewed | ~access.viewed.ground"),
    ),
    Rule(
        id="REC-05",
        sentence="Information from the agreement is released only where the law permits it and after "
        "coordination with ICE.",
        citations=(
            moa(
                "V.D",
                "shall not be disclosed unless: 1) permitted by applicable laws ... and 2) the LEA has "
                "coordinated in advance of release",
                J20="p. 6",
                W19="p. 6",
            ),
            moa(
                "V.C",
                "shall not be disclosed unless: 1) permitted by applicable laws ... and 2) the LEA has "
                "coordinated in advance of release",
                J25="p. 6",
                W25="p. 6",
            ),
            moa(
                "App. C",
                "provided the release has been previously approved by both the ICE Privacy Officer and Public "
                "Affairs Officer",
                J20="p. 11",
                J25="p. 11",
                W19="p. 12",
                W25="p. 10",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.SYSTEM,
        on=sel("access.exported"),
        terms=(
            Term(
                any_of(_STATE_RECORD, all_of(one_of(THIS, "legal_ground", *_GROUNDS), _COORDINATED)),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            "0h access.exported",
            "0h access.exported coordinated_at=0",
            "0h access.exported recipient=media coordinated_with=ice_public_affairs",
            "0h access.exported recipient= coordinated_with=ice_public_affairs",
            *(f"0h access.exported legal_ground={ground}" for ground in _GROUNDS),
            "0h access.exported state_record=yes legal_ground=none coordinated_with= coordinated_at=",
            "0h access.exported legal_ground=none | -9d agreement.took_effect template=2016",
            "0h access.exported legal_ground=none | -9d agreement.took_effect | -1d agreement.ended",
        ),
        fails=(
            "0h access.exported legal_ground=none",
            "0h access.exported legal_ground=none state_record=",
            "0h access.exported coordinated_with=",
            "0h access.exported coordinated_at=",
            "0h access.exported coordinated_at=1s",
            "0h access.exported recipient=media",
            *(
                f"0h access.exported legal_ground=none | -9d agreement.took_effect {template}"
                for template in ("template=2020", "model=WSO template=2019", "model=WSO")
            ),
        ),
        unclear=(
            "0h access.exported legal_ground=",
            "0h access.exported recipient=",
            "0h access.exported | ~access.exported.coordinated_at",
            "0h access.exported legal_ground=none | ~access.exported.state_record",
            "0h access.exported legal_ground=none | ~agreement.took_effect",
        ),
    ),
    Rule(
        id="REC-06",
        sentence="A query of NCIC is logged.",
        citations=(CJIS_LOGGING,),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("record_check.done", system="ncic"),
        terms=(Term(is_true(THIS, "logged")),),
        passes=(
            "0h record_check.done system=ncic",
            "0h record_check.done system=ident logged=no",
        ),
        fails=("0h record_check.done system=ncic logged=no",),
        unclear=(
            "0h record_check.done system=ncic logged=",
            "0h record_check.done system=ncic | ~record_check.done.logged",
        ),
    ),
    Rule(
        id="REC-07",
        sentence="A-files are kept in the jail only while ICE staff is assigned there (jail enforcement model).",
        citations=(
            moa(
                "App. A",
                "A-files can be maintained at an LEA facility as long as there are ICE personnel assigned to that facility",
                J20="p. 9",
                J25="p. 9",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("a_file.stored"),
        terms=(Term(is_true(THIS, "ice_staff_assigned"), templates=JEM),),
        passes=(
            "0h a_file.stored",
            "0h a_file.stored ice_staff_assigned=no | -9d agreement.took_effect model=WSO",
            "0h a_file.stored ice_staff_assigned=no | -9d agreement.took_effect template=2016",
        ),
        fails=(
            "0h a_file.stored ice_staff_assigned=no",
            "0h a_file.stored ice_staff_assigned=no | -9d agreement.took_effect template=2020",
        ),
        unclear=(
            "0h a_file.stored ice_staff_assigned=",
            "0h a_file.stored ice_staff_assigned=no | ~agreement.took_effect",
        ),
    ),
)
