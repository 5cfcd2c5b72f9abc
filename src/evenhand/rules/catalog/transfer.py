"""TRF: transfer."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    THIS,
    Condition,
    Exists,
    Field,
    Given,
    Later,
    Next,
    Not,
    Ref,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import TO_ICE
from evenhand.rules.patterns import (
    END_OF_RECORD,
    absent,
    all_of,
    any_of,
    at,
    at_most,
    eq,
    given,
    hours,
    is_false,
    is_true,
    ne,
    of_stay,
    one_of,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import VIENNA_CONVENTION, moa, practice, regulation
from evenhand.rules.template import JEM

_ADVISED, _NOTIFIED = Next(sel("consulate.advised")), Next(sel("consulate.notified"))
_LEFT = of_stay("ended")
_SOON = hours(72, ours=True)


def _before_exit(of: Ref) -> Condition:
    """It happened before the person left; unknown while it has not and the person is still in jail."""
    return any_of(
        all_of(Exists(of), any_of(Not(Given(_LEFT)), at_most(at(of), _LEFT))),
        all_of(absent(of), Not(Given(_LEFT)), Unknown(END_OF_RECORD)),
    )


_FOREIGN = "0h person.booked foreign_national=yes"
_DRIVEN = "0h custody.departed transporter=officer-1 actor=officer-1 actor_role=designated_officer"

RULES = (
    Rule(
        id="TRF-01",
        sentence="A transfer to ICE has a receiving officer and a receipt.",
        citations=(practice("Good practice at transfers"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(Term(given(THIS, "receiving_officer", "receipt")),),
        passes=("0h custody.departed", "0h custody.departed destination=prison receipt="),
        fails=("0h custody.departed receipt=", "0h..9h custody.departed receiving_officer="),
        unclear=("0h custody.departed | ~custody.departed.receipt",),
    ),
    Rule(
        id="TRF-03",
        sentence="A foreign national is advised of consular rights, and the consulate is notified if that is mandatory.",
        citations=(VIENNA_CONVENTION, regulation("236.1(e)", unverified=True)),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=sel("person.booked", foreign_national=True),
        terms=(
            Term(
                all_of(
                    _before_exit(_ADVISED),
                    any_of(is_false(_ADVISED, "notification_owed"), _before_exit(_NOTIFIED)),
                ),
                deadline=_LEFT,
                done=at(_ADVISED),
            ),
            Term(
                any_of(
                    absent(_ADVISED),
                    all_of(Given(_LEFT), Not(at_most(at(_ADVISED), _LEFT))),
                    at_most(at(_ADVISED), Later(at(THIS), _SOON)),
                ),
                deadline=Later(at(THIS), _SOON),
                done=at(_ADVISED),
                severity=Severity.WARNING,
            ),
        ),
        passes=(
            f"{_FOREIGN} | 9h consulate.advised | 9h custody.released",
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | 9h consulate.notified | 9h custody.departed",
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | 9h consulate.notified",
            f"{_FOREIGN} | 1h consulate.advised | 9h custody.released",
            f"{_FOREIGN} | 72h consulate.advised",
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | 2h consulate.notified | "
            "9h custody.departed",
            "0h person.booked foreign_national=no | 9h custody.released",
            "0h person.booked | 9h custody.departed",
            f"{_FOREIGN} | 0h..23h59m consulate.advised | 24h custody.released",
        ),
        fails=(
            f"{_FOREIGN} | 80h consulate.advised | 80h custody.released",
            f"{_FOREIGN} | 9h custody.released",
            f"{_FOREIGN} | 9h custody.departed | 10h consulate.advised",
            f"{_FOREIGN} | 72h1s consulate.advised",
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | 9h custody.departed",
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | 9h custody.departed | "
            "10h consulate.notified",
            # The advice of another stay.
            f"{_FOREIGN} | 9h custody.released | 5d person.booked foreign_national=yes | 5d1h consulate.advised",
        ),
        unclear=(
            f"{_FOREIGN} | 1h consulate.advised notification_owed=yes | until 9h",
            f"{_FOREIGN} | until 9h",
            f"{_FOREIGN} | 1h consulate.advised notification_owed= | 9h custody.departed",
            f"{_FOREIGN} | 9h custody.released | ~consulate.advised",
            f"{_FOREIGN} | 9h custody.released | ?consulate.advised",
            f"{_FOREIGN} | 24h..47h59m custody.released | 24h..47h59m consulate.advised",
            "0h person.booked | 9h custody.released | ~person.booked.foreign_national",
        ),
    ),
    Rule(
        id="TRF-05",
        sentence="A designated officer transports a person only to a facility that ICE approved.",
        citations=(
            moa(
                "App. A",
                "are delegated only those authorities listed below ... to detain and transport ... to ICE-approved "
                "detention facilities",
                J20="p. 8-9",
                J25="p. 8-9",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        when=all_of(
            given(THIS, "transporter"),
            any_of(
                all_of(
                    eq(Field(THIS, "transporter"), Field(THIS, "actor")),
                    one_of(THIS, "actor_role", "designated_officer"),
                ),
                all_of(
                    ne(Field(THIS, "transporter"), Field(THIS, "actor")),
                    Unknown("whether the transporter is a designated officer"),
                ),
            ),
        ),
        terms=(Term(is_true(THIS, "facility_approved"), templates=JEM),),
        passes=(
            f"{_DRIVEN} facility_approved=no".replace("departed", "departed destination=prison"),
            _DRIVEN,
            f"{_DRIVEN} facility_approved=no | -400d agreement.took_effect model=WSO",
            "0h custody.departed facility_approved=no",
            "0h custody.departed transporter=federal-2 actor=federal-2 actor_role=federal_officer "
            "facility_approved=no",
            "0h custody.departed transporter=deputy-9",
        ),
        fails=(f"{_DRIVEN} facility_approved=no",),
        unclear=(
            "0h custody.departed transporter=deputy-9 actor=officer-1 actor_role=designated_officer facility_approved=no",
            f"{_DRIVEN} facility_approved=",
            "0h custody.departed transporter=deputy-9 facility_approved=no",
            "0h custody.departed facility_approved=no | ~custody.departed.transporter",
        ),
    ),
)
