"""The two engines give the same answers, with the same evidence, on generated histories.

Hypothesis draws the histories one by one, each of the event types that some rule looks at together; the array
engine, made for many at once, judges them in a few batches, each with a context of its own.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evenhand.record.events import SubjectKind, types_of
from evenhand.record.store import all_fields
from evenhand.rules.answer import Provides, Tells
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.examples import AGENCY, BASE
from evenhand.rules.rule import Rule
from evenhand.rules.standing import build_standings
from rules.engines import by_array, by_case
from rules.histories import FACILITIES, OFFICERS, Row, histories, history, named

KINDS = sorted({r.subject for r in CATALOG.values()})


TOLD = st.lists(st.sampled_from(sorted(all_fields())), max_size=12).map(
    lambda n: frozenset(all_fields()) - {*n}
)
SOME = st.lists(st.sampled_from(sorted(all_fields())), max_size=40).map(frozenset)
DAY_OF = st.sampled_from([None, None, BASE, BASE + timedelta(days=4), BASE + timedelta(days=100)])
CONDITIONAL = st.builds(
    Tells,
    types=SOME,
    agencies=st.sampled_from([None, None, frozenset({AGENCY}), frozenset({"other"})]),
    facilities=st.sampled_from([None, None, frozenset(FACILITIES[:1])]),
    files=st.sampled_from([None, None, frozenset({"a.csv"})]),
    since=DAY_OF,
    until=DAY_OF,
)
TELLS = st.one_of(
    st.none(), st.tuples(st.builds(Tells, TOLD)), st.tuples(st.builds(Tells, TOLD), CONDITIONAL, CONDITIONAL)
)
"""What a record tells: all, most, or some of it only in some histories."""


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Officers, agreements, a window, and a record that may lack some types and fields."""
    officer, agreement = (
        st.one_of(histories(SubjectKind.OFFICER)),
        st.one_of(histories(SubjectKind.AGREEMENT)),
    )
    officers = [row for n, name in enumerate(OFFICERS[:3]) for row in named(draw(officer), name, 1 << 20 | n)]
    agreements = [row for n in range(2) for row in named(draw(agreement), f"agreement-{n}", 1 << 21 | n)]
    facility = st.one_of(history(types_of(SubjectKind.FACILITY), types_of(SubjectKind.FACILITY)))
    places = [row for n, name in enumerate(FACILITIES) for row in named(draw(facility), name, 1 << 22 | n)]
    for row in [*officers, *agreements, *places]:
        earlier = timedelta(days=draw(st.sampled_from([0, 1, 400])))
        row |= {name: row[name] - earlier for name in ("occurred_at", "occurred_by") if name in row}
    provides = {name: set(fields) for name, fields in all_fields().items()}
    for name in draw(st.lists(st.sampled_from(sorted(provides)), max_size=4, unique=True)):
        del provides[name]
    for name in draw(st.lists(st.sampled_from(sorted(provides)), max_size=4, unique=True)):
        provides[name].discard(draw(st.sampled_from(sorted(provides[name]) or [""])))
    if draw(st.integers(0, 2)) == 0:
        # A jail's plain export: some types, and of those hardly a field.
        kept = draw(st.lists(st.sampled_from(sorted(provides)), min_size=1, max_size=25, unique=True))
        provides = {name: set(draw(st.sampled_from([[], ["facility"]]))) for name in kept if name in provides}
    until = BASE + timedelta(days=draw(st.sampled_from([0, 2, 40, 2000])))
    ends = st.sampled_from([None, None, BASE, BASE + timedelta(hours=1), BASE + timedelta(days=60)])
    return Context(
        Provides({k: frozenset(v) for k, v in provides.items()}),
        until,
        build_standings(officers, agreements, places),
        window=(draw(ends), draw(ends)),
        tells=draw(TELLS),
        may_be_cut=draw(st.booleans()),
        observed_from=draw(st.sampled_from([None, None, BASE, BASE + timedelta(days=30)])),
    )


def of_kind(kind: SubjectKind) -> list[Rule]:
    return [r for r in CATALOG.values() if r.subject is kind]


def drawn(strategy: st.SearchStrategy, count: int) -> list:
    """`count` examples of a strategy, the same ones in every run."""
    found: list = []

    @settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    @given(strategy)
    def keep(example) -> None:
        found.append(example)

    keep()
    return found


def difference(
    rules: list[Rule], kind: SubjectKind, histories: list[list[Row]], context: Context
) -> str | None:
    """The first rule on which the engines differ, with one history that shows it."""
    array, case = by_array(rules, kind, histories, context), by_case(rules, kind, histories, context)
    for rule in rules:
        if array[rule.id] == case[rule.id]:
            continue
        for one in histories:
            alone = by_array([rule], kind, [one], context), by_case([rule], kind, [one], context)
            if alone[0] != alone[1]:
                return f"{rule.id}\narray {alone[0]}\ncase  {alone[1]}\n{one}"
        return f"{rule.id} in company only\narray {array[rule.id]}\ncase  {case[rule.id]}"
    return None


def agree(kind: SubjectKind, each: int, batches: int) -> None:
    """Judge `each` histories of every rule's own event types, in so many batches."""
    found = [rows for family in histories(kind) for rows in drawn(family, each)]
    subjects = [named(rows, f"s{n}", n + 1) for n, rows in enumerate(found)]
    # More contexts than are needed: the first that Hypothesis draws are the plainest.
    for batch, context in enumerate(drawn(contexts(), 4 * batches)[-batches:]):
        problem = difference(of_kind(kind), kind, subjects[batch::batches], context)
        assert problem is None, problem


@pytest.mark.parametrize("number", [100, pytest.param(500, marks=pytest.mark.trial)])
@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree(kind: SubjectKind, number: int) -> None:
    """Every rule is judged on all histories of its kind of subject, at least so many."""
    each = max(number // 25, -(-number // len(histories(kind))))
    agree(kind, each, batches=4)


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_on_a_record_without_any_field(kind: SubjectKind) -> None:
    bare = Provides({name: frozenset() for name in all_fields()})
    context = Context(bare, BASE + timedelta(days=2000), build_standings([], []))
    found = [named(rows, f"s{n}", n + 1) for n, rows in enumerate(drawn(st.one_of(histories(kind)), 60))]
    problem = difference(of_kind(kind), kind, found, context)
    assert problem is None, problem


@pytest.mark.trial
@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_engines_agree_on_500_histories_made_for_the_rule(rule: Rule) -> None:
    """Histories of the event types that the rule looks at, in contexts of their own."""
    kind = rule.subject
    place = [r.id for r in CATALOG.values() if r.subject is kind].index(rule.id)
    found = [named(rows, f"s{n}", n + 1) for n, rows in enumerate(drawn(histories(kind)[place], 500))]
    for batch, context in enumerate(drawn(contexts(), 20)[-4:]):
        problem = difference([rule], kind, found[batch::4], context)
        assert problem is None, problem
