"""CIT: claims to U.S. citizenship."""

from dataclasses import replace

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    AGREEMENT,
    THIS,
    Compare,
    Condition,
    Exists,
    Field,
    Given,
    Later,
    Next,
    Not,
    ObservedUntil,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import (
    BY_LOCAL_OFFICER,
    FOR_IMMIGRATION,
    HELD_ON_DETAINER,
    IMMIGRATION_CUSTODY,
    LAST_HOLD,
    of_type,
    role_missing,
)
from evenhand.rules.patterns import (
    END_OF_RECORD,
    FEDERAL,
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by,
    by_federal_officer,
    eq,
    given,
    hours,
    is_true,
    ne,
    of_stay,
    one_of,
    within,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import CITIZENSHIP_DIRECTIVE, DIRECTIVE_CITIZENSHIP, court, moa
from evenhand.rules.template import Template

_WSO_2019 = "-9d agreement.took_effect model=WSO template=2019"
_DAY_BEFORE, _FIRST_DAY = "-3492d13h", "-3492d12h"
"""In examples: the last hour before the directive, and its first moment."""
_HOUR, _OUR_HOUR = hours(1), hours(1, ours=True)
_CLAIM = Prev(sel("citizenship.claimed"))
_RESOLVED_BY_ICE = Prev(sel("citizenship.resolved", actor_role=FEDERAL))
_WORD = Prev(sel("citizenship.claimed", "citizenship.resolved"))

# --- CIT-01: the report ------------------------------------------------------------------------------------

_REPORTED = Next(sel("citizenship.reported"))
_REPORT_DUE = Later(at(THIS), _HOUR)
_NEVER_REPORTED: Condition = all_of(
    absent(_REPORTED), Compare(_REPORT_DUE, Op.GT, ObservedUntil()), Unknown(END_OF_RECORD)
)
_HEARD: Condition = any_of(
    eq(Field(THIS, "actor_role"), "designated_officer"),
    all_of(eq(Field(AGREEMENT, "form"), Template.W19), BY_LOCAL_OFFICER),
)
"""The 2019 form binds the whole agency, the others its designated officers."""
_REPORT = moa(
    "App. A",
    "must report all encounters with asserted or suspected claims",
    J20="p. 9",
    J25="p. 9",
    W19="p. 8",
    W25="p. 8",
)

# --- CIT-02, CIT-05: while a claim is open -----------------------------------------------------------------

_CLOSED: Condition = all_of(
    of_type(_WORD, "citizenship.resolved"),
    any_of(
        all_of(Exists(_RESOLVED_BY_ICE), at_least(at(_RESOLVED_BY_ICE), at(_CLAIM))),
        role_missing("citizenship.resolved", since=_CLAIM),
    ),
)
"""A federal officer resolved the latest claim before the act."""
_NEXT_RESOLVED = Next(sel("citizenship.resolved"))
_NEXT_RESOLVED_BY_ICE = Next(sel("citizenship.resolved", actor_role=FEDERAL))
_OUT = Next(sel("custody.released", "custody.departed", "custody.hold_ended"))
_OUR_HOUR_AFTER = Later(at(THIS), _OUR_HOUR)
_CLAIMS: Condition = of_type(THIS, "citizenship.claimed")
_FALLS_DUE: Condition = of_type(THIS, "custody.release_due")
_WHILE_OPEN = (
    Term(any_of(_CLAIMS, _FALLS_DUE, _CLOSED)),
    Term(
        any_of(
            Not(of_type(THIS, "citizenship.claimed", "custody.release_due")),
            Not(HELD_ON_DETAINER),
            # Told after the person had left the jail.
            all_of(Given(of_stay("left")), Compare(of_stay("left"), Op.LT, at(THIS))),
            # Local custody has not ended yet; a hold that began since the claim is judged itself.
            all_of(Given(of_stay("due")), Compare(of_stay("due"), Op.GT, at(THIS))),
            all_of(_FALLS_DUE, any_of(_CLOSED, at_least(at(LAST_HOLD), at(_CLAIM)))),
            all_of(
                Exists(_NEXT_RESOLVED),
                any_of(
                    all_of(
                        Exists(_NEXT_RESOLVED_BY_ICE), at_most(at(_NEXT_RESOLVED_BY_ICE), _OUR_HOUR_AFTER)
                    ),
                    role_missing("citizenship.resolved"),
                ),
            ),
            by(_OUT, _OUR_HOUR_AFTER),
        ),
        deadline=_OUR_HOUR_AFTER,
        done=at(_NEXT_RESOLVED_BY_ICE),
    ),
)
"""No new act and no hold that starts; a hold that runs, or begins to keep the person, ends within the hour."""
_WHILE_OPEN_AT = sel("citizenship.claimed", "custody.release_due", *IMMIGRATION_CUSTODY)
_CLAIMED: Condition = any_of(_CLAIMS, all_of(any_of(_FALLS_DUE, FOR_IMMIGRATION), Exists(_CLAIM)))

_OPEN_PASSES = (
    # Resolved by ICE before each act, also at the very moment.
    "0h citizenship.claimed | 9h citizenship.resolved | 9h detainer.issued | 9h warrant.served",
    "0h citizenship.claimed | 1h citizenship.claimed | 9h citizenship.resolved | 10h custody.hold_started | "
    "11h custody.transferred_in_place | 12h custody.departed",
    "0h citizenship.claimed | 1h citizenship.resolved actor_role=federal_officer | 2h detainer.issued",
    "1h citizenship.claimed | 1h citizenship.resolved | 2h detainer.issued",
    "-9h custody.hold_started | 1h citizenship.claimed | 1h citizenship.resolved | 2h custody.release_due | "
    "9h custody.released",
    # Release falls due, and nobody holds the person.
    "0h citizenship.claimed | 1h custody.release_due | 9h custody.released",
    # A resolution by the jail after ICE's own changes nothing.
    "0h citizenship.claimed | 1h citizenship.resolved | "
    "2h citizenship.resolved actor_role=booking_officer | 3h detainer.issued",
    # Other acts, other holds, other departures.
    "0h citizenship.claimed | 1h custody.hold_started basis=judicial_warrant | "
    "2h custody.departed destination=hospital | 5h custody.departed destination=prison",
    "-1s detainer.issued | 0h citizenship.claimed",
    # A hold that ran is resolved, or the person released, in exactly the hour.
    "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed | 1h citizenship.resolved",
    "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed | 1h custody.released",
    "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed | "
    "30m custody.hold_ended | 9h custody.released",
    "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed | "
    "30m custody.departed destination=other_agency",
    # The hold ended before the claim; the person came back; a hold is noted before release is due.
    "-9h custody.hold_started | -8h custody.released | 0h citizenship.claimed | 9h citizenship.resolved",
    "-9d custody.hold_started | -8d custody.departed destination=prison | -1d person.booked | "
    "0h citizenship.claimed | 2d custody.released",
    "-9h custody.hold_started basis=judicial_warrant | -8h custody.hold_ended basis=judicial_warrant | "
    "0h citizenship.claimed | 9h citizenship.resolved",
    "-9h custody.hold_started basis=other_agency | 0h citizenship.claimed | 9h citizenship.resolved",
    "-9h custody.hold_started | -8h custody.hold_ended | 0h citizenship.claimed | 9h citizenship.resolved",
    "-9d custody.hold_started | -8d custody.released | -1d person.booked | 0h citizenship.claimed | "
    "2d custody.released",
    "-9h custody.hold_started | 0h citizenship.claimed | 20h citizenship.resolved | 2d custody.release_due | "
    "2d5h custody.released",
    # Claimed after the person had left, by departure or release.
    "-9h custody.release_due | -9h custody.hold_started | -8h custody.departed | 0h citizenship.claimed",
    "-9h custody.release_due | -9h custody.hold_started | -8h custody.released | 0h citizenship.claimed",
    # In time on whichever minute, the days being known.
    "0h..14h citizenship.claimed | 15h..38h citizenship.resolved | 39h..62h detainer.issued",
    # Cut on the left: the claim and what came after it are there.
    "0h citizenship.claimed | 1h citizenship.resolved | 2h detainer.issued | cut",
)
_OPEN_FAILS = (
    "0h citizenship.claimed | 9h1s citizenship.resolved | 9h detainer.issued",
    "0h citizenship.claimed | 9h warrant.served",
    "0h citizenship.claimed | 9h warrant.served actor_role=federal_officer",
    "0h citizenship.claimed | 9h custody.hold_started",
    "0h citizenship.claimed | 9h custody.transferred_in_place",
    "0h citizenship.claimed | 9h custody.departed",
    "0h citizenship.claimed | 9h custody.departed | cut",
    # A second claim opens the case again; the jail cannot resolve a claim.
    "0h citizenship.claimed | 1h citizenship.resolved | 2h citizenship.claimed | 3h custody.departed",
    "0h citizenship.claimed | 1h citizenship.resolved actor_role=designated_officer | 2h detainer.issued",
    "0h citizenship.claimed | 1h citizenship.resolved | 2h citizenship.claimed | "
    "3h citizenship.resolved actor_role=booking_officer | 4h detainer.issued",
    # The same minute, in the order of the record.
    "9h..9h0m59s citizenship.claimed | 9h..9h0m59s detainer.issued | 20h citizenship.resolved",
    # A hold that ran, or began to keep the person, while the claim stayed open.
    "-2h custody.release_due | -2h custody.hold_started | 0h citizenship.claimed | 1h1s citizenship.resolved",
    "-2h custody.hold_started | 0h citizenship.claimed | 2h custody.released",
    "-9h custody.hold_started | 0h citizenship.claimed | 2h custody.release_due | 4h custody.released",
    "-2h custody.hold_started | 0h citizenship.claimed | 2h custody.released | "
    "~citizenship.resolved.actor_role",
    "-2h custody.hold_started | 0h citizenship.claimed | "
    "30m citizenship.resolved actor_role=booking_officer | 2h custody.released",
    "0h citizenship.claimed | 9h detainer.issued | ~citizenship.resolved.actor_role",
    "-9h custody.hold_started | 0h citizenship.claimed | "
    "1h citizenship.resolved actor_role=booking_officer | 2h custody.release_due | 4h custody.released",
    "-9h custody.hold_started | 0h citizenship.claimed | 2h custody.release_due | 4h custody.released | "
    "~citizenship.resolved.actor_role",
    "-9h custody.hold_started | 0h citizenship.claimed | 1h citizenship.resolved | "
    "1h30m citizenship.claimed | 1h40m citizenship.resolved actor_role=booking_officer | "
    "3h custody.release_due | 5h custody.released",
    # After a hospital the hold still runs.
    "-9h custody.release_due | -9h custody.hold_started | -8h custody.departed destination=hospital | "
    "0h citizenship.claimed | 5h citizenship.resolved",
)
_OPEN_UNCLEAR = (
    "0h citizenship.claimed | 9h detainer.issued | ~citizenship.resolved",
    "0h citizenship.claimed | 9h detainer.issued | ?citizenship.resolved",
    "9h custody.departed | ~citizenship.claimed",
    "0h citizenship.claimed | ~custody.hold_started",
    "0h citizenship.claimed | 1h citizenship.resolved actor_role= | 2h detainer.issued",
    "0h citizenship.claimed | 1h citizenship.resolved actor_role= | "
    "2h citizenship.resolved actor_role=booking_officer | 3h detainer.issued",
    "-2h custody.hold_started | 0h citizenship.claimed | until 30m",
    "-2h custody.hold_started | 0h citizenship.claimed | 9h custody.released | ?custody.release_due",
    "-2h custody.hold_started | 0h citizenship.claimed | 30m citizenship.resolved actor_role= | "
    "9h custody.released",
    "-2h custody.release_due | -2h custody.hold_started | -1h custody.hold_ended basis=judicial_warrant | "
    "0h citizenship.claimed",
    "-9h custody.hold_started | 0h citizenship.claimed | 1h citizenship.resolved actor_role= | "
    "2h custody.release_due | 4h custody.released",
    # Claimed on the day of the departure.
    "-9h custody.release_due | -9h custody.hold_started | 0h..15h custody.departed destination=other_agency | "
    "0h..15h citizenship.claimed",
    # On one day, in whichever order.
    "0h..14h citizenship.claimed | 0h..14h detainer.issued",
    "0h..14h citizenship.claimed | 0h..14h citizenship.resolved | 20h custody.departed",
)

# --- CIT-04: once citizenship is found ---------------------------------------------------------------------

_FOUND = ("citizen", "evidence_of_citizenship")
_RESOLVES: Condition = of_type(THIS, "citizenship.resolved")
_ACTS_ON: Condition = any_of(
    of_type(THIS, "charging_document.prepared", "custody.release_due"), FOR_IMMIGRATION
)
_RESOLVED = Prev(sel("citizenship.resolved"))
_DETAINER, _CANCELLED = Prev(sel("detainer.issued")), Prev(sel("detainer.cancelled"))
_LIFTED = Next(sel("detainer.cancelled"))


def _ends(outcome: str) -> Condition:
    """No act follows this finding, unless ICE took it back."""
    maybe = role_missing("citizenship.resolved", since=_RESOLVED_BY_ICE)
    return any_of(
        of_type(THIS, "citizenship.resolved", "custody.release_due"),
        all_of(ne(Field(_RESOLVED_BY_ICE, "outcome"), outcome), Not(maybe)),
        maybe,
    )


RULES = (
    Rule(
        id="CIT-01",
        sentence="An asserted or suspected claim to U.S. citizenship is reported to ICE.",
        citations=(_REPORT,),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.claimed"),
        when=_HEARD,
        terms=(
            Term(
                any_of(
                    all_of(
                        Exists(_REPORTED),
                        any_of(
                            at_most(at(_REPORTED), _REPORT_DUE),
                            Not(Given(of_stay("left"))),
                            at_most(at(_REPORTED), of_stay("left")),
                        ),
                    ),
                    _NEVER_REPORTED,
                ),
                deadline=of_stay("left"),
                done=at(_REPORTED),
                templates=tuple(Template),
            ),
        ),
        passes=(
            "0h citizenship.claimed | 1h citizenship.reported",
            "0h citizenship.claimed | 9d citizenship.reported",
            "0h citizenship.claimed | 5h citizenship.reported | 5h custody.released",
            "0h citizenship.claimed | 10m custody.released | 1h citizenship.reported",
            # Not asked: ICE heard it itself, no agreement, staff that the form does not bind, another form.
            "0h citizenship.claimed actor_role=federal_officer",
            *(f"0h citizenship.claimed actor_role={role} | {_WSO_2019}" for role in FEDERAL),
            "0h citizenship.claimed | 9d agreement.took_effect",
            "0h citizenship.claimed actor_role=booking_officer",
            "0h citizenship.claimed | -9d agreement.took_effect template=2012",
            "0h citizenship.claimed actor_role=booking_officer | 2h citizenship.reported | "
            "-9d agreement.took_effect model=WSO template=2019",
        ),
        fails=(
            "0h citizenship.claimed",
            "0h citizenship.claimed | until 1h",
            "-1s citizenship.reported | 0h citizenship.claimed",
            "0h citizenship.claimed | 5h custody.released | 5h1s citizenship.reported",
            # Back in jail later: the report came after the person had left.
            "-1d person.booked | 0h citizenship.claimed | 5h custody.departed | 2d person.booked | "
            "3d citizenship.reported",
            "0h citizenship.claimed actor_role=booking_officer | "
            "-9d agreement.took_effect model=WSO template=2019",
            "0h citizenship.claimed | -9d agreement.took_effect model=WSO template=2025",
        ),
        unclear=(
            "0h citizenship.claimed | until 30m",
            "0h citizenship.claimed | ~citizenship.reported",
            "0h citizenship.claimed | ?citizenship.reported",
            "0h citizenship.claimed actor_role=",
            "0h..14h citizenship.claimed | 0h..14h citizenship.reported",
            "0h citizenship.claimed | -9d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="CIT-01H",
        sentence="The report of a claim to U.S. citizenship comes within one hour.",
        citations=(
            moa("App. A", "in no case more than one hour of the claim", W19="p. 8"),
            moa("App. A", "immediately, but generally within one hour", J20="p. 9", J25="p. 9", W25="p. 8"),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.claimed"),
        # A claim that is never reported is for CIT-01.
        when=all_of(_HEARD, any_of(Exists(_REPORTED), Compare(_REPORT_DUE, Op.GT, ObservedUntil()))),
        terms=(
            Term(
                any_of(within(_REPORTED, _HOUR), given(_REPORTED, "exigent")),
                deadline=_REPORT_DUE,
                done=at(_REPORTED),
                stated_reason=Field(_REPORTED, "exigent"),
                templates=(Template.W19,),
            ),
            Term(
                within(_REPORTED, _HOUR),
                deadline=_REPORT_DUE,
                done=at(_REPORTED),
                templates=(Template.J20, Template.J25, Template.W25),
                severity=Severity.WARNING,
            ),
        ),
        passes=(
            "0h citizenship.claimed | 1h citizenship.reported",
            "0h citizenship.claimed actor_role=booking_officer | 3h citizenship.reported exigent=riot | "
            "-9d agreement.took_effect model=WSO template=2019",
            f"0h citizenship.claimed actor_role=booking_officer | 1h citizenship.reported | {_WSO_2019}",
            "0h citizenship.claimed",
            "0h citizenship.claimed | until 1h",
            "0h citizenship.claimed actor_role=federal_officer | 9h citizenship.reported",
            *(
                f"0h citizenship.claimed actor_role={role} | 9h citizenship.reported | {_WSO_2019}"
                for role in FEDERAL
            ),
            "0h citizenship.claimed actor_role=booking_officer | 9h citizenship.reported",
            "0h citizenship.claimed | 9h citizenship.reported | -9d agreement.took_effect template=2012",
        ),
        fails=(
            "0h citizenship.claimed | 1h1s citizenship.reported",
            "0h citizenship.claimed | 1h1s citizenship.reported exigent=riot",
            "0h citizenship.claimed | 3h citizenship.reported | -9d agreement.took_effect model=WSO",
            "0h citizenship.claimed actor_role=booking_officer | 1h1s citizenship.reported | "
            "-9d agreement.took_effect model=WSO template=2019",
            "0h..14h citizenship.claimed | 16h..38h citizenship.reported",
        ),
        unclear=(
            "0h citizenship.claimed | until 30m",
            f"0h citizenship.claimed actor_role=booking_officer | until 30m | {_WSO_2019}",
            "0h..14h citizenship.claimed | 0h..14h citizenship.reported",
            "0h citizenship.claimed actor_role= | 3h citizenship.reported",
            "0h citizenship.claimed actor_role=booking_officer | 3h citizenship.reported | "
            "~citizenship.reported.exigent | -9d agreement.took_effect model=WSO template=2019",
        ),
    ),
    Rule(
        id="CIT-02",
        sentence="While a claim to U.S. citizenship is open, there is no detainer, no service of a warrant, no "
        "hold, no custody past release, no transfer and no departure to ICE.",
        citations=(DIRECTIVE_CITIZENSHIP,),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=_WHILE_OPEN_AT,
        when=_CLAIMED,
        terms=tuple(replace(term, effective=CITIZENSHIP_DIRECTIVE) for term in _WHILE_OPEN),
        passes=(
            *_OPEN_PASSES,
            f"-4000d citizenship.claimed | {_DAY_BEFORE} detainer.issued",
            f"-4000d custody.hold_started | {_DAY_BEFORE} citizenship.claimed",
        ),
        fails=(
            *_OPEN_FAILS,
            f"-4000d citizenship.claimed | {_FIRST_DAY} detainer.issued",
            f"-4000d custody.hold_started | {_FIRST_DAY} citizenship.claimed",
        ),
        unclear=_OPEN_UNCLEAR,
    ),
    Rule(
        id="CIT-03",
        sentence="A federal officer resolves a claim to U.S. citizenship, in writing, with its grounds.",
        citations=(DIRECTIVE_CITIZENSHIP,),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("citizenship.resolved"),
        terms=(
            Term(
                all_of(by_federal_officer(THIS), given(THIS, "grounds"), is_true(THIS, "in_writing")),
                effective=CITIZENSHIP_DIRECTIVE,
            ),
        ),
        passes=(
            "0h citizenship.resolved",
            "0h citizenship.resolved actor_role=federal_officer",
            f"{_DAY_BEFORE} citizenship.resolved grounds=",
        ),
        fails=(
            "0h citizenship.resolved actor_role=designated_officer",
            "0h citizenship.resolved grounds=",
            f"{_FIRST_DAY} citizenship.resolved grounds=",
            "0h citizenship.resolved in_writing=no",
        ),
        unclear=(
            "0h citizenship.resolved actor_role=",
            "0h citizenship.resolved in_writing=",
            "0h citizenship.resolved | ~citizenship.resolved.grounds",
        ),
    ),
    Rule(
        id="CIT-04",
        sentence="Once ICE finds U.S. citizenship, or evidence of it, the case ends and the detainer is lifted.",
        citations=(
            replace(
                DIRECTIVE_CITIZENSHIP,
                section="section 1",
                unverified=False,
                quote="cannot assert ... authority to arrest and/or detain a U.S. citizen",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel(
            "citizenship.resolved", "charging_document.prepared", "custody.release_due", *IMMIGRATION_CUSTODY
        ),
        when=any_of(
            all_of(_RESOLVES, by_federal_officer(THIS), one_of(THIS, "outcome", *_FOUND)),
            all_of(
                _ACTS_ON,
                Exists(_RESOLVED),
                any_of(
                    all_of(Exists(_RESOLVED_BY_ICE), one_of(_RESOLVED_BY_ICE, "outcome", *_FOUND)),
                    role_missing("citizenship.resolved"),
                ),
            ),
        ),
        terms=(
            Term(_ends("citizen"), effective=CITIZENSHIP_DIRECTIVE),
            Term(
                _ends("evidence_of_citizenship"), effective=CITIZENSHIP_DIRECTIVE, severity=Severity.WARNING
            ),
            Term(
                any_of(
                    Not(_RESOLVES),
                    absent(_DETAINER),
                    all_of(Exists(_CANCELLED), at_least(at(_CANCELLED), at(_DETAINER))),
                    within(_LIFTED, _OUR_HOUR),
                ),
                deadline=_OUR_HOUR_AFTER,
                done=at(_LIFTED),
                effective=CITIZENSHIP_DIRECTIVE,
                severity=Severity.WARNING,
            ),
            Term(
                any_of(Not(_FALLS_DUE), Not(HELD_ON_DETAINER), by(_OUT, _OUR_HOUR_AFTER)),
                deadline=_OUR_HOUR_AFTER,
                done=at(_OUT),
                effective=CITIZENSHIP_DIRECTIVE,
                severity=Severity.WARNING,
            ),
        ),
        passes=(
            "0h citizenship.resolved outcome=citizen",
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | 1h detainer.cancelled",
            "-9h detainer.issued | -9h detainer.cancelled | "
            "0h citizenship.resolved outcome=evidence_of_citizenship",
            "0h citizenship.resolved outcome=not_shown | 1h detainer.issued | 2h custody.departed",
            # A finding by the jail is none of ICE's; ICE takes its own back.
            "0h citizenship.resolved outcome=citizen actor_role=booking_officer | 1h detainer.issued",
            "0h citizenship.resolved outcome=citizen | 1h citizenship.resolved | 2h detainer.issued",
            "0h citizenship.resolved outcome=citizen | 1h custody.hold_started basis=other_agency | "
            "2h custody.departed destination=prison",
            f"-4000d citizenship.resolved outcome=citizen | {_DAY_BEFORE} custody.departed",
            f"-4000d citizenship.resolved outcome=evidence_of_citizenship | {_DAY_BEFORE} custody.departed",
            f"-4000d detainer.issued | {_DAY_BEFORE} citizenship.resolved outcome=citizen",
            f"-4001d custody.hold_started | -4000d citizenship.resolved outcome=citizen | "
            f"{_DAY_BEFORE} custody.release_due",
            # A hold that ran before: released, handed elsewhere or ended in exactly the hour.
            *(
                "-9h custody.hold_started | 0h citizenship.resolved outcome=citizen | 2h custody.release_due | "
                f"3h {out} | 9h custody.released"
                for out in (
                    "custody.released",
                    "custody.departed destination=other_agency",
                    "custody.hold_ended",
                )
            ),
            "-9h custody.hold_started basis=other_agency | 0h citizenship.resolved outcome=citizen | "
            "2h custody.release_due | 9h custody.released",
            "-9h custody.hold_started | -8h custody.released | 0h citizenship.resolved outcome=citizen | "
            "2h custody.release_due | 9h custody.released",
            "-9h custody.hold_started | -8h custody.hold_ended | 0h citizenship.resolved outcome=citizen | "
            "2h custody.release_due | 9h custody.released",
            "-9d custody.hold_started | -8d custody.departed destination=prison | -7d person.booked | "
            "0h citizenship.resolved outcome=citizen | 2h custody.release_due | 9h custody.released",
            "0h citizenship.resolved outcome=citizen | 2h custody.release_due | 9h custody.released",
            "0h citizenship.resolved outcome=evidence_of_citizenship | 2h custody.release_due",
            "-9h custody.hold_started basis=other_agency | -8h custody.hold_ended basis=other_agency | "
            "0h citizenship.resolved outcome=citizen | 2h custody.release_due | 9h custody.released",
            # Before any finding; a finding that shows none.
            "0h detainer.issued | 1h citizenship.resolved",
            "0h detainer.issued actor_role=federal_officer",
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen actor_role=booking_officer",
            "0h custody.departed | ~citizenship.resolved.actor_role",
            "-9h custody.hold_started | 0h citizenship.resolved | 2h custody.release_due | 9h custody.released",
        ),
        fails=(
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | 1h1s detainer.cancelled",
            "-9h detainer.issued | -9h1s detainer.cancelled | 0h citizenship.resolved outcome=citizen",
            "-9h detainer.issued | 0h citizenship.resolved outcome=evidence_of_citizenship",
            "0h citizenship.resolved outcome=citizen | 1h detainer.issued | 1h detainer.cancelled",
            "0h citizenship.resolved outcome=citizen | 1h warrant.served",
            "0h citizenship.resolved outcome=evidence_of_citizenship | 1h warrant.served",
            "0h citizenship.resolved outcome=citizen | 1h charging_document.prepared",
            "0h citizenship.resolved outcome=citizen | 1h custody.hold_started",
            "0h citizenship.resolved outcome=citizen | 1h custody.transferred_in_place",
            "0h citizenship.resolved outcome=citizen | 1h custody.departed",
            f"-4000d citizenship.resolved outcome=citizen | {_FIRST_DAY} custody.departed",
            f"-4000d citizenship.resolved outcome=evidence_of_citizenship | {_FIRST_DAY} custody.departed",
            f"-4000d detainer.issued | {_FIRST_DAY} citizenship.resolved outcome=citizen",
            f"-4001d custody.hold_started | -4000d citizenship.resolved outcome=citizen | "
            f"{_FIRST_DAY} custody.release_due",
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen actor_role=federal_officer",
            "0h citizenship.resolved outcome=citizen actor_role=federal_officer | 1h detainer.issued",
            # What the jail says afterward takes nothing back.
            "0h citizenship.resolved outcome=citizen | "
            "1h citizenship.resolved actor_role=designated_officer | 2h custody.departed",
            # A hold that ran before keeps the person when release is due.
            "-9h custody.hold_started | -8h detainer.issued | -7h detainer.cancelled | "
            "0h citizenship.resolved outcome=citizen | 2h custody.release_due | 4h custody.released",
        ),
        unclear=(
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | until 30m",
            "-9h detainer.issued | 0h citizenship.resolved outcome=citizen | ?detainer.cancelled",
            "0h citizenship.resolved outcome=citizen | ~detainer.issued",
            "0h citizenship.resolved outcome=citizen actor_role= | 1h detainer.issued",
            "0h citizenship.resolved outcome=citizen actor_role= | "
            "1h citizenship.resolved actor_role=booking_officer | 2h detainer.issued",
            "0h..14h citizenship.resolved outcome=citizen | 0h..14h detainer.issued | 14h detainer.cancelled",
            "1h custody.departed | ~citizenship.resolved",
            "0h citizenship.resolved | 1h citizenship.resolved outcome=citizen actor_role= | "
            "2h detainer.issued",
            "0h citizenship.resolved outcome=citizen | 1h citizenship.resolved actor_role= | "
            "2h detainer.issued",
            "0h citizenship.resolved outcome=evidence_of_citizenship | 1h citizenship.resolved actor_role= | "
            "2h detainer.issued",
            "-9h custody.hold_started | -8h custody.hold_ended basis=other_agency | "
            "0h citizenship.resolved outcome=citizen | 2h custody.release_due | 9h custody.released",
            "-9h custody.hold_started | 0h citizenship.resolved outcome=citizen | 2h custody.release_due | "
            "until 2h30m",
        ),
    ),
    Rule(
        id="CIT-05",
        sentence="While a claim to U.S. citizenship is open, nobody is kept past release or transferred to ICE on "
        "immigration grounds.",
        citations=(
            court("Brown v. Ramsay", "S.D. Fla. 2025", unverified=True),
            court("Morales v. Chadbourne", "1st Cir. 2015", unverified=True),
            court("Mendia v. Garcia", "9th Cir. 2014 (standing only)", unverified=True),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=_WHILE_OPEN_AT,
        when=_CLAIMED,
        terms=_WHILE_OPEN,
        passes=_OPEN_PASSES,
        fails=(*_OPEN_FAILS, "-4000d citizenship.claimed | -3999d detainer.issued"),
        unclear=_OPEN_UNCLEAR,
    ),
)
