"""OFF: designated officers."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import OFFICER, THIS, Count, Exists, Field, Later, Next, Prev, sel
from evenhand.rules.catalog.selections import ACTS, BY_LOCAL_OFFICER, at_every_act, by_federal_officers
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    days,
    eq,
    exists_before,
    is_false,
    is_true,
    within,
)
from evenhand.rules.rule import Basis, Rule, Severity, Term
from evenhand.rules.sources import moa, statute

_KNOWN_OFFICER = all_of(BY_LOCAL_OFFICER, Exists(OFFICER))
_EXAMINATION = Prev(sel("examination.taken"))
_FAILED = sel("examination.taken", below={"score": 70})
_REMEDIAL = sel("examination.taken", remedial=True)
_FINAL = sel("examination.taken", course="wso_basic")
_AUTHORIZED_BEFORE = Prev(sel("officer.authorized"))
_REFRESHER = Prev(sel("refresher.completed"))
_RETURNED = Next(sel("officer.credential_returned"))
_TWO_YEARS, _RETURN = days(2 * 365), days(30, ours=True)

_START = "-30d officer.nominated | -29d officer.certified | -28d officer.authorized | "
_FORM = "-27d officer.form_70_006_issued | -27d officer.assigned | "
_PASSED_LATE = (
    "-3d examination.taken score=60 course=wso_basic | "
    "-1d examination.taken score=90 attempt=2 remedial=yes course=wso_basic"
)
_EARLIER = (
    "-800d examination.taken score=60 course=wso_basic | "
    "-790d examination.taken score=70 attempt=2 remedial=yes course=wso_basic | -780d officer.authorized"
)

RULES = (
    Rule(
        id="OFF-01",
        sentence="The acting officer is attested to be a U.S. citizen and is employed by the agency on the day.",
        citations=(moa("IV.B"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(Term(all_of(is_true(OFFICER, "attested"), is_false(OFFICER, "left"))),),
        passes=(
            "0h interview.held",
            f"{_START}1s officer.left | 0h interview.held",
            *by_federal_officers("-9d officer.nominated citizenship_attested=no"),
            "0h interview.held actor=clerk-1",
        ),
        fails=(
            "-9d officer.nominated citizenship_attested=no | 0h interview.held",
            f"{_START}0h officer.left | 0h determination.made",
            *at_every_act("-9d officer.nominated citizenship_attested=no"),
        ),
        unclear=("-9d officer.nominated citizenship_attested= | 0h interview.held",),
    ),
    Rule(
        id="OFF-02",
        sentence="A background investigation and a decision that the officer is eligible come before the "
        "authorization.",
        citations=(moa("IV.B"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(Term(exists_before(sel("officer.eligibility_decided", outcome="eligible"))),),
        passes=("0h officer.eligibility_decided | 0h officer.authorized",),
        fails=(
            "1s officer.eligibility_decided | 0h officer.authorized",
            "-1d officer.eligibility_decided outcome=ineligible | 0h officer.authorized",
            "0h officer.authorized",
        ),
        unclear=("0h officer.authorized | ~officer.eligibility_decided",),
    ),
    Rule(
        id="OFF-03",
        sentence="Training is completed before the authorization.",
        citations=(statute("1357(g)(2)"), moa("IV.C")),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(Term(exists_before(sel("training.completed"))),),
        passes=("0h training.completed | 0h officer.authorized",),
        fails=("1s training.completed | 0h officer.authorized", "0h officer.authorized"),
        unclear=("0h officer.authorized | ~training.completed",),
    ),
    Rule(
        id="OFF-04",
        sentence="Examinations are passed with 70 percent or more before the authorization, at the first attempt "
        "or the one that may follow it: two failures disqualify, the jail enforcement model allows one remedial "
        "examination in the course, and the warrant service officer model one examination and one re-take.",
        citations=(moa("IV.C"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(
                all_of(
                    Exists(_EXAMINATION),
                    at_least(Field(_EXAMINATION, "score"), 70),
                    at_most(Field(_EXAMINATION, "attempt"), 2),
                    at_most(Count(_FAILED, since=_AUTHORIZED_BEFORE), 1),
                )
            ),
            Term(at_most(Count(_REMEDIAL, since=_AUTHORIZED_BEFORE), 1), models=("JEM",)),
            Term(at_most(Count(_FINAL, since=_AUTHORIZED_BEFORE), 2), models=("WSO",)),
        ),
        passes=(
            "0h examination.taken score=70 attempt=2 | 0h officer.authorized",
            "-3d examination.taken score=60 | -1d examination.taken score=90 attempt=2 | 0h officer.authorized",
            # One remedial examination in each course, and failures of a course before.
            f"-9d agreement.took_effect | {_PASSED_LATE} | 0h officer.authorized",
            f"-900d agreement.took_effect | {_EARLIER} | {_PASSED_LATE} | 0h officer.authorized",
            f"-9d agreement.took_effect model=WSO | {_PASSED_LATE} | 0h officer.authorized",
            f"-900d agreement.took_effect model=WSO | {_EARLIER} | {_PASSED_LATE} | 0h officer.authorized",
            # What the other model forbids, and another course.
            "-9d agreement.took_effect model=WSO | -3d examination.taken course=refresher | "
            "-2d examination.taken course=wso_basic | -1d examination.taken course=wso_basic | "
            "0h officer.authorized",
            "-9d agreement.took_effect | -3d examination.taken course=wso_basic | "
            "-2d examination.taken course=wso_basic | -1d examination.taken course=wso_basic | "
            "0h officer.authorized",
            "-9d agreement.took_effect model=WSO | -3d examination.taken course=jem_basic remedial=yes | "
            "-1d examination.taken course=jem_basic remedial=yes | 0h officer.authorized",
            "-9d agreement.took_effect | -1d examination.taken remedial=yes | 0h officer.authorized | "
            "1d examination.taken remedial=yes",
        ),
        fails=(
            "-1d examination.taken score=69.9 | 0h officer.authorized",
            "-1d examination.taken score=90 attempt=3 | 0h officer.authorized",
            "-2d examination.taken score=90 | -1d examination.taken score=60 | 0h officer.authorized",
            "1s examination.taken | 0h officer.authorized",
            # Two failures, though a third was passed and none is called remedial.
            "-3d examination.taken score=69.9 | -2d examination.taken score=69.9 | "
            "-1d examination.taken score=90 | 0h officer.authorized",
            "-9d agreement.took_effect | -3d examination.taken remedial=yes | "
            "-1d examination.taken remedial=yes | 0h officer.authorized",
            "-9d agreement.took_effect model=WSO | -3d examination.taken course=wso_basic | "
            "-2d examination.taken course=wso_basic | -1d examination.taken course=wso_basic | "
            "0h officer.authorized",
        ),
        unclear=(
            "-1d examination.taken score= | 0h officer.authorized",
            "-1d examination.taken | 0h officer.authorized | ~examination.taken.remedial",
            "-3d examination.taken remedial=yes | -1d examination.taken remedial=yes | 0h officer.authorized | "
            "~agreement.took_effect",
        ),
    ),
    Rule(
        id="OFF-05",
        sentence="Certification in writing, the authorization letter and ICE Form 70-006 stand before any act, "
        "and none of them is revoked or lapsed.",
        citations=(statute("1357(g)(2)"), moa("IV.D")),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(
            Term(
                all_of(
                    is_true(OFFICER, "certified"),
                    is_true(OFFICER, "authorized"),
                    is_true(OFFICER, "designated"),
                    is_false(OFFICER, "revoked"),
                )
            ),
        ),
        passes=(
            f"{_START}0h officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified valid_until=9d1s | -8d officer.authorized | "
            "-8d officer.form_70_006_issued | 0h interview.held",
            *by_federal_officers("-9d officer.nominated"),
            "0h interview.held actor=clerk-1",
        ),
        fails=(
            f"{_START}1s officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified valid_until=9d | -8d officer.authorized | "
            "-8d officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified | -8d officer.form_70_006_issued | 1s officer.authorized | 0h interview.held",
            f"{_START}{_FORM}0h officer.revoked | 0h interview.held",
            *at_every_act("-9d officer.nominated"),
        ),
        unclear=("0h interview.held | ~officer.certified",),
    ),
    Rule(
        id="OFF-06",
        sentence="Where ICE requires a refresher by a day, nobody acts after that day without it.",
        citations=(moa("IV.C"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(Term(is_false(OFFICER, "refresher_overdue")),),
        passes=(
            f"{_START}-9d refresher.required_by due=9d | 0h interview.held",
            f"{_START}-9d refresher.required_by due=2d | 0h refresher.completed | 0h interview.held",
            *by_federal_officers("-9d refresher.required_by due=1d"),
            "0h interview.held actor=clerk-1",
        ),
        fails=(
            f"{_START}-9d refresher.required_by due=8d23h59m59s | 0h interview.held",
            f"{_START}-9d refresher.required_by due=2d | 1s refresher.completed | 0h interview.held",
            *at_every_act("-9d refresher.required_by due=1d"),
        ),
        unclear=("0h interview.held | ~refresher.required_by",),
    ),
    Rule(
        id="OFF-06S",
        sentence="Refresher training under the jail enforcement model is not required more often than every two "
        "years.",
        citations=(moa("IV.C (JEM)"),),
        severity=Severity.NOTICE,
        subject=SubjectKind.OFFICER,
        on=sel("refresher.required_by"),
        terms=(
            Term(
                any_of(
                    absent(_REFRESHER),
                    at_least(Field(THIS, "due"), Later(at(_REFRESHER), _TWO_YEARS)),
                ),
                models=("JEM",),
            ),
        ),
        passes=(
            "0h refresher.required_by due=90d",
            "-640d refresher.completed | 0h refresher.required_by due=90d | "
            "-900d agreement.took_effect model=JEM",
            "-10d refresher.completed | 0h refresher.required_by due=90d | -900d agreement.took_effect model=WSO",
        ),
        fails=(
            "-639d23h59m59s refresher.completed | 0h refresher.required_by due=90d | "
            "-900d agreement.took_effect model=JEM",
        ),
        unclear=("0h refresher.required_by due=90d | ~refresher.completed",),
    ),
    Rule(
        id="OFF-07",
        sentence="Nobody acts while revoked or suspended, or after leaving.",
        citations=(moa("IV.D"),),
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(
            Term(
                all_of(
                    is_false(OFFICER, "revoked"), is_false(OFFICER, "suspended"), is_false(OFFICER, "left")
                )
            ),
        ),
        passes=(
            f"{_START}{_FORM}-9d officer.suspended valid_until=9d | 0h interview.held",
            f"{_START}{_FORM}1s officer.revoked | 0h interview.held",
            f"{_START}{_FORM}-9d officer.revoked | -1d officer.authorized | 0h interview.held",
            *by_federal_officers("-9d officer.left"),
            "0h interview.held actor=clerk-1",
        ),
        fails=(
            f"{_START}{_FORM}-9d officer.suspended valid_until=9d1s | 0h interview.held",
            f"{_START}{_FORM}0h officer.revoked | 0h interview.held",
            f"{_START}{_FORM}0h officer.left | 0h warrant.served",
            *at_every_act("-9d officer.left"),
        ),
    ),
    Rule(
        id="OFF-08",
        sentence="Credentials are returned on revocation or leaving (within 30 days).",
        citations=(moa("IV.D"),),
        severity=Severity.WARNING,
        subject=SubjectKind.OFFICER,
        on=sel("officer.revoked", "officer.left"),
        when=exists_before(sel("officer.credential_issued")),
        terms=(
            Term(
                within(_RETURNED, _RETURN),
                deadline=Later(at(THIS), _RETURN),
                done=at(_RETURNED),
            ),
        ),
        passes=("-9d officer.credential_issued | 0h officer.left | 30d officer.credential_returned",),
        fails=(
            "-9d officer.credential_issued | 0h officer.revoked | 30d1s officer.credential_returned",
            "0h officer.credential_issued | 0h officer.left",
        ),
        unclear=(
            "-9d officer.credential_issued | 0h officer.left | until 29d",
            "-9d officer.credential_issued | 0h officer.left | ~officer.credential_returned",
        ),
    ),
    Rule(
        id="OFF-09",
        sentence="Nobody who is not designated performs an immigration function.",
        citations=(statute("1357(g)(1)"), moa("IV.D, App. B")),
        basis=Basis.LAW,
        severity=Severity.VIOLATION,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(Term(all_of(Exists(OFFICER), is_true(OFFICER, "designated"))),),
        passes=(
            "0h interview.held",
            "0h interview.held actor=federal-1 actor_role=federal_officer",
            *by_federal_officers("-9d officer.nominated"),
        ),
        fails=(
            "0h interview.held actor=clerk-1 actor_role=booking_officer",
            f"{_START}1s officer.form_70_006_issued | 0h interview.held",
            *at_every_act("-9d officer.nominated"),
        ),
        unclear=("0h interview.held actor=", "0h interview.held | ~officer.form_70_006_issued"),
    ),
    Rule(
        id="OFF-10",
        sentence="The officer is assigned to the facility of the act.",
        citations=(moa("App. A (JEM)"),),
        severity=Severity.WARNING,
        guard=True,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(Term(eq(Field(OFFICER, "assigned_facility"), Field(THIS, "facility")), models=("JEM",)),),
        passes=(
            "0h interview.held",
            f"{_START}0h officer.assigned | 0h interview.held",
            *by_federal_officers("-9d officer.nominated"),
            "0h interview.held actor=clerk-1",
            "0h warrant.served facility=jail-2 | -9d agreement.took_effect model=WSO",
        ),
        fails=(
            "0h interview.held facility=jail-2",
            f"{_START}1s officer.assigned | 0h interview.held",
            "-9d officer.assigned valid_until=9d | 0h interview.held",
            *at_every_act("-9d officer.nominated"),
        ),
        unclear=("0h interview.held facility=",),
    ),
)
