"""Explanations: they agree with the answer, and tell the clock, the values and the sources in words."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.record.events import EVENT_TYPES, SubjectKind
from evenhand.record.labels import EVENTS, event_label
from evenhand.record.time import Moment
from evenhand.rules.algebra import THIS, Clock, Compare, Exists, Field, Next, Not, Op, Span, sel
from evenhand.rules.answer import Verdict
from evenhand.rules.case import History, judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.clock import deadline
from evenhand.rules.examples import parse
from evenhand.rules.explain import Explanation, explain, reckon
from evenhand.rules.explain.steps import Steps, deciding
from evenhand.rules.explain.words import interval_text, missing_words
from evenhand.rules.patterns import at, by
from evenhand.rules.rule import Basis, Citation, Rule, Severity, Term
from evenhand.rules.template import JEM

ZONE = ZoneInfo("America/New_York")
WORKDAYS = Span(48 * 3600, Clock.NO_WEEKENDS_OR_HOLIDAYS)


def rule_of(*terms: Term, on: str = "custody.hold_started") -> Rule:
    return Rule(
        "HLD-01",
        "A sentence.",
        (Citation("8 CFR", "287.7(d)", Basis.REGULATION, quote="not to exceed 48 hours"),),
        Severity.VIOLATION,
        SubjectKind.BOOKING,
        sel(on),
        terms,
        passes=("0h person.booked",),
        fails=("0h person.booked",),
    )


def explained(rule: Rule, text: str) -> Explanation:
    example = parse(text, rule.subject)
    return explain(rule, example.history, example.context, None, {r["id"]: r for r in example.around})


# --- every rule of the catalog ----------------------------------------------------------------------------


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_an_explanation_gives_the_rules_answer(rule: Rule) -> None:
    for text in (*rule.passes, *rule.fails, *rule.unclear):
        example = parse(text, rule.subject)
        found = explained(rule, text)
        answer = judge(rule, example.history, example.context)
        assert found.verdict is answer.verdict, text
        assert found.why
        assert len(found.sources) == len(rule.citations)
        if answer.breaches:
            breach = next(b for b in answer.breaches if str(b.activation) == found.act.id)
            assert found.severity == str(breach.severity)
            assert found.term.truth is False
            assert {str(e) for e in breach.evidence} <= {e.id for e in found.evidence}
        if answer.verdict is Verdict.CANNOT_TELL:
            assert found.missing
            assert len(found.needs) == len(found.missing)


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_its_words_have_no_names_of_code(rule: Rule) -> None:
    for text in (*rule.passes, *rule.fails, *rule.unclear):
        told = "\n".join(line for line in explained(rule, text).lines() if not line.startswith(rule.id))
        for name in EVENT_TYPES:
            assert name not in told
        assert "None" not in told
        assert "datetime" not in told


def test_every_event_type_has_a_label() -> None:
    assert EVENTS.keys() == EVENT_TYPES.keys()
    assert len(set(EVENTS.values())) == len(EVENTS)


# --- terms -------------------------------------------------------------------------------------------------

RELEASED = Next(sel("custody.released"))


def test_the_reason_is_the_comparison_that_failed() -> None:
    rule = rule_of(Term(Compare(at(RELEASED), Op.LE, at(THIS))))
    found = explained(rule, "0h custody.hold_started | 2h custody.released")
    assert found.why == (
        "The next “Released” from this act on: Mon, Jun 2, 2025, 10:00 a.m. EDT; "
        "this act: Mon, Jun 2, 2025, 8:00 a.m. EDT (2 hours too late)."
    )


def test_what_is_not_on_record_is_said_so() -> None:
    found = explained(rule_of(Term(Exists(RELEASED))), "0h custody.hold_started")
    assert found.why == "No “Released” is on record at or after this act."
    found = explained(rule_of(Term(Not(Exists(RELEASED)))), "0h custody.hold_started | 1d custody.released")
    assert found.term is not None
    assert found.term.claim == "“Released” is not on record at or after this act"
    assert found.why == "“Released”: Tue, Jun 3, 2025, 8:00 a.m. EDT."


def test_what_is_missing_is_named() -> None:
    found = explained(rule_of(Term(Exists(RELEASED))), "0h custody.hold_started | ~custody.released")
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.why.startswith("The answer depends on whether “Released” happened.")
    assert missing_words("custody.released.occurred_at") == "a more exact time of “Released”"
    assert missing_words("custody.released.cause") == "“cause” of “Released”"


def test_a_template_that_was_not_read() -> None:
    rule = rule_of(Term(Exists(RELEASED), templates=JEM))
    found = explained(rule, "0h custody.hold_started | -400d agreement.took_effect template=2016 model=JEM")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "template not read" in found.why


def test_an_act_can_be_named() -> None:
    rule = rule_of(Term(Exists(RELEASED)))
    example = parse("0h custody.hold_started | 1h custody.released | 2h custody.hold_started", rule.subject)
    first, last = example.history[0]["id"], example.history[2]["id"]
    assert explain(rule, example.history, example.context, first).verdict is Verdict.HOLDS
    assert explain(rule, example.history, example.context, last).verdict is Verdict.BROKEN
    with pytest.raises(LookupError):
        explain(rule, example.history, example.context, UUID(int=12345))


def test_the_deciding_parts_of_a_condition() -> None:
    rule = rule_of(Term(by(RELEASED, Field(THIS, "occurred_at"))))
    example = parse("0h custody.hold_started | 2h custody.released", rule.subject)
    (view,) = History(example.history, example.context).acts(rule)
    step = Steps(view).of(rule.terms[0].holds)
    assert step.truth is False
    assert deciding(step)[0].compares
    assert all(leaf.truth is not None for leaf in deciding(step))


# --- the clock ---------------------------------------------------------------------------------------------


def test_a_clock_is_told_day_by_day() -> None:
    # 26 November 2025 is the Wednesday before Thanksgiving.
    start = datetime(2025, 11, 26, 15, 30, tzinfo=ZONE)
    found = reckon(start, WORKDAYS, ZONE.key)
    assert found.lines == (
        "Wed, Nov 26, 2025, 3:30 p.m. to midnight: 8 h 30 min",
        "Thu, Nov 27, 2025: not counted (federal holiday)",
        "Fri, Nov 28, 2025: 24 h",
        "Sat, Nov 29, 2025 and Sun, Nov 30, 2025: not counted (weekend)",
        "Mon, Dec 1, 2025, midnight to 3:30 p.m.: 15 h 30 min",
        "Total: 48 h, reached Mon, Dec 1, 2025, 3:30 p.m. EST",
    )


def test_the_day_when_clocks_change_has_its_own_hours() -> None:
    found = reckon(datetime(2025, 3, 9, 0, tzinfo=ZONE), Span(48 * 3600, Clock.NO_WEEKENDS), ZONE.key)
    assert found.lines[0] == "Sun, Mar 9, 2025: not counted (weekend)"
    counted = reckon(datetime(2025, 3, 10, 0, tzinfo=ZONE), Span(24 * 3600, Clock.NO_WEEKENDS), ZONE.key)
    assert counted.lines[0] == "Mon, Mar 10, 2025: 24 h"


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    st.integers(1, 30 * 24),
    st.sampled_from([Clock.NO_WEEKENDS, Clock.NO_WEEKENDS_OR_HOLIDAYS]),
)
def test_a_clocks_days_end_at_its_deadline(start: datetime, hours: int, clock: Clock) -> None:
    span = Span(hours * 3600, clock)
    found = reckon(start, span, ZONE.key)
    assert found.end == deadline(start, span, ZONE.key)
    if found.lines:
        assert found.lines[-1].startswith(f"Total: {hours:,} h")


# --- moments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earliest", "latest", "text"),
    [
        ((2025, 6, 2, 8), (2025, 6, 2, 8), "Mon, Jun 2, 2025, 8:00 a.m. EDT"),
        ((2025, 6, 2, 8, 0, 7), (2025, 6, 2, 8, 0, 7), "Mon, Jun 2, 2025, 8:00:07 a.m. EDT"),
        ((2025, 6, 2, 8), (2025, 6, 2, 8, 0, 59, 999999), "Mon, Jun 2, 2025, 8:00 a.m. EDT"),
        ((2025, 6, 2), (2025, 6, 2, 23, 59, 59, 999999), "Mon, Jun 2, 2025 (hour not known)"),
        (
            (2025, 6, 2, 8),
            (2025, 6, 2, 9, 30, 59, 999999),
            "Mon, Jun 2, 2025, between 8:00 a.m. and 9:30 a.m. EDT",
        ),
        (
            (2025, 6, 2, 8),
            (2025, 6, 3, 9),
            "between Mon, Jun 2, 2025, 8:00 a.m. EDT and Tue, Jun 3, 2025, 9:00 a.m. EDT",
        ),
    ],
)
def test_a_moment_in_words(earliest: tuple[int, ...], latest: tuple[int, ...], text: str) -> None:
    moment = Moment(datetime(*earliest, tzinfo=ZONE), datetime(*latest, tzinfo=ZONE))  # type: ignore[misc,arg-type]
    assert interval_text(moment, ZONE) == text


def test_an_open_moment_in_words() -> None:
    moment = datetime(2025, 6, 2, 8, tzinfo=ZONE)
    assert interval_text(Moment(None, moment), ZONE).endswith(" or earlier")
    assert interval_text(Moment(moment, None), ZONE).endswith(" or later")
    assert interval_text(Moment(None, None), ZONE) == "not known"
    assert event_label("bail.refused") == "Bail refused"
