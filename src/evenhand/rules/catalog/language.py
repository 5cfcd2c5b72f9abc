"""LAN: language and access."""

from datetime import datetime

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import (
    FACILITY,
    THIS,
    Compare,
    Condition,
    Exists,
    Field,
    Later,
    Lit,
    Not,
    Op,
    Value,
    sel,
)
from evenhand.rules.catalog.selections import ACTS, BY_LOCAL_OFFICER, at_every_act
from evenhand.rules.patterns import (
    FEDERAL,
    all_of,
    any_of,
    at,
    at_most,
    contains,
    days,
    eq,
    given,
    is_false,
    is_true,
    one_of,
)
from evenhand.rules.rule import Citation, Rule, Severity, Term, Use
from evenhand.rules.sources import REHABILITATION_ACT, moa
from evenhand.rules.standing import NEVER, POSTED_IN
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO, Template

_POSTERS = (*JEM, Template.W25)
"""The forms that ask for posters in English and Spanish."""
_WSO_2019 = "-9d agreement.took_effect model=WSO template=2019"
_WSO_2025 = "-9d agreement.took_effect model=WSO"
_UNREAD = "-9d agreement.took_effect template=2012"

_SPEAKS_TO = sel("interview.held", "warrant.served")
_USED: Condition = any_of(is_true(THIS, "interpreter_used"), is_true(THIS, "interpreter_named"))


def _interpretation(quote: str) -> Citation:
    """Section IV.G of all four forms."""
    return moa("IV.G", quote, J20="p. 4", J25="p. 4", W19="p. 4", W25="p. 4")


def _since(name: str) -> Value:
    return Field(FACILITY, name)


def _ever(name: str) -> Condition:
    never: datetime = NEVER
    return all_of(Exists(FACILITY), Compare(_since(name), Op.GT, Lit(never)))


def _renewed(name: str) -> Condition:
    return at_most(at(THIS), Later(_since(name), days(92, ours=True)))


RULES = (
    Rule(
        id="LAN-01",
        sentence="The record of an interview has the question and the answer about the need for an interpreter.",
        citations=(
            moa(
                "IV.G",
                "should always include questions and answers concerning the need for an interpreter",
                J20="p. 4",
                J25="p. 4",
            ),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=sel("interview.held"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                all_of(is_true(THIS, "interpreter_asked"), given(THIS, "interpreter_needed")), templates=JEM
            ),
        ),
        passes=(
            "0h interview.held",
            "0h interview.held interpreter_asked=no actor_role=federal_officer",
            "0h interview.held interpreter_asked=no actor_role=federal_supervisor",
            f"0h interview.held interpreter_asked=no | {_WSO_2025}",
            f"0h interview.held interpreter_asked=no | {_UNREAD}",
        ),
        fails=("0h interview.held interpreter_asked=no", "0h interview.held interpreter_needed="),
        unclear=(
            "0h interview.held interpreter_asked=",
            "0h interview.held interpreter_needed= | ~interview.held.interpreter_needed",
            "0h interview.held interpreter_asked=no actor_role=",
        ),
    ),
    Rule(
        id="LAN-02",
        sentence="A person who needs an interpreter gets one.",
        citations=(
            _interpretation("Qualified foreign language interpreters will be provided ... as needed"),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=_SPEAKS_TO,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(any_of(is_false(THIS, "interpreter_needed"), _USED), templates=ALL_TEMPLATES, promise=True),
        ),
        passes=(
            "0h interview.held interpreter_needed=yes interpreter_used=yes",
            "0h interview.held interpreter_needed=yes interpreter_used= interpreter_named=yes",
            "0h warrant.served",
            "0h warrant.served interpreter_needed=yes actor_role=federal_officer",
            "0h warrant.served interpreter_needed=yes actor_role=federal_supervisor",
            f"0h interview.held interpreter_needed=yes | {_UNREAD}",
        ),
        fails=(
            "0h interview.held interpreter_needed=yes",
            f"0h warrant.served interpreter_needed=yes | {_WSO_2019}",
        ),
        unclear=(
            "0h interview.held interpreter_needed=",
            "0h interview.held interpreter_needed=yes interpreter_used=",
            "0h warrant.served interpreter_needed= | ~warrant.served.interpreter_needed",
            "0h interview.held interpreter_needed=yes actor_role=",
        ),
    ),
    Rule(
        id="LAN-02N",
        sentence="WSO: the interpreter who is used is named on the warrant.",
        citations=(moa("IV.G", "the interpreter must be identified, by name", W19="p. 4", W25="p. 4"),),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=sel("warrant.served"),
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(is_false(THIS, "interpreter_used"), is_true(THIS, "interpreter_on_warrant")),
                templates=WSO,
            ),
        ),
        passes=(
            f"0h warrant.served | {_WSO_2019}",
            f"0h warrant.served interpreter_used=yes interpreter_on_warrant=yes | {_WSO_2025}",
            "0h warrant.served interpreter_used=yes interpreter_on_warrant=no",
            *(
                f"0h warrant.served interpreter_used=yes interpreter_on_warrant=no actor_role={role} | "
                f"{_WSO_2025}"
                for role in FEDERAL
            ),
        ),
        fails=(
            f"0h warrant.served interpreter_used=yes interpreter_on_warrant=no | {_WSO_2019}",
            f"0h warrant.served interpreter_used=yes interpreter_on_warrant=no | {_WSO_2025}",
        ),
        unclear=(
            f"0h warrant.served interpreter_used=yes | {_WSO_2025}",
            f"0h warrant.served interpreter_used= interpreter_on_warrant=no | {_WSO_2025}",
            f"0h warrant.served interpreter_used=yes interpreter_on_warrant=no actor_role= | {_WSO_2025}",
        ),
    ),
    Rule(
        id="LAN-03",
        sentence="A person with a disability who needs an aid to communicate gets it.",
        citations=(
            moa(
                "IV.I",
                "requires the LEA to provide effective communication to individuals with disabilities",
                J20="p. 5",
                J25="p. 5",
                W19="p. 5",
                W25="p. 5",
            ),
            REHABILITATION_ACT,
        ),
        severity=Severity.VIOLATION,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=_SPEAKS_TO,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(any_of(is_false(THIS, "aid_needed"), is_true(THIS, "aid_given")), templates=ALL_TEMPLATES),
        ),
        passes=(
            "0h interview.held aid_needed=yes aid_given=yes",
            "0h interview.held",
            f"0h warrant.served aid_needed=yes aid_given=yes | {_WSO_2025}",
            "0h interview.held aid_needed=yes actor_role=federal_officer",
            "0h interview.held aid_needed=yes actor_role=federal_supervisor",
            f"0h interview.held aid_needed=yes | {_UNREAD}",
        ),
        fails=(
            "0h interview.held aid_needed=yes aid_given=no",
            f"0h warrant.served aid_needed=yes aid_given=no | {_WSO_2019}",
        ),
        unclear=(
            "0h interview.held aid_needed=",
            "0h warrant.served aid_needed=yes aid_given=",
            "0h interview.held aid_needed=yes actor_role=",
        ),
    ),
    Rule(
        id="LAN-04",
        sentence="The complaint process is shown in the jail, and its posters are attested each quarter.",
        citations=(
            moa(
                "App. B",
                "Posters will be displayed in English and Spanish",
                J20="p. 10",
                J25="p. 10",
                W25="p. 9",
            ),
            moa("App. B", "shall be disseminated", W19="p. 9"),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(
            # English, and other languages as appropriate.
            Term(_ever("procedure_shown_at"), templates=(Template.W19,)),
            Term(_ever("posters_attested_at"), templates=_POSTERS, severity=Severity.WARNING, promise=True),
            Term(_renewed("procedure_shown_at"), templates=(Template.W19,), severity=Severity.WARNING),
            Term(_renewed("posters_attested_at"), templates=_POSTERS, severity=Severity.WARNING),
        ),
        passes=(
            "0h interview.held | -92d poster.attested | -91d poster.attested languages=en",
            "0h interview.held advisal_given=no",
            f"0h warrant.served | -92d poster.attested languages=en | {_WSO_2019}",
            "0h interview.held actor_role=federal_officer | 1s poster.attested",
            "0h interview.held actor_role=federal_supervisor | 1s poster.attested",
            f"0h interview.held | 1s poster.attested | {_UNREAD}",
            f"0h warrant.served | -1d poster.attested languages=en,es,pt | {_WSO_2025}",
        ),
        fails=(
            # An advisal is owed as well as the posters, not instead of them.
            "0h interview.held advisal_given=yes | -92d1s poster.attested",
            "0h interview.held | -1d poster.attested languages=en",
            "0h interview.held | -1d poster.attested languages=es",
            "0h interview.held | 1s poster.attested",
            "0h interview.held facility=jail-2",
            *at_every_act("1s poster.attested"),
            f"0h warrant.served | -1d poster.attested languages=en | {_WSO_2025}",
            f"0h warrant.served | -1d poster.attested languages=es | {_WSO_2019}",
            f"0h warrant.served facility=jail-2 | {_WSO_2019}",
            f"0h warrant.served | -92d1s poster.attested | {_WSO_2019}",
        ),
        unclear=(
            "0h interview.held | ~poster.attested",
            "0h interview.held | -1d poster.attested languages= | ~poster.attested.languages",
            "0h interview.held facility=",
            "0h interview.held actor_role= | 1s poster.attested",
            "0h interview.held | -1h..1h poster.attested",
        ),
    ),
    Rule(
        id="LAN-04T",
        sentence="A person who reads neither English nor Spanish has the complaint process read or translated.",
        citations=(
            moa("App. B", "will read and/or translate", J20="p. 10", J25="p. 10", W25="p. 9"),
            moa("App. B", "in English and other languages as appropriate", W19="p. 9"),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=_SPEAKS_TO,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    all_of(one_of(THIS, "language", *sorted(POSTED_IN)), Not(is_false(THIS, "can_read"))),
                    all_of(
                        is_true(THIS, "advisal_given"),
                        eq(Field(THIS, "advisal_language"), Field(THIS, "language")),
                    ),
                ),
                templates=_POSTERS,
                promise=True,
            ),
        ),
        passes=(
            "0h interview.held advisal_given=no",
            "0h interview.held language=en advisal_given=no",
            "0h interview.held language=pt advisal_language=pt",
            "0h interview.held can_read=no",
            "0h warrant.served language=pt advisal_given=no actor_role=federal_officer",
            "0h warrant.served language=pt advisal_given=no actor_role=federal_supervisor",
            f"0h warrant.served language=pt advisal_given=no | {_WSO_2019}",
            f"0h interview.held language=pt advisal_given=no | {_UNREAD}",
        ),
        fails=(
            "0h interview.held language=pt advisal_given=no",
            "0h interview.held language=pt advisal_language=es",
            "0h interview.held can_read=no advisal_given=no",
            "0h interview.held can_read=no advisal_language=en",
            f"0h warrant.served language=pt advisal_given=no | {_WSO_2025}",
        ),
        unclear=(
            "0h interview.held language= advisal_given=no",
            "0h interview.held can_read= advisal_given=no",
            "0h interview.held language=pt advisal_language=",
            "0h interview.held language=pt advisal_given=no actor_role=",
        ),
    ),
    Rule(
        id="LAN-05",
        sentence="The agency's list has a qualified interpreter for the language that is interpreted.",
        citations=(_interpretation("will maintain a list of qualified interpreters"),),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=_SPEAKS_TO,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    is_false(THIS, "interpreter_used"),
                    all_of(
                        Exists(FACILITY),
                        contains(FACILITY, "interpreter_languages", Field(THIS, "language")),
                    ),
                ),
                templates=ALL_TEMPLATES,
                promise=True,
            ),
        ),
        passes=(
            "0h interview.held",
            "0h interview.held interpreter_used=yes",
            "0h warrant.served interpreter_used=yes language=pt",
            "0h interview.held interpreter_used=yes language=fr actor_role=federal_officer",
            "0h interview.held interpreter_used=yes language=fr actor_role=federal_supervisor",
            f"0h interview.held interpreter_used=yes language=fr | {_UNREAD}",
        ),
        fails=(
            "0h interview.held interpreter_used=yes language=fr",
            "0h interview.held interpreter_used=yes | 1s interpreter.qualified",
            "0h interview.held interpreter_used=yes facility=jail-2",
            f"0h warrant.served interpreter_used=yes language=fr | {_WSO_2019}",
        ),
        unclear=(
            "0h interview.held interpreter_used=yes language=",
            "0h interview.held interpreter_used= language=fr",
            "0h interview.held interpreter_used=yes | ~interpreter.qualified",
            "0h interview.held interpreter_used=yes facility=",
            "0h interview.held interpreter_used=yes language=fr actor_role=",
        ),
    ),
    Rule(
        id="LAN-06",
        sentence="A person with limited English is offered an interpreter.",
        citations=(_interpretation("will provide an opportunity ... to request an interpreter"),),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=_SPEAKS_TO,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                any_of(
                    all_of(eq(Field(THIS, "language"), "en"), Not(is_true(THIS, "interpreter_needed"))),
                    is_true(THIS, "interpreter_offered"),
                ),
                templates=ALL_TEMPLATES,
                promise=True,
            ),
        ),
        passes=(
            "0h interview.held",
            "0h interview.held language=en interpreter_offered=no",
            "0h warrant.served interpreter_offered=no actor_role=federal_officer",
            "0h warrant.served interpreter_offered=no actor_role=federal_supervisor",
            f"0h interview.held interpreter_offered=no | {_UNREAD}",
        ),
        fails=(
            "0h interview.held interpreter_offered=no",
            "0h interview.held language=en interpreter_needed=yes interpreter_offered=no",
            f"0h warrant.served interpreter_offered=no | {_WSO_2019}",
        ),
        unclear=(
            "0h interview.held interpreter_offered=",
            "0h interview.held language= interpreter_offered=no",
            "0h interview.held interpreter_offered=no actor_role=",
        ),
    ),
)
