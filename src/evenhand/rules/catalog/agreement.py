"""AGR: the agreement."""

from evenhand.record.events import SubjectKind
from evenhand.record.events.agreement import Delivery, EndGround, Milestone, NoticeKind
from evenhand.record.events.booking import ChargingForm
from evenhand.record.events.officer import Function
from evenhand.rules.algebra import (
    AGREEMENT,
    FACILITY,
    OFFICER,
    THIS,
    Clock,
    Compare,
    Condition,
    Exists,
    Field,
    First,
    Later,
    Lit,
    Next,
    Not,
    ObservedUntil,
    Op,
    Prev,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import ACTS, BY_LOCAL_OFFICER, at_every_act, by_federal_officers
from evenhand.rules.patterns import (
    END_OF_RECORD,
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by,
    contains,
    days,
    exists_before,
    given,
    implies,
    is_false,
    is_true,
    ne,
    one_of,
    within,
)
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import moa, statute
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO, Template

_J20_J25_W25, _W19 = (*JEM, Template.W25), (Template.W19,)
_EFFECT = First(sel("agreement.took_effect"))
"""The event that says of which template the agreement is, in its own history."""

_SUSPENDED = Prev(sel("agreement.suspended"))
_REINSTATED = Prev(sel("agreement.reinstated"))
_RUNNING: Condition = all_of(
    absent(Prev(sel("agreement.ended"))),
    any_of(absent(_SUSPENDED), all_of(Exists(_REINSTATED), at_least(at(_REINSTATED), at(_SUSPENDED)))),
)
"""The agreement is neither ended nor suspended, by its own history."""
_UNDER_SUSPENSION_BY_ICE: Condition = all_of(
    Exists(_SUSPENDED),
    any_of(absent(_REINSTATED), Compare(at(_REINSTATED), Op.LT, at(_SUSPENDED))),
    one_of(_SUSPENDED, "party", "ice"),
)

_AUTHORITY_ENDED: Condition = any_of(
    is_true(AGREEMENT, "ended"), all_of(one_of(AGREEMENT, "model", "JEM"), is_true(AGREEMENT, "suspended"))
)
"""What ends every authorization (all four templates, IV.D; a suspension under JEM alone): AGR-10 reports it."""

_BY_ICE: Condition = one_of(THIS, "party", "ice")
_NOT_BY_NOTICE: Condition = one_of(THIS, "ground", EndGround.MUTUAL, EndGround.SUPERSEDED)
_ANY_NOTICE = Prev(sel("agreement.notice_given"))
_KIND_NOT_STATED: Condition = all_of(
    Exists(_ANY_NOTICE), Not(given(_ANY_NOTICE, "kind")), Unknown("agreement.notice_given.kind")
)
"""The last notice may be the one that is asked for: what it was of is not stated."""
_TERMINATION = Prev(sel("agreement.notice_given", kind=NoticeKind.TERMINATION))
_SUSPENSION = Prev(sel("agreement.notice_given", kind=NoticeKind.SUSPENSION))
_NINETY_DAYS_BEFORE = Later(at(THIS), days(-90))


def _received_in_time(notice: Prev) -> Condition:
    """A notice was given, and received, 90 days before the act."""
    return all_of(
        Exists(notice),
        at_most(at(notice), _NINETY_DAYS_BEFORE),
        at_most(Field(notice, "received_at"), _NINETY_DAYS_BEFORE),
    )


_MEETING = Next(sel("meeting.held", kind="annual"), strictly=True)
_PAUSE = Next(sel("agreement.ended", "agreement.suspended"))
_FIRST_MEETING = First(sel("meeting.held", kind="annual"))
# Twelve months as the text says, and one of grace that is ours.
_YEAR = days(365 + 31, ours=True)
_PROCESS = Next(sel("agreement.suspended", "agreement.notice_given", "agreement.ended"))
_PROCESS_TIME = days(30, ours=True)
_OUTCOME = Next(
    sel("agreement.suspension_extended", "agreement.reinstated", "agreement.ended"), strictly=True
)
_RESPONSE = Prev(sel("agreement.response_invited"))
_REPORTED = Next(sel("conflict.reported"))
_PROMPTLY = days(3, Clock.NO_WEEKENDS_OR_HOLIDAYS, ours=True)

_NOT_DELEGATED_BY_WSO = tuple(f for f in Function if f is not Function.SERVE_WARRANTS)
"""The warrant service officer model delegates the service of warrants alone (W19 and W25, App. A)."""


def _in_letter(function: Function) -> Condition:
    return contains(OFFICER, "functions", Lit(str(function)))


def _if_act(event_type: str, then: Condition) -> Condition:
    return implies(one_of(THIS, "type", event_type), then)


_I_213: Condition = one_of(THIS, "form", ChargingForm.I_213)
_LETTER_COVERS: Condition = all_of(
    _if_act("interview.held", _in_letter(Function.INTERVIEW)),
    _if_act("determination.made", _in_letter(Function.PROCESS)),
    _if_act("warrant.served", _in_letter(Function.SERVE_WARRANTS)),
    _if_act("detainer.issued", _in_letter(Function.ISSUE_DETAINERS)),
    # Form I-213 stands in one bullet with detainers (J20 and J25, p. 9).
    _if_act(
        "charging_document.prepared",
        all_of(
            any_of(_in_letter(Function.ISSUE_DETAINERS), _in_letter(Function.CHARGING_DOCUMENTS)),
            implies(_I_213, _in_letter(Function.ISSUE_DETAINERS)),
            any_of(_I_213, _in_letter(Function.CHARGING_DOCUMENTS)),
        ),
    ),
)

_W25, _W19_EFFECT = "model=WSO template=2025", "model=WSO template=2019"
_UNREAD = "-900d agreement.took_effect template=2009"
_START = "-9d officer.certified | -8d officer.authorized"

RULES = (
    Rule(
        id="AGR-01",
        sentence="A designated officer performs an immigration function only while a written agreement of the "
        "agency is in force.",
        citations=(
            statute(
                "1357(g)(1)", "may enter into a written agreement with a State, or any political subdivision"
            ),
            moa(
                "II",
                "shall occur only as provided in this MOA",
                J20="p. 1",
                J25="p. 1",
                W19="p. 1",
                W25="p. 1",
            ),
            moa(
                "VIII",
                "effective upon signature of both parties and will remain in effect until",
                J20="p. 6",
                J25="p. 6",
                W19="p. 6",
                W25="p. 6",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        # An agreement that ended or, under JEM, was suspended: that is AGR-10's finding.
        when=all_of(
            BY_LOCAL_OFFICER,
            any_of(absent(AGREEMENT), Not(all_of(is_true(AGREEMENT, "template_read"), _AUTHORITY_ENDED))),
        ),
        terms=(Term(all_of(Exists(AGREEMENT), is_true(AGREEMENT, "in_force"))),),
        passes=(
            "0h interview.held",
            "0h interview.held | 0h agreement.took_effect",
            "0h..23h59m interview.held | -9d agreement.took_effect | 1d agreement.ended",
            *by_federal_officers("1s agreement.took_effect"),
            # AGR-10 reports these.
            "0h interview.held | -9d agreement.took_effect | -1d agreement.suspended",
            f"0h warrant.served | -9d agreement.took_effect {_W25} | 0h agreement.ended",
            # What needs no agreement: asking about somebody, the service of a detainer, custody.
            "0h record_check.done | 1s agreement.took_effect",
            "0h detainer.served | 0h custody.departed | 1s agreement.took_effect",
            # Of two agreements, one is in force.
            f"0h warrant.served | -9d agreement.took_effect {_W25} subject=agreement-2 | "
            "-8d agreement.took_effect | -1d agreement.suspended",
            "0h interview.held | -9d agreement.took_effect | -5d agreement.suspended | 0h agreement.reinstated",
        ),
        fails=(
            "0h interview.held | 1s agreement.took_effect",
            "0h..23h59m interview.held | 1d agreement.took_effect",
            # Under WSO a suspension ends no authorization, but the agreement is not in force.
            f"0h warrant.served | -9d agreement.took_effect {_W25} | 0h agreement.suspended",
            f"0h warrant.served | -9d agreement.took_effect {_W19_EFFECT} | 0h agreement.suspended",
            # AGR-10 is not asked under a template that was not read, or that is not stated.
            f"0h detainer.issued | {_UNREAD} | -1d agreement.suspended",
            f"0h detainer.issued | {_UNREAD} | 0h agreement.ended",
            "0h detainer.issued | -9d agreement.took_effect template= | 0h agreement.ended",
            *at_every_act("1s agreement.took_effect"),
        ),
        unclear=(
            "0h interview.held | ~agreement.took_effect",
            "0h interview.held | ~agreement.suspended",
            "0h interview.held | ~agreement.ended",
            "0h interview.held | 0h..23h59m agreement.took_effect",
            "0h..23h59m interview.held | 9h agreement.took_effect",
            f"0h..23h59m warrant.served | -9d agreement.took_effect {_W25} | 9h agreement.suspended",
            "0h interview.held actor_role= | 1s agreement.took_effect",
            "0h interview.held | ~interview.held.actor_role | 1s agreement.took_effect",
        ),
    ),
    Rule(
        id="AGR-02",
        sentence="An agreement takes effect only after both parties sign.",
        citations=(
            moa(
                "VIII",
                "effective upon signature of both parties",
                J20="p. 6",
                J25="p. 6",
                W19="p. 6",
                W25="p. 6",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.took_effect"),
        terms=(
            Term(
                all_of(
                    exists_before(sel("agreement.signed", party="agency")),
                    exists_before(sel("agreement.signed", party="ice")),
                ),
                templates=ALL_TEMPLATES,
                effect=THIS,
            ),
        ),
        passes=(
            "-2d agreement.signed | 0h agreement.signed party=ice | 0h agreement.took_effect",
            "-2d agreement.signed | -1d..-1h agreement.signed party=ice | 0h..9h agreement.took_effect",
            f"-2d agreement.signed | 0h agreement.signed party=ice | 0h agreement.took_effect {_W19_EFFECT}",
            "0h agreement.took_effect template=2009",
        ),
        fails=(
            "-2d agreement.signed | 1s agreement.signed party=ice | 0h agreement.took_effect",
            "1s agreement.signed | 0h agreement.signed party=ice | 0h agreement.took_effect",
            "-2d agreement.signed | 10h..20h agreement.signed party=ice | 0h..9h agreement.took_effect",
            "0h agreement.took_effect",
            f"0h agreement.took_effect {_W25}",
        ),
        unclear=(
            "0h agreement.took_effect | ~agreement.signed",
            "-2d agreement.signed | 0h agreement.took_effect | ?agreement.signed",
            "-2d agreement.signed | 0h..23h59m agreement.signed party=ice | 0h..23h59m agreement.took_effect",
            "0h agreement.took_effect template=",
        ),
    ),
    Rule(
        id="AGR-03",
        sentence="An officer performs only functions that the model and the officer's own letter delegate.",
        citations=(
            statute(
                "1357(g)(1), (5)",
                "the specific powers and duties that may be, or are required to be, exercised",
            ),
            moa(
                "App. A",
                "are delegated only those authorities listed below",
                J20="p. 8-9",
                J25="p. 8-9",
            ),
            moa("App. A", "are only delegated the two authorities listed below", W19="p. 8", W25="p. 8"),
            moa("IV.D", "specified functions", J20="p. 2", J25="p. 2", W19="p. 2", W25="p. 2"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(
            # The jail enforcement model (J20 and J25, App. A) delegates every act of this rule.
            Term(one_of(THIS, "type", "warrant.served"), templates=WSO),
            # Without a letter in force there is nothing to compare: OFF-05, OFF-09.
            Term(
                any_of(absent(OFFICER), is_false(OFFICER, "authorized"), _LETTER_COVERS),
            ),
        ),
        passes=(
            "0h interview.held",
            "0h determination.made | 1h detainer.issued",
            "0h warrant.served",
            "0h charging_document.prepared | 1h charging_document.prepared form=I-213",
            f"0h warrant.served | -9d agreement.took_effect {_W25} | {_START} functions=serve_warrants",
            f"0h interview.held actor=clerk-1 | {_UNREAD}",
            f"0h interview.held | {_START} functions=interview,serve_warrants",
            f"0h charging_document.prepared form=I-213 | {_START} functions=issue_detainers",
            f"0h charging_document.prepared form= | {_START} functions=issue_detainers,charging_documents",
            f"0h charging_document.prepared | {_START} functions=charging_documents",
            # A newer letter, and one whose days are over: no letter in force.
            f"0h interview.held | {_START} functions=serve_warrants | -1d officer.authorized",
            "0h interview.held | -8d officer.authorized functions=serve_warrants valid_until=8d",
            *by_federal_officers(f"-9d agreement.took_effect {_W25}"),
            f"0h interview.held | 9d agreement.took_effect {_W25}",
            f"0h interview.held | {_UNREAD}",
        ),
        fails=(
            f"0h interview.held | -9d agreement.took_effect {_W25}",
            f"0h detainer.issued | -9d agreement.took_effect {_W19_EFFECT}",
            f"0h charging_document.prepared form=I-213 | -9d agreement.took_effect {_W25}",
            f"0h interview.held actor=clerk-1 | -9d agreement.took_effect {_W25}",
            # The letter, under any template.
            f"0h interview.held | {_START} functions=serve_warrants",
            f"0h determination.made | {_START} functions=interview | {_UNREAD}",
            f"0h detainer.issued | {_START} functions=charging_documents",
            f"0h warrant.served | {_START} functions=interview",
            f"0h charging_document.prepared | {_START} functions=issue_detainers",
            f"0h charging_document.prepared form=I-213 | {_START} functions=charging_documents",
            f"0h charging_document.prepared form= | {_START} functions=interview",
            *at_every_act(f"{_START} functions=oaths_and_evidence"),
        ),
        unclear=(
            f"0h interview.held | {_START} functions=",
            "0h interview.held | ~officer.authorized.functions | -8d officer.authorized functions=",
            f"0h charging_document.prepared form= | {_START} functions=issue_detainers",
            "0h interview.held | -9d agreement.took_effect model=WSO template=",
            f"0h..23h59m interview.held | 9h agreement.took_effect {_W25}",
            f"0h..23h59m interview.held | {_START} functions=serve_warrants | 9h officer.authorized",
            f"0h interview.held actor= | -9d agreement.took_effect {_W25} | 1d agreement.ended | "
            "~interview.held.actor_role",
        ),
    ),
    Rule(
        id="AGR-04",
        sentence="The authorization letter names the functions that the officer may perform.",
        citations=(
            moa(
                "IV.D",
                "will provide ... a signed authorization letter allowing the named LEA personnel to perform "
                "specified functions",
                J20="p. 2",
                J25="p. 2",
                W19="p. 2",
                W25="p. 2",
            ),
            statute(
                "1357(g)(5)", "the specific powers and duties ... shall be set forth in a written agreement"
            ),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(given(THIS, "functions"), templates=JEM, promise=True),
            Term(
                all_of(
                    given(THIS, "functions"),
                    *(Not(contains(THIS, "functions", Lit(str(f)))) for f in _NOT_DELEGATED_BY_WSO),
                ),
                templates=WSO,
                promise=True,
            ),
        ),
        passes=(
            "0h officer.authorized",
            "0h officer.authorized valid_from= supervising_position= until_revoked=",
            f"0h officer.authorized functions=serve_warrants | -9d agreement.took_effect {_W25}",
            f"0h officer.authorized functions= | {_UNREAD}",
            "0h officer.authorized functions= | -9d agreement.took_effect | -1d agreement.ended",
        ),
        fails=(
            "0h officer.authorized functions=",
            f"0h officer.authorized functions= | -9d agreement.took_effect {_W19_EFFECT}",
            *(
                f"0h officer.authorized functions=serve_warrants,{f} | -9d agreement.took_effect {_W25}"
                for f in _NOT_DELEGATED_BY_WSO
            ),
        ),
        unclear=(
            "0h officer.authorized | ~officer.authorized.functions",
            "0h officer.authorized functions= | -9d agreement.took_effect template=",
            "0h officer.authorized functions= | 0h..23h59m agreement.took_effect",
        ),
    ),
    Rule(
        id="AGR-04P",
        sentence="The agreement or the officer's letter states how long the authority lasts and which federal "
        "position supervises the officer.",
        citations=(
            statute(
                "1357(g)(5)",
                "the duration of the authority of the individual, and the position ... required to supervise and "
                "direct the individual, shall be set forth in a written agreement",
            ),
            moa(
                "IV.D",
                "will remain valid until the LEA personnel is revoked",
                J20="p. 3",
                J25="p. 3",
            ),
            moa("IV.D", "may be withdrawn at any time", W19="p. 2", W25="p. 3"),
        ),
        severity=Severity.WARNING,
        use=Use.AUDIT,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        when=Exists(AGREEMENT),
        terms=(
            # The four texts set the period and name no supervising position; others may name both.
            Term(
                all_of(
                    any_of(
                        is_true(AGREEMENT, "template_read"),
                        given(THIS, "valid_until"),
                        is_true(THIS, "until_revoked"),
                        Unknown("the period that the agreement sets"),
                    ),
                    any_of(
                        given(THIS, "supervising_position"),
                        all_of(
                            is_false(AGREEMENT, "template_read"),
                            Unknown("the supervising position that the agreement names"),
                        ),
                    ),
                )
            ),
        ),
        passes=(
            "0h officer.authorized",
            "0h officer.authorized until_revoked= valid_from=",
            f"0h officer.authorized until_revoked= | -9d agreement.took_effect {_W19_EFFECT}",
            f"0h officer.authorized until_revoked=no valid_until=365d | {_UNREAD}",
            f"0h officer.authorized | {_UNREAD}",
            "0h officer.authorized supervising_position= | 9d agreement.took_effect",
        ),
        fails=(
            "0h officer.authorized supervising_position=",
            f"0h officer.authorized supervising_position= | -9d agreement.took_effect {_W25}",
        ),
        unclear=(
            "0h officer.authorized | ~officer.authorized.supervising_position",
            f"0h officer.authorized supervising_position= | {_UNREAD}",
            f"0h officer.authorized until_revoked=no | {_UNREAD}",
        ),
    ),
    Rule(
        id="AGR-05",
        sentence="A change to the agreement is in writing and accepted by both parties before it applies.",
        citations=(
            moa(
                "VI",
                "must be proposed in writing and approved and signed by both parties",
                J20="p. 6",
                J25="p. 6",
                W19="p. 6",
                W25="p. 6",
            ),
            moa("App. A", "modified only in writing and by mutual acceptance", W19="p. 8", W25="p. 8"),
            moa("App. B (exception)", "may be supplemented or modified by ICE unilaterally", W19="p. 11"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.amended"),
        terms=tuple(
            Term(
                any_of(
                    *exceptions,
                    all_of(
                        given(THIS, "agency_signed_at", "ice_signed_at"),
                        at_most(Field(THIS, "agency_signed_at"), at(THIS)),
                        at_most(Field(THIS, "ice_signed_at"), at(THIS)),
                    ),
                ),
                templates=templates,
                effect=_EFFECT,
            )
            for templates, exceptions in (
                (_J20_J25_W25, ()),
                (_W19, (one_of(THIS, "part", "appendix_b"),)),
            )
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.amended agency_signed_at=0 ice_signed_at=0",
            "-9d agreement.took_effect | 0h..9h agreement.amended",
            "-9d agreement.took_effect | 0h agreement.amended part=appendix_b",
            f"-9d agreement.took_effect {_W25} | 0h agreement.amended part=appendix_a",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended part=appendix_b agency_signed_at=",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended part= agency_signed_at=0 ice_signed_at=0",
            "-9d agreement.took_effect template=2009 | 0h agreement.amended ice_signed_at=",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.amended agency_signed_at=1s",
            "-9d agreement.took_effect | 0h agreement.amended ice_signed_at=1s",
            "-9d agreement.took_effect | 0h agreement.amended ice_signed_at=",
            "-9d agreement.took_effect | 0h agreement.amended agency_signed_at= part=",
            "-9d agreement.took_effect | 0h..9h agreement.amended ice_signed_at=10h",
            f"-9d agreement.took_effect {_W25} | 0h agreement.amended part=appendix_b agency_signed_at=",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended part=appendix_a agency_signed_at=",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended ice_signed_at=1s",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended agency_signed_at=1s",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended ice_signed_at=",
        ),
        unclear=(
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.amended part= agency_signed_at=",
            "-9d agreement.took_effect | 0h..9h agreement.amended ice_signed_at=1h",
            "-9d agreement.took_effect | 0h agreement.amended | ~agreement.amended.ice_signed_at",
            "-9d agreement.took_effect template= | 0h agreement.amended ice_signed_at=",
        ),
    ),
    Rule(
        id="AGR-06",
        sentence="ICE and the agency try to meet at least once a year (one month of grace).",
        citations=(
            moa(
                "V.B",
                "shall make every effort to meet at least annually",
                J20="p. 5",
                J25="p. 5",
                W19="p. 5",
                W25="p. 5",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.took_effect", "agreement.reinstated", "meeting.held"),
        when=any_of(Not(one_of(THIS, "type", "meeting.held")), _RUNNING),
        terms=(
            Term(
                any_of(within(_MEETING, _YEAR), within(_PAUSE, _YEAR)),
                deadline=Later(at(THIS), _YEAR),
                done=at(_MEETING),
                templates=ALL_TEMPLATES,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "0h agreement.took_effect | 396d meeting.held | 700d agreement.ended",
            "0h agreement.took_effect | 396d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 300d meeting.held | 600d agreement.ended",
            "0h agreement.took_effect | 395d..395d23h meeting.held | 700d agreement.ended",
            # While it is suspended nobody has to meet.
            "0h agreement.took_effect | 300d agreement.suspended | 900d agreement.reinstated | "
            "1200d meeting.held | 1300d agreement.ended",
            "0h agreement.took_effect | 300d agreement.suspended | 400d meeting.held | 1300d agreement.ended",
            "0h agreement.took_effect | 100d agreement.suspended | 110d agreement.reinstated | "
            "200d agreement.suspended | 210d meeting.held | 1300d agreement.ended",
            "0h agreement.took_effect | 300d agreement.ended | 320d meeting.held",
            "0h agreement.took_effect template=2009",
        ),
        fails=(
            "0h agreement.took_effect | 396d1s meeting.held | 700d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 300d meeting.held | 900d agreement.ended",
            "0h agreement.took_effect | 396d1s agreement.ended",
            "0h agreement.took_effect | 300d meeting.held kind=steering | 500d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 900d agreement.ended",
            f"0h agreement.took_effect {_W19_EFFECT} | 397d..397d23h meeting.held | 700d agreement.ended",
            "0h agreement.took_effect | 300d agreement.suspended | 310d agreement.reinstated | 900d agreement.ended",
            "0h agreement.took_effect | 300d agreement.suspended | 310d agreement.reinstated | 320d meeting.held | "
            "900d agreement.ended",
            "0h agreement.took_effect | 300d agreement.suspended | 300d agreement.reinstated | 320d meeting.held | "
            "900d agreement.ended",
            "0h agreement.took_effect",
        ),
        unclear=(
            "0h agreement.took_effect | until 300d",
            "0h agreement.took_effect | 700d agreement.ended | ~meeting.held",
            "0h agreement.took_effect | 700d agreement.ended | ?meeting.held",
            "0h agreement.took_effect | 395d..397d meeting.held | 700d agreement.ended",
            "0h agreement.took_effect template=",
        ),
    ),
    Rule(
        id="AGR-06F",
        sentence="The first review meeting is held within about 12 months (one month of grace).",
        citations=(
            moa(
                "V.B",
                "should be held within approximately 12 months of the MOA's operational date",
                J20="p. 5-6",
                J25="p. 5",
                W25="p. 5-6",
            ),
            moa(
                "V.B",
                "should be held approximately nine to 12 months after certification of the initial class",
                W19="p. 5",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.became_operational"),
        terms=tuple(
            Term(
                any_of(
                    ne(Field(THIS, "milestone"), str(milestone)),
                    by(_FIRST_MEETING, Later(at(THIS), _YEAR)),
                    within(_PAUSE, _YEAR),
                ),
                deadline=Later(at(THIS), _YEAR),
                done=at(_FIRST_MEETING),
                templates=templates,
                effect=_EFFECT,
            )
            for templates, milestone in (
                # Our reading of the operational date: the first authorization of an officer.
                (_J20_J25_W25, Milestone.FIRST_AUTHORIZATION),
                (_W19, Milestone.INITIAL_CLASS_CERTIFIED),
            )
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.became_operational | 396d meeting.held",
            "-9d agreement.took_effect | -1d meeting.held | 0h agreement.became_operational",
            "-9d agreement.took_effect | 0h..23h agreement.became_operational | 396d meeting.held",
            "-9d agreement.took_effect | 0h agreement.became_operational | 390d agreement.ended",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.became_operational",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | 300d meeting.held",
            "-9d agreement.took_effect | 0h agreement.became_operational milestone=initial_class_certified",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | 396d meeting.held",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | 396d agreement.suspended",
            "-9d agreement.took_effect | 0h agreement.became_operational | 396d agreement.suspended",
            "-9d agreement.took_effect template=2016 | 0h agreement.became_operational",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.became_operational | 396d1s meeting.held",
            "-9d agreement.took_effect | 0h agreement.became_operational | 9d meeting.held kind=steering",
            f"-9d agreement.took_effect {_W25} | 0h agreement.became_operational",
            "-9d agreement.took_effect | 0h agreement.became_operational | 396d1s agreement.ended",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | 396d1s agreement.suspended",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | 397d meeting.held",
        ),
        unclear=(
            "-9d agreement.took_effect | 0h agreement.became_operational | until 300d",
            f"-9d agreement.took_effect {_W19_EFFECT} | "
            "0h agreement.became_operational milestone=initial_class_certified | until 300d",
            "-9d agreement.took_effect | 0h..23h agreement.became_operational | 396d1s meeting.held",
            "-9d agreement.took_effect | 0h agreement.became_operational | ~meeting.held",
        ),
    ),
    Rule(
        id="AGR-08",
        sentence="ICE's notice of suspension states the reason, the length and how to answer.",
        citations=(
            moa(
                "VIII",
                "the notice will include, at a minimum, (1) an overview of the reason(s) ... (2) the length of the "
                "temporary suspension, and (3) how the LEA can provide ICE with",
                J20="p. 7",
                J25="p. 6-7",
            ),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.suspended"),
        when=_BY_ICE,
        terms=(
            Term(
                all_of(
                    given(THIS, "notice_reason", "how_to_answer"),
                    any_of(given(THIS, "length_days"), given(THIS, "ends_at")),
                ),
                templates=JEM,
                promise=True,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.suspended",
            "-9d agreement.took_effect template=2020 | 0h..23h59m agreement.suspended length_days=",
            "-9d agreement.took_effect | 0h agreement.suspended ends_at=",
            "-9d agreement.took_effect | 0h agreement.suspended party=agency notice_reason=",
            f"-9d agreement.took_effect {_W25} | 0h agreement.suspended notice_reason=",
            "-9d agreement.took_effect template=2016 | 0h agreement.suspended notice_reason=",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.suspended notice_reason=",
            "-9d agreement.took_effect | 0h agreement.suspended length_days= ends_at=",
            "-9d agreement.took_effect | 0h agreement.suspended how_to_answer=",
            "-9d agreement.took_effect template=2020 | 0h..23h59m agreement.suspended how_to_answer=",
        ),
        unclear=(
            "-9d agreement.took_effect | 0h agreement.suspended party= notice_reason=",
            "-9d agreement.took_effect | 0h agreement.suspended | ~agreement.suspended.notice_reason",
            "0h agreement.suspended notice_reason= | ~agreement.took_effect",
        ),
    ),
    Rule(
        id="AGR-09",
        sentence="A termination or suspension of a warrant service officer agreement takes effect 90 days after "
        "the other side receives written notice.",
        citations=(
            moa(
                "VIII",
                "shall take effect 90-days after receipt of such notice, unless exigent circumstances involving "
                "public safety dictate otherwise",
                W19="p. 6",
                W25="p. 6",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.ended", "agreement.suspended"),
        terms=(
            Term(
                any_of(
                    one_of(THIS, "ground", EndGround.PUBLIC_SAFETY, EndGround.MUTUAL, EndGround.SUPERSEDED),
                    all_of(one_of(THIS, "type", "agreement.ended"), _received_in_time(_TERMINATION)),
                    all_of(one_of(THIS, "type", "agreement.suspended"), _received_in_time(_SUSPENSION)),
                    _KIND_NOT_STATED,
                ),
                templates=WSO,
                effect=_EFFECT,
            ),
        ),
        passes=(
            f"-900d agreement.took_effect {_W25} | -90d agreement.notice_given | 0h agreement.ended",
            f"-900d agreement.took_effect {_W19_EFFECT} | -95d agreement.notice_given party=agency received_at=5d | "
            "0h agreement.ended party=agency",
            f"-900d agreement.took_effect {_W25} | -90d agreement.notice_given kind=suspension | "
            "0h agreement.suspended",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended party=agency ground=public_safety",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended ground=mutual",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended ground=superseded",
            f"-900d agreement.took_effect {_W25} | 0h agreement.suspended ground=public_safety",
            f"-900d agreement.took_effect {_W25} | -91d..-90d agreement.notice_given | 1h..9h agreement.ended",
            "-900d agreement.took_effect | 0h agreement.ended",
        ),
        fails=(
            f"-900d agreement.took_effect {_W25} | -89d23h59m59s agreement.notice_given | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | -90d agreement.notice_given received_at=1s | 0h agreement.ended",
            f"-900d agreement.took_effect {_W19_EFFECT} | -89d agreement.notice_given received_at= | "
            "0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended party=agency",
            f"-900d agreement.took_effect {_W25} | 0h agreement.suspended",
            f"-900d agreement.took_effect {_W25} | -90d agreement.notice_given kind=suspension received_at=1s | "
            "0h agreement.suspended",
            f"-900d agreement.took_effect {_W25} | -89d agreement.notice_given kind=suspension received_at= | "
            "0h agreement.suspended",
            # The notice was of the other step.
            f"-900d agreement.took_effect {_W25} | -99d agreement.notice_given kind=suspension | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | -99d agreement.notice_given | 0h agreement.suspended",
        ),
        unclear=(
            f"-900d agreement.took_effect {_W25} | -99d agreement.notice_given received_at= | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | -99d agreement.notice_given kind= | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended ground=",
            f"-900d agreement.took_effect {_W25} | 0h agreement.suspended ground=",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended | ~agreement.notice_given",
            f"-900d agreement.took_effect {_W25} | -90d agreement.notice_given | -1h..1h agreement.ended",
        ),
    ),
    Rule(
        id="AGR-09J",
        sentence="ICE publishes its decision to terminate a jail enforcement agreement 90 days before, and gives "
        "90 days of notice when it moves from suspension to termination.",
        citations=(
            moa(
                "VIII",
                "If ICE decides to move from suspension to termination, ICE will provide the LEA a 90-day notice ... "
                "will be published on ICE's website 90 days in advance",
                J20="p. 7",
                J25="p. 7",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.ended"),
        when=all_of(_BY_ICE, Not(_NOT_BY_NOTICE)),
        terms=(
            Term(
                implies(
                    _UNDER_SUSPENSION_BY_ICE,
                    all_of(*(is_true(_TERMINATION, n) for n in ("reasons", "people_identified", "examples"))),
                ),
                templates=JEM,
                promise=True,
                effect=_EFFECT,
            ),
            Term(
                any_of(
                    all_of(
                        Exists(_TERMINATION),
                        at_most(at(_TERMINATION), _NINETY_DAYS_BEFORE),
                        given(_TERMINATION, "publication_url"),
                    ),
                    _KIND_NOT_STATED,
                ),
                templates=JEM,
                promise=True,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-900d agreement.took_effect | -100d agreement.suspended | -90d agreement.notice_given | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -90d agreement.notice_given reasons=no examples= | 0h agreement.ended",
            "-900d agreement.took_effect | -300d agreement.suspended | -200d agreement.reinstated | "
            "-90d agreement.notice_given examples=no | 0h agreement.ended",
            "-900d agreement.took_effect | -300d agreement.suspended | -300d agreement.reinstated | "
            "-90d agreement.notice_given examples=no | 0h agreement.ended",
            "-900d agreement.took_effect | 0h agreement.ended party=agency",
            "-900d agreement.took_effect | 0h agreement.ended ground=mutual",
            "-900d agreement.took_effect | 0h agreement.ended ground=superseded",
            f"-900d agreement.took_effect {_W25} | 0h agreement.ended",
            f"-900d agreement.took_effect {_W25} | -100d agreement.suspended | "
            "-90d agreement.notice_given examples=no | 0h agreement.ended",
            "-900d agreement.took_effect template=2009 | 0h agreement.ended",
        ),
        fails=(
            "-900d agreement.took_effect | -100d agreement.suspended | -89d23h59m59s agreement.notice_given | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -100d agreement.suspended | 0h agreement.ended ground=public_safety",
            "-900d agreement.took_effect | -100d agreement.suspended | -90d agreement.notice_given examples=no | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -100d agreement.suspended | -90d agreement.notice_given reasons=no | "
            "0h agreement.ended",
            "-900d agreement.took_effect template=2020 | -100d agreement.suspended | "
            "-90d agreement.notice_given people_identified=no | 0h agreement.ended",
            "-900d agreement.took_effect | -100d agreement.suspended | -90d agreement.notice_given publication_url= | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -9d agreement.notice_given | 0h agreement.ended",
            "-900d agreement.took_effect | 0h agreement.ended",
            "-900d agreement.took_effect | -300d agreement.suspended | -200d agreement.reinstated | "
            "-100d agreement.suspended | -90d agreement.notice_given examples=no | 0h agreement.ended",
        ),
        unclear=(
            "-900d agreement.took_effect | 0h agreement.ended party=",
            "-900d agreement.took_effect | -90d agreement.notice_given kind= | 0h agreement.ended",
            "-900d agreement.took_effect | -100d agreement.suspended party= | -90d agreement.notice_given examples=no | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -100d agreement.suspended | -90d agreement.notice_given examples= | "
            "0h agreement.ended",
            "-900d agreement.took_effect | -90d agreement.notice_given | -1h..1h agreement.ended",
        ),
    ),
    Rule(
        id="AGR-10",
        sentence="No officer acts on an authorization that the end of the agreement, or under the jail enforcement "
        "model its suspension, has revoked.",
        citations=(
            moa(
                "IV.D",
                "shall constitute immediate revocation of all immigration enforcement authorizations",
                J20="p. 3",
                J25="p. 3",
                W19="p. 2",
                W25="p. 3",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(
            Term(
                all_of(
                    Not(_AUTHORITY_ENDED),
                    any_of(
                        # Somebody without a letter has nothing that could end: OFF-05, OFF-09.
                        absent(OFFICER),
                        is_false(OFFICER, "authorized"),
                        Compare(
                            Field(OFFICER, "authorized_at"), Op.GE, Field(AGREEMENT, "authority_ended_at")
                        ),
                    ),
                ),
                templates=ALL_TEMPLATES,
                while_in_force=False,
            ),
        ),
        passes=(
            "0h interview.held",
            "0h interview.held | -9d agreement.took_effect | 1s agreement.ended",
            "0h interview.held | -9d agreement.took_effect | -5d agreement.suspended | -3d agreement.reinstated | "
            f"{_START} | -2d officer.authorized",
            "0h interview.held | -9d agreement.took_effect | -5d agreement.suspended | -3d agreement.reinstated | "
            "-9d officer.certified | -5d officer.authorized",
            "0h interview.held | -9d agreement.took_effect | -5d agreement.suspended | -3d agreement.reinstated | "
            "-9d officer.certified",
            # A WSO suspension revokes nothing; AGR-01 reports acts during it.
            f"0h warrant.served | -9d agreement.took_effect {_W25} | -1d agreement.suspended",
            f"0h warrant.served | -9d agreement.took_effect {_W25} | -5d agreement.suspended | "
            "-3d agreement.reinstated",
            "0h interview.held actor=clerk-1 | -9d agreement.took_effect | -5d agreement.ended | "
            "-3d agreement.took_effect",
            *by_federal_officers("-9d agreement.took_effect | 0h agreement.suspended"),
            "0h interview.held | 9d agreement.took_effect",
            "0h interview.held | -9d agreement.took_effect template=2009 | 0h agreement.ended",
            "0h record_check.done | -9d agreement.took_effect | 0h agreement.ended",
            # The new agreement stands beside the old one until a new letter.
            "0h interview.held | -9d agreement.took_effect | -8d agreement.took_effect subject=agreement-2 | "
            f"-7d agreement.ended ground=superseded | {_START} | -6d officer.authorized",
        ),
        fails=(
            "0h interview.held | -9d agreement.took_effect | 0h agreement.ended",
            "0h warrant.served | -9d agreement.took_effect | 0h agreement.suspended",
            f"0h warrant.served | -9d agreement.took_effect {_W25} | 0h agreement.ended",
            f"0h warrant.served | -9d agreement.took_effect {_W19_EFFECT} | 0h agreement.ended",
            "0h..23h59m interview.held | -9d agreement.took_effect | -1h agreement.suspended",
            # Reinstated, or under a new agreement, but without a new letter.
            "0h interview.held | -9d agreement.took_effect | -2d agreement.suspended | -1d agreement.reinstated",
            "0h interview.held | -9d agreement.took_effect | -2d agreement.ended | "
            "-1d agreement.took_effect subject=agreement-2",
            # A letter during the suspension, and somebody who has none.
            "0h interview.held | -9d agreement.took_effect | -5d agreement.suspended | "
            f"{_START} | -2d officer.authorized",
            "0h interview.held actor=clerk-1 | -9d agreement.took_effect | -1d agreement.ended",
            *at_every_act("-9d agreement.took_effect | 0h agreement.suspended"),
        ),
        unclear=(
            "0h interview.held | -9d agreement.took_effect | ~agreement.ended",
            "0h interview.held | ~agreement.suspended",
            "0h..23h59m interview.held | -9d agreement.took_effect | 9h agreement.suspended",
            "0h interview.held | -9d agreement.took_effect | -1h..1h agreement.ended",
            "0h interview.held actor_role= | -9d agreement.took_effect | 0h agreement.ended",
            "0h interview.held actor= | -9d agreement.took_effect | -2d agreement.suspended | "
            "-1d agreement.reinstated",
            # Which of the two agreements the letter rests on is not recorded.
            "0h interview.held | -9d agreement.took_effect | -8d agreement.took_effect subject=agreement-2 | "
            "-7d agreement.ended ground=superseded",
            "0h interview.held | -9d agreement.took_effect template= | -1h agreement.ended",
        ),
    ),
    Rule(
        id="AGR-11",
        sentence="The agency terminates a jail enforcement agreement in writing, to the field office.",
        citations=(
            moa(
                "VIII",
                "Termination by the LEA shall be provided, in writing, to the local Field Office",
                J20="p. 6",
                J25="p. 6",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.ended"),
        when=all_of(one_of(THIS, "party", "agency"), Not(_NOT_BY_NOTICE)),
        terms=(
            Term(
                any_of(
                    all_of(Exists(_TERMINATION), is_true(_TERMINATION, "in_writing")),
                    _KIND_NOT_STATED,
                ),
                templates=JEM,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.notice_given party=agency | 0h agreement.ended party=agency",
            "-9d agreement.took_effect | 0h agreement.ended",
            "-9d agreement.took_effect | 0h agreement.ended party=agency ground=superseded",
            "-9d agreement.took_effect | 0h agreement.ended party=agency ground=mutual",
            f"-9d agreement.took_effect {_W25} | 0h agreement.ended party=agency",
            "-9d agreement.took_effect template=2016 | 0h agreement.ended party=agency",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.ended party=agency",
            "-9d agreement.took_effect | 1s agreement.notice_given party=agency | 0h agreement.ended party=agency",
            "-9d agreement.took_effect template=2020 | -1d agreement.notice_given party=agency in_writing=no | "
            "0h agreement.ended party=agency",
            "-9d agreement.took_effect | -1d agreement.notice_given party=agency kind=suspension | "
            "0h agreement.ended party=agency",
        ),
        unclear=(
            "-9d agreement.took_effect | -1d agreement.notice_given party=agency in_writing= | "
            "0h agreement.ended party=agency",
            "-9d agreement.took_effect | 0h agreement.ended party=",
            "-9d agreement.took_effect | 0h agreement.ended party=agency ground=",
            "-9d agreement.took_effect | -1d agreement.notice_given kind= | 0h agreement.ended party=agency",
            "-9d agreement.took_effect | 0h..23h59m agreement.notice_given | 0h..23h59m agreement.ended party=agency",
        ),
    ),
    Rule(
        id="AGR-12",
        sentence="ICE delivers its notice under a warrant service officer agreement personally or by certified or "
        "registered mail.",
        citations=(
            moa(
                "VIII",
                "A termination or suspension notice by ICE shall be delivered personally or by certified or "
                "registered mail",
                W19="p. 6",
                W25="p. 6",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.notice_given"),
        when=_BY_ICE,
        terms=(
            Term(
                one_of(
                    THIS, "delivery", Delivery.PERSONAL, Delivery.CERTIFIED_MAIL, Delivery.REGISTERED_MAIL
                ),
                templates=WSO,
                effect=_EFFECT,
            ),
        ),
        passes=(
            f"-9d agreement.took_effect {_W25} | 0h agreement.notice_given",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.notice_given delivery=personal kind=suspension",
            f"-9d agreement.took_effect {_W25} | 0h..23h59m agreement.notice_given delivery=registered_mail",
            f"-9d agreement.took_effect {_W25} | 0h agreement.notice_given party=agency delivery=other",
            "-9d agreement.took_effect | 0h agreement.notice_given delivery=other",
        ),
        fails=(
            f"-9d agreement.took_effect {_W25} | 0h agreement.notice_given delivery=other",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h agreement.notice_given delivery=other kind=suspension",
        ),
        unclear=(
            f"-9d agreement.took_effect {_W25} | 0h agreement.notice_given delivery=",
            f"-9d agreement.took_effect {_W25} | 0h agreement.notice_given delivery=other party=",
        ),
    ),
    Rule(
        id="AGR-13",
        sentence="ICE gives notice in time when it extends or lifts a suspension.",
        citations=(
            moa(
                "VIII",
                "ICE will provide the LEA timely notice of a suspension being extended or vacated",
                J20="p. 7",
                J25="p. 7",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.suspended", "agreement.suspension_extended"),
        when=_BY_ICE,
        terms=(
            Term(
                by(_OUTCOME, Field(THIS, "ends_at")),
                deadline=Field(THIS, "ends_at"),
                done=at(_OUTCOME),
                templates=JEM,
                promise=True,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.suspended | 30d agreement.reinstated",
            "-9d agreement.took_effect | 0h agreement.suspended | 29d agreement.suspension_extended | "
            "50d agreement.ended",
            "-9d agreement.took_effect template=2020 | 0h..23h59m agreement.suspended ends_at=9d | "
            "5d..5d23h59m agreement.reinstated",
            "-9d agreement.took_effect | 0h agreement.suspended party=agency",
            f"-9d agreement.took_effect {_W25} | 0h agreement.suspended",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.suspended | 30d1s agreement.reinstated",
            "-9d agreement.took_effect | 0h agreement.suspended",
            "-9d agreement.took_effect | 0h agreement.suspended | 29d agreement.suspension_extended | "
            "60d agreement.ended",
        ),
        unclear=(
            "-9d agreement.took_effect | 0h agreement.suspended | until 29d",
            "-9d agreement.took_effect | 0h agreement.suspended ends_at= | 60d agreement.reinstated",
            "-9d agreement.took_effect | 0h agreement.suspended | 29d..31d agreement.reinstated",
            "-9d agreement.took_effect | 0h agreement.suspended | ~agreement.reinstated",
        ),
    ),
    Rule(
        id="AGR-14",
        sentence="If a revocation by ICE leaves no officer under a jail enforcement agreement, ICE follows the "
        "suspension or termination process (within 30 days).",
        citations=(
            moa(
                "IV.D",
                "ICE will follow the suspension and termination notice processes",
                J20="p. 3",
                J25="p. 3",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.last_officer_revoked"),
        terms=(
            Term(
                within(_PROCESS, _PROCESS_TIME),
                deadline=Later(at(THIS), _PROCESS_TIME),
                done=at(_PROCESS),
                templates=JEM,
                promise=True,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-9d agreement.took_effect | 0h agreement.last_officer_revoked | 30d agreement.suspended",
            "-9d agreement.took_effect | 0h..23h59m agreement.last_officer_revoked | 30d agreement.notice_given",
            "-9d agreement.took_effect | 0h agreement.last_officer_revoked | 30d agreement.ended",
            f"-9d agreement.took_effect {_W25} | 0h agreement.last_officer_revoked",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.last_officer_revoked | 30d1s agreement.suspended",
            "-9d agreement.took_effect template=2020 | -1d agreement.notice_given kind=suspension | "
            "0h agreement.last_officer_revoked",
        ),
        unclear=(
            "-9d agreement.took_effect | 0h agreement.last_officer_revoked | until 29d",
            "-9d agreement.took_effect | 0h..23h59m agreement.last_officer_revoked | 30d1s agreement.suspended",
            "-9d agreement.took_effect | 0h agreement.last_officer_revoked | ~agreement.notice_given",
        ),
    ),
    Rule(
        id="AGR-15",
        sentence="ICE lets the agency respond and correct before it terminates a suspended jail enforcement "
        "agreement.",
        citations=(
            moa(
                "VIII",
                "ICE shall provide the LEA with a reasonable opportunity to respond ... and to take actions to "
                "implement corrective measures",
                J20="p. 7",
                J25="p. 7",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.notice_given"),
        when=all_of(_BY_ICE, one_of(THIS, "kind", NoticeKind.TERMINATION), _UNDER_SUSPENSION_BY_ICE),
        terms=(
            Term(
                all_of(Exists(_RESPONSE), at_least(at(_RESPONSE), at(_SUSPENDED))),
                templates=JEM,
                effect=_EFFECT,
            ),
        ),
        passes=(
            "-99d agreement.took_effect | -9d agreement.suspended | -5d agreement.response_invited | "
            "0h agreement.notice_given",
            "-99d agreement.took_effect | -9d agreement.suspended | -9d agreement.response_invited | "
            "0h..23h59m agreement.notice_given",
            "-99d agreement.took_effect | 0h agreement.notice_given",
            "-99d agreement.took_effect | -9d agreement.suspended party=agency | 0h agreement.notice_given",
            "-99d agreement.took_effect | -9d agreement.suspended | 0h agreement.notice_given party=agency",
            "-99d agreement.took_effect | -9d agreement.suspended | -9d agreement.reinstated | "
            "0h agreement.notice_given",
            "-99d agreement.took_effect | -9d agreement.suspended | -5d agreement.reinstated | "
            "0h agreement.notice_given",
            "-99d agreement.took_effect | -9d agreement.suspended | 0h agreement.notice_given kind=suspension",
            f"-99d agreement.took_effect {_W25} | -9d agreement.suspended | 0h agreement.notice_given",
        ),
        fails=(
            "-99d agreement.took_effect | -9d agreement.suspended | 0h agreement.notice_given",
            "-99d agreement.took_effect template=2020 | -9d agreement.suspended | 0h agreement.notice_given | "
            "1s agreement.response_invited",
            "-99d agreement.took_effect | -50d agreement.suspended | -40d agreement.reinstated | "
            "-9d agreement.suspended | 0h agreement.notice_given",
            # An opportunity in an earlier matter.
            "-99d agreement.took_effect | -20d agreement.response_invited | -9d agreement.suspended | "
            "0h agreement.notice_given",
        ),
        unclear=(
            "-99d agreement.took_effect | -9d agreement.suspended | 0h agreement.notice_given | "
            "~agreement.response_invited",
            "-99d agreement.took_effect | -9d agreement.suspended | 0h agreement.notice_given kind=",
            "-99d agreement.took_effect | -9d agreement.suspended | -1h..1h agreement.response_invited | "
            "0h agreement.notice_given",
        ),
    ),
    Rule(
        id="AGR-16",
        sentence="Each site that uses ICE's network or equipment has a signed interconnection security agreement.",
        citations=(
            moa(
                "IV.E",
                "each of its sites using an ICE-provided network access or equipment will sign the ISA",
                J20="p. 3",
                J25="p. 3",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=all_of(BY_LOCAL_OFFICER, Exists(FACILITY), is_true(FACILITY, "ice_equipment")),
        terms=(Term(is_true(FACILITY, "isa_signed"), templates=JEM, promise=True),),
        passes=(
            "0h interview.held | -9d ice_equipment.installed | 0h isa.signed",
            "0h interview.held | -9d poster.attested",
            "0h interview.held facility=jail-2 | -9d ice_equipment.installed",
            f"0h warrant.served | -9d ice_equipment.installed | -9d agreement.took_effect {_W25}",
            f"0h interview.held | -9d ice_equipment.installed | {_UNREAD}",
            *by_federal_officers("-9d ice_equipment.installed"),
        ),
        fails=(
            "0h interview.held | -9d ice_equipment.installed | 1s isa.signed",
            "0h..23h59m interview.held | 0h ice_equipment.installed",
            *at_every_act("-9d ice_equipment.installed"),
        ),
        unclear=(
            "0h interview.held facility= | -9d ice_equipment.installed",
            "0h interview.held | -9d poster.attested | ~ice_equipment.installed",
            "0h interview.held | -9d ice_equipment.installed | ~isa.signed",
            "0h..23h59m interview.held | -9d ice_equipment.installed | 9h isa.signed",
        ),
    ),
    Rule(
        id="AGR-17",
        sentence="A conflict between ICE's direction or policy and the agency's rules is reported promptly (within "
        "three working days).",
        citations=(
            moa(
                "IV.F",
                "the conflict shall be promptly reported to the points of contact",
                J20="p. 4",
                J25="p. 4",
                W19="p. 3",
                W25="p. 4",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.AGREEMENT,
        on=sel("conflict.noted"),
        terms=(
            Term(
                # Reported at all: whether in time is the next term's question.
                any_of(
                    Exists(_REPORTED),
                    all_of(
                        Compare(Later(at(THIS), _PROMPTLY), Op.GT, ObservedUntil()), Unknown(END_OF_RECORD)
                    ),
                ),
                deadline=Later(at(THIS), _PROMPTLY),
                done=at(_REPORTED),
                templates=ALL_TEMPLATES,
                effect=_EFFECT,
            ),
            Term(
                within(_REPORTED, _PROMPTLY),
                severity=Severity.WARNING,
                deadline=Later(at(THIS), _PROMPTLY),
                done=at(_REPORTED),
                templates=ALL_TEMPLATES,
                effect=_EFFECT,
            ),
        ),
        passes=(
            # 0h is a Monday: three days end on Thursday at the same hour.
            "-9d agreement.took_effect | 0h conflict.noted | 3d conflict.reported",
            # Over a weekend, and over Independence Day (Friday 4 July).
            "-9d agreement.took_effect | 3d conflict.noted | 8d conflict.reported",
            "-9d agreement.took_effect | 30d conflict.noted | 36d conflict.reported",
            f"-9d agreement.took_effect {_W19_EFFECT} | 0h..9h conflict.noted | 3d conflict.reported",
            "-9d agreement.took_effect template=2009 | 0h conflict.noted",
        ),
        fails=(
            "-9d agreement.took_effect | 0h conflict.noted | 3d1s conflict.reported",
            "-9d agreement.took_effect | 3d conflict.noted | 8d1s conflict.reported",
            "-9d agreement.took_effect | -1d conflict.reported | 0h conflict.noted",
            f"-9d agreement.took_effect {_W25} | 0h conflict.noted | 3d10h..3d23h conflict.reported",
        ),
        unclear=(
            "-9d agreement.took_effect | 0h conflict.noted | until 2d",
            "-9d agreement.took_effect | 0h..9h conflict.noted | 3d1h conflict.reported",
            "-9d agreement.took_effect | 0h conflict.noted | ~conflict.reported",
            "-9d agreement.took_effect | 0h conflict.noted | ?conflict.reported",
        ),
    ),
)
