"""AUT: authority to hold. BAL: bail."""

from evenhand.record.events import SubjectKind
from evenhand.record.events.booking import NOTICE_ONLY_FORMS
from evenhand.record.events.officer import Function
from evenhand.rules.algebra import (
    AGREEMENT,
    OFFICER,
    THIS,
    Compare,
    Exists,
    Field,
    Given,
    Later,
    Lit,
    Next,
    Not,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import DETAINER_HOLD, role_missing
from evenhand.rules.patterns import (
    FEDERAL,
    absent,
    all_of,
    any_of,
    at,
    contains,
    eq,
    exists_before,
    hours,
    is_true,
    ne,
    of_stay,
    one_of,
    within,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import GONZALEZ_SETTLEMENT, STATE_LAW, court, form, regulation, statute
from evenhand.rules.state_law import ALLOWS, KNOWN_TO_ALLOW

_FREE, _ENDED, _DUE = of_stay("free"), of_stay("ended"), of_stay("due")

_KEPT_PAST_RELEASE = any_of(
    all_of(
        Given(_FREE),
        any_of(
            Compare(_ENDED, Op.GT, _FREE),
            Not(Given(_ENDED)),
        ),
    ),
    # A hold is recorded and no release due: whether it kept anyone past release is not known.
    all_of(Not(Given(_DUE)), Unknown("custody.release_due")),
)
_SIGNED, _SERVED = Prev(sel("warrant.signed")), Prev(sel("warrant.served"))
_SERVED_BY_FEDERAL_OFFICER = any_of(
    Exists(Prev(sel("warrant.served", actor_role=FEDERAL))),
    role_missing("warrant.served", since=_SIGNED),
)
_SERVED_BY_WHO_HOLDS = eq(Field(_SERVED, "actor"), Field(THIS, "actor"))
_LETTER_COVERS = all_of(
    is_true(OFFICER, "authorized"), contains(OFFICER, "functions", Lit(str(Function.SERVE_WARRANTS)))
)
_LETTER_ENDED = any_of(is_true(OFFICER, "revoked"), is_true(OFFICER, "suspended"), is_true(OFFICER, "left"))
_SERVED_BY_DESIGNATED_OFFICER = all_of(
    Exists(_SERVED),
    one_of(_SERVED, "actor_role", "designated_officer"),
    Exists(AGREEMENT),
    is_true(AGREEMENT, "in_force"),
    any_of(
        # The letter is known here of the officer who starts the hold; of any other DET-11 and OFF-07 judge it
        # at the service.
        Not(_SERVED_BY_WHO_HOLDS),
        all_of(
            _LETTER_COVERS,
            any_of(
                Not(_LETTER_ENDED),
                # It may have ended between the service and the hold.
                Unknown("whether the letter was in force when the warrant was served"),
            ),
        ),
    ),
)

COVERED_OFFICES = ("PERC", "Los Angeles")
"""ICE offices known to be covered: the settlement's list of places was not read."""
_COVERED = any_of(
    one_of(THIS, "office", *COVERED_OFFICES),
    all_of(
        Not(one_of(THIS, "office", *COVERED_OFFICES)),
        Unknown("whether the settlement covers the office that issued the detainer"),
    ),
)
_REVIEWED = Next(sel("detainer.reviewed"))

_REFUSED = Next(sel("bail.refused"))
_TENDERED_AGAIN = Next(sel("bail.tendered"), strictly=True)
_DUE_AFTER = Next(sel("custody.release_due"))
_THIS_ONE_WAS_REFUSED = all_of(
    Exists(_REFUSED),
    any_of(absent(_TENDERED_AGAIN), Compare(at(_REFUSED), Op.LT, at(_TENDERED_AGAIN))),
)

_B = "-9d person.booked | -8d detainer.issued"
_HELD = "0h custody.release_due | 0h custody.hold_started"
_CA = f"{_B} agency=CA0010000"


def _in(agency: str, text: str) -> str:
    """The example with another agency in each event of the booking and of the agreement."""
    parts = [p.strip() for p in text.split("|")]
    return " | ".join(p if p[0] in "~?cu" else f"{p} agency={agency}" for p in parts)


_WARRANT = f"{_B} | -1h warrant.signed | {_HELD} | 9h custody.departed"
_NO_WARRANT = f"{_B} | {_HELD} | 9h custody.departed"
_SERVED_BY_ICE = (
    f"{_B} | -1h warrant.signed | 0h warrant.served actor_role=federal_officer actor=federal-2 | {_HELD} | "
    "9h custody.departed"
)
_SERVED_LOCALLY = f"{_B} | -1h warrant.signed | 0h warrant.served | {_HELD} | 9h custody.departed"
_ONE_OFFICER = _SERVED_LOCALLY.replace(
    "hold_started", "hold_started actor=officer-1 actor_role=designated_officer"
)
_AGREED = "-400d agreement.took_effect"
_NO_AGREEMENT = "1h agreement.took_effect"
_NOWHERE, _CALIFORNIA, _TEXAS, _VIRGINIA = "ZZ0000001", "CA0010000", "TX2270000", "VA0290000"

_OFFICER = (
    "-400d officer.nominated | -368d officer.certified | -367d officer.authorized | "
    "-366d officer.form_70_006_issued | -366d officer.assigned"
)

RULES = (
    Rule(
        id="AUT-01",
        sentence="A person is kept past release for ICE only with legal authority.",
        citations=(
            court("Miranda-Olivares v. Clackamas County", "D. Or. 2014"),
            court("Morales v. Chadbourne", "D.R.I. 2017"),
            court("Creedle v. Miami-Dade County", "S.D. Fla. 2018"),
            court("Roy v. County of Los Angeles", "C.D. Cal. 2018"),
            court("against: Lopez-Lopez v. County of Allegan", "W.D. Mich. 2018"),
            statute("1357(a)(2), (g)"),
            STATE_LAW,
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=DETAINER_HOLD,
        when=_KEPT_PAST_RELEASE,
        terms=(
            Term(
                any_of(
                    KNOWN_TO_ALLOW,
                    all_of(
                        Exists(_SIGNED),
                        any_of(_SERVED_BY_FEDERAL_OFFICER, _SERVED_BY_DESIGNATED_OFFICER, ALLOWS),
                    ),
                )
            ),
        ),
        passes=(
            _in(_CALIFORNIA, f"{_SERVED_LOCALLY} | {_AGREED}"),
            _in(_CALIFORNIA, f"{_ONE_OFFICER} | {_AGREED}"),
            # Served by a federal officer, and again by the jail.
            *(
                _in(
                    _CALIFORNIA,
                    f"{_B} | -1h warrant.signed | 0h warrant.served actor_role={role} actor=federal-2 | "
                    f"0h warrant.served actor_role=booking_officer actor=booking-1 | {_HELD} | 9h custody.departed",
                )
                for role in FEDERAL
            ),
            # A hold of another authority kept the person, then nothing of ICE did.
            f"{_B} | 0h custody.release_due | 0h custody.hold_started basis=judicial_warrant | "
            "1h custody.hold_ended basis=judicial_warrant | 9h custody.departed",
            _SERVED_BY_ICE,
            _SERVED_LOCALLY,
            _SERVED_LOCALLY.replace("hold_started", "hold_started actor=officer-1"),
            _in(_NOWHERE, _SERVED_BY_ICE),
            _in(_CALIFORNIA, _SERVED_BY_ICE),
            # Texas has required holds since 2017, and the text was read.
            _in(_TEXAS, _NO_WARRANT),
            _in(_TEXAS, _WARRANT),
            _in("VA0290000", f"{_NO_WARRANT} | -400d agreement.took_effect"),
            # Released at once, or kept on another authority's hold: no custody past release for ICE.
            f"{_B} | {_HELD} | 0h custody.released",
            f"{_B} | -1h custody.hold_started basis=judicial_warrant | {_HELD} | 9h custody.departed",
            f"{_B} | 0h custody.release_due | 0h custody.hold_started basis=judicial_warrant | 9h custody.departed",
            f"{_B} | 0h custody.hold_started | 5d custody.release_due | 5d custody.released",
        ),
        fails=(
            # Under an agreement: not served, ended by then, or by an officer whose letter does not cover it.
            _in(_CALIFORNIA, f"{_WARRANT} | {_AGREED}"),
            _in(_CALIFORNIA, f"{_SERVED_LOCALLY} | {_AGREED} | -1d agreement.ended"),
            _in(_CALIFORNIA, f"{_ONE_OFFICER} | {_AGREED}") + " | -9d officer.authorized functions=interview",
            _in(_CALIFORNIA, f"{_ONE_OFFICER} | {_AGREED}") + " | -9d officer.revoked",
            f"{_B} | {_HELD} | until 0h",
            # A bare detainer: the law of North Carolina was not read, and no state is known for ZZ.
            _NO_WARRANT,
            _in(_NOWHERE, _NO_WARRANT),
            _in(_CALIFORNIA, _NO_WARRANT),
            _in(_CALIFORNIA, _WARRANT),
            _in(_VIRGINIA, f"{_WARRANT} | 9d agreement.took_effect"),
            # The warrant was served by nobody who may, or signed after the hold began.
            f"{_B} | {_HELD} | 1h warrant.signed | 9h custody.departed",
            _in(
                _CALIFORNIA,
                _SERVED_LOCALLY.replace("warrant.served", "warrant.served actor_role=booking_officer"),
            ),
            _in("OR0030000", _SERVED_LOCALLY + " | 9d agreement.took_effect"),
            f"{_B} | {_HELD}",
            # The earlier stay's release is none of this one's.
            "-30d person.booked | -29d custody.release_due | -29d custody.released | " + _NO_WARRANT,
        ),
        unclear=(
            _in(_CALIFORNIA, _SERVED_LOCALLY.replace("warrant.served", "warrant.served actor_role=")),
            _WARRANT,
            _in(_NOWHERE, _WARRANT),
            # Served after the hold began, as in Lopez-Lopez.
            _in(_NOWHERE, f"{_WARRANT} | 5h warrant.served actor_role=federal_officer actor=federal-2"),
            f"{_NO_WARRANT} | ~warrant.signed",
            f"{_NO_WARRANT} | ?warrant.signed",
            f"{_SERVED_LOCALLY.replace('warrant.served', 'warrant.served actor_role=')}",
            # The law changed on 1 September 2017 (Texas): on which side of it the day lies is not known.
            _in(
                _TEXAS,
                "-2850d person.booked | -2839d detainer.issued | -2832d..-2831d custody.release_due | "
                "-2832d..-2831d custody.hold_started | -2820d custody.departed",
            ),
            # The letter of the officer who served the warrant and holds the person may have ended in between.
            *(
                _in(
                    _CALIFORNIA,
                    _SERVED_LOCALLY.replace("hold_started", "hold_started actor=officer-1")
                    + f" | {_AGREED} | {_OFFICER} | 0h {end}",
                )
                for end in ("officer.revoked", "officer.suspended", "officer.left")
            ),
            f"{_B} | 0h custody.hold_started | 9h custody.departed",
            f"{_B} | 0h..23h59m custody.release_due | 0h custody.hold_started | 0h..23h59m custody.departed",
            f"{_B} | -1h custody.hold_started basis=judicial_warrant | {_HELD} | 9h custody.departed | "
            "~custody.hold_ended",
        ),
    ),
    Rule(
        id="AUT-02",
        sentence="A detainer without a warrant states a likelihood of escape.",
        citations=(
            statute("1357(a)(2)", "likely to escape before a warrant can be obtained"),
            regulation("287.8(c)(2)(ii)", "shall be obtained ... whenever possible", unverified=True),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=Not(one_of(THIS, "form_version", *NOTICE_ONLY_FORMS)),
        terms=(Term(any_of(exists_before(sel("warrant.signed")), is_true(THIS, "escape_risk"))),),
        passes=(
            "0h detainer.issued form_version=I-247N escape_risk=no",
            "0h warrant.signed | 0h detainer.issued",
            "0h detainer.issued escape_risk=yes",
            "0h detainer.issued form_version=I-247G escape_risk=no",
            "0h warrant.signed | 0h detainer.issued form_version=",
        ),
        fails=(
            "0h detainer.issued escape_risk=no",
            "0h detainer.issued escape_risk=no | 1s warrant.signed",
        ),
        unclear=(
            "0h detainer.issued",
            "0h detainer.issued escape_risk=no form_version=",
            "0h detainer.issued escape_risk=no | ?warrant.signed",
            "0h detainer.issued escape_risk=no | cut",
            "0h..23h59m warrant.signed | 0h..23h59m detainer.issued escape_risk=no",
        ),
    ),
    Rule(
        id="AUT-03",
        sentence="A detainer from a covered ICE office gets a prompt neutral review.",
        citations=(
            GONZALEZ_SETTLEMENT,
            court("Gonzalez v. ICE", "975 F.3d 788 (9th Cir. 2020)", unverified=True),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.BOOKING,
        on=sel("detainer.issued"),
        when=all_of(_COVERED, Not(one_of(THIS, "form_version", *NOTICE_ONLY_FORMS))),
        terms=(
            Term(
                any_of(
                    exists_before(sel("detainer.reviewed")),
                    within(_REVIEWED, hours(48, ours=True)),
                ),
                deadline=Later(at(THIS), hours(48, ours=True)),
                done=at(_REVIEWED),
            ),
        ),
        passes=(
            "0h detainer.issued office=PERC | 48h detainer.reviewed",
            "0h detainer.issued office=PERC form_version=I-247N",
            "0h detainer.issued office=PERC | 9h detainer.reviewed",
            "-1h detainer.reviewed | 0h detainer.issued office=PERC",
            "0h detainer.issued office=PERC form_version=I-247G",
            "0h detainer.issued office=Newark | 1h detainer.reviewed",
        ),
        fails=(
            '0h detainer.issued office="Los Angeles"',
            "0h detainer.issued office=PERC",
            "0h detainer.issued office=PERC | 48h1s detainer.reviewed",
            "-4541d detainer.issued office=PERC",
        ),
        unclear=(
            "0h detainer.issued",
            "0h detainer.issued office=Newark",
            "0h detainer.issued office=PERC | ~detainer.reviewed",
            "0h detainer.issued office=PERC | until 47h",
            "0h detainer.issued office=PERC form_version=",
            "0h..23h59m detainer.issued office=PERC | 60h detainer.reviewed",
        ),
    ),
    Rule(
        id="BAL-01",
        sentence="Bail that is tendered is not refused because of a detainer.",
        citations=(
            court("Roy v. County of Los Angeles", "C.D. Cal. 2018"),
            court("Miranda-Olivares v. Clackamas County", "D. Or. 2014"),
            court("Mendia v. Garcia", "9th Cir. 2014 (standing only)"),
            form("Form I-247N", "should not impact decisions about bail", unverified=True),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("bail.tendered"),
        terms=(
            Term(
                any_of(
                    all_of(_THIS_ONE_WAS_REFUSED, ne(Field(_REFUSED, "refused_for"), "detainer")),
                    all_of(
                        Not(_THIS_ONE_WAS_REFUSED),
                        any_of(
                            Exists(_DUE_AFTER), Unknown("custody.release_due after the bail was tendered")
                        ),
                    ),
                ),
            ),
        ),
        passes=(
            "0h bail.tendered | 1h bail.refused refused_for=other | 9d bail.tendered | 10d custody.release_due",
            "0h bail.tendered | 1h custody.release_due",
            "0h bail.tendered | 1h bail.refused refused_for=other",
            # The second tender was refused, and for another reason; the first one led to a release.
            "0h bail.tendered | 1h custody.release_due | 1h custody.released | 9d person.booked | "
            "10d bail.tendered | 10d bail.refused refused_for=other",
        ),
        fails=(
            "0h bail.tendered | 1h bail.refused refused_for=detainer",
            "0h bail.tendered | 0h bail.refused refused_for=detainer | 80d custody.release_due",
            "0h bail.tendered | 1h bail.refused refused_for=detainer | 9d bail.tendered | 9d custody.release_due",
            "0h..23h59m bail.tendered | 24h..47h59m bail.refused refused_for=detainer",
        ),
        unclear=(
            # Whether the first of two tenders led to anything.
            "0h bail.tendered | 9d bail.tendered | 9d bail.refused refused_for=other",
            "0h bail.tendered",
            "0h bail.tendered | 1h bail.refused refused_for=",
            "0h bail.tendered | 1h custody.release_due | ~bail.refused",
            "0h bail.tendered | 1h custody.release_due | ?bail.refused",
            "0h bail.tendered | ?bail.refused | ~custody.release_due",
            "0h..23h59m bail.tendered | 0h..23h59m bail.refused refused_for=detainer",
        ),
    ),
)
