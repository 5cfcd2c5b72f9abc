"""OFF: designated officers."""

from evenhand.record.events import SubjectKind
from evenhand.record.events.officer import Course, Position, Prerequisite
from evenhand.rules.algebra import (
    OFFICER,
    THIS,
    Compare,
    Condition,
    Count,
    Exists,
    Field,
    Later,
    Lit,
    Next,
    Not,
    Op,
    Prev,
    Sel,
    Unknown,
    sel,
)
from evenhand.rules.catalog.selections import ACTS, BY_LOCAL_OFFICER, at_every_act, by_federal_officers
from evenhand.rules.patterns import (
    absent,
    all_of,
    any_of,
    at,
    at_least,
    at_most,
    by,
    contains,
    days,
    eq,
    exists_before,
    given,
    is_false,
    is_true,
    ne,
    one_of,
    within,
)
from evenhand.rules.rule import Citation, Rule, Severity, Term, Use
from evenhand.rules.sources import moa, regulation, statute
from evenhand.rules.template import ALL_TEMPLATES, JEM, WSO

_KNOWN_OFFICER = all_of(BY_LOCAL_OFFICER, Exists(OFFICER))
_EVER_DESIGNATED: Condition = any_of(
    is_true(OFFICER, "designated"), is_true(OFFICER, "authorized"), is_true(OFFICER, "had_papers")
)
"""Any of the three papers names the person: without any, OFF-09 reports; with some of them, OFF-05."""
_DESIGNATED_OFFICER = all_of(BY_LOCAL_OFFICER, Exists(OFFICER), is_true(OFFICER, "had_papers"))

_NOMINATED = Prev(sel("officer.nominated"))
_TRAINING = Prev(sel("training.completed"))
_DECISION = Prev(sel("officer.eligibility_decided"))
_REFRESHER_DONE = Next(sel("refresher.completed"))
_LAST_REFRESHER = Prev(sel("refresher.completed"))
_INITIAL_COURSE = Prev(sel("training.completed", course=Course.JEM_BASIC))
# The shortest 24 calendar months.
_TWO_YEARS = days(2 * 365)
_CARD, _CARD_BACK = Prev(sel("officer.credential_issued")), Prev(sel("officer.credential_returned"))
_RETURNED, _RETURN = Next(sel("officer.credential_returned")), days(30, ours=True)
_REASON_TO_RETURN = sel("officer.revoked", "officer.left", "officer.credential_requested")
_LEAVE_NOTICE = Prev(sel("officer.leave_notice_given"))
_FIELD_OFFICE_DIRECTOR: Condition = one_of(THIS, "signed_by_position", Position.FIELD_OFFICE_DIRECTOR)


def _all_four(section: str, quote: str, page: str = "p. 2") -> Citation:
    """A section that all four templates have on one page."""
    return moa(section, quote, J20=page, J25=page, W19=page, W25=page)


def _trained(*courses: Course) -> Condition:
    """One of the courses was completed; unknown if the last training does not name its course."""
    return any_of(
        exists_before(sel("training.completed", course=courses)),
        all_of(Exists(_TRAINING), Not(given(_TRAINING, "course")), Unknown("training.completed.course")),
    )


def _examined(course: Course, *limits: Condition) -> Condition:
    """The last examination of the course was passed, and the limits hold."""
    taken = sel("examination.taken")
    last = Prev(sel("examination.taken", course=course))
    every_course_stated = eq(
        _since_nomination(taken), _since_nomination(sel(*taken.types, having=("course",)))
    )
    every_score_stated = eq(_since_nomination(taken), _since_nomination(sel(*taken.types, having=("score",))))
    return all_of(
        any_of(Exists(last), all_of(Not(every_course_stated), Unknown("examination.taken.course"))),
        at_least(Field(last, "score"), 70),
        any_of(every_score_stated, Unknown("examination.taken.score")),
        any_of(every_course_stated, Unknown("examination.taken.course")),
        *limits,
    )


def _since_nomination(selection: Sel) -> Count:
    return Count(selection, since=_NOMINATED)


def _nominee_has(*prerequisites: Prerequisite) -> Condition:
    return all_of(*(contains(THIS, "prerequisites", Lit(str(p))) for p in prerequisites))


_JEM_FAILED = _since_nomination(sel("examination.taken", course=Course.JEM_BASIC, below={"score": 70}))
_JEM_REMEDIAL = _since_nomination(sel("examination.taken", course=Course.JEM_BASIC, remedial=True))
_WSO_TAKEN = _since_nomination(sel("examination.taken", course=Course.WSO_BASIC))

_J20, _J25 = "-9d agreement.took_effect template=2020", "-9d agreement.took_effect"
_W19 = "-9d agreement.took_effect model=WSO template=2019"
_W25 = "-9d agreement.took_effect model=WSO template=2025"
_UNREAD = "-9d agreement.took_effect template=2009"
_LONG_W25 = "-900d agreement.took_effect model=WSO template=2025"
_START = "-30d officer.nominated | -29d officer.certified | -28d officer.authorized"
_FORM = "-27d officer.form_70_006_issued"
_READY = f"{_START} | {_FORM}"
_PAPERS = "-9d officer.certified | -8d officer.authorized | -8d officer.form_70_006_issued"

RULES = (
    Rule(
        id="OFF-01",
        sentence="The officer is a U.S. citizen and an employee of the agency.",
        citations=(
            _all_four("IV.B", "All candidates must be United States citizens", page="p. 1"),
            statute("1357(g)(1)", "an officer or employee of the State or subdivision"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(
            Term(is_true(OFFICER, "attested"), templates=ALL_TEMPLATES),
            Term(is_false(OFFICER, "left")),
        ),
        passes=(
            "0h interview.held",
            f"{_START} | 1s officer.left | 0h interview.held",
            f"{_START} | -9d officer.left | -8d officer.nominated | 0h interview.held",
            f"-9d officer.nominated citizenship_attested=no | 0h interview.held | {_UNREAD}",
            *by_federal_officers("-9d officer.nominated citizenship_attested=no"),
            "0h interview.held actor=clerk-1",
            "0h record_check.done | -9d officer.nominated citizenship_attested=no",
        ),
        fails=(
            "-9d officer.nominated citizenship_attested=no | 0h interview.held",
            f"-9d officer.nominated citizenship_attested=no | 0h warrant.served | {_W19}",
            f"{_START} | 0h officer.left | 0h determination.made",
            f"{_START} | -9d officer.left | 0h determination.made | {_UNREAD}",
            *at_every_act("-9d officer.nominated citizenship_attested=no"),
        ),
        unclear=(
            "-9d officer.nominated citizenship_attested= | 0h interview.held",
            f"{_START} | 9h officer.left | 0h..23h59m interview.held",
            "0h interview.held | ~officer.left",
            "0h interview.held | ~officer.nominated",
            f"{_START} | 0h officer.left | 0h interview.held actor_role=",
        ),
    ),
    Rule(
        id="OFF-02",
        sentence="ICE approves each candidate of a jail enforcement agreement, after a background investigation and "
        "an eligibility decision.",
        citations=(
            moa(
                "IV.B",
                "ICE will conduct a background investigation and make an eligibility determination on each "
                "candidate prior to personnel being authorized ... All LEA candidates must be approved by ICE",
                J20="p. 1-2",
                J25="p. 1-2",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(all_of(Exists(_DECISION), one_of(_DECISION, "outcome", "eligible")), templates=JEM),
            Term(
                exists_before(sel("background_check.done")),
                templates=JEM,
                severity=Severity.WARNING,
                promise=True,
            ),
        ),
        passes=(
            "-1d background_check.done | 0h officer.eligibility_decided | 0h officer.authorized",
            "-2d background_check.done | -1d officer.eligibility_decided outcome=ineligible | "
            "-1h officer.eligibility_decided | 0h officer.authorized",
            "-9d background_check.done | -2d..-1d officer.eligibility_decided | 0h..9h officer.authorized",
            f"0h officer.authorized | {_W19}",
            f"0h officer.authorized | {_W25}",
            f"0h officer.authorized | {_UNREAD}",
        ),
        fails=(
            "-1d background_check.done | 1s officer.eligibility_decided | 0h officer.authorized",
            "-1d background_check.done | -1d officer.eligibility_decided outcome=ineligible | 0h officer.authorized",
            "-3d background_check.done | -2d officer.eligibility_decided | "
            "-1d officer.eligibility_decided outcome=ineligible | 0h officer.authorized",
            "-1d officer.eligibility_decided | 0h officer.authorized",
            f"1s background_check.done | -1d officer.eligibility_decided | 0h officer.authorized | {_J20}",
            "0h officer.authorized",
        ),
        unclear=(
            "-1d background_check.done | 0h officer.authorized | ~officer.eligibility_decided",
            "-1d officer.eligibility_decided | 0h officer.authorized | ~background_check.done",
            "-1d background_check.done | 0h..23h59m officer.eligibility_decided | 0h..23h59m officer.authorized",
            "0h officer.authorized | -9d agreement.took_effect template=",
        ),
    ),
    Rule(
        id="OFF-02Q",
        sentence="If ICE makes a background check for a warrant service officer agreement, the candidate completed "
        "the questionnaire.",
        citations=(
            moa(
                "IV.B",
                "This background check requires all candidates to complete a background questionnaire",
                W19="p. 1",
                W25="p. 2",
            ),
        ),
        severity=Severity.VIOLATION,
        subject=SubjectKind.OFFICER,
        on=sel("background_check.done"),
        terms=(Term(is_true(THIS, "questionnaire"), templates=WSO),),
        passes=(
            f"0h background_check.done | {_W25}",
            f"0h..23h59m background_check.done | {_W19}",
            "0h background_check.done questionnaire=no",
        ),
        fails=(
            f"0h background_check.done questionnaire=no | {_W25}",
            f"0h background_check.done questionnaire=no | {_W19}",
        ),
        unclear=(
            f"0h background_check.done questionnaire= | {_W25}",
            f"0h background_check.done | ~background_check.done.questionnaire | {_W19}",
        ),
    ),
    Rule(
        id="OFF-03",
        sentence="The officer completes ICE's training for the model before authorization.",
        citations=(
            statute(
                "1357(g)(2)", "have received adequate training regarding the enforcement of relevant Federal"
            ),
            _all_four("IV.C", "Before ... they must successfully complete ... training"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(exists_before(sel("training.completed"))),
            Term(_trained(Course.JEM_BASIC), templates=JEM),
            # The jail enforcement course teaches the service of warrants too.
            Term(_trained(Course.WSO_BASIC, Course.JEM_BASIC), templates=WSO),
        ),
        passes=(
            "0h training.completed | 0h officer.authorized",
            "-2d..-1d training.completed | 0h..9h officer.authorized",
            f"-9d training.completed course=wso_basic | 0h officer.authorized | {_W19}",
            f"-9d training.completed | 0h officer.authorized | {_W25}",
            f"-9d training.completed course= | 0h officer.authorized | {_UNREAD}",
            "-9d training.completed | -5d training.completed course= | 0h officer.authorized",
        ),
        fails=(
            "1s training.completed | 0h officer.authorized",
            "0h officer.authorized",
            f"0h officer.authorized | {_UNREAD}",
            "-9d training.completed course=wso_basic | 0h officer.authorized",
            f"-9d training.completed course=refresher | 0h officer.authorized | {_W25}",
        ),
        unclear=(
            "0h officer.authorized | ~training.completed",
            "0h officer.authorized | ?training.completed",
            "-9d training.completed course= | 0h officer.authorized",
            f"-9d training.completed course= | 0h officer.authorized | {_W25}",
            "0h..23h59m training.completed | 0h..23h59m officer.authorized",
            "-9d training.completed course=wso_basic | 0h officer.authorized | ~training.completed.course",
        ),
    ),
    Rule(
        id="OFF-04",
        sentence="The officer passed the examinations of the last training with 70 percent: under the jail "
        "enforcement model with at most one remedial and fewer than two failures, under the warrant service officer "
        "model with at most one re-take.",
        citations=(
            _all_four("IV.C", "must pass ... with a minimum score of 70"),
            moa(
                "IV.C",
                "maximum of one remedial examination; failure ... on any two examinations ... will result in the "
                "disqualification",
                J20="p. 2",
                J25="p. 2",
            ),
            moa("IV.C", "one opportunity to review the testing material and re-take", W19="p. 2", W25="p. 2"),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(
                _examined(Course.JEM_BASIC, at_most(_JEM_FAILED, 1), at_most(_JEM_REMEDIAL, 1)), templates=JEM
            ),
            Term(_examined(Course.WSO_BASIC, at_most(_WSO_TAKEN, 2)), templates=WSO),
        ),
        passes=(
            "-9d officer.nominated | 0h examination.taken score=70 | 0h officer.authorized",
            "-9d officer.nominated | -3d examination.taken score=60 | "
            "-1d examination.taken score=90 attempt=2 remedial=yes | 0h officer.authorized",
            # Failures before the last nomination, and a letter that is renewed.
            "-900d officer.nominated | -890d examination.taken score=60 | -880d examination.taken score=60 | "
            "-30d officer.nominated | -3d examination.taken score=60 | -1d examination.taken score=90 remedial=yes | "
            "0h officer.authorized",
            "-9d officer.nominated | -3d examination.taken score=60 | -2d examination.taken remedial=yes | "
            "-1d officer.authorized | 0h officer.authorized",
            # An examination after the letter.
            f"-8d officer.nominated | -1d examination.taken remedial=yes | 0h officer.authorized | "
            f"1d examination.taken remedial=yes | {_J20}",
            f"-8d officer.nominated | -3d examination.taken score=60 course=wso_basic | "
            f"-1d examination.taken score=70 course=wso_basic remedial=yes | 0h officer.authorized | {_W25}",
            "-9d officer.nominated | -3d examination.taken score=70 | -2d examination.taken score=70 | "
            "0h officer.authorized",
            f"-800d officer.nominated | -790d examination.taken course= | "
            f"-780d examination.taken score= | -8d officer.nominated | -3d examination.taken course=wso_basic | "
            f"-2d examination.taken course=wso_basic | 0h officer.authorized | {_W25}",
            f"-800d officer.nominated | -790d examination.taken course=wso_basic | "
            f"-780d examination.taken course=wso_basic | -8d officer.nominated | "
            f"-3d examination.taken course=wso_basic | 0h officer.authorized | {_W19}",
            # What the other model forbids, and the other course.
            "-8d officer.nominated | -5d examination.taken course=wso_basic score=60 remedial=yes | "
            "-4d examination.taken course=wso_basic score=60 remedial=yes | -1d examination.taken | "
            "0h officer.authorized",
            f"-8d officer.nominated | -3d examination.taken remedial=yes | -2d examination.taken remedial=yes | "
            f"-1d examination.taken course=wso_basic | 0h officer.authorized | {_W19}",
            "-8d officer.nominated | -5d examination.taken course=wso_basic | -4d examination.taken course=wso_basic | "
            "-3d examination.taken course=wso_basic | -1d examination.taken | 0h officer.authorized",
            "-8d officer.nominated | -1d..-1h examination.taken | 0h..9h officer.authorized",
            f"0h officer.authorized | {_UNREAD}",
        ),
        fails=(
            "-9d officer.nominated | -1d examination.taken score=69.9 | 0h officer.authorized",
            "-9d officer.nominated | -2d examination.taken score=90 | -1d examination.taken score=60 | "
            "0h officer.authorized",
            "-9d officer.nominated | 1s examination.taken | 0h officer.authorized",
            # Two failures, though a third was passed and none is called remedial.
            "-9d officer.nominated | -3d examination.taken score=69.9 | -2d examination.taken score=69.9 | "
            "-1d examination.taken score=90 | 0h officer.authorized",
            "-9d officer.nominated | -3d examination.taken remedial=yes | -1d examination.taken remedial=yes | "
            "0h officer.authorized",
            # No nomination on record: from the beginning.
            f"-3d examination.taken score=60 | -2d examination.taken score=60 | -1d examination.taken | "
            f"0h officer.authorized | {_J20}",
            f"-8d officer.nominated | -3d examination.taken course=wso_basic score=60 | "
            f"-2d examination.taken course=wso_basic score=60 | -1d examination.taken course=wso_basic | "
            f"0h officer.authorized | {_W25}",
            f"-8d officer.nominated | -1d examination.taken course=wso_basic score=69 | 0h officer.authorized | {_W19}",
            f"-8d officer.nominated | -1d examination.taken | 0h officer.authorized | {_W19}",
            "-8d officer.nominated | -1d examination.taken course=wso_basic | 0h officer.authorized",
        ),
        unclear=(
            "-9d officer.nominated | -1d examination.taken score= | 0h officer.authorized",
            "-9d officer.nominated | -2d examination.taken score= | -1d examination.taken | 0h officer.authorized",
            "-9d officer.nominated | -1d examination.taken course= | 0h officer.authorized",
            "-9d officer.nominated | -1d examination.taken | 0h officer.authorized | ~examination.taken.remedial",
            "-9d officer.nominated | 0h officer.authorized | ~examination.taken",
            "-9d officer.nominated | 0h..23h59m examination.taken | 0h..23h59m officer.authorized",
            "-9d officer.nominated | -2d examination.taken course= score=60 | -1d examination.taken | "
            "0h officer.authorized",
            f"-8d officer.nominated | -2d examination.taken course= | -1d examination.taken course=wso_basic | "
            f"0h officer.authorized | {_W25}",
            f"-8d officer.nominated | -1d examination.taken course= | 0h officer.authorized | {_W19}",
            f"-8d officer.nominated | -2d examination.taken course=wso_basic score= | "
            f"-1d examination.taken course=wso_basic | 0h officer.authorized | {_W25}",
            # On which side of the nomination the first failure lies.
            "-9d..-5d officer.nominated | -7d examination.taken score=60 | -3d examination.taken score=60 | "
            "-1d examination.taken | 0h officer.authorized",
            "-3d examination.taken remedial=yes | -1d examination.taken remedial=yes | 0h officer.authorized | "
            "~agreement.took_effect",
        ),
    ),
    Rule(
        id="OFF-05",
        sentence="Written certification, the authorization letter and ICE Form 70-006 exist before any act.",
        citations=(
            statute("1357(g)(2)", "shall contain a written certification that the officers or employees"),
            _all_four(
                "IV.D",
                "Only those certified LEA personnel who receive authorization letters and ICE Form 70-006 ... may "
                "conduct immigration officer functions",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_DESIGNATED_OFFICER,
        terms=(
            Term(is_true(OFFICER, "certified")),
            Term(
                # A letter in force that follows a certification.
                all_of(is_true(OFFICER, "certified_first"), is_true(OFFICER, "designated")),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            f"{_START} | 0h officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified valid_until=9d1s | -8d officer.authorized | "
            "-8d officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified | -9d officer.authorized | -9d officer.form_70_006_issued | 0h interview.held",
            f"{_READY} | -9d officer.certified | 0h interview.held",
            # OFF-07 reports acts after a revocation, OFF-09 acts of people who were never designated.
            f"{_READY} | 0h officer.revoked | 0h interview.held",
            "-9d officer.nominated | 0h interview.held",
            "0h interview.held actor=clerk-1",
            f"-9d officer.certified | 0h interview.held | {_UNREAD}",
            *by_federal_officers("-9d officer.form_70_006_issued"),
            "0h record_check.done | -9d officer.form_70_006_issued",
        ),
        fails=(
            f"{_START} | 1s officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified valid_until=9d | -8d officer.authorized | "
            "-8d officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified | -8d officer.form_70_006_issued | 1s officer.authorized | 0h interview.held",
            f"-9d officer.certified | -8d officer.form_70_006_issued | 0h warrant.served | {_W19}",
            "-9d officer.certified | -8d officer.authorized valid_until=8d | -8d officer.form_70_006_issued | "
            "0h interview.held",
            # The letter before the certification, whatever the template says of letters.
            "-9d officer.authorized | -8d officer.certified | -8d officer.form_70_006_issued | 0h interview.held",
            f"-8d officer.authorized | -8d officer.form_70_006_issued | 0h interview.held | {_UNREAD}",
            *at_every_act("-9d officer.form_70_006_issued"),
        ),
        unclear=(
            "0h interview.held | ~officer.certified",
            "0h interview.held | ~officer.form_70_006_issued",
            f"{_START} | 9h officer.form_70_006_issued | 0h..23h59m interview.held",
            "-9d..-8d officer.certified | -9d..-8d officer.authorized | -8d officer.form_70_006_issued | "
            "0h interview.held",
            "-9d officer.form_70_006_issued | 0h interview.held actor_role=",
        ),
    ),
    Rule(
        id="OFF-06",
        sentence="The officer completes a refresher, or additional training, by the date that ICE set.",
        citations=(
            moa(
                "IV.C",
                "will also be required to complete refresher training as needed ... will also complete any additional "
                "training required by ICE",
                J20="p. 2",
                J25="p. 2",
            ),
            moa("IV.C", "may require additional training as needed", W19="p. 2", W25="p. 2"),
        ),
        severity=Severity.WARNING,
        use=Use.WARNS,
        subject=SubjectKind.OFFICER,
        on=sel("refresher.required_by"),
        terms=(
            Term(
                by(_REFRESHER_DONE, Field(THIS, "due")),
                deadline=Field(THIS, "due"),
                done=at(_REFRESHER_DONE),
                templates=ALL_TEMPLATES,
                promise=True,
            ),
        ),
        passes=(
            "0h refresher.required_by due=90d | 90d refresher.completed",
            "0h refresher.required_by due=90d | 89d..89d23h refresher.completed",
            f"0h refresher.required_by due=90d | 9d refresher.completed | {_W19}",
            f"0h refresher.required_by due=90d | {_UNREAD}",
        ),
        fails=(
            "0h refresher.required_by due=90d | 90d1s refresher.completed",
            "-9d refresher.completed | 0h refresher.required_by due=90d",
            f"0h refresher.required_by due=90d | 91d..92d refresher.completed | {_J20}",
            f"0h refresher.required_by due=90d | {_W25}",
        ),
        unclear=(
            "0h refresher.required_by due=90d | until 89d",
            "0h refresher.required_by due=90d | 89d..91d refresher.completed",
            "0h refresher.required_by due=90d | ~refresher.completed",
            "0h refresher.required_by due=90d | ?refresher.completed",
        ),
    ),
    Rule(
        id="OFF-06S",
        sentence="ICE asks for a refresher under the jail enforcement model at most every two years.",
        citations=(
            moa(
                "IV.C",
                "but not more frequently than every two years after the initial course completion",
                J20="p. 2",
                J25="p. 2",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.OFFICER,
        on=sel("refresher.required_by"),
        terms=(
            Term(
                all_of(
                    *(
                        any_of(absent(done), at_least(Field(THIS, "due"), Later(at(done), _TWO_YEARS)))
                        for done in (_INITIAL_COURSE, _LAST_REFRESHER)
                    )
                ),
                templates=JEM,
            ),
        ),
        passes=(
            "0h refresher.required_by due=90d",
            "-640d training.completed | 0h refresher.required_by due=90d",
            f"-900d training.completed | -640d refresher.completed | 0h refresher.required_by due=90d | {_J20}",
            # Other training is none of the initial course, and WSO has no such limit.
            "-900d training.completed | -9d training.completed course=wso_basic | 0h refresher.required_by due=90d",
            f"-10d refresher.completed | 0h refresher.required_by due=90d | {_W25}",
            f"-10d refresher.completed | 0h refresher.required_by due=90d | {_UNREAD}",
        ),
        fails=(
            "-639d23h59m59s refresher.completed | 0h refresher.required_by due=90d",
            "-639d23h59m59s training.completed | 0h refresher.required_by due=90d",
            f"-900d refresher.completed | -10d refresher.completed | 0h refresher.required_by due=90d | {_J20}",
        ),
        unclear=(
            "0h refresher.required_by due=90d | ~refresher.completed",
            "0h refresher.required_by due=90d | ~training.completed",
            "-641d..-639d refresher.completed | 0h refresher.required_by due=90d",
        ),
    ),
    Rule(
        id="OFF-07",
        sentence="Nobody acts after a revocation, withdrawal or suspension takes effect, or after leaving.",
        citations=(
            _all_four(
                "IV.D",
                "Only those certified LEA personnel who receive authorization letters and ICE Form 70-006 ... may "
                "conduct immigration officer functions",
            ),
            moa("IV.D", "valid until the LEA personnel is revoked", J20="p. 3", J25="p. 3"),
            moa("IV.D", "identifying an effective date of withdrawal", W19="p. 2", W25="p. 3"),
            moa(
                "App. B",
                "ICE may suspend or revoke an individual's immigration enforcement authority",
                W19="p. 10",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_KNOWN_OFFICER,
        terms=(
            Term(
                all_of(
                    is_false(OFFICER, "revoked"), is_false(OFFICER, "suspended"), is_false(OFFICER, "left")
                ),
                templates=ALL_TEMPLATES,
            ),
        ),
        passes=(
            f"{_READY} | -9d officer.suspended valid_until=9d | 0h interview.held",
            f"{_READY} | 1s officer.revoked | 0h interview.held",
            f"{_READY} | -9d officer.revoked | -1d officer.authorized | 0h interview.held",
            f"{_READY} | -9d officer.revoked effective_from=9d1s | 0h warrant.served | {_W19}",
            f"{_READY} | -9d officer.left | -8d officer.nominated | 0h interview.held",
            f"{_READY} | 24h..47h59m officer.left | 0h..23h59m interview.held",
            f"{_READY} | 0h officer.revoked | 0h interview.held | {_UNREAD}",
            *by_federal_officers("-9d officer.left"),
            "0h interview.held actor=clerk-1",
            f"{_READY} | -9d officer.revoked | 0h record_check.done",
        ),
        fails=(
            f"{_READY} | -9d officer.suspended valid_until=9d1s | 0h interview.held",
            f"{_READY} | 0h officer.revoked | 0h interview.held",
            f"{_READY} | 0h officer.left | 0h warrant.served",
            f"{_READY} | -9d officer.revoked effective_from=9d | 0h warrant.served | {_W25}",
            f"{_READY} | -24h..-1m officer.revoked | 0h..23h59m interview.held | {_J20}",
            *at_every_act("-9d officer.left"),
        ),
        unclear=(
            "0h interview.held | ~officer.revoked",
            "0h interview.held | ~officer.suspended",
            f"{_READY} | 0h..23h59m officer.revoked | 0h..23h59m interview.held",
            f"{_READY} | 9h officer.left | 0h..23h59m interview.held",
            f"{_READY} | -9d officer.left | 0h interview.held | -9d agreement.took_effect template=",
            f"{_READY} | -9d officer.left | 0h interview.held actor_role=",
        ),
    ),
    Rule(
        id="OFF-08",
        sentence="Credentials go back to ICE when the officer stops taking part or the field office director asks "
        "(within 30 days).",
        citations=(
            _all_four(
                "IV.D",
                "shall be returned to ICE upon termination of this agreement, when a participating LEA employee "
                "ceases his/her participation, or when deemed necessary by the FOD",
            ),
        ),
        severity=Severity.WARNING,
        subject=SubjectKind.OFFICER,
        on=_REASON_TO_RETURN,
        # The officer has a card, and this is the first reason to return it.
        when=all_of(
            Exists(_CARD),
            any_of(absent(_CARD_BACK), Compare(at(_CARD_BACK), Op.LT, at(_CARD))),
            any_of(
                absent(Prev(_REASON_TO_RETURN)),
                Compare(at(Prev(_REASON_TO_RETURN)), Op.LT, at(_CARD)),
            ),
        ),
        terms=(
            Term(
                within(_RETURNED, _RETURN),
                deadline=Later(at(THIS), _RETURN),
                done=at(_RETURNED),
                templates=ALL_TEMPLATES,
                while_in_force=False,
            ),
        ),
        passes=(
            "-9d officer.credential_issued | 0h officer.left | 30d officer.credential_returned",
            f"-9d officer.credential_issued | 0h officer.credential_requested | 9d officer.credential_returned | {_W19}",
            "-9d officer.credential_issued | 0h officer.revoked | 5d officer.credential_returned | 9d officer.left",
            "-9d officer.credential_issued | -5d officer.credential_returned | 0h officer.left",
            "-9d officer.credential_issued | -9d officer.credential_returned | 0h officer.left",
            "0h officer.left",
            "-9d officer.credential_issued | 0h..23h officer.left | 29d..29d23h officer.credential_returned",
            f"-9d officer.credential_issued | 0h officer.left | {_UNREAD}",
        ),
        fails=(
            "-9d officer.credential_issued | 0h officer.revoked | 30d1s officer.credential_returned",
            "0h officer.credential_issued | 0h officer.left",
            "-9d officer.credential_issued | 0h officer.credential_requested | 31d officer.left | "
            "40d officer.credential_returned",
            f"-9d officer.credential_issued | 0h officer.left | {_W25}",
            "-9d officer.credential_issued | 0h officer.left | -99d agreement.took_effect | -1d agreement.ended",
            "-99d officer.credential_issued | -90d officer.credential_returned | -9d officer.credential_issued | "
            "0h officer.left",
        ),
        unclear=(
            "-9d officer.credential_issued | 0h officer.left | until 29d",
            "-9d officer.credential_issued | 0h officer.left | ~officer.credential_returned",
            "0h..23h59m officer.credential_issued | 0h..23h59m officer.left",
            "-9d officer.credential_issued | 0h..23h officer.left | 30d1s officer.credential_returned",
            "0h officer.left | ?officer.credential_issued",
        ),
    ),
    Rule(
        id="OFF-09",
        sentence="Only designated officers and ICE perform immigration functions.",
        citations=(
            statute("1357(g)(1)", "who is determined by the Attorney General to be qualified"),
            _all_four("IV.D", "Only those certified LEA personnel"),
            moa(
                "App. B",
                "not designated and certified pursuant to this MOA but are acting in immigration functions in "
                "violation of this MOA",
                J20="p. 10",
                J25="p. 10",
                W19="p. 9",
                W25="p. 9",
            ),
            regulation("236.1(b)(1), 241.2(b)", "may be served only by", unverified=True),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=BY_LOCAL_OFFICER,
        terms=(Term(all_of(Exists(OFFICER), _EVER_DESIGNATED)),),
        passes=(
            "0h interview.held",
            "0h interview.held actor=federal-1 actor_role=federal_officer",
            # OFF-05 reports papers that are missing or have lapsed, OFF-07 an authority that has ended.
            f"{_START} | 1s officer.form_70_006_issued | 0h interview.held",
            "-9d officer.certified valid_until=1d | 0h interview.held",
            f"{_READY} | -9d officer.revoked | 0h interview.held",
            "0h interview.held | ~officer.certified | ~officer.authorized",
            "0h interview.held | ~officer.certified | ~officer.form_70_006_issued",
            "0h interview.held | ~officer.authorized | ~officer.form_70_006_issued",
            *by_federal_officers("-9d officer.nominated"),
            "0h record_check.done actor=clerk-1 actor_role=booking_officer",
            "0h detainer.served actor=clerk-1 actor_role=booking_officer",
        ),
        fails=(
            "0h interview.held actor=clerk-1 actor_role=booking_officer",
            f"0h warrant.served actor=clerk-1 actor_role=booking_officer | {_UNREAD}",
            "-9d officer.nominated | 1s officer.certified | 0h interview.held",
            "-9d officer.nominated | 24h..47h59m officer.certified | 0h..23h59m interview.held",
            *at_every_act("-9d officer.nominated"),
        ),
        unclear=(
            "0h interview.held actor=",
            "0h interview.held actor_role= actor=clerk-1",
            "-9d officer.nominated | 0h interview.held | ~officer.certified",
            "-9d officer.nominated | 9h officer.certified | 0h..23h59m interview.held",
        ),
    ),
    Rule(
        id="OFF-10",
        sentence="An officer of a jail enforcement agreement is on detention duty at a jail of the agency.",
        citations=(
            moa(
                "App. A",
                "will be LEA officers assigned to detention duties ... only during the course of their normal duties "
                "while assigned to the LEA's jail/correctional facilities",
                J20="p. 8",
                J25="p. 8",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_DESIGNATED_OFFICER,
        terms=(
            Term(
                any_of(
                    ne(Field(OFFICER, "assigned_facility"), ""),
                    all_of(is_false(OFFICER, "ever_assigned"), Unknown("officer.assigned")),
                ),
                templates=JEM,
            ),
        ),
        passes=(
            "0h interview.held",
            # Officers may rotate between the agency's jails.
            "0h interview.held facility=jail-2",
            "0h interview.held facility=",
            f"{_READY} | 0h officer.assigned | 0h interview.held",
            f"{_READY} | -9d officer.assigned valid_until=1d | -8d officer.assigned | 0h interview.held",
            *by_federal_officers(f"{_READY} | -9d officer.assigned valid_until=1d"),
            "0h interview.held actor=clerk-1",
            "-9d officer.nominated | -9d officer.assigned valid_until=1d | 0h interview.held",
            f"{_READY} | -9d officer.assigned valid_until=1d | 0h warrant.served | {_W25}",
            f"{_READY} | -9d officer.assigned valid_until=1d | 0h interview.held | {_UNREAD}",
        ),
        fails=(
            f"{_READY} | -9d officer.assigned valid_until=9d | 0h interview.held",
            f"{_READY} | -9d officer.assigned valid_from=10d | 0h interview.held | {_J20}",
            *at_every_act(f"{_READY} | -9d officer.assigned valid_until=1d"),
        ),
        unclear=(
            f"{_READY} | 0h interview.held",
            f"{_READY} | 1s officer.assigned | 0h interview.held",
            "0h interview.held | ~officer.assigned",
            f"{_READY} | -9d officer.assigned valid_until=9d9h | 0h..23h59m interview.held",
            f"{_READY} | -9d officer.assigned valid_until=1d | 0h interview.held actor_role=",
        ),
    ),
    Rule(
        id="OFF-11",
        sentence="The officer holds ICE credentials when acting.",
        citations=(
            _all_four(
                "IV.D",
                "shall carry their ICE-issued credentials while performing immigration officer functions",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.WARNS,
        subject=SubjectKind.BOOKING,
        on=ACTS,
        when=_DESIGNATED_OFFICER,
        terms=(Term(is_true(OFFICER, "credentialed"), templates=ALL_TEMPLATES),),
        passes=(
            "0h interview.held",
            f"{_READY} | 0h officer.credential_issued | 0h interview.held",
            f"{_READY} | -9d officer.credential_issued | -5d officer.credential_returned | "
            f"-4d officer.credential_issued | 0h warrant.served | {_W19}",
            f"{_READY} | 0h interview.held | {_UNREAD}",
            "-9d officer.nominated | 0h interview.held",
            "0h interview.held actor=clerk-1",
            *by_federal_officers(_READY),
        ),
        fails=(
            f"{_READY} | 1s officer.credential_issued | 0h interview.held",
            f"{_READY} | -9d officer.credential_issued | 0h officer.credential_returned | 0h interview.held",
            f"{_READY} | 0h warrant.served | {_W25}",
            *at_every_act(_READY),
        ),
        unclear=(
            "0h interview.held | ~officer.credential_issued",
            f"{_READY} | 9h officer.credential_issued | 0h..23h59m interview.held",
            f"{_READY} | 0h interview.held actor_role=",
        ),
    ),
    Rule(
        id="OFF-12",
        sentence="The field office director signs the letter after certification.",
        citations=(
            _all_four(
                "IV.D",
                "Upon receipt of the certification, the ICE Field Office Director ... will provide ... a signed "
                "authorization letter",
            ),
        ),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.authorized"),
        terms=(
            Term(
                all_of(exists_before(sel("officer.certified")), _FIELD_OFFICE_DIRECTOR),
                templates=ALL_TEMPLATES,
                promise=True,
            ),
        ),
        passes=(
            "0h officer.certified | 0h officer.authorized",
            f"-2d..-1d officer.certified | 0h..9h officer.authorized | {_W19}",
            f"-900d officer.certified | 0h officer.authorized | {_J20}",
            f"0h officer.authorized signed_by_position=other | {_UNREAD}",
        ),
        fails=(
            "1s officer.certified | 0h officer.authorized",
            "0h officer.authorized",
            "-9d officer.certified | 0h officer.authorized signed_by_position=deputy_field_office_director",
            f"-9d officer.certified | 0h officer.authorized signed_by_position=other | {_W25}",
        ),
        unclear=(
            "-9d officer.certified | 0h officer.authorized signed_by_position=",
            "0h officer.authorized | ~officer.certified",
            "0h..23h59m officer.certified | 0h..23h59m officer.authorized",
        ),
    ),
    Rule(
        id="OFF-13",
        sentence="A revocation or withdrawal is in writing.",
        citations=(
            moa(
                "IV.D",
                "must be memorialized in a written notice of withdrawal identifying an effective date of withdrawal "
                "and the personnel",
                W19="p. 2",
                W25="p. 3",
            ),
            moa(
                "IV.D",
                "will remain valid until the LEA personnel is revoked via the issuance of a letter of revocation signed "
                "by the FOD",
                J20="p. 3",
                J25="p. 3",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.revoked"),
        terms=(
            Term(all_of(is_true(THIS, "written"), given(THIS, "effective_from")), templates=WSO),
            Term(
                all_of(is_true(THIS, "written"), _FIELD_OFFICE_DIRECTOR),
                templates=JEM,
                severity=Severity.WARNING,
                promise=True,
            ),
        ),
        passes=(
            "0h officer.revoked",
            f"0h..23h59m officer.revoked | {_J20}",
            f"0h officer.revoked effective_from=0 signed_by_position= | {_W25}",
            f"0h officer.revoked effective_from=9d | {_W19}",
            f"0h officer.revoked written=no | {_UNREAD}",
        ),
        fails=(
            "0h officer.revoked written=no",
            f"0h officer.revoked signed_by_position=other | {_J20}",
            f"0h officer.revoked | {_W25}",
            f"0h officer.revoked written=no effective_from=0 | {_W19}",
        ),
        unclear=(
            "0h officer.revoked written=",
            "0h officer.revoked signed_by_position=",
            f"0h officer.revoked | ~officer.revoked.effective_from | {_W25}",
        ),
    ),
    Rule(
        id="OFF-14",
        sentence="The agency tells ICE 90 days before an officer of a warrant service officer agreement stops.",
        citations=(
            moa(
                "IV.D",
                "will make every attempt, where practicable, to provide ICE with a 90 day notice",
                W19="p. 3",
                W25="p. 3",
            ),
        ),
        severity=Severity.NOTICE,
        subject=SubjectKind.OFFICER,
        on=sel("officer.left"),
        terms=(
            Term(
                all_of(
                    Exists(_LEAVE_NOTICE),
                    at_most(at(_LEAVE_NOTICE), Later(at(THIS), days(-90))),
                ),
                templates=WSO,
            ),
        ),
        passes=(
            f"-90d officer.leave_notice_given | 0h officer.left | {_W19}",
            f"-92d..-91d officer.leave_notice_given | 0h..23h59m officer.left | {_W25}",
            "0h officer.left",
        ),
        fails=(
            f"-89d23h59m59s officer.leave_notice_given | 0h officer.left | {_W25}",
            f"0h officer.left | {_W19}",
            f"0h officer.left | 1d officer.leave_notice_given | {_LONG_W25}",
        ),
        unclear=(
            f"0h officer.left | ~officer.leave_notice_given | {_W25}",
            f"-90d12h officer.leave_notice_given | -23h..1h officer.left | {_W25}",
        ),
    ),
    Rule(
        id="OFF-15",
        sentence="The candidate meets the other conditions of nomination.",
        citations=(
            _all_four(
                "IV.B",
                "All candidates must ... have knowledge of ... laws and regulations ... have been trained on "
                "maintaining the security of LEA facilities",
                page="p. 1",
            ),
            moa(
                "IV.B",
                "must be able to qualify for access to the appropriate DHS and ICE databases/systems",
                J20="p. 2",
                J25="p. 2",
            ),
        ),
        severity=Severity.VIOLATION,
        use=Use.BLOCKS,
        subject=SubjectKind.OFFICER,
        on=sel("officer.nominated"),
        terms=(
            Term(
                _nominee_has(
                    Prerequisite.KNOWLEDGE_AND_AUTHORITY,
                    Prerequisite.FACILITY_SECURITY_TRAINING,
                    Prerequisite.INMATE_RULES,
                    Prerequisite.DATABASE_ACCESS,
                ),
                templates=JEM,
            ),
            Term(
                _nominee_has(
                    Prerequisite.ENFORCEMENT_EXPERIENCE,
                    Prerequisite.FACILITY_SECURITY_TRAINING,
                    Prerequisite.INMATE_RULES,
                ),
                templates=WSO,
            ),
        ),
        passes=(
            "0h officer.nominated",
            "0h officer.nominated "
            "prerequisites=knowledge_and_authority,facility_security_training,inmate_rules,database_access",
            "0h officer.nominated "
            f"prerequisites=enforcement_experience,facility_security_training,inmate_rules | {_W19}",
            f"0h officer.nominated prerequisites=inmate_rules | {_UNREAD}",
        ),
        fails=(
            "0h officer.nominated "
            "prerequisites=enforcement_experience,facility_security_training,inmate_rules,database_access",
            "0h officer.nominated "
            "prerequisites=knowledge_and_authority,facility_security_training,inmate_rules",
            "0h officer.nominated "
            f"prerequisites=knowledge_and_authority,inmate_rules,database_access | {_J20}",
            "0h officer.nominated "
            "prerequisites=knowledge_and_authority,facility_security_training,database_access",
            "0h officer.nominated "
            f"prerequisites=knowledge_and_authority,facility_security_training,inmate_rules | {_W25}",
            f"0h officer.nominated prerequisites=enforcement_experience,inmate_rules | {_W19}",
            f"0h officer.nominated prerequisites=enforcement_experience,facility_security_training | {_W25}",
        ),
        unclear=(
            "0h officer.nominated prerequisites=",
            "0h officer.nominated | ~officer.nominated.prerequisites",
            "0h officer.nominated prerequisites=inmate_rules | 0h..23h59m agreement.took_effect",
        ),
    ),
)
