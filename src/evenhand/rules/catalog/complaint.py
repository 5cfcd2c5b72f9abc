"""CMP: complaints.

The duty toward ICE is the agency's: Appendix B asks it of the agency, whoever took the complaint. Only complaints
that the appendix names are judged: of a breach of the agreement, or of anything that may lead to discipline, a
criminal case or a lawsuit.
"""

from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import ComplaintScope
from evenhand.rules.algebra import (
    THIS,
    Clock,
    Condition,
    Exists,
    Field,
    First,
    Last,
    Later,
    Next,
    Not,
    Ref,
    Span,
    sel,
)
from evenhand.rules.patterns import (
    FEDERAL,
    absent,
    all_of,
    any_of,
    at,
    by_federal_officer,
    days,
    given,
    hours,
    is_true,
    ne,
    one_of,
    within,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import moa, practice
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO, Template

_RECEIVED = First(sel("complaint.received"))
_TOLD_ICE = First(sel("complaint.ice_notified"))
_TOLD_OPR = First(sel("complaint.opr_notified"))
_LAST_TOLD_OPR = Last(sel("complaint.opr_notified"))
_REPORTED = Next(sel("complaint.outcome_reported"))
_OUTCOME = First(sel("complaint.outcome_reported"))
_ACKNOWLEDGED, _ANSWERED = First(sel("complaint.acknowledged")), First(sel("complaint.answered"))
_RESOLVED = First(sel("complaint.resolved"))

_DESIGNATED, _UNDESIGNATED = "designated_officer", "undesignated"
_SERIOUS = tuple(str(s) for s in ComplaintScope if s is not ComplaintScope.OTHER)


def _to_be_reported(of: Ref) -> Condition:
    """A complaint that Appendix B names, unless the record states that state law forbids telling ICE."""
    barred = all_of(given(of, "state_law_bar"), is_true(of, "state_law_bar"))
    return all_of(one_of(of, "about", _DESIGNATED), one_of(of, "scope", *_SERIOUS), Not(barred))


def _told_by_agency(of: Ref) -> Condition:
    return all_of(Exists(of), Not(by_federal_officer(of)))


def _told_ice(span: Span, *templates: Template) -> Term:
    return Term(
        within(_TOLD_ICE, span), deadline=Later(at(THIS), span), done=at(_TOLD_ICE), templates=templates
    )


_THIRTY_DAYS, _NINETY_DAYS = days(30), days(90)
_FIVE_WORKING_DAYS = days(5, Clock.NO_WEEKENDS_OR_HOLIDAYS, ours=True)
_TO_ACKNOWLEDGE, _TO_ANSWER = days(7, ours=True), days(90, ours=True)

_W19 = "-9d agreement.took_effect model=WSO template=2019"
_W25 = "-9d agreement.took_effect model=WSO"
_J20 = "-9d agreement.took_effect template=2020"
_NOT_READ = "-9d agreement.took_effect template=2016"

RULES = (
    Rule(
        id="CMP-01",
        sentence="A complaint about a designated officer reaches ICE within 48 hours, weekends not counted.",
        citations=(
            moa(
                "App. B",
                "shall, to the extent allowed by State law, make timely notification to an ICE officer within "
                "48 hours ... excluding weekends",
                J20="p. 10",
                J25="p. 10",
                W19="p. 9",
                W25="p. 9",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received"),
        when=_to_be_reported(THIS),
        terms=(_told_ice(hours(48, Clock.NO_WEEKENDS), *ALL_TEMPLATES),),
        passes=(
            "0h complaint.received | 48h complaint.ice_notified",
            # Received on a Friday: the weekend is not counted. A holiday is (June 19).
            "4d4h complaint.received | 8d4h complaint.ice_notified",
            "15d12h complaint.received | 17d12h complaint.ice_notified",
            "0h..23h59m complaint.received | 24h..47h59m complaint.ice_notified",
            # Both on one day, in an order that nobody knows: in time either way.
            "0h..23h59m complaint.received | 0h..23h59m complaint.ice_notified",
            "0h complaint.received | -1h complaint.ice_notified",
            f"0h complaint.received | 48h complaint.ice_notified | {_W19}",
            "0h complaint.received about=process",
            "0h complaint.received about=undesignated",
            "0h complaint.received scope=other",
            "0h complaint.received scope= | 1h complaint.ice_notified",
            "0h complaint.received state_law_bar=yes",
            f"0h complaint.received | {_NOT_READ}",
            "0h complaint.received | -9d agreement.took_effect | -1d agreement.ended",
        ),
        fails=(
            "0h complaint.received | 48h1s complaint.ice_notified",
            "4d4h complaint.received | 8d4h1s complaint.ice_notified",
            "15d12h complaint.received | 17d12h1s complaint.ice_notified",
            "0h complaint.received",
            "0h complaint.received state_law_bar=",
            *(f"0h complaint.received scope={scope}" for scope in _SERIOUS),
            *(f"0h complaint.received | 48h1s complaint.ice_notified | {t}" for t in (_W19, _W25, _J20)),
        ),
        unclear=(
            "0h complaint.received | until 40h",
            "0h complaint.received | ~complaint.ice_notified",
            "0h complaint.received | ?complaint.ice_notified",
            "0h complaint.received | 60h complaint.ice_notified | ?complaint.ice_notified",
            "0h complaint.received scope=",
            "0h complaint.received | ~complaint.received.state_law_bar",
            "0h..23h59m complaint.received | 48h..71h59m complaint.ice_notified",
            "0h complaint.received | ~agreement.took_effect",
            "0h complaint.received | -9d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="CMP-02",
        sentence="A complaint about a person who is not designated and performed an immigration function is "
        "forwarded to ICE.",
        citations=(
            moa(
                "App. B",
                "must be forwarded to an ICE officer within 48 hours of the LEA receiving notice",
                J20="p. 10",
                J25="p. 10",
            ),
            moa("App. B", "must be forwarded to the ICE officer within 48 hours", W25="p. 9"),
            moa("App. B", "must be forwarded to the ICE officer", W19="p. 9"),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received", about=_UNDESIGNATED),
        terms=(
            _told_ice(hours(48), *JEM, Template.W25),
            Term(Exists(_TOLD_ICE), done=at(_TOLD_ICE), templates=(Template.W19,)),
        ),
        passes=(
            "0h complaint.received about=undesignated | 48h complaint.ice_notified",
            f"0h complaint.received about=undesignated | 48h complaint.ice_notified | {_W25}",
            f"0h complaint.received about=undesignated | 60d complaint.ice_notified | {_W19}",
            f"0h complaint.received about=undesignated | 60d complaint.ice_notified | ?complaint.ice_notified | {_W19}",
            f"0h complaint.received about=undesignated | {_NOT_READ}",
            "0h complaint.received about=process",
            "0h complaint.received",
        ),
        fails=(
            "0h complaint.received about=undesignated | 48h1s complaint.ice_notified",
            # From a Friday: no weekend is left out here.
            "4d4h complaint.received about=undesignated | 8d4h complaint.ice_notified",
            f"0h complaint.received about=undesignated | 48h1s complaint.ice_notified | {_W25}",
            "0h complaint.received about=undesignated",
            f"0h complaint.received about=undesignated | {_W19}",
        ),
        unclear=(
            "0h complaint.received about=undesignated | until 40h",
            "0h..23h59m complaint.received about=undesignated | 48h..71h59m complaint.ice_notified",
            f"0h complaint.received about=undesignated | ~complaint.ice_notified | {_W19}",
        ),
    ),
    Rule(
        id="CMP-03",
        sentence="The outcome of a complaint about a designated officer is reported to ICE.",
        citations=(
            moa(
                "App. B",
                "shall also be reported to an ICE officer, as soon as practicable, but no later than 30 days "
                "from the date of the resolution",
                J20="p. 10",
                J25="p. 10",
            ),
            moa(
                "App. B",
                "shall also be reported to an ICE officer, as established by ICE",
                W19="p. 9",
                W25="p. 9",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.resolved"),
        when=_to_be_reported(_RECEIVED),
        terms=(
            Term(
                within(_REPORTED, _THIRTY_DAYS),
                deadline=Later(at(THIS), _THIRTY_DAYS),
                done=at(_REPORTED),
                templates=JEM,
            ),
            Term(Exists(_REPORTED), done=at(_REPORTED), templates=WSO),
        ),
        passes=(
            "-9d complaint.received | 0h complaint.resolved | 30d complaint.outcome_reported",
            f"-8d complaint.received | 0h complaint.resolved | 90d complaint.outcome_reported | {_W25}",
            f"-8d complaint.received | 0h complaint.resolved | 90d complaint.outcome_reported | {_W19}",
            "-9d complaint.received about=undesignated | 0h complaint.resolved",
            "-9d complaint.received about=process | 0h complaint.resolved",
            "-9d complaint.received scope=other | 0h complaint.resolved",
            "-9d complaint.received state_law_bar=yes | 0h complaint.resolved",
            f"-8d complaint.received | 0h complaint.resolved | {_NOT_READ}",
        ),
        fails=(
            "-9d complaint.received | 0h complaint.resolved | 30d1s complaint.outcome_reported",
            "-9d complaint.received | 0h complaint.resolved",
            "-9d complaint.received state_law_bar= | 0h complaint.resolved",
            *(f"-9d complaint.received scope={scope} | 0h complaint.resolved" for scope in _SERIOUS),
            f"-8d complaint.received | 0h complaint.resolved | {_W25}",
            f"-8d complaint.received | 0h complaint.resolved | {_W19}",
            f"-8d complaint.received | 0h complaint.resolved | 30d1s complaint.outcome_reported | {_J20}",
        ),
        unclear=(
            "-9d complaint.received | 0h complaint.resolved | until 29d",
            "-9d complaint.received | 0h..23h59m complaint.resolved | 30d..30d23h59m complaint.outcome_reported",
            "-9d complaint.received scope= | 0h complaint.resolved",
            "-9d complaint.received | 0h complaint.resolved | ~agreement.took_effect",
            "0h complaint.resolved",
        ),
    ),
    Rule(
        id="CMP-04",
        sentence="ICE notifies its Office of Professional Responsibility of a complaint.",
        citations=(
            moa(
                "App. B",
                "It is the responsibility of the ICE officer to ensure notification is made",
                J20="p. 10",
                J25="p. 10",
                W19="p. 9",
                W25="p. 9",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.ice_notified"),
        when=one_of(_RECEIVED, "about", _DESIGNATED, _UNDESIGNATED),
        terms=(
            Term(
                within(_TOLD_OPR, _FIVE_WORKING_DAYS),
                deadline=Later(at(THIS), _FIVE_WORKING_DAYS),
                done=at(_TOLD_OPR),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            "-1d complaint.received | 0h complaint.ice_notified | 7d complaint.opr_notified",
            "14d complaint.received | 15d12h complaint.ice_notified | 23d12h complaint.opr_notified",
            "-1d complaint.received about=undesignated | 0h complaint.ice_notified | 7d complaint.opr_notified",
            "-1d complaint.received about=process | 0h complaint.ice_notified",
            f"-1d complaint.received | 0h complaint.ice_notified | {_NOT_READ}",
        ),
        fails=(
            "-1d complaint.received | 0h complaint.ice_notified | 7d1s complaint.opr_notified",
            "14d complaint.received | 15d12h complaint.ice_notified | 23d12h1s complaint.opr_notified",
            "-1d complaint.received | 0h complaint.ice_notified",
            "-1d complaint.received about=undesignated | 0h complaint.ice_notified",
        ),
        unclear=(
            "-1d complaint.received | 0h complaint.ice_notified | ~complaint.opr_notified",
            "-1d complaint.received | 0h complaint.ice_notified | until 6d",
            "0h complaint.ice_notified",
        ),
    ),
    Rule(
        id="CMP-05",
        sentence="The complainant gets an acknowledgement and an answer.",
        citations=(
            practice("Good practice"),
            moa(
                "App. B",
                "will coordinate ... to ensure notification as appropriate to ... the person filing the complaint",
                W19="p. 11",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received"),
        terms=(
            Term(
                within(_ACKNOWLEDGED, _TO_ACKNOWLEDGE),
                deadline=Later(at(THIS), _TO_ACKNOWLEDGE),
                done=at(_ACKNOWLEDGED),
            ),
            Term(within(_ANSWERED, _TO_ANSWER), deadline=Later(at(THIS), _TO_ANSWER), done=at(_ANSWERED)),
        ),
        passes=(
            "0h complaint.received | 7d complaint.acknowledged | 90d complaint.answered",
            "0h..23h59m complaint.received | 7d complaint.acknowledged | 90d complaint.answered",
        ),
        fails=(
            "0h complaint.received | 7d1s complaint.acknowledged | 9d complaint.answered",
            "0h complaint.received | 7d complaint.acknowledged | 90d1s complaint.answered",
            "0h complaint.received | 7d complaint.acknowledged",
            "0h complaint.received | 9d complaint.answered",
        ),
        unclear=(
            "0h complaint.received | 7d complaint.acknowledged | until 80d",
            "0h complaint.received | 1d complaint.answered | until 6d",
            "0h complaint.received | 7d..7d23h59m complaint.acknowledged | 9d complaint.answered",
        ),
    ),
    Rule(
        id="CMP-06",
        sentence="The officer named in a complaint does not close it.",
        citations=(practice("Separation of duties"),),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.resolved"),
        when=given(_RECEIVED, "officer"),
        terms=(Term(ne(Field(THIS, "actor"), Field(_RECEIVED, "officer"))),),
        passes=(
            "0h complaint.received | 9d complaint.resolved",
            "0h complaint.received officer= | 9d complaint.resolved actor=officer-1",
        ),
        fails=("0h complaint.received | 9d complaint.resolved actor=officer-1",),
        unclear=(
            "0h complaint.received | 9d complaint.resolved actor=",
            "9d complaint.resolved actor=officer-1",
            "0h complaint.received | 9d complaint.resolved actor=officer-1 | ~complaint.received.officer",
        ),
    ),
    Rule(
        id="CMP-07",
        sentence="A complaint is resolved within 90 days (warrant service officer agreement of 2019).",
        citations=(
            moa(
                "App. B",
                "It is expected that any complaint received will be resolved within 90 days of receipt",
                W19="p. 10",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received"),
        terms=(
            Term(
                within(_RESOLVED, _NINETY_DAYS),
                deadline=Later(at(THIS), _NINETY_DAYS),
                done=at(_RESOLVED),
                templates=(Template.W19,),
            ),
        ),
        passes=(
            f"0h complaint.received | 90d complaint.resolved | {_W19}",
            f"0h complaint.received about=process | 90d complaint.resolved | {_W19}",
            f"0h complaint.received | {_W25}",
            "0h complaint.received",
        ),
        fails=(
            f"0h complaint.received | 90d1s complaint.resolved | {_W19}",
            f"0h complaint.received | {_W19}",
        ),
        unclear=(
            f"0h complaint.received | until 80d | {_W19}",
            f"0h..23h59m complaint.received | 90d..90d23h59m complaint.resolved | {_W19}",
        ),
    ),
    Rule(
        id="CMP-08",
        sentence="The agency reports a complaint about a designated officer, and its outcome, to ICE's Office "
        "of Professional Responsibility (warrant service officer agreement of 2019).",
        citations=(
            moa(
                "App. B",
                "will be reported to ICE OPR via the JIC ... will inform ICE OPR of the disposition and "
                "resolution of any complaints",
                W19="p. 10",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.COMPLAINT,
        on=sel("complaint.received", about=_DESIGNATED),
        terms=(
            Term(
                any_of(_told_by_agency(_TOLD_OPR), _told_by_agency(_LAST_TOLD_OPR)),
                done=at(_LAST_TOLD_OPR),
                templates=(Template.W19,),
                promise=True,
            ),
            Term(
                any_of(absent(_RESOLVED), Exists(_OUTCOME)),
                done=at(_OUTCOME),
                templates=(Template.W19,),
                promise=True,
            ),
        ),
        passes=(
            f"0h complaint.received | 9d complaint.opr_notified | {_W19}",
            f"0h complaint.received | 1d complaint.opr_notified actor_role=federal_officer | "
            f"9d complaint.opr_notified | {_W19}",
            f"0h complaint.received | 1d complaint.opr_notified | "
            f"9d complaint.opr_notified actor_role=federal_officer | {_W19}",
            f"0h complaint.received | 9d complaint.opr_notified | 20d complaint.resolved | "
            f"60d complaint.outcome_reported | {_W19}",
            f"0h complaint.received about=undesignated | {_W19}",
            f"0h complaint.received | 9d complaint.opr_notified | 20d complaint.resolved | {_W25}",
            f"0h complaint.received | {_W25}",
            "0h complaint.received",
        ),
        fails=(
            f"0h complaint.received | {_W19}",
            *(f"0h complaint.received | 9d complaint.opr_notified actor_role={r} | {_W19}" for r in FEDERAL),
            f"0h complaint.received | 9d complaint.opr_notified | 20d complaint.resolved | {_W19}",
        ),
        unclear=(
            f"0h complaint.received | ~complaint.opr_notified | {_W19}",
            f"0h complaint.received | 9d complaint.opr_notified actor_role= | {_W19}",
            f"0h complaint.received | ?complaint.opr_notified | {_W19}",
        ),
    ),
)
