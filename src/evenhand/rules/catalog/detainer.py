"""DET: detainer and warrant."""

from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import I247A_FORMS, DetainerBox, ProbableCause, WarrantForm
from evenhand.record.events.officer import Function, Position
from evenhand.rules.algebra import (
    OFFICER,
    THIS,
    Compare,
    Condition,
    Count,
    Exists,
    Field,
    Given,
    Later,
    Lit,
    Next,
    Not,
    ObservedUntil,
    Op,
    Prev,
    Ref,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import BY_LOCAL_OFFICER, DETAINER_HOLD, of_type
from evenhand.rules.patterns import (
    END_OF_RECORD,
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by_federal_officer,
    came_by,
    contains,
    eq,
    exists_before,
    given,
    hours,
    is_true,
    of_stay,
    one_of,
)
from evenhand.rules.rule import Citation, Rule, Severity, Term, Use
from evenhand.rules.sources import DIRECTIVE_DETAINERS, I247A, court, form_i247a, moa, regulation
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO

_DAY, _OUR_HOUR = hours(24), hours(1, ours=True)
_ISSUED, _SIGNED = Prev(sel("detainer.issued")), Prev(sel("warrant.signed"))
_SERVED_BEFORE, _SERVED_AFTER = Prev(sel("detainer.served")), Next(sel("detainer.served"))
_NOTIFIED = Next(sel("detainer.ice_notified"))
_CHECKED = Prev(sel("record_check.done", having=("response",)))
_ENDED, _FREE, _DUE = of_stay("ended"), of_stay("free"), of_stay("due")

_MAY_ISSUE = (
    Position.FIELD_OFFICE_DIRECTOR,
    Position.DEPUTY_FIELD_OFFICE_DIRECTOR,
    Position.ASSISTANT_FIELD_OFFICE_DIRECTOR,
    Position.SUPERVISORY_DEPORTATION_OFFICER,
    Position.SUPERVISORY_DETENTION_AND_DEPORTATION_OFFICER,
)
"""Positions that the regulations list. The list of 8 CFR 287.5(e)(2) was not read: of others nothing is said."""


def on_i247a(of: Ref) -> Condition:
    """That a detainer is on Form I-247A, which the form itself tells and not the day."""
    return one_of(of, "form_version", *I247A_FORMS)


def in_box_two(of: Ref) -> Condition:
    """That a detainer is for a person whom ICE lent to the agency."""
    return eq(Field(of, "box"), DetainerBox.TWO)


_CRIMINAL = sel("charge.recorded", level=("felony", "misdemeanor"))
_ORDINANCE = sel("charge.recorded", level="ordinance")
_CHARGED_FOR_A_CRIME = any_of(
    exists_before(_CRIMINAL),
    # An ordinance is criminal where state law makes it so; a charge without its level may be anything.
    all_of(exists_before(_ORDINANCE), Unknown("whether the ordinance is criminal")),
    all_of(
        Compare(Count(sel("charge.recorded")), Op.GT, Count(sel("charge.recorded", having=("level",)))),
        Unknown("charge.recorded.level"),
    ),
)

_APPENDIX_A_SERVICE = moa(
    "App. A",
    "at the time of the alien's scheduled release from criminal custody",
    J20="p. 8",
    J25="p. 8",
    W19="p. 8",
    W25="p. 8",
)


def _summary(section: str) -> Citation:
    return Citation(
        DIRECTIVE_DETAINERS.source, section, DIRECTIVE_DETAINERS.basis, effective=I247A, unverified=True
    )


_OTHERS = ("judicial_warrant", "other_agency")
_OTHER_HOLD = Prev(sel("custody.hold_started", "custody.hold_ended", basis=_OTHERS))
_HELD_BY_ANOTHER = all_of(
    # Where no such hold started, none runs, even if the record does not tell of the end of holds.
    Exists(Prev(sel("custody.hold_started", basis=_OTHERS))),
    of_type(_OTHER_HOLD, "custody.hold_started"),
    Not(all_of(Given(of_stay("began")), Compare(at(_OTHER_HOLD), Op.LT, of_stay("began")))),
)

_PAST_DUE = "-9d person.booked | -5h detainer.issued | -3h custody.release_due | -3h custody.hold_started"
_JEM, _WSO = "", "-400d agreement.took_effect model=WSO"
_OLD = "-400d agreement.took_effect template=2016"

RULES = (
    Rule(
        id="DET-01",
        sentence="A detainer comes with a signed administrative warrant.",
        citations=(
            Citation(
                DIRECTIVE_DETAINERS.source,
                "",
                DIRECTIVE_DETAINERS.basis,
                effective=I247A,
                unverified=True,
                quote="accompanied by",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=all_of(on_i247a(THIS), Not(in_box_two(THIS))),
        terms=(Term(Exists(_SIGNED), effective=I247A),),
        passes=(
            "0h warrant.signed | 0h detainer.issued",
            "0h detainer.issued box=2",
            "0h detainer.issued form_version=I-247G",
            "-2983d12h1s detainer.issued",
            "0h..23h warrant.signed | 1d detainer.issued",
            # The form and the box are not told, but a warrant there is.
            "0h warrant.signed | 1h detainer.issued form_version= box=",
        ),
        fails=(
            *(f"0h detainer.issued form_version={form}" for form in I247A_FORMS),
            "1s warrant.signed | 0h detainer.issued",
            "0h detainer.issued",
            "-2983d12h detainer.issued",
            "-400d warrant.signed | -399d detainer.issued | 0h detainer.issued | 0h..9h custody.released | "
            "-500d detainer.issued",
        ),
        unclear=(
            "0h detainer.issued | ~warrant.signed",
            "0h detainer.issued | ?warrant.signed",
            "0h detainer.issued form_version=",
            "0h detainer.issued box=",
            "0h..23h59m warrant.signed | 0h..23h59m detainer.issued",
            "0h detainer.issued | cut",
        ),
    ),
    Rule(
        id="DET-02",
        sentence="The warrant is issued by a federal officer in a position that the regulation lists.",
        citations=(
            regulation("236.1(b)(1)", "may be issued only by"),
            regulation("287.5(e)(2)", unverified=True),
            regulation("241.2(a)(1)"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.signed"),
        terms=(
            Term(
                all_of(
                    by_federal_officer(THIS),
                    any_of(
                        one_of(THIS, "signer_position", *_MAY_ISSUE),
                        all_of(
                            one_of(THIS, "signer_position", Position.DEPORTATION_OFFICER, Position.OTHER),
                            Unknown("whether 8 CFR 287.5(e)(2) lists the signer's position"),
                        ),
                    ),
                )
            ),
        ),
        passes=(
            *(f"0h warrant.signed signer_position={position}" for position in _MAY_ISSUE),
            "0h warrant.signed",
            "0h warrant.signed actor_role=federal_officer signer_position=field_office_director",
            "0h..9h warrant.signed form=I-205",
        ),
        fails=(
            "0h warrant.signed actor_role=designated_officer",
            "0h warrant.signed actor_role=booking_officer signer_position=",
        ),
        unclear=(
            "0h warrant.signed actor_role=",
            "0h warrant.signed signer_position=",
            "0h warrant.signed signer_position=deportation_officer",
            "0h warrant.signed | ~warrant.signed.signer_position",
        ),
    ),
    Rule(
        id="DET-03",
        sentence="The detainer states its grounds.",
        citations=(form_i247a("complete box 1 or 2"),),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=on_i247a(THIS),
        terms=(Term(any_of(in_box_two(THIS), given(THIS, "ground"), given(THIS, "grounds"))),),
        passes=(
            "0h detainer.issued",
            "0h detainer.issued ground= grounds=final_order,biometric_match",
            "0h detainer.issued box=2 ground= grounds=",
            "0h detainer.issued form_version=I-247 ground= grounds=",
            "0h detainer.issued form_version= ",
            "0h detainer.issued | ~detainer.issued.grounds",
        ),
        fails=(
            *(f"0h detainer.issued form_version={form} ground= grounds=" for form in I247A_FORMS),
            "0h detainer.issued ground= grounds=",
            "0h..23h59m detainer.issued ground= grounds=",
            "-5000d detainer.issued ground= grounds=",
        ),
        unclear=(
            "0h detainer.issued box= ground= grounds=",
            "0h detainer.issued form_version= ground= grounds=",
            "0h detainer.issued ground= grounds= | ~detainer.issued.grounds",
        ),
    ),
    Rule(
        id="DET-04",
        sentence="A copy of the detainer is served on the person before any hold.",
        citations=(form_i247a("must be served on the alien in order for the detainer to take effect"),),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        when=all_of(Exists(_ISSUED), on_i247a(_ISSUED)),
        terms=(
            Term(
                any_of(
                    all_of(Exists(_SERVED_BEFORE), at_least(at(_SERVED_BEFORE), at(_ISSUED))),
                    # A hold written down at booking has no effect before release is due.
                    all_of(Exists(_SERVED_AFTER), at_most(at(_SERVED_AFTER), _FREE)),
                )
            ),
        ),
        passes=(
            "-1h detainer.issued | -1h detainer.served | 0h custody.hold_started",
            "0h detainer.issued | 0h custody.hold_started | 3h detainer.served | 3h custody.release_due",
            "-1h detainer.issued | 0h detainer.served | 0h custody.hold_started",
            "0h person.booked | 0h detainer.issued | 0h custody.hold_started | 3h detainer.served | "
            "4h custody.release_due",
            "-1h detainer.issued form_version=I-247 | 0h custody.hold_started",
            "-1h detainer.issued form_version=I-247G | 0h custody.hold_started",
            "0h custody.hold_started",
            "-1h detainer.issued | 0h custody.hold_started basis=judicial_warrant",
        ),
        fails=(
            *(
                f"-1h detainer.issued form_version={form} | 0h custody.release_due | 0h custody.hold_started"
                for form in I247A_FORMS
            ),
            "-1h detainer.issued | 0h custody.release_due | 0h custody.hold_started | 1s detainer.served",
            "-1h detainer.issued | 0h custody.release_due | 0h custody.hold_started",
            # The copy served was that of an earlier stay.
            "-20d person.booked | -20d detainer.issued | -20d detainer.served | -19d custody.released | "
            "-1d person.booked | -9h detainer.issued | 0h custody.release_due | 0h custody.hold_started",
        ),
        unclear=(
            # Served after a hold was written down, and release due is not on record.
            "-1h detainer.issued | 0h custody.hold_started | 1h detainer.served",
            "-1h detainer.issued | 0h custody.hold_started | ~detainer.served",
            "-1h detainer.issued form_version= | 0h custody.release_due | 0h custody.hold_started",
            "-1d..-1m detainer.issued | -1d..-1m detainer.served | 0h custody.release_due | "
            "0h custody.hold_started",
            "0h custody.release_due | 0h custody.hold_started | ?detainer.issued",
        ),
    ),
    Rule(
        id="DET-05",
        sentence="A detainer that a local officer issued is reported to ICE within about 24 hours.",
        citations=(
            moa("App. A", "must notify ... no longer than approximately 24 hours", J20="p. 9", J25="p. 9"),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    all_of(
                        Exists(_NOTIFIED),
                        any_of(
                            Not(Given(_ENDED)),
                            at_most(at(_NOTIFIED), _ENDED),
                            at_most(at(_NOTIFIED), Later(at(THIS), _DAY)),
                        ),
                    ),
                    all_of(
                        absent(_NOTIFIED),
                        Compare(Later(at(THIS), _DAY), Op.GT, ObservedUntil()),
                        Unknown(END_OF_RECORD),
                    ),
                ),
                deadline=Later(at(THIS), _DAY),
                done=at(_NOTIFIED),
                templates=JEM,
            ),
            Term(
                any_of(absent(_NOTIFIED), at_most(at(_NOTIFIED), Later(at(THIS), _DAY))),
                deadline=Later(at(THIS), _DAY),
                done=at(_NOTIFIED),
                templates=JEM,
                severity=Severity.WARNING,
            ),
        ),
        passes=(
            "0h detainer.issued | 1h custody.released | 24h detainer.ice_notified",
            *(f"0h detainer.issued | 30h detainer.ice_notified | {other}" for other in (_WSO, _OLD)),
            "0h detainer.issued | 24h detainer.ice_notified",
            "0h detainer.issued | 1h custody.released | 9h detainer.ice_notified",
            "0h detainer.issued actor_role=federal_officer",
            "0h detainer.issued actor_role=federal_supervisor",
            f"0h detainer.issued | {_WSO}",
            f"0h detainer.issued | {_OLD}",
            "0h..12h detainer.issued | 12h..24h detainer.ice_notified",
        ),
        fails=(
            "0h detainer.issued | 24h1s detainer.ice_notified",
            "0h detainer.issued",
            "0h detainer.issued | 30h custody.released | 31h detainer.ice_notified",
        ),
        unclear=(
            "0h detainer.issued | until 23h",
            "0h detainer.issued | ~detainer.ice_notified",
            "0h detainer.issued | ?detainer.ice_notified",
            "0h..23h59m detainer.issued | 24h..47h59m detainer.ice_notified",
            "0h detainer.issued actor_role= | 30h detainer.ice_notified",
            "0h detainer.issued | -400d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="DET-06",
        sentence="A warrant that a local officer served is reported to ICE immediately.",
        citations=(moa("App. A", "shall provide notification ... immediately", W19="p. 8", W25="p. 8"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    given(THIS, "ice_notified_at"),
                    all_of(
                        Compare(Later(at(THIS), _OUR_HOUR), Op.GT, ObservedUntil()), Unknown(END_OF_RECORD)
                    ),
                ),
                templates=WSO,
            ),
            Term(
                any_of(
                    Not(given(THIS, "ice_notified_at")),
                    at_most(Field(THIS, "ice_notified_at"), Later(at(THIS), _OUR_HOUR)),
                ),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=Field(THIS, "ice_notified_at"),
                templates=WSO,
                severity=Severity.WARNING,
            ),
        ),
        passes=(
            "0h warrant.served",
            f"0h warrant.served | {_WSO} template=2016",
            f"0h warrant.served ice_notified_at=1h | {_WSO}",
            f"0h warrant.served ice_notified_at=9h | {_WSO} template=2016",
            "0h warrant.served ice_notified_at=9h",
            f"0h warrant.served actor_role=federal_officer | {_WSO}",
            f"0h warrant.served actor_role=federal_supervisor | {_WSO}",
        ),
        fails=(
            f"0h warrant.served ice_notified_at=1h1s | {_WSO}",
            f"0h warrant.served | {_WSO}",
            f"0h..23h59m warrant.served | {_WSO} template=2019",
        ),
        unclear=(
            f"0h warrant.served | {_WSO} | until 59m",
            f"0h warrant.served ice_notified_at=1h | {_WSO} | ~warrant.served.ice_notified_at",
            f"0h warrant.served actor_role= | {_WSO}",
            f"0h..23h59m warrant.served ice_notified_at=9h | {_WSO}",
        ),
    ),
    Rule(
        id="DET-07",
        sentence="A local officer serves a warrant at the scheduled release from criminal custody.",
        citations=(_APPENDIX_A_SERVICE,),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                all_of(
                    at_least(at(THIS), Later(_DUE, hours(-24, ours=True))),
                    any_of(Not(Given(_ENDED)), at_most(at(THIS), _ENDED)),
                ),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            "0h warrant.served actor_role=federal_supervisor | 99h custody.release_due",
            "0h warrant.served | 24h custody.release_due",
            "0h custody.release_due | 9h warrant.served | 9h custody.departed",
            "0h warrant.served actor_role=federal_officer | 99h custody.release_due",
            f"0h warrant.served | 99h custody.release_due | {_OLD}",
            # The first stay ended before; the warrant belongs to the second.
            "-9d person.booked | -8d custody.release_due | -8d custody.released | -1d person.booked | "
            "0h warrant.served | 1h custody.release_due",
        ),
        fails=(
            "0h warrant.served | 24h1s custody.release_due",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.departed",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.released",
            "0h custody.release_due | 9h1s warrant.served | 9h custody.transferred_in_place",
        ),
        unclear=(
            "0h warrant.served | ~custody.release_due",
            "0h warrant.served",
            "0h..23h59m warrant.served | 36h custody.release_due",
            "0h custody.release_due | 0h..23h59m warrant.served | 0h..23h59m custody.departed",
        ),
    ),
    Rule(
        id="DET-08",
        sentence="After a detainer is cancelled the person is released, when nothing else holds the person.",
        citations=(court("Galarza v. Szalczyk", "3d Cir. 2014"), court("Fourth Amendment", "")),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.cancelled"),
        when=all_of(Given(_FREE), at_most(_FREE, at(THIS)), Not(_HELD_BY_ANOTHER)),
        terms=(
            Term(
                came_by(_ENDED, Later(at(THIS), _OUR_HOUR)),
                deadline=Later(at(THIS), _OUR_HOUR),
                done=_ENDED,
            ),
        ),
        passes=(
            *(
                f"{booked}-3h custody.release_due | -3h custody.hold_started | -2h custody.hold_started basis={basis} | "
                f"{over}0h detainer.cancelled | 5h custody.hold_ended basis={basis}"
                for booked in ("", "-9d person.booked | ")
                for basis in ("other_agency", "judicial_warrant")
                for over in ("", "-1h custody.hold_ended | ", f"-7h custody.hold_ended basis={basis} | ")
            ),
            f"{_PAST_DUE} | 0h detainer.cancelled | 1h custody.released",
            f"{_PAST_DUE} | 0h detainer.cancelled | 1h custody.departed",
            f"{_PAST_DUE} | 0h detainer.cancelled | -1h custody.released",
            f"{_PAST_DUE} | -2h custody.hold_started basis=other_agency | 0h detainer.cancelled",
            # Other charges still hold the person.
            "-9d person.booked | 0h detainer.cancelled | 9h custody.release_due | 19h custody.released",
            "-9d person.booked | 0h detainer.cancelled",
        ),
        fails=(
            # No other hold began; whether the record would tell of the end of one does not matter.
            f"{_PAST_DUE} | 0h detainer.cancelled | 9h custody.released | ~custody.hold_ended",
            "-9d person.booked | 0h custody.release_due | 0h detainer.cancelled | 9h custody.released",
            "-20d person.booked | -19d custody.hold_started basis=other_agency | "
            f"-18d custody.departed destination=other_agency | {_PAST_DUE} | 0h detainer.cancelled | 2h custody.released",
            f"{_PAST_DUE} | 0h detainer.cancelled | 1h1s custody.released",
            f"{_PAST_DUE} | 0h detainer.cancelled | 1h1s custody.released | ~custody.hold_ended",
            f"{_PAST_DUE} | 0h detainer.cancelled | 1h1s custody.departed",
            # The end of the hold is no exit.
            f"{_PAST_DUE} | 0h detainer.cancelled | 1m custody.hold_ended | 6h custody.released",
            f"{_PAST_DUE} | 0h detainer.cancelled | 1m custody.hold_ended",
            "-9d person.booked | -3h custody.release_due | 0h detainer.cancelled | 9h custody.released",
            # An exit of an earlier stay is none of this one.
            "-20d person.booked | -19d custody.release_due | -19d custody.released | "
            f"{_PAST_DUE} | 0h detainer.cancelled | 2h custody.released",
        ),
        unclear=(
            # Another hold came between: whether it ended is clear, what held the person since is not.
            *(
                f"{_PAST_DUE} | -2h custody.hold_started basis={basis} | -1h custody.hold_ended basis={basis} | "
                "0h detainer.cancelled | 2h custody.released"
                for basis in ("other_agency", "judicial_warrant")
            ),
            f"{_PAST_DUE} | 0h detainer.cancelled | until 30m",
            f"{_PAST_DUE} | 0h detainer.cancelled | 9h custody.released | ~custody.departed",
            f"{_PAST_DUE} | 0h..23h59m detainer.cancelled | 0h..23h59m custody.released",
            "-9d person.booked | 0h detainer.cancelled | 9h custody.released | ~custody.release_due",
            "0h detainer.cancelled | 9h custody.released | cut",
        ),
    ),
    Rule(
        id="DET-09",
        sentence="Record checks are complete before a local officer issues a detainer.",
        citations=(moa("App. A", "responsible for ensuring", J20="p. 9", J25="p. 9"),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=BY_LOCAL_OFFICER,
        terms=(Term(Exists(_CHECKED), templates=JEM),),
        passes=(
            "0h record_check.done | 0h detainer.issued",
            "0h detainer.issued actor_role=federal_officer",
            "0h detainer.issued actor_role=federal_supervisor",
            f"0h detainer.issued | {_WSO}",
            f"0h detainer.issued | {_OLD}",
        ),
        fails=(
            "1s record_check.done | 0h detainer.issued",
            "-1h record_check.done response= | 0h detainer.issued",
            "0h detainer.issued",
        ),
        unclear=(
            "0h detainer.issued | ~record_check.done",
            "0h detainer.issued | ?record_check.done",
            "-1h record_check.done response= | 0h detainer.issued | ~record_check.done.response",
            "0h..23h59m record_check.done | 0h..23h59m detainer.issued",
            "0h detainer.issued | cut",
        ),
    ),
    Rule(
        id="DET-10",
        sentence="A detainer names a person arrested for a criminal offense.",
        citations=(_summary("summary"),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        terms=(Term(_CHARGED_FOR_A_CRIME, effective=I247A),),
        passes=(
            "0h charge.recorded | 1h detainer.issued",
            "0h charge.recorded level=hold | 0h charge.recorded level=felony charge_no=2 | 1h detainer.issued",
            "-2983d12h1s detainer.issued",
        ),
        fails=(
            "-2983d12h detainer.issued",
            "0h detainer.issued",
            "0h charge.recorded level=hold | 1h detainer.issued",
            "0h charge.recorded level=infraction | 1h detainer.issued",
            "2h charge.recorded | 1h detainer.issued",
        ),
        unclear=(
            "0h charge.recorded level= | 1h detainer.issued",
            "0h charge.recorded level=ordinance | 1h detainer.issued",
            "1h detainer.issued | ~charge.recorded",
            "0h charge.recorded level=hold | 1h detainer.issued | ?charge.recorded",
            "1h detainer.issued | cut",
            "0h..23h59m charge.recorded | 0h..23h59m detainer.issued",
        ),
    ),
    Rule(
        id="DET-11",
        sentence="A warrant is served after it was signed, by someone who may serve it.",
        citations=(
            regulation("236.1(b)(1)", "may be served only by"),
            regulation("241.2(b)"),
            regulation("287.5(e)(3)", unverified=True),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        terms=(
            Term(
                all_of(
                    any_of(
                        Exists(Prev(sel("warrant.signed"), on=("form",))),
                        all_of(Exists(_SIGNED), eq(Field(THIS, "form"), Field(_SIGNED, "form"))),
                    ),
                    any_of(
                        by_federal_officer(THIS),
                        all_of(
                            one_of(THIS, "actor_role", "designated_officer"),
                            Exists(OFFICER),
                            is_true(OFFICER, "authorized"),
                            contains(OFFICER, "functions", Lit(str(Function.SERVE_WARRANTS))),
                        ),
                    ),
                )
            ),
        ),
        passes=(
            "0h warrant.signed | 1h warrant.served actor_role=federal_supervisor actor=federal-1",
            "0h warrant.signed | 1h warrant.served",
            "0h warrant.signed | 1h warrant.served actor_role=federal_officer actor=federal-1",
            "0h warrant.signed | 1h warrant.signed form=I-205 | 2h warrant.served",
        ),
        fails=(
            "0h warrant.signed | 1h warrant.served actor=officer-9 actor_role=designated_officer",
            "0h warrant.signed | 1h warrant.served | -9d officer.revoked",
            "1h warrant.signed | 0h warrant.served",
            "0h warrant.served",
            "0h warrant.signed | 1h warrant.served form=I-205",
            "0h warrant.signed | 1h warrant.served actor=booking-1 actor_role=booking_officer",
            "0h warrant.signed | 1h warrant.served | -9d officer.authorized functions=interview,process",
        ),
        unclear=(
            "0h warrant.signed | 1h warrant.served form=",
            "0h warrant.signed form= | 1h warrant.served",
            "0h warrant.served | ~warrant.signed",
            "0h warrant.served | cut",
            "0h warrant.signed | 1h warrant.served actor_role=",
            "0h warrant.signed | 1h warrant.served | -9d officer.authorized functions=",
            "0h..23h59m warrant.signed | 0h..23h59m warrant.served",
        ),
    ),
    Rule(
        id="DET-12",
        sentence="A detainer with a warrant of removal (I-205) is based on a final order.",
        citations=(regulation("241.2(a)(1)", "based upon the final administrative removal order"),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=all_of(Exists(_SIGNED), one_of(_SIGNED, "form", WarrantForm.I_205)),
        terms=(
            Term(
                any_of(
                    one_of(THIS, "ground", ProbableCause.FINAL_ORDER),
                    contains(THIS, "grounds", Lit(str(ProbableCause.FINAL_ORDER))),
                )
            ),
        ),
        passes=(
            "0h warrant.signed form=I-205 | 1h detainer.issued ground=final_order grounds=",
            "0h warrant.signed form=I-205 | 1h detainer.issued ground=final_order grounds=final_order",
            "0h warrant.signed form=I-205 | 1h detainer.issued ground= grounds=biometric_match,final_order",
            "0h warrant.signed | 1h detainer.issued",
            "1h detainer.issued",
        ),
        fails=("0h warrant.signed form=I-205 | 1h detainer.issued",),
        unclear=(
            "0h warrant.signed form=I-205 | 1h detainer.issued ground= grounds=",
            "0h warrant.signed form=I-205 | 1h detainer.issued | ~detainer.issued.grounds",
            "0h warrant.signed form= | 1h detainer.issued",
            "0h..23h59m warrant.signed form=I-205 | 0h..23h59m detainer.issued",
        ),
    ),
    Rule(
        id="DET-13",
        sentence="On service of a warrant the officer says who they are, that it is an arrest, and why.",
        citations=(regulation("287.8(c)(2)(iii)", unverified=True),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        terms=(Term(all_of(is_true(THIS, "identified"), is_true(THIS, "reason_stated"))),),
        passes=("0h warrant.served", "0h..23h59m warrant.served actor_role=federal_officer"),
        fails=("0h warrant.served identified=no", "0h warrant.served reason_stated=no identified="),
        unclear=(
            "0h warrant.served identified=",
            "0h warrant.served | ~warrant.served.reason_stated",
        ),
    ),
)
