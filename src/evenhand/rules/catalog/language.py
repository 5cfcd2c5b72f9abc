"""LAN: language and access."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import FACILITY, THIS, Exists, Field, Later, sel
from evenhand.rules.patterns import all_of, any_of, at, at_most, days, given, is_false, is_true
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import REHABILITATION_ACT, moa

_ATTESTED_UNTIL = Later(Field(FACILITY, "posters_attested_at"), days(92, ours=True))

RULES = (
    Rule(
        id="LAN-01",
        sentence="The need for an interpreter is asked and the answer recorded in each interview.",
        citations=(moa("IV.G (JEM)"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(all_of(is_true(THIS, "interpreter_asked"), given(THIS, "interpreter_needed"))),),
        passes=("0h interview.held",),
        fails=("0h interview.held interpreter_asked=no", "0h interview.held interpreter_needed="),
        unclear=(
            "0h interview.held interpreter_asked=",
            "0h interview.held | ~interview.held.interpreter_needed",
        ),
    ),
    Rule(
        id="LAN-02",
        sentence="Who needs an interpreter gets one, who is named in the record.",
        citations=(moa("IV.G"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held", "warrant.served"),
        terms=(Term(any_of(is_false(THIS, "interpreter_needed"), is_true(THIS, "interpreter_named"))),),
        passes=("0h interview.held interpreter_needed=yes interpreter_named=yes", "0h warrant.served"),
        fails=(
            "0h interview.held interpreter_needed=yes",
            "0h warrant.served interpreter_needed=yes interpreter_named=no",
        ),
        unclear=(
            "0h interview.held interpreter_needed=",
            "0h warrant.served | ~warrant.served.interpreter_needed",
        ),
    ),
    Rule(
        id="LAN-03",
        sentence="A person with a disability who needs an aid to communicate gets it.",
        citations=(REHABILITATION_ACT, moa("IV.I")),
        severity=Severity.VIOLATION,
        guard=True,
        basis=Basis.LAW,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(Term(any_of(is_false(THIS, "aid_needed"), is_true(THIS, "aid_given"))),),
        passes=("0h interview.held aid_needed=yes aid_given=yes", "0h interview.held"),
        fails=("0h interview.held aid_needed=yes aid_given=no",),
        unclear=("0h interview.held aid_needed=",),
    ),
    Rule(
        id="LAN-04",
        sentence="The complaint process is shown at the jail in English and Spanish, attested each quarter (within "
        "92 days), or else told to the person in a language understood.",
        citations=(moa("App. B"),),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        terms=(
            Term(
                any_of(
                    all_of(Exists(FACILITY), at_most(at(THIS), _ATTESTED_UNTIL)),
                    all_of(is_true(THIS, "advisal_given"), given(THIS, "language")),
                )
            ),
        ),
        passes=(
            "0h interview.held advisal_given=no | -92d poster.attested | -91d poster.attested languages=en",
            "0h interview.held advisal_given=no",
            "0h interview.held | -93d poster.attested",
        ),
        fails=(
            "0h interview.held advisal_given=no | -92d1s poster.attested",
            "0h interview.held advisal_given=no | -1d poster.attested languages=en",
            "0h interview.held advisal_given=no | -1d poster.attested languages=es",
            "0h interview.held advisal_given=no | 1s poster.attested",
            "0h interview.held advisal_given=no facility=jail-2",
            "0h interview.held language= | -93d poster.attested",
        ),
        unclear=(
            "0h interview.held advisal_given=no | ~poster.attested",
            "0h interview.held advisal_given=no | ~poster.attested.languages",
            "0h interview.held advisal_given=no facility=",
            "0h interview.held | -93d poster.attested | ~interview.held.advisal_given",
        ),
    ),
)
