"""Lengths, conditions and charts in words and numbers."""

from datetime import date, timedelta

import pytest

from evenhand.audit.chart import by_period, in_words, round_up
from evenhand.audit.figures import Figures, _periods
from evenhand.rules.algebra import Clock, Exists, Next, Not, Span, sel
from evenhand.rules.catalog import CATALOG
from evenhand.rules.wording import length, outline, span_of, span_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (0.000001, "under a second"),
        (1, "1 second"),
        (3600, "1 hour"),
        (3661, "1 hour 1 minute"),
        (90000, "1 day 1 hour"),
        (86400 * 1234 + 59, "1,234 days 59 seconds"),
    ],
)
def test_length(seconds: float, text: str) -> None:
    assert length(seconds) == text


@pytest.mark.parametrize(
    ("text", "span"),
    [("90m", timedelta(minutes=90)), ("1d12h", timedelta(hours=36)), (" 48H ", timedelta(hours=48))],
)
def test_span_of(text: str, span: timedelta) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "h", "4", "4 h", "4h5", "1w", "-4h", "0h", "²h", "99999999999d"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        span_of(text)


def test_spans_keep_the_words_of_their_source() -> None:
    assert span_text(Span(48 * 3600)) == "48 hours"
    assert span_text(Span(90 * 86400)) == "90 days"
    assert span_text(Span(5 * 86400, Clock.NO_WEEKENDS)) == "5 days (Saturdays and Sundays not counted)"


def test_a_condition_in_words() -> None:
    served = Next(sel("warrant.served", form="I-200"))
    assert outline(Exists(served)).text == "warrant.served (form is I-200) happened at or after the act"
    assert (
        outline(Not(Exists(served))).text == "no warrant.served (form is I-200) happened at or after the act"
    )


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_every_rule_can_be_told(rule) -> None:
    for term in rule.terms:
        for _, line in outline(term.holds).lines():
            assert "(" not in line or ")" in line
            assert not {"Prev", "Next", "Compare", "Sel("} & set(line.split("(")[0].split())


# --- charts ------------------------------------------------------------------------------------------------


def of(months: dict[date, int]) -> Figures:
    unit, periods = _periods(months)
    return Figures(sum(months.values()), unit, periods, ())


def test_months_without_findings_are_shown_too() -> None:
    found = of({date(2024, 11, 1): 3, date(2025, 2, 1): 1})
    assert [(p.name, p.number) for p in found.periods] == [
        ("Nov 2024", 3),
        ("Dec 2024", 0),
        ("Jan 2025", 0),
        ("Feb 2025", 1),
    ]
    assert in_words(found) == (
        "4 findings from Nov 2024 to Feb 2025; the most in Nov 2024 (3); the last month has 1."
    )


@pytest.mark.parametrize(
    ("first", "unit", "name", "number"),
    [
        (date(2022, 2, 1), "month", "Feb 2022", 48),
        (date(2022, 1, 1), "quarter", "Q1 2022", 17),
        (date(2010, 1, 1), "year", "2010", 17),
        (date(1900, 1, 1), "decade", "from 1900", 13),
        (date(1, 1, 1), "century", "from 0", 21),
    ],
)
def test_a_long_time_is_shown_in_longer_periods(first: date, unit: str, name: str, number: int) -> None:
    found = of({first: 1, date(2026, 1, 1): 2})
    assert (found.unit, found.periods[0].name, len(found.periods)) == (unit, name, number)
    assert sum(p.number for p in found.periods) == 3


def test_columns_are_in_proportion_and_within_the_chart() -> None:
    chart = by_period(of({date(2024, 1, 1): 50, date(2024, 2, 1): 100, date(2024, 4, 1): 1}))
    heights = [bar.height for bar in chart.bars]
    assert heights[0] == pytest.approx(heights[1] / 2, abs=0.1)
    assert heights[2] >= 1.5
    assert all(chart.left <= b.x and b.x + b.width <= chart.right for b in chart.bars)
    assert all(b.y >= 0 and b.y + b.height <= chart.height for b in chart.bars)


@pytest.mark.parametrize(("number", "top"), [(1, 1), (3, 4), (7, 10), (11, 20), (420, 500), (999_999, 10**6)])
def test_the_axis_ends_at_a_plain_number(number: int, top: int) -> None:
    assert round_up(number) == top
