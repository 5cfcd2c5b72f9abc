"""The two engines give the same answers, with the same evidence, on generated histories."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evenhand.record.events import SubjectKind
from evenhand.record.store import all_fields
from evenhand.rules.answer import Provides
from evenhand.rules.case import Context
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import BASE
from evenhand.rules.standing import build_standings
from rules.engines import by_case, by_table
from rules.histories import AGENCY, OFFICERS, Row, history, shuffled_subjects

HISTORIES = 50
BATCHES = 11
KINDS = sorted({r.subject for r in CATALOG.values()})


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Officers, agreements, and a record that may lack some types and fields."""
    officers = [
        row
        for n, name in enumerate(OFFICERS[:3])
        for row in draw(history(SubjectKind.OFFICER, name, 9000 + n))
    ]
    agreements = [
        row for n in range(2) for row in draw(history(SubjectKind.AGREEMENT, f"agreement-{n}", 9100 + n))
    ]
    for row in [*officers, *agreements]:
        row["agency"] = AGENCY
        row["occurred_at"] -= timedelta(days=draw(st.sampled_from([0, 1, 400])))
    provides = {name: set(fields) for name, fields in all_fields().items()}
    for name in draw(st.lists(st.sampled_from(sorted(provides)), max_size=4, unique=True)):
        del provides[name]
    for name in draw(st.lists(st.sampled_from(sorted(provides)), max_size=4, unique=True)):
        provides[name].discard(draw(st.sampled_from(sorted(provides[name]) or [""])))
    until = BASE + timedelta(days=draw(st.sampled_from([0, 2, 40, 2000])))
    return Context(
        Provides({k: frozenset(v) for k, v in provides.items()}), until, build_standings(officers, agreements)
    )


def difference(kind: SubjectKind, histories: list[list[Row]], context: Context) -> str | None:
    """The first rule on which the engines differ, with one history that shows it."""
    rules = [r for r in CATALOG.values() if r.subject is kind]
    table, case = by_table(rules, kind, histories, context), by_case(rules, kind, histories, context)
    for rule in rules:
        if table[rule.id] == case[rule.id]:
            continue
        for one in histories:
            alone = by_table([rule], kind, [one], context), by_case([rule], kind, [one], context)
            if alone[0] != alone[1]:
                return f"{rule.id}\ntable {alone[0]}\ncase  {alone[1]}\n{one}"
        return f"{rule.id} in company only\ntable {table[rule.id]}\ncase  {case[rule.id]}"
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree(kind: SubjectKind) -> None:
    found: list[str] = []

    # A batch is too large to shrink; the message names one history instead.
    @settings(
        max_examples=BATCHES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.generate],
    )
    @given(contexts(), shuffled_subjects(kind, HISTORIES, "s"))
    def agree(context: Context, histories: list[list[Row]]) -> None:
        problem = difference(kind, histories, context)
        if problem and not found:
            found.append(problem)

    agree()
    assert not found, found[0]
