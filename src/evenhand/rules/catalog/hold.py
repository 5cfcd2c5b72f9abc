"""HLD: the hold clock."""

from datetime import UTC, datetime

from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import I247A_FORMS, NOTICE_ONLY_FORMS, WarrantForm
from evenhand.rules.algebra import (
    AGREEMENT,
    STAY,
    THIS,
    Clock,
    Compare,
    Condition,
    Exists,
    Field,
    First,
    Given,
    Last,
    Later,
    Latest,
    Lit,
    Next,
    Not,
    Op,
    Prev,
    Ref,
    Sel,
    Span,
    Unknown,
    Value,
    sel,
)
from evenhand.rules.catalog.detainer import in_box_two, on_i247a
from evenhand.rules.catalog.selections import DETAINER_HOLD, TO_ICE, of_type
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    came_by,
    eq,
    given,
    hours,
    is_false,
    of_stay,
    one_of,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import I247A, court, form, form_i247a, moa, practice, regulation
from evenhand.rules.template import JEM, WSO

_BEGAN, _DUE, _FREE = of_stay("began"), of_stay("due"), of_stay("free")
_ENDED, _LEFT = of_stay("ended"), of_stay("left")
_TWO_DAYS, _OUR_HOUR, _SOON = hours(48), hours(1, ours=True), hours(6, ours=True)
_REGULATION_CLOCK = Later(_FREE, hours(48, Clock.NO_WEEKENDS_OR_HOLIDAYS))
_FORM_CLOCK = Later(_FREE, _TWO_DAYS)
_ISSUED = Prev(sel("detainer.issued"))
_ISSUED_OR_CANCELLED = Prev(sel("detainer.issued", "detainer.cancelled"))
_ISSUED_OR_LAPSED = Prev(sel("detainer.issued", "detainer.lapsed"))


def _is(event_type: str) -> Condition:
    return eq(Field(THIS, "type"), event_type)


# --- the clock on a detainer -------------------------------------------------------------------------------

_A_HOLD = all_of(_is("custody.hold_started"), one_of(THIS, "basis", "detainer"))
_OTHER_HOLD = First(sel("custody.hold_started", basis=("judicial_warrant", "other_agency")))


def _over_before_another_hold(span: Span) -> Term:
    """The time had run out before any other hold began, which might have interrupted it."""
    clock = Later(_DUE, span)
    return Term(
        any_of(
            absent(_OTHER_HOLD),
            at_most(at(_OTHER_HOLD), clock),
            Compare(at(THIS), Op.GT, clock),
            came_by(_ENDED, clock),
        ),
        deadline=clock,
        done=_ENDED,
        effective=I247A if span == _TWO_DAYS else None,
    )


_BAIL_REFUSED = all_of(
    _is("bail.refused"),
    one_of(THIS, "refused_for", "detainer"),
    is_false(STAY, "held"),
    Not(all_of(Given(_FREE), at_most(_FREE, at(THIS)))),
)
"""Bail refused for a detainer, no hold on record, and no release due by then: the person was held, and the
record lacks the moment that starts the clock."""


# --- the clock after custody passes to ICE -----------------------------------------------------------------

_IN_PLACE, _SERVED = sel("custody.transferred_in_place"), sel("warrant.served")
_SERVED_I205 = sel("warrant.served", form=WarrantForm.I_205)
_PASSED = sel("custody.transferred_in_place", "warrant.served")
"""Custody passes to ICE by transfer inside the jail, or by service of a warrant that executes it."""
_PAID_DETENTION = given(AGREEMENT, "detention_agreement")
_PAID_DETENTION_HERE = all_of(_is("custody.transferred_in_place"), given(THIS, "detention_agreement"))
_ON_I205 = all_of(given(THIS, "form"), one_of(THIS, "form", WarrantForm.I_205))
_OUR_READING = all_of(_is("warrant.served"), Not(_ON_I205))
"""Under the jail enforcement model only the service of an I-205 "executes the custodial transfer"; that an
I-200's service starts the clock as well is our reading."""
_LEFT_IN_TIME = any_of(came_by(_LEFT, Later(_FREE, _TWO_DAYS)), came_by(_LEFT, Later(at(THIS), _TWO_DAYS)))
_LEFT_BY = Latest((Later(_FREE, _TWO_DAYS), Later(at(THIS), _TWO_DAYS)))


def _leaves_in_time(*exceptions: Condition, **term: object) -> Term:
    return Term(
        any_of(_PAID_DETENTION, *exceptions, _LEFT_IN_TIME),
        deadline=_LEFT_BY,
        done=_LEFT,
        stated_reason=Field(Next(sel("custody.released", "custody.departed")), "reason"),
        **term,  # type: ignore[arg-type]
    )


def _end(start: Value) -> Value:
    """The end of the 48 hours, with our hour of grace."""
    return Later(Later(start, _TWO_DAYS), _OUR_HOUR)


def _not_after(start: Ref, earlier_stay: Condition) -> Condition:
    """The act is no later than the end of the 48 hours from a start in this stay, if there was one."""
    return any_of(
        absent(start), earlier_stay, at_most(at(THIS), _end(_FREE)), at_most(at(THIS), _end(at(start)))
    )


def _not_late_after(*starts: Sel) -> Condition:
    """The act is no later than the end of the 48 hours from the first start in this stay.

    The first of the history is also judged, since a start may be followed by others. If it was in an earlier
    stay, the last one is the best that is known.
    """
    firsts, lasts = [First(s) for s in starts], [Prev(s) for s in starts]
    return all_of(
        *(_not_after(f, all_of(Given(_BEGAN), Compare(at(f), Op.LT, _BEGAN))) for f in firsts),
        *(_not_after(p, Compare(at(p), Op.LT, _BEGAN)) for p in lasts),
    )


_LAST_IN_PLACE = Prev(_IN_PLACE)
_KEPT_FOR_PAY = any_of(
    _PAID_DETENTION, all_of(Exists(_LAST_IN_PLACE), given(_LAST_IN_PLACE, "detention_agreement"))
)

_WHOLE = "no more than 48 hours unless there exists an agreement"
_APPENDIX_A = {"J20": "p. 8", "J25": "p. 8", "W19": "p. 8", "W25": "p. 8"}

# --- forms -------------------------------------------------------------------------------------------------

_I247N = datetime(2015, 6, 1, tzinfo=UTC), datetime(2017, 4, 3, tzinfo=UTC)
_I247G = datetime(2020, 2, 5, tzinfo=UTC)
_NOTICE_ONLY = all_of(
    any_of(
        all_of(at_least(at(_ISSUED), Lit(_I247N[0])), Compare(at(_ISSUED), Op.LT, Lit(_I247N[1]))),
        at_least(at(_ISSUED), Lit(_I247G)),
    ),
    one_of(_ISSUED, "form_version", *NOTICE_ONLY_FORMS),
)
"""The detainer is on a form that asks for notice only. Such forms were in use at some times alone: I-247N from
June 2015 until it was rescinded on 2 April 2017 (ICE's guidance on Form I-247A), I-247G after the judgment of
5 February 2020 in Gonzalez v. ICE, which is the earliest day that we take. At other times a detainer asks for
a hold, whether or not its form is on record."""

_HAS_LAPSED = any_of(
    all_of(Given(_FREE), Compare(at(THIS), Op.GT, _REGULATION_CLOCK)),
    all_of(Given(_FREE), Compare(at(THIS), Op.GT, _FORM_CLOCK), on_i247a(_ISSUED), Not(in_box_two(_ISSUED))),
    # Without the moment when release was due, a recorded lapse tells.
    all_of(Not(Given(_DUE)), of_type(_ISSUED_OR_LAPSED, "detainer.lapsed")),
)
"""The 48 hours of the detainer are over (HLD-01, HLD-01F)."""

_WITH_CAUSE = sel("custody.release_due", having=("cause",))
_CAUSES = (First(_WITH_CAUSE), Prev(_WITH_CAUSE), Next(_WITH_CAUSE), Last(_WITH_CAUSE))
"""The release due of this stay is the first, the last, or the nearest one of the booking."""

_ACTS = ("custody.transferred_in_place", "warrant.served", "warrant.served form=I-205")
_B = "-9d person.booked | -8d detainer.issued"
_WEEKENDER = (
    "-10d person.booked | -8d custody.released | -3d person.booked | -2d detainer.issued | "
    "0h custody.release_due | 0h custody.hold_started"
)
_STAY_BEFORE = "-9d person.booked | -8d custody.release_due | -7d custody.released"
_STAY_AFTER = "7d person.booked | 8d custody.release_due | 9d custody.released"
_EARLIER = "-30d person.booked | -29d ACT | -29d custody.release_due | -28d custody.released"
_WSO = "-400d agreement.took_effect model=WSO"
_OLD = "-400d agreement.took_effect template=2016"
_PAID = "-400d agreement.took_effect detention_agreement=D-1"


def _passings(text: str, form: str = "", acts: tuple[str, ...] = _ACTS) -> tuple[str, ...]:
    """The example for each way in which custody passes to ICE, under both models of the agreement.

    `ACT` stands for the event, `form` for further fields of the agreement.
    """
    return tuple(
        f"{text.replace('ACT', act)} | -400d agreement.took_effect model={model} {form}".rstrip()
        for act in acts
        for model in ("JEM", "WSO")
    )


RULES = (
    Rule(
        id="HLD-01",
        sentence="A hold on a detainer lasts at most 48 hours, without Saturdays, Sundays and federal holidays.",
        citations=(regulation("287.7(d)", "shall maintain custody ... not to exceed 48 hours"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("custody.hold_started", "bail.refused"),
        when=any_of(_A_HOLD, _BAIL_REFUSED),
        terms=(
            Term(
                any_of(
                    all_of(_is("custody.hold_started"), came_by(_ENDED, _REGULATION_CLOCK)),
                    all_of(_is("bail.refused"), Unknown("custody.release_due at the bail that was refused")),
                ),
                deadline=_REGULATION_CLOCK,
                done=_ENDED,
            ),
            _over_before_another_hold(hours(48, Clock.NO_WEEKENDS_OR_HOLIDAYS)),
        ),
        passes=(
            f"{_B} | 0h bail.refused refused_for=other",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 48h custody.departed",
            # From Friday at noon to Tuesday at noon.
            f"{_B} | 4d4h custody.release_due | 4d4h custody.hold_started | 8d4h custody.released",
            # Juneteenth is a Thursday.
            f"{_B} | 15d12h custody.release_due | 15d12h custody.hold_started | 18d12h custody.released",
            # From Thursday at 00:00 the 48 hours are used up at the end of Friday; Sunday adds nothing.
            f"{_B} | 2d16h custody.release_due | 2d16h custody.hold_started | 6d4h custody.departed",
            f"{_B} | 2d16h custody.release_due | 2d16h custody.hold_started | 6d16h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started basis=judicial_warrant",
            f"{_WEEKENDER} | 48h custody.departed",
            # Another agency's hold came between.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started basis=other_agency | "
            "0h custody.hold_started | 9d custody.hold_ended basis=other_agency | 10d custody.departed",
            # Days alone: Thursday to Columbus Day cannot be more than 48 counted hours.
            f"{_B} | 128d16h..129d15h59m custody.release_due | 128d16h custody.hold_started | "
            "132d16h..133d15h59m custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 9h custody.departed | ~custody.released",
            f"{_B} | 0h custody.release_due | 0h bail.refused refused_for=detainer",
            *(
                f"{_B} | 0h custody.release_due | 0h custody.hold_started | {left} custody.departed | "
                "60h custody.hold_started basis=other_agency"
                for left in ("40h", "48h")
            ),
            f"{_B} | 0h custody.release_due | 0h bail.refused refused_for=other",
            f"{_B} | -2d bail.refused refused_for=detainer | 0h custody.release_due | 0h custody.hold_started | "
            "19h custody.departed",
        ),
        fails=(
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 48h1s custody.departed",
            f"{_B} | 4d4h custody.release_due | 4d4h custody.hold_started | 8d4h1s custody.released",
            f"{_B} | 15d12h custody.release_due | 15d12h custody.hold_started | 18d12h1s custody.released",
            f"{_B} | 2d16h custody.release_due | 2d16h custody.hold_started | 6d16h1s custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 48h1s custody.transferred_in_place",
            # The exits and dues of earlier stays end and start nothing.
            f"{_WEEKENDER} | 12d custody.departed",
            "-30d person.booked | -29d custody.release_due | -29d custody.hold_started | -28d custody.released | "
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 13d custody.departed",
            # A visit to a hospital is no exit.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 9h custody.departed destination=hospital | "
            "20h custody.returned | 13d custody.departed",
            f"{_B} | 0h..15h59m custody.release_due | 0h custody.hold_started | 10d..10d23h custody.departed",
            f"{_B} | 0h custody.release_due | 48h custody.hold_started | "
            "9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "9d custody.hold_started basis=other_agency",
            # Another hold began when the time was over.
            *(
                f"{_B} | 0h custody.release_due | 0h custody.hold_started | 9d custody.hold_started basis={b} | "
                "10d custody.departed destination=other_agency"
                for b in ("other_agency", "judicial_warrant")
            ),
        ),
        unclear=(
            # Another agency's hold began at the end of the time, or the hold on the detainer after it.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "48h custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 60h custody.hold_started | "
            "9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            # Another agency's hold began within the time; where it did not end, or when it did.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "24h custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "0h..9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.hold_started | 9h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | until 47h",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | ~custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | ?custody.transferred_in_place",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 49h custody.departed | ~custody.released",
            # Between 24 and 72 hours.
            f"{_B} | -8h..15h59m custody.release_due | -8h custody.hold_started | 40h..63h59m custody.departed",
            # Booked before the record begins; release may have been due earlier.
            "0h custody.hold_started | 26h custody.departed | cut",
            # Bail refused for the detainer: release was due before the record says so.
            f"{_B} | 0h bail.tendered | 0h bail.refused refused_for=detainer | 80d custody.release_due | "
            "80d custody.released",
            f"{_B} | 0h bail.refused refused_for=",
        ),
    ),
    Rule(
        id="HLD-01F",
        sentence="A hold on Form I-247A lasts at most 48 hours in real time.",
        citations=(form_i247a("not to exceed 48 hours beyond the time"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        when=all_of(Exists(_ISSUED), on_i247a(_ISSUED), Not(in_box_two(_ISSUED))),
        terms=(
            Term(came_by(_ENDED, _FORM_CLOCK), deadline=_FORM_CLOCK, done=_ENDED, effective=I247A),
            _over_before_another_hold(_TWO_DAYS),
        ),
        passes=(
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 48h custody.departed",
            f"{_B} form_version=I-247 | 0h custody.release_due | 0h custody.hold_started",
            f"{_B} box=2 | 0h custody.release_due | 0h custody.hold_started",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started basis=judicial_warrant",
            "0h custody.release_due | 0h custody.hold_started",
            "-2983d12h2s detainer.issued | -2983d12h1s custody.release_due | -2983d12h1s custody.hold_started",
            f"{_B} form_version= | 0h custody.release_due | 0h custody.hold_started | 9h custody.departed",
            # The day before the form came into use.
            "-2993d person.booked | -2992d detainer.issued | -2983d12h1s custody.release_due | "
            "-2983d12h1s custody.hold_started | -2974d custody.hold_started basis=other_agency | "
            "-2973d custody.departed",
            *(
                f"{_B} | 0h custody.release_due | 0h custody.hold_started | {left} custody.departed | "
                "60h custody.hold_started basis=other_agency"
                for left in ("40h", "48h")
            ),
        ),
        fails=(
            f"{_B} | 0h custody.release_due | 0h custody.hold_started",
            *(
                f"{_B} form_version={form} | 0h custody.release_due | 0h custody.hold_started"
                for form in I247A_FORMS
            ),
            "-2983d12h1s detainer.issued | -2983d12h custody.release_due | -2983d12h custody.hold_started",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 48h1s custody.departed",
            # Over a weekend.
            f"{_B} | 4d4h custody.release_due | 4d4h custody.hold_started | 8d4h custody.released",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | 49h custody.transferred_in_place",
            f"{_WEEKENDER} | 12d custody.departed",
            f"{_B} | 0h custody.release_due | 48h custody.hold_started | "
            "9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "9d custody.hold_started basis=other_agency",
            # Another hold began when the time was over.
            *(
                f"{_B} | 0h custody.release_due | 0h custody.hold_started | 9d custody.hold_started basis={b} | "
                "10d custody.departed destination=other_agency"
                for b in ("other_agency", "judicial_warrant")
            ),
            "-2993d person.booked | -2992d detainer.issued | -2983d12h custody.release_due | "
            "-2983d12h custody.hold_started | -2974d custody.hold_started basis=other_agency | -2973d custody.departed",
        ),
        unclear=(
            # Another agency's hold began at the end of the time, or the hold on the detainer after it.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "48h custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 60h custody.hold_started | "
            "9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            # Another agency's hold began within the time; where it did not end, or when it did.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "24h custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | "
            "0h..9d custody.hold_started basis=other_agency | 10d custody.departed destination=other_agency",
            f"{_B} | 0h custody.hold_started | 9h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | until 47h",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | ~custody.released",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started | ?custody.transferred_in_place",
            f"{_B} form_version= | 0h custody.release_due | 0h custody.hold_started | 9d custody.departed",
            f"{_B} | 0h custody.release_due | 0h..23h59m custody.hold_started | 40h..50h custody.departed",
        ),
    ),
    Rule(
        id="HLD-02",
        sentence="After custody passes to ICE, the person leaves the jail within 48 hours.",
        citations=(moa("App. A", _WHOLE, **_APPENDIX_A),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=_PASSED,
        terms=(
            _leaves_in_time(_PAID_DETENTION_HERE, templates=WSO),
            _leaves_in_time(_PAID_DETENTION_HERE, _OUR_READING, templates=JEM),
            _leaves_in_time(Not(_OUR_READING), templates=JEM, severity=Severity.WARNING),
        ),
        passes=(
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 48h custody.departed"),
            *_passings(
                f"{_B} | 0h custody.release_due | 0h ACT | 60h custody.departed", "detention_agreement=D-1"
            ),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT", "template=2016"),
            # The later of the two starts the clock.
            *_passings(f"{_B} | 0h ACT | 20h custody.release_due | 68h custody.departed"),
            *_passings(f"{_B} | 0h custody.release_due | 20h ACT | 68h custody.departed"),
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place detention_agreement=D-1 | {_WSO}",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place detention_agreement=D-1",
            f"{_B} | 0h custody.release_due | 0h warrant.served | 48h custody.released | {_WSO}",
            f"{_B} | 0h custody.transferred_in_place | 9h custody.departed | ~custody.release_due",
        ),
        fails=(
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 48h1s custody.departed"),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 48h1s custody.released"),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT"),
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | 49h custody.departed reason=snow",
            f"{_B} | 0h custody.release_due | 0h warrant.served form= | 49h custody.departed",
            # A hospital is no place that ends it.
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | "
            "40h custody.departed destination=hospital | 50h custody.departed",
        ),
        unclear=(
            *_passings(f"{_B} | 0h ACT | 60h custody.departed"),
            *_passings(f"{_B} | 0h custody.release_due | 20h ACT | until 67h"),
            *_passings(f"{_B} | 0h ACT | 20h custody.release_due | until 67h"),
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | "
            "~custody.transferred_in_place.detention_agreement",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | "
            "~agreement.took_effect.detention_agreement",
            f"{_B} | 0h..23h59m custody.release_due | 0h..23h59m custody.transferred_in_place | "
            "60h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | 60h custody.departed | "
            "-400d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="HLD-03",
        sentence="If ICE does not pick up the person within 48 hours of taking custody, the jail releases the person.",
        citations=(moa("App. A", "shall be released", **_APPENDIX_A),),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(
            Term(any_of(_KEPT_FOR_PAY, _not_late_after(_IN_PLACE, _SERVED)), templates=WSO),
            Term(any_of(_KEPT_FOR_PAY, _not_late_after(_IN_PLACE, _SERVED_I205)), templates=JEM),
            Term(any_of(_KEPT_FOR_PAY, _not_late_after(_SERVED)), templates=JEM, severity=Severity.WARNING),
        ),
        passes=(
            *_passings(
                f"{_B} | 0h custody.release_due | 0h ACT | 9h custody.transferred_in_place detention_agreement=D-1 | "
                "60h custody.departed",
                acts=("warrant.served", "warrant.served form=I-205"),
            ),
            *_passings(f"{_B} | 0h custody.release_due | -5h ACT | 49h custody.departed"),
            *_passings(f"{_B} | -5h custody.release_due | 0h ACT | 49h custody.departed"),
            *_passings(
                f"{_B} | 0h custody.release_due | 0h ACT | 60h custody.departed", "detention_agreement=D-1"
            ),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 60h custody.departed", "template=2016"),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 60h custody.departed destination=prison"),
            *_passings(f"{_B} | 0h custody.release_due | 60h custody.departed"),
            # Custody had passed to ICE in an earlier stay.
            *_passings(f"{_EARLIER} | {_B} | 0h custody.release_due | 60h custody.departed"),
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | 49h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | 60h custody.released",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place detention_agreement=D-1 | "
            "60h custody.departed",
            f"{_B} | 0h warrant.served | 20h custody.release_due | 69h custody.departed | {_WSO}",
        ),
        fails=(
            # The transfer came in time, the service before it is too long ago.
            *_passings(
                f"{_B} | 0h custody.release_due | 0h ACT | 55h custody.transferred_in_place | 60h custody.departed",
                acts=("warrant.served", "warrant.served form=I-205"),
            ),
            *_passings(f"{_B} | 0h custody.release_due | 0h ACT | 49h1s custody.departed"),
            # The first of several starts the clock; the booking is not on record, or is of the same moment.
            *_passings("0h custody.release_due | 0h ACT | 40h ACT | 60h custody.departed"),
            *_passings("0h person.booked | 0h custody.release_due | 0h ACT | 40h ACT | 60h custody.departed"),
            *_passings(
                f"{_EARLIER} | 0h person.booked | 0h custody.release_due | 0h ACT | 60h custody.departed"
            ),
            f"{_B} | 0h custody.release_due | 0h warrant.served | 40h custody.transferred_in_place | "
            f"60h custody.departed | {_WSO}",
            f"{_B} | 0h..15h custody.release_due | 0h..15h custody.transferred_in_place | 9d custody.departed",
        ),
        unclear=(
            f"{_B} | 0h custody.transferred_in_place | 60h custody.departed",
            f"{_B} | 0h custody.release_due | 60h custody.departed | ~warrant.served",
            f"{_B} | 0h..15h custody.release_due | 0h..15h custody.transferred_in_place | 60h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.transferred_in_place | 60h custody.departed | "
            "~agreement.took_effect",
        ),
    ),
    Rule(
        id="HLD-04",
        sentence="A hold on a detainer is based on a detainer in effect that asks for a hold.",
        citations=(
            regulation("287.7(a), (d)", "shall maintain custody ... not to exceed 48 hours"),
            form("Forms I-247G and I-247N", "Request for Advance Notification of Release", unverified=True),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        terms=(
            Term(
                all_of(
                    Exists(_ISSUED),
                    of_type(_ISSUED_OR_CANCELLED, "detainer.issued"),
                    Not(_HAS_LAPSED),
                    Not(_NOTICE_ONLY),
                )
            ),
        ),
        passes=(
            "-2h detainer.cancelled | -2h detainer.issued | 0h custody.hold_started",
            "-3h detainer.issued | -2h detainer.lapsed | -1h detainer.issued | 0h custody.hold_started",
            # Of the 48 hours, a weekend and Juneteenth do not count; on Form I-247A they do.
            f"{_B} | -48h custody.release_due | 0h custody.hold_started",
            f"{_B} form_version=I-247 | 4d4h custody.release_due | 8d4h custody.hold_started",
            f"{_B} form_version=I-247 | 15d12h custody.release_due | 18d12h custody.hold_started",
            f"{_B} box=2 | 4d4h custody.release_due | 8d4h custody.hold_started",
            # Before, between and after the times in which forms asked for notice only.
            "-3654d12h1s detainer.issued form_version=I-247N | -3654d custody.hold_started",
            "-2982d12h detainer.issued form_version=I-247N | -2982d custody.hold_started",
            "-1944d12h1s detainer.issued form_version=I-247G | -1944d custody.hold_started",
            "0h detainer.issued | 0h custody.hold_started",
            "-2h detainer.cancelled | -1h59m59s detainer.issued | 0h custody.hold_started",
            "0h custody.hold_started basis=judicial_warrant",
            # Of a lapse the source does not tell, but release is due only now.
            "-1h detainer.issued | 0h custody.release_due | 0h custody.hold_started | ?detainer.lapsed",
            # In August 2017 no form asked for notice only.
            "-2850d detainer.issued | -2849d custody.hold_started | ~detainer.issued.form_version",
            "0h detainer.issued form_version=I-247D | 1h custody.hold_started",
        ),
        fails=(
            "-2h detainer.issued | -2h detainer.cancelled | 0h custody.hold_started",
            "-2h detainer.issued | -2h detainer.lapsed | 0h custody.hold_started",
            *(
                f"{_B} form_version={form} | 4d4h custody.release_due | 6d4h1s custody.hold_started"
                for form in I247A_FORMS
            ),
            f"{_B} form_version=I-247 | 4d4h custody.release_due | 8d4h1s custody.hold_started",
            f"{_B} form_version=I-247 | 15d12h custody.release_due | 18d12h1s custody.hold_started",
            "-3654d12h detainer.issued form_version=I-247N | -3654d custody.hold_started",
            "-2982d12h1s detainer.issued form_version=I-247N | -2982d custody.hold_started",
            "-1944d12h detainer.issued form_version=I-247G | -1944d custody.hold_started",
            "1s detainer.issued | 0h custody.hold_started",
            "0h custody.hold_started",
            "-2h detainer.issued | -1h detainer.cancelled | 0h custody.hold_started",
            "-2h detainer.issued | -1h detainer.lapsed | 0h custody.hold_started",
            f"{_B} | -50h custody.release_due | -50h custody.hold_started basis=other_agency | "
            "-49h custody.hold_ended basis=other_agency | 0h custody.hold_started",
            "-2h detainer.issued form_version=I-247G | 0h custody.hold_started",
            "-3300d detainer.issued form_version=I-247N | -3299d custody.hold_started",
            "-9h..-2h detainer.issued | -1h detainer.cancelled | 0h..3h custody.hold_started",
        ),
        unclear=(
            "0h custody.hold_started | ~detainer.issued",
            "0h custody.hold_started | cut",
            "-1h detainer.issued | 0h custody.hold_started | ~detainer.cancelled",
            "-1h detainer.issued | 0h custody.hold_started | ?detainer.lapsed",
            f"{_B} form_version=I-247 | 2h..14h custody.release_due | 2d8h custody.hold_started",
            "-1h detainer.issued form_version= | 0h custody.hold_started",
            "0h..23h59m detainer.issued | 0h..23h59m custody.hold_started",
            "-2h..-1h detainer.issued | -2h..-1h detainer.cancelled | 0h custody.hold_started",
        ),
    ),
    Rule(
        id="HLD-05",
        sentence="The jail records when release is due, and why.",
        citations=(practice("Needed to judge 8 CFR 287.7(d)"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("custody.hold_started"),
        terms=(
            Term(
                all_of(
                    Given(_DUE),
                    any_of(*(all_of(Exists(due), eq(at(due), _DUE)) for due in _CAUSES)),
                )
            ),
        ),
        passes=(
            # The second of three stays.
            f"{_STAY_BEFORE} | 0h person.booked | 1h custody.release_due | 2h custody.hold_started | 3h custody.released | "
            f"{_STAY_AFTER}",
            f"{_STAY_BEFORE} | 0h person.booked | 1h custody.hold_started | 2h custody.release_due | 3h custody.released | "
            f"{_STAY_AFTER}",
            # The first and the last of two stays, in which only the day is known.
            f"-9d person.booked | 0h..9h custody.release_due | 0h..9h custody.hold_started | 12h custody.released | "
            f"{_STAY_AFTER}",
            f"{_STAY_BEFORE} | -1d person.booked | 0h..9h custody.release_due | 0h..9h custody.hold_started",
            "0h custody.release_due | 0h custody.hold_started",
            "0h custody.hold_started | 9h custody.release_due",
            "0h..23h59m custody.release_due | 0h..23h59m custody.hold_started basis=other_agency",
        ),
        fails=(
            f"{_STAY_BEFORE} | -1d person.booked | 0h custody.release_due cause= | 1h custody.hold_started",
            f"-1d person.booked | 0h custody.release_due cause= | 1h custody.hold_started | 2h custody.released | "
            f"{_STAY_AFTER}",
            "0h custody.hold_started",
            "0h custody.release_due cause= | 0h custody.hold_started",
            "-9d person.booked | -8d custody.release_due | -8d custody.released | -1d person.booked | "
            "0h custody.hold_started",
        ),
        unclear=(
            "-1h custody.release_due | 0h custody.hold_started | ~custody.release_due.cause",
            "0h custody.hold_started | ~custody.release_due",
            "0h custody.hold_started | cut",
        ),
    ),
    Rule(
        id="HLD-06",
        sentence="A person who is due for release is released promptly.",
        citations=(practice("Releases are carried out soon"), court("Fourth Amendment", "")),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("custody.release_due"),
        when=all_of(is_false(STAY, "held"), eq(at(THIS), _DUE)),
        terms=(
            Term(
                came_by(_ENDED, Later(_DUE, _SOON)),
                deadline=Later(_DUE, _SOON),
                done=_ENDED,
                stated_reason=Field(Next(sel("custody.released", "custody.departed")), "reason"),
            ),
        ),
        passes=(
            "-9d person.booked | 0h custody.release_due | 6h custody.released",
            "-9d person.booked | 0h custody.release_due | 5h custody.released | ~custody.departed",
            "-9d person.booked | 0h custody.release_due | 0h custody.hold_started basis=other_agency | "
            "9h custody.released",
            # A new charge made the first moment void.
            "-9d person.booked | 0h custody.release_due | 1h charge.recorded | 9d custody.release_due | "
            "9d5h custody.released",
            # Held in an earlier stay alone.
            "-9d person.booked | -8d custody.release_due | -8d custody.hold_started | -7d custody.released | "
            "-6d person.booked | 0h custody.release_due | 5h custody.released",
        ),
        fails=(
            "-9d person.booked | 0h custody.release_due | 6h1s custody.released",
            "-9d person.booked | 0h custody.release_due | 7h custody.released reason=snow",
            "-9d person.booked | 0h custody.release_due | 6h1s custody.departed",
            "-9d person.booked | 0h custody.release_due | 6h1s custody.transferred_in_place",
            "-9d person.booked | 0h custody.release_due",
            "-9d person.booked | 0h custody.release_due | 5h custody.departed destination=hospital | "
            "9h custody.released",
        ),
        unclear=(
            "-9d person.booked | 0h custody.release_due | 9h custody.released | ~custody.hold_started",
            "-9d person.booked | 0h custody.release_due | until 5h",
            "-9d person.booked | 0h custody.release_due | ~custody.departed",
            "-9d person.booked | 0h custody.release_due | ?custody.transferred_in_place",
            "-9d person.booked | 0h custody.release_due | 7h custody.released | ~custody.departed",
            "-9d person.booked | 0h..23h59m custody.release_due | 24h custody.released",
            "0h custody.release_due | 9h custody.released | cut",
            # Release was due twice, and nothing tells why.
            "-9d person.booked | 0h custody.release_due | 9h custody.release_due | 10h custody.released",
        ),
    ),
)
