"""AGR: the agreement."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import AGREEMENT, THIS, Compare, Exists, Field, Later, Next, Op, Prev, sel
from evenhand.rules.catalog.selections import ACTS, BY_LOCAL_OFFICER, at_every_act, by_federal_officers
from evenhand.rules.patterns import (
    all_of,
    any_of,
    at,
    at_most,
    days,
    exists_before,
    given,
    is_false,
    is_true,
    one_of,
    within,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import moa, statute

_NOTICE = Prev(sel("agreement.notice_given"))
_MEETING = Next(sel("meeting.held", kind="annual"), strictly=True)
_ENDED = Next(sel("agreement.ended"))
_YEAR = days(365 + 31)

RULES = (
    Rule(
        id="AGR-01",
        sentence="Every immigration function is performed under a written agreement in force on that day.",
        citations=(statute("1357(g)(1)"), moa("III, VIII")),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(Term(all_of(Exists(AGREEMENT), is_true(AGREEMENT, "in_force"))),),
        passes=(
            "0h interview.held",
            "0h interview.held | 0h agreement.took_effect",
            *by_federal_officers("-9d agreement.took_effect | 0h agreement.ended"),
        ),
        fails=(
            "0h interview.held | 1s agreement.took_effect",
            "0h determination.made | -9d agreement.took_effect | 0h agreement.ended",
            "0h detainer.issued | -9d agreement.took_effect | -1d agreement.suspended",
            *at_every_act("-9d agreement.took_effect | 0h agreement.ended"),
        ),
        unclear=("0h interview.held | ~agreement.took_effect",),
    ),
    Rule(
        id="AGR-02",
        sentence="An agreement takes effect only when both parties have signed.",
        citations=(moa("VIII"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.took_effect"),
        terms=(
            Term(
                all_of(
                    exists_before(sel("agreement.signed", party="agency")),
                    exists_before(sel("agreement.signed", party="ice")),
                )
            ),
        ),
        passes=("-2d agreement.signed | 0h agreement.signed party=ice | 0h agreement.took_effect",),
        fails=(
            "-2d agreement.signed | 1s agreement.signed party=ice | 0h agreement.took_effect",
            "1s agreement.signed | 0h agreement.signed party=ice | 0h agreement.took_effect",
            "0h agreement.took_effect",
        ),
        unclear=("0h agreement.took_effect | ~agreement.signed",),
    ),
    Rule(
        id="AGR-03",
        sentence="A function is one that the agreement's model delegates: all of the jail enforcement model's "
        "functions, or the service of warrants alone under the warrant service officer model.",
        citations=(statute("1357(g)(1), (5)"), moa("App. A")),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=all_of(BY_LOCAL_OFFICER, Exists(AGREEMENT)),
        terms=(
            Term(
                any_of(
                    one_of(AGREEMENT, "model", "JEM"),
                    all_of(one_of(AGREEMENT, "model", "WSO"), one_of(THIS, "type", "warrant.served")),
                )
            ),
        ),
        passes=(
            "0h interview.held",
            "0h warrant.served",
            "0h warrant.served | -9d agreement.took_effect model=WSO",
            *by_federal_officers("-9d agreement.took_effect model=TFM"),
            "0h interview.held | 9d agreement.took_effect model=TFM",
        ),
        fails=(
            "0h interview.held | -9d agreement.took_effect model=WSO",
            "0h detainer.issued | -9d agreement.took_effect model=WSO",
            "0h warrant.served | -9d agreement.took_effect model=TFM",
            *at_every_act("-9d agreement.took_effect model=TFM"),
        ),
    ),
    Rule(
        id="AGR-04",
        sentence="An officer's authorization names the powers, their duration and the supervising position.",
        citations=(statute("1357(g)(5)"),),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(
                all_of(
                    given(THIS, "functions", "valid_from", "supervising_position"),
                    any_of(given(THIS, "valid_until"), is_true(THIS, "until_revoked")),
                )
            ),
        ),
        passes=(
            "0h officer.authorized",
            "0h officer.authorized until_revoked=no valid_until=365d",
        ),
        fails=(
            "0h officer.authorized functions=",
            "0h officer.authorized valid_from=",
            "0h officer.authorized supervising_position=",
            "0h officer.authorized until_revoked=no",
        ),
        unclear=("0h officer.authorized | ~officer.authorized.functions",),
    ),
    Rule(
        id="AGR-05",
        sentence="A change to the agreement is in writing and signed by both parties before it takes effect.",
        citations=(moa("VI"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.amended"),
        terms=(
            Term(
                all_of(
                    given(THIS, "agency_signed_at", "ice_signed_at"),
                    at_most(Field(THIS, "agency_signed_at"), at(THIS)),
                    at_most(Field(THIS, "ice_signed_at"), at(THIS)),
                )
            ),
        ),
        passes=("0h agreement.amended agency_signed_at=0 ice_signed_at=0",),
        fails=(
            "0h agreement.amended agency_signed_at=1s",
            "0h agreement.amended ice_signed_at=1s",
            "0h agreement.amended ice_signed_at=",
            "0h agreement.amended agency_signed_at=",
        ),
    ),
    Rule(
        id="AGR-06",
        sentence="ICE and the agency meet at least once a year; the first meeting is within about 12 months of "
        "the start (one month of grace).",
        citations=(moa("V.B"),),
        severity=Severity.WARNING,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.took_effect", "meeting.held"),
        terms=(
            Term(
                any_of(within(_MEETING, _YEAR), within(_ENDED, _YEAR)),
                deadline=Later(at(THIS), _YEAR),
                done=at(_MEETING),
            ),
        ),
        passes=(
            "0h agreement.took_effect | 396d meeting.held | 700d agreement.ended",
            "0h agreement.took_effect | 396d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 300d meeting.held | 600d agreement.ended",
        ),
        fails=(
            "0h agreement.took_effect | 396d1s meeting.held | 700d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 300d meeting.held | 900d agreement.ended",
            "0h agreement.took_effect | 396d1s agreement.ended",
            "0h agreement.took_effect | 300d meeting.held kind=steering | 500d agreement.ended",
            "0h agreement.took_effect | 300d meeting.held | 900d agreement.ended",
            "0h agreement.took_effect",
        ),
        unclear=("0h agreement.took_effect | until 300d",),
    ),
    Rule(
        id="AGR-08",
        sentence="The notice of a suspension states its reason, its length and how to answer.",
        citations=(moa("VIII (JEM)"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.suspended"),
        terms=(Term(given(THIS, "notice_reason", "length_days", "how_to_answer"), models=("JEM",)),),
        passes=(
            "-9d agreement.took_effect | 0h agreement.suspended",
            "-9d agreement.took_effect model=WSO | 0h agreement.suspended notice_reason= | "
            "1d agreement.ended | 2d agreement.took_effect | 3d agreement.suspended",
        ),
        fails=(
            "-9d agreement.took_effect | 0h agreement.suspended notice_reason=",
            "-9d agreement.took_effect | 0h agreement.suspended length_days=",
            "-9d agreement.took_effect | 0h agreement.suspended how_to_answer=",
        ),
    ),
    Rule(
        id="AGR-09",
        sentence="A termination by ICE is notified 90 days before; under the warrant service officer model a "
        "termination by either side, unless public safety requires otherwise.",
        citations=(moa("VIII"),),
        severity=Severity.VIOLATION,
        subject=SubjectKind.AGREEMENT,
        on=sel("agreement.ended"),
        terms=(
            Term(
                all_of(
                    Exists(_NOTICE),
                    Compare(at(_NOTICE), Op.LE, Later(at(THIS), days(-90))),
                ),
                models=("JEM",),
            ),
            Term(
                any_of(
                    one_of(THIS, "ground", "public_safety"),
                    all_of(
                        Exists(_NOTICE),
                        Compare(at(_NOTICE), Op.LE, Later(at(THIS), days(-90))),
                    ),
                ),
                models=("WSO",),
            ),
        ),
        when=any_of(
            one_of(AGREEMENT, "model", "WSO"),
            one_of(THIS, "party", "ice"),
        ),
        passes=(
            "-900d agreement.took_effect | -90d agreement.notice_given | 0h agreement.ended",
            "-900d agreement.took_effect model=WSO | 0h agreement.ended party=agency ground=public_safety",
            "-900d agreement.took_effect model=WSO | -90d agreement.notice_given | 0h agreement.ended",
            "-900d agreement.took_effect model=TFM | 0h agreement.ended",
        ),
        fails=(
            "-900d agreement.took_effect | -89d23h59m59s agreement.notice_given | 0h agreement.ended",
            "-900d agreement.took_effect | 0h agreement.ended ground=public_safety",
            "-900d agreement.took_effect model=WSO | -89d23h59m59s agreement.notice_given | "
            "0h agreement.ended party=agency",
            "-900d agreement.took_effect model=WSO | 0h agreement.ended",
        ),
    ),
    Rule(
        id="AGR-10",
        sentence="Suspension or termination of the agreement ends every authorization under it at once.",
        citations=(moa("IV.D, VIII"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=all_of(BY_LOCAL_OFFICER, Exists(AGREEMENT)),
        terms=(Term(all_of(is_false(AGREEMENT, "suspended"), is_false(AGREEMENT, "ended"))),),
        passes=(
            "0h interview.held | -9d agreement.took_effect | 1s agreement.ended",
            "0h interview.held | -9d agreement.took_effect | -2d agreement.suspended | "
            "0h agreement.reinstated",
            *by_federal_officers("-9d agreement.took_effect | 0h agreement.suspended"),
            "0h interview.held | 9d agreement.took_effect",
        ),
        fails=(
            "0h interview.held | -9d agreement.took_effect | 0h agreement.ended",
            "0h warrant.served | -9d agreement.took_effect | 0h agreement.suspended",
            *at_every_act("-9d agreement.took_effect | 0h agreement.suspended"),
        ),
    ),
)
