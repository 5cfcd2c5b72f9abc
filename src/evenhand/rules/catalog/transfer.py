"""TRF: transfer to ICE."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Exists, Prev, sel
from evenhand.rules.catalog.selections import TO_ICE
from evenhand.rules.patterns import all_of, any_of, exists_before, given, is_false, is_true
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import form_i247a, moa, practice, regulation

_ADVISED = Prev(sel("consulate.advised"))

RULES = (
    Rule(
        id="TRF-01",
        sentence="A transfer to ICE has a receiving federal officer and a receipt.",
        citations=(moa("App. A"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(Term(given(THIS, "receiving_officer", "receipt")),),
        passes=("0h custody.departed", "0h custody.departed destination=prison receipt="),
        fails=("0h custody.departed receipt=", "0h custody.departed receiving_officer="),
        unclear=("0h custody.departed | ~custody.departed.receipt",),
    ),
    Rule(
        id="TRF-02",
        sentence="Property goes with the person transferred or is receipted.",
        citations=(practice("Local policy", unverified=True),),
        severity=Severity.NOTICE,
        basis=Basis.PRACTICE,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(Term(given(THIS, "property_receipt")),),
        passes=(
            "0h custody.departed",
            "0h custody.departed destination=prison property_receipt=",
        ),
        fails=("0h custody.departed property_receipt=",),
        unclear=("0h custody.departed | ~custody.departed.property_receipt",),
    ),
    Rule(
        id="TRF-03",
        sentence="Before a transfer to ICE the person is told of the right to speak with the consulate, and a "
        "consulate that must be told is notified.",
        citations=(regulation("236.1(e)"),),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(
            Term(
                all_of(
                    Exists(_ADVISED),
                    any_of(is_false(_ADVISED, "notification_owed"), exists_before(sel("consulate.notified"))),
                )
            ),
        ),
        passes=(
            "0h consulate.advised | 0h custody.departed",
            "-1h consulate.advised notification_owed=yes | 0h consulate.notified | 0h custody.departed",
            "0h custody.departed destination=prison",
        ),
        fails=(
            "1s consulate.advised | 0h custody.departed",
            "0h custody.departed",
            "-1h consulate.advised notification_owed=yes | 1s consulate.notified | 0h custody.departed",
        ),
        unclear=(
            "-1h consulate.advised notification_owed= | 0h custody.departed",
            "0h custody.departed | ~consulate.advised",
        ),
    ),
    Rule(
        id="TRF-04",
        sentence="The documents served are listed and copied to the person transferred.",
        citations=(regulation("287.3"), form_i247a()),
        basis=Basis.LAW,
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=TO_ICE,
        terms=(Term(all_of(given(THIS, "documents"), is_true(THIS, "copies_given"))),),
        passes=(
            "0h custody.departed",
            "0h custody.departed destination=prison documents=",
        ),
        fails=("0h custody.departed documents=", "0h custody.departed copies_given=no"),
        unclear=("0h custody.departed copies_given=", "0h custody.departed | ~custody.departed.documents"),
    ),
)
