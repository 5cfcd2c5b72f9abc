"""SUP: supervision by federal officers."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    THIS,
    Compare,
    Condition,
    Exists,
    Field,
    Later,
    Next,
    Not,
    ObservedUntil,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import BY_LOCAL_OFFICER, departs_elsewhere, of_type, role_missing
from evenhand.rules.patterns import (
    END_OF_RECORD,
    FEDERAL,
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by_federal_officer,
    eq,
    hours,
    ne,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import moa, practice, statute
from evenhand.rules.template import JEM

_DETERMINED = Prev(sel("determination.made"))
_WORD = Prev(sel("determination.made", "determination.reviewed"))
"""The latest word on the case before the act: an officer's determination, or a review."""
_REVIEW = Prev(sel("determination.reviewed"))
_CONCURRED = Prev(sel("determination.reviewed", outcome="concur", actor_role=FEDERAL))
_WORD_OF_ICE = Prev(sel("determination.reviewed", actor_role=FEDERAL))
_NEXT_REVIEW = Next(sel("determination.reviewed"))
_REVIEWED_BY_ICE = Next(sel("determination.reviewed", actor_role=FEDERAL))
_GRACE, _SOON = hours(24, ours=True), hours(24, ours=True)
_HAS_REVIEW_BY_ICE: Condition = all_of(
    Exists(_NEXT_REVIEW), any_of(Exists(_REVIEWED_BY_ICE), role_missing("determination.reviewed"))
)
_MAYBE_ICE_SINCE: Condition = role_missing("determination.reviewed", since=_WORD_OF_ICE)
"""Whether ICE said more after its last known word is not known."""

RULES = (
    Rule(
        id="SUP-01",
        sentence="ICE reviews the determinations of designated officers.",
        citations=(
            statute("1357(g)(3)", "shall be subject to the direction and supervision"),
            moa(
                "IV.F",
                "will be reviewed by ICE officers on an ongoing basis",
                J20="p. 3",
                J25="p. 3",
                W19="p. 3",
                W25="p. 3",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=sel("determination.made"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    _HAS_REVIEW_BY_ICE,
                    # A review may still come while the record is open.
                    all_of(
                        absent(_REVIEWED_BY_ICE),
                        Compare(Later(at(THIS), _GRACE), Op.GT, ObservedUntil()),
                        Unknown(END_OF_RECORD),
                    ),
                ),
                models=("JEM",),
            ),
        ),
        passes=(
            "0h determination.made | 90d determination.reviewed outcome=reject",
            "0h determination.made | 1h determination.reviewed actor_role=designated_officer | "
            "2h determination.reviewed actor_role=federal_officer",
            # Not asked: ICE's own determination, another model, no agreement.
            "0h determination.made actor_role=federal_officer",
            "0h determination.made actor_role=federal_supervisor",
            "0h determination.made | -9d agreement.took_effect model=WSO",
            "0h determination.made | 9d agreement.took_effect",
        ),
        fails=(
            "0h determination.made",
            "0h determination.made | until 24h",
            "1s determination.made | 0h determination.reviewed",
            "0h determination.made | 1h determination.reviewed actor_role=designated_officer",
            "0h determination.made | 1h determination.reviewed | 2h determination.made",
            "0h determination.made | ~determination.reviewed.actor_role",
        ),
        unclear=(
            "0h determination.made | until 23h59m59s",
            "0h determination.made | ~determination.reviewed",
            "0h determination.made | ?determination.reviewed",
            "0h determination.made | 1h determination.reviewed actor_role=",
            "0h determination.made | 1h determination.reviewed actor_role=designated_officer | "
            "2h determination.reviewed actor_role=",
            "0h determination.made actor_role=",
            "0h..14h determination.made | 0h..14h determination.reviewed",
        ),
    ),
    Rule(
        id="SUP-02",
        sentence="ICE concurs in the latest determination before a local officer serves a warrant or hands the "
        "person over.",
        citations=(practice("Our own, from 8 U.S.C. 1357(g)(3)"),),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served", "custody.transferred_in_place", "custody.departed"),
        when=all_of(BY_LOCAL_OFFICER, Not(departs_elsewhere(THIS)), Exists(_DETERMINED)),
        terms=(
            Term(
                any_of(
                    by_federal_officer(_DETERMINED),
                    # After the latest determination, not in an earlier one.
                    all_of(
                        of_type(_WORD, "determination.reviewed"),
                        any_of(
                            all_of(Exists(_CONCURRED), at_least(at(_CONCURRED), at(_DETERMINED))),
                            role_missing("determination.reviewed", since=_DETERMINED),
                        ),
                    ),
                ),
                models=("JEM",),
            ),
        ),
        passes=(
            "0h determination.made | 1h determination.reviewed | 2h warrant.served | 3h custody.departed",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h determination.made | "
            "3h determination.reviewed actor_role=federal_officer | 3h custody.transferred_in_place",
            # A return by the jail takes nothing back.
            "0h determination.made | 1h determination.reviewed | "
            "2h determination.reviewed outcome=return actor_role=designated_officer | 3h warrant.served",
            # In the same minute, in the order of the record; cut on the left, but all there.
            "0h..59s determination.made | 0h..59s determination.reviewed | 0h..59s warrant.served",
            "0h determination.made | 1h determination.reviewed | 2h warrant.served | cut",
            # Not asked: no determination, ICE's own act or determination, another model, elsewhere, a detainer.
            "0h warrant.served | 1h custody.departed",
            "0h determination.made | 1h warrant.served actor_role=federal_officer | "
            "2h custody.departed actor_role=federal_supervisor",
            "0h determination.made actor_role=federal_officer | 1h warrant.served",
            "0h determination.made actor_role=federal_supervisor | 1h warrant.served",
            "0h determination.made | 1h warrant.served | -9d agreement.took_effect model=WSO",
            "0h determination.made | 1h custody.departed destination=court",
            "0h determination.made | 1h detainer.issued",
        ),
        fails=(
            "0h determination.made | 1h warrant.served",
            "0h determination.made | 1h custody.transferred_in_place",
            "0h determination.made | 1h custody.departed",
            "0h determination.made | 1h custody.departed | cut",
            "0h determination.made | 1h warrant.served | 2h determination.reviewed",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h warrant.served",
            "0h determination.made | 1h determination.reviewed actor_role=designated_officer | "
            "2h warrant.served",
            # A second determination after the review needs a new one.
            "0h determination.made | 1h determination.reviewed | 2h determination.made | 3h warrant.served",
            "0h determination.made | 1h determination.reviewed | 1h determination.made | 3h custody.departed",
            "-1h determination.reviewed | 0h determination.made | 1h determination.reviewed outcome=return | "
            "2h warrant.served",
        ),
        unclear=(
            "0h determination.made | 1h warrant.served | ~determination.reviewed",
            "0h determination.made | 1h warrant.served | ?determination.reviewed",
            "0h determination.made | 1h determination.reviewed | 2h warrant.served | ?determination.made",
            "0h determination.made | 1h determination.reviewed actor_role= | 2h warrant.served",
            "0h determination.made | 1h determination.reviewed actor_role= | "
            "2h determination.reviewed actor_role=designated_officer | 3h warrant.served",
            "0h determination.made | 1h warrant.served actor_role=",
            "0h determination.made actor_role= | 1h warrant.served",
            "1h custody.departed | cut",
            "0h..14h determination.made | 0h..14h determination.reviewed | 15h warrant.served",
        ),
    ),
    Rule(
        id="SUP-03",
        sentence="A federal officer reviews a determination, and not one of their own.",
        citations=(statute("1357(g)(3)", "shall be subject to the direction and supervision"),),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("determination.reviewed"),
        terms=(
            Term(
                all_of(
                    by_federal_officer(THIS),
                    Exists(_DETERMINED),
                    ne(Field(THIS, "actor"), Field(_DETERMINED, "actor")),
                )
            ),
        ),
        passes=(
            "0h determination.made | 0h determination.reviewed",
            "0h determination.made | 0h determination.reviewed actor_role=federal_officer",
            "0h determination.made | 1h determination.reviewed | 2h determination.made | "
            "3h determination.reviewed",
        ),
        fails=(
            "0h determination.made | 1h determination.reviewed actor=officer-2 actor_role=designated_officer",
            "0h determination.made actor=federal-1 | 1h determination.reviewed",
            # Nothing to review.
            "1h determination.reviewed",
            "0h determination.reviewed | 1h determination.made",
        ),
        unclear=(
            "0h determination.made | 1h determination.reviewed actor=",
            "0h determination.made | 1h determination.reviewed actor_role=",
            "0h determination.made actor= | 1h determination.reviewed",
            "1h determination.reviewed | ?determination.made",
            "1h determination.reviewed | cut",
            "0h..14h determination.made | 0h..14h determination.reviewed",
        ),
    ),
    Rule(
        id="SUP-04",
        sentence="An ICE officer signs charging documents.",
        citations=(
            moa(
                "App. A",
                "are delegated only those authorities listed below ... prepare charging documents ... for the "
                "signature of an ICE officer",
                J20="p. 8-9",
                J25="p. 8-9",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("charging_document.signed"),
        terms=(Term(by_federal_officer(THIS), templates=JEM),),
        passes=(
            "0h charging_document.signed",
            "0h charging_document.signed actor_role=federal_officer",
            "0h charging_document.signed actor_role=designated_officer | -9d agreement.took_effect template=2012",
            "0h charging_document.signed actor_role=designated_officer | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h charging_document.signed actor_role=designated_officer",
            "0h charging_document.signed actor_role=booking_officer | -9d agreement.took_effect template=2020",
        ),
        unclear=(
            "0h charging_document.signed actor_role=",
            "0h charging_document.signed actor_role=designated_officer | -9d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="SUP-05",
        sentence="An officer does not act against ICE's return or rejection of a determination.",
        citations=(
            statute("1357(g)(3)", "shall be subject to the direction and supervision"),
            moa(
                "IV.F, App. A",
                "not authorized ... except when working under the supervision or direction of ICE",
                J20="p. 3, 9",
                J25="p. 3, 9",
                W19="p. 3, 8",
                W25="p. 3, 8",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel(
            "detainer.issued",
            "warrant.served",
            "charging_document.prepared",
            "custody.transferred_in_place",
            "custody.departed",
        ),
        when=all_of(
            BY_LOCAL_OFFICER,
            Not(departs_elsewhere(THIS)),
            Exists(_REVIEW),
            any_of(Exists(_WORD_OF_ICE), role_missing("determination.reviewed")),
        ),
        terms=(
            Term(
                any_of(
                    all_of(
                        any_of(
                            eq(Field(_WORD_OF_ICE, "outcome"), "concur"),
                            # A new determination was not returned; SUP-02 asks for its own review.
                            all_of(Exists(_DETERMINED), Compare(at(_DETERMINED), Op.GT, at(_WORD_OF_ICE))),
                        ),
                        Not(_MAYBE_ICE_SINCE),
                    ),
                    _MAYBE_ICE_SINCE,
                )
            ),
        ),
        passes=(
            "-1h determination.made | 0h determination.reviewed outcome=return | 0h determination.reviewed | "
            "1h detainer.issued",
            "1s determination.reviewed outcome=reject | 0h warrant.served",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h determination.reviewed | "
            "3h custody.departed",
            # A concurrence stays one, whatever the jail says afterward.
            "0h determination.made | 1h determination.reviewed outcome=return | 2h determination.reviewed | "
            "3h determination.reviewed outcome=return actor_role=designated_officer | 4h detainer.issued",
            # A new determination was not returned (SUP-02 asks for its review).
            "0h determination.made | 1h determination.reviewed outcome=return | 2h determination.made | "
            "3h warrant.served",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h determination.made | "
            "3h determination.reviewed actor_role=designated_officer | 4h warrant.served",
            "0h determination.made | 1h determination.reviewed outcome=return | "
            "2h determination.reviewed actor_role=federal_officer | 3h custody.departed",
            # No review at all, or none of ICE's.
            "0h detainer.issued | ~determination.reviewed.actor_role",
            "0h determination.made | 1h determination.reviewed outcome=return actor_role=designated_officer | "
            "2h detainer.issued",
            # ICE's own acts, and a departure elsewhere.
            "0h determination.made | 1h determination.reviewed outcome=reject | "
            "2h detainer.issued actor_role=federal_supervisor",
            "0h determination.made | 1h determination.reviewed outcome=reject | "
            "2h detainer.issued actor_role=federal_officer",
            "0h determination.made | 1h determination.reviewed outcome=reject | "
            "2h custody.departed destination=court",
        ),
        fails=(
            "0h determination.reviewed outcome=return | 0h detainer.issued",
            "0h determination.reviewed outcome=reject | 1h warrant.served",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h custody.transferred_in_place",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h custody.departed",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h charging_document.prepared",
            "0h determination.reviewed | 1s determination.reviewed outcome=return | 1h detainer.issued",
            "0h determination.made | 0h determination.reviewed outcome=return | 2h detainer.issued",
            "0h determination.made | 1h determination.reviewed outcome=return actor_role=federal_officer | "
            "2h detainer.issued",
            # A concurrence by the jail is none; one agreement or no other changes nothing.
            "0h determination.made | 1h determination.reviewed outcome=return | "
            "2h determination.reviewed actor_role=designated_officer | 3h detainer.issued",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h detainer.issued | "
            "9d agreement.took_effect",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h detainer.issued | cut",
        ),
        unclear=(
            "0h detainer.issued | ~determination.reviewed",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h detainer.issued | "
            "?determination.reviewed",
            "0h determination.made | 1h determination.reviewed outcome=return actor_role= | 2h detainer.issued",
            "0h determination.made | 1h determination.reviewed | "
            "2h determination.reviewed outcome=return actor_role= | 3h detainer.issued",
            "0h determination.made | 1h determination.reviewed outcome=return actor_role= | "
            "2h determination.reviewed actor_role=designated_officer | 3h detainer.issued",
            "0h determination.made | 1h determination.reviewed outcome=return | "
            "2h determination.reviewed actor_role= | "
            "3h determination.reviewed outcome=return actor_role=designated_officer | 4h detainer.issued",
            "0h determination.made | 1h determination.reviewed outcome=return | 2h detainer.issued actor_role=",
            "0h..14h determination.reviewed outcome=return | 0h..14h determination.reviewed | "
            "15h detainer.issued",
            "0h..14h determination.reviewed outcome=return | 0h..14h detainer.issued",
        ),
    ),
    Rule(
        id="SUP-06",
        sentence="ICE reviews a determination within 24 hours.",
        citations=(
            moa(
                "IV.F",
                "on an ongoing basis",
                J20="p. 3",
                J25="p. 3",
                W19="p. 3",
                W25="p. 3",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("determination.made"),
        # A determination that is never reviewed is for SUP-01.
        when=all_of(BY_LOCAL_OFFICER, _HAS_REVIEW_BY_ICE),
        terms=(
            Term(
                at_most(at(_REVIEWED_BY_ICE), Later(at(THIS), _SOON)),
                deadline=Later(at(THIS), _SOON),
                done=at(_REVIEWED_BY_ICE),
                templates=JEM,
            ),
        ),
        passes=(
            "0h determination.made | 24h determination.reviewed",
            "0h determination.made",
            "0h determination.made | ~determination.reviewed.actor_role",
            "0h determination.made | 48h determination.reviewed actor_role=designated_officer",
            "0h determination.made actor_role=federal_officer | 48h determination.reviewed",
            "0h determination.made actor_role=federal_supervisor | 48h determination.reviewed",
            "0h determination.made | 48h determination.reviewed | -9d agreement.took_effect template=2012",
        ),
        fails=(
            "0h determination.made | 24h1s determination.reviewed",
            "0h determination.made | 24h1s determination.reviewed actor_role=federal_officer",
            "0h determination.made | 1h determination.reviewed actor_role=designated_officer | "
            "25h determination.reviewed",
        ),
        unclear=(
            "0h determination.made | ~determination.reviewed",
            "0h..14h determination.made | 20h..34h determination.reviewed",
            "0h determination.made | 48h determination.reviewed actor_role=",
            "0h determination.made actor_role= | 48h determination.reviewed",
        ),
    ),
)
