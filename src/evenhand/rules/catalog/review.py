"""REV: reviews of the program."""

from evenhand.record.events import SubjectKind
from evenhand.rules.algebra import THIS, Exists, Field, First, Last, Latest, Next, sel
from evenhand.rules.patterns import all_of, any_of, at, by, given, ne, not_later
from evenhand.rules.rule import Rule, Severity, Term, Use
from evenhand.rules.sources import practice

_SAMPLE = First(sel("review.sample_drawn", having=("seed",)))
_ACTION = Next(sel("review.corrective_action_set", having=("owner", "due")), on=("finding",))
_DONE = Next(sel("review.done"), on=("finding",))
_EXTENDED = Last(sel("review.extended", having=("reason",)), on=("finding",))
_DUE = Latest((Field(THIS, "due"), Field(_EXTENDED, "due")))

RULES = (
    Rule(
        id="REV-01",
        sentence="A review's sample is drawn at random, from a recorded seed, before the first finding.",
        citations=(practice("Good practice"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.REVIEW,
        on=sel("review.finding_made"),
        terms=(Term(not_later(_SAMPLE, THIS)),),
        passes=(
            "0h review.sample_drawn | 0h review.finding_made",
            "0h..59s review.sample_drawn | 0h..59s review.finding_made",
        ),
        fails=(
            "1s review.sample_drawn | 0h review.finding_made",
            "-1h review.sample_drawn seed= | 0h review.finding_made",
            "0h review.finding_made",
        ),
        unclear=(
            "0h review.finding_made | ~review.sample_drawn.seed",
            "0h review.finding_made | ?review.sample_drawn",
            "0h..23h59m review.sample_drawn | 0h..23h59m review.finding_made",
        ),
    ),
    Rule(
        id="REV-02",
        sentence="Each finding has a rule, its evidence, and a corrective action with owner and date.",
        citations=(practice("Good practice"),),
        severity=Severity.NOTICE,
        use=Use.WARNS,
        subject=SubjectKind.REVIEW,
        on=sel("review.finding_made"),
        terms=(Term(all_of(given(THIS, "rule", "evidence"), Exists(_ACTION))),),
        passes=("0h review.finding_made | 0h review.corrective_action_set",),
        fails=(
            "0h review.finding_made rule= | 1h review.corrective_action_set",
            "0h review.finding_made evidence= | 1h review.corrective_action_set",
            "0h review.finding_made | 1h review.corrective_action_set owner=",
            "0h review.finding_made | 1h review.corrective_action_set due=",
            "0h review.finding_made | 1h review.corrective_action_set finding=F2",
            "0h review.finding_made | -1s review.corrective_action_set",
        ),
        unclear=(
            "0h review.finding_made | ~review.corrective_action_set",
            "0h review.finding_made | ?review.corrective_action_set",
            "0h review.finding_made | 1h review.corrective_action_set | ~review.finding_made.evidence",
        ),
    ),
    Rule(
        id="REV-03",
        sentence="Corrective actions are done by their date, or by a later date that was set with a reason.",
        citations=(practice("Good practice"),),
        severity=Severity.WARNING,
        subject=SubjectKind.REVIEW,
        on=sel("review.corrective_action_set", having=("due",)),
        terms=(
            Term(
                any_of(
                    by(_DONE, Field(THIS, "due")),
                    all_of(Exists(_EXTENDED), by(_DONE, Field(_EXTENDED, "due"))),
                ),
                deadline=_DUE,
                first_deadline=Field(THIS, "due"),
                done=at(_DONE),
            ),
        ),
        passes=(
            "0h review.corrective_action_set due=30d | 30d review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | 40d review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | "
            "35d review.extended due=30d reason=staff | 60d review.done",
            "0h review.corrective_action_set due=",
        ),
        fails=(
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | "
            "35d review.extended due=30d reason=staff | 65d1s review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | "
            "35d review.extended due=30d reason=staff finding=F2 | 60d review.done",
            "0h review.corrective_action_set due=30d | 30d1s review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d | 40d review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | "
            "40d1s review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts finding=F2 | "
            "40d review.done",
            "0h review.corrective_action_set due=30d | 20d review.done finding=F2",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts",
            "0h review.corrective_action_set due=30d",
        ),
        unclear=(
            "0h review.corrective_action_set due=30d | until 20d",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d reason=parts | until 35d",
            "0h review.corrective_action_set due=30d | 29d12h..30d12h review.done",
            "0h review.corrective_action_set due=30d | 20d review.extended due=20d | 40d review.done | ~review.extended.reason",
        ),
    ),
    Rule(
        id="REV-04",
        sentence="The reviewer is not the unit reviewed.",
        citations=(practice("Separation of duties"),),
        severity=Severity.WARNING,
        use=Use.BLOCKS,
        subject=SubjectKind.REVIEW,
        on=sel("review.opened"),
        terms=(Term(ne(Field(THIS, "reviewer_unit"), Field(THIS, "reviewed_unit"))),),
        passes=("0h review.opened",),
        fails=("0h review.opened reviewer_unit=jail",),
        unclear=("0h review.opened reviewer_unit=", "0h review.opened reviewed_unit="),
    ),
)
