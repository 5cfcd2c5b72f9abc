"""An occurrence of several types, of which a record provides only some: a bound, and both engines know it."""

from dataclasses import replace

import pytest

from evenhand.record.events import SubjectKind, types_of
from evenhand.record.store import all_fields
from evenhand.rules.algebra import (
    THIS,
    Compare,
    Condition,
    First,
    Last,
    Later,
    Next,
    Op,
    Prev,
    Ref,
    Sel,
    sel,
    selection,
)
from evenhand.rules.answer import Provides, Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.patterns import at, by, exists_before, given, hours, one_of
from evenhand.rules.rule import Rule, Term
from rules.engines import by_array, by_case
from rules.histories import history, named
from rules.test_agreement_of_engines import contexts, difference, drawn

BOOKING = SubjectKind.BOOKING
ENDS = ("custody.released", "custody.departed", "custody.transferred_in_place")
GOING = sel(*ENDS)


def several(rule: Rule) -> list[Sel]:
    """What the rule selects of a few types, other than the act itself."""
    return [chosen for chosen in map(selection, rule.refs) if 1 < len(chosen.types) < 12]


WITH_SEVERAL = [rule for rule in CATALOG.values() if several(rule)]
LOOKED_FOR = sorted({t for rule in WITH_SEVERAL for chosen in several(rule) for t in chosen.types})


def made(holds: Condition) -> Rule:
    """A rule with another condition; its examples are not asked."""
    return replace(CATALOG["HLD-03"], on=sel("detainer.lapsed"), when=None, terms=(Term(holds),))


def verdict(holds: Condition, text: str) -> Verdict:
    example = parse(text, BOOKING)
    return judge(made(holds), example.history, example.context).verdict


HOLDS, BROKEN, UNCLEAR = Verdict.HOLDS, Verdict.BROKEN, Verdict.CANNOT_TELL
ACT, GONE = "0h detainer.lapsed", "~custody.departed"


def compared(ref: Ref, op: Op, hour: int) -> Condition:
    return Compare(at(ref), op, Later(at(THIS), hours(hour)))


@pytest.mark.parametrize(
    ("holds", "text", "expected"),
    [
        # The first of all is not later than the one found; nothing says how much earlier.
        (compared(First(GOING), Op.LE, 3), f"{ACT} | 3h custody.released | {GONE}", HOLDS),
        (compared(First(GOING), Op.LT, 3), f"{ACT} | 3h custody.released | {GONE}", UNCLEAR),
        (compared(First(GOING), Op.GT, 3), f"{ACT} | 3h custody.released | {GONE}", BROKEN),
        (compared(First(GOING), Op.GE, 3), f"{ACT} | 3h custody.released | {GONE}", UNCLEAR),
        (compared(First(GOING), Op.LE, 3), f"{ACT} | 3h1s custody.released | {GONE}", UNCLEAR),
        # The next lies between the act and the one found.
        (compared(Next(GOING), Op.LE, 3), f"{ACT} | 3h custody.released | {GONE}", HOLDS),
        (compared(Next(GOING), Op.LE, 3), f"{ACT} | 3h1s custody.released | {GONE}", UNCLEAR),
        (compared(Next(GOING), Op.LT, -1), f"{ACT} | 3h custody.released | {GONE}", BROKEN),
        (compared(Next(GOING), Op.GE, 0), f"{ACT} | 3h custody.released | {GONE}", HOLDS),
        # The previous lies between the one found and the act.
        (compared(Prev(GOING), Op.GE, -3), f"{ACT} | -3h custody.released | {GONE}", HOLDS),
        (compared(Prev(GOING), Op.GE, -2), f"{ACT} | -3h custody.released | {GONE}", UNCLEAR),
        (compared(Prev(GOING), Op.LE, 0), f"{ACT} | -3h custody.released | {GONE}", HOLDS),
        (compared(Prev(GOING), Op.GT, 1), f"{ACT} | -3h custody.released | {GONE}", BROKEN),
        # The last is not earlier than the one found.
        (compared(Last(GOING), Op.GE, 3), f"{ACT} | 3h custody.released | {GONE}", HOLDS),
        (compared(Last(GOING), Op.LE, 3), f"{ACT} | 3h custody.released | {GONE}", UNCLEAR),
        (compared(Last(GOING), Op.LT, 3), f"{ACT} | 3h custody.released | {GONE}", BROKEN),
        # That it happened is known; what it was like is not.
        (exists_before(GOING), f"{ACT} | -1h custody.released | {GONE}", HOLDS),
        (given(Prev(GOING), "reason"), f"{ACT} | -1h custody.released reason=x | {GONE}", UNCLEAR),
        (one_of(Prev(GOING), "reason", "x"), f"{ACT} | -1h custody.released reason=x | {GONE}", UNCLEAR),
        (given(Prev(GOING), "reason"), f"{ACT} | -1h custody.released reason=x", HOLDS),
        # Where all are provided nothing changes.
        (compared(First(GOING), Op.LE, 3), f"{ACT} | 3h1s custody.released", BROKEN),
    ],
)
def test_what_is_found_is_a_bound(holds: Condition, text: str, expected: Verdict) -> None:
    assert verdict(holds, text) is expected
    example = parse(text, BOOKING)
    array = by_array([made(holds)], BOOKING, [example.history], example.context)
    assert array == by_case([made(holds)], BOOKING, [example.history], example.context)


def test_what_is_missing_is_named() -> None:
    example = parse(f"{ACT} | 3h custody.released | {GONE}", BOOKING)
    answer = judge(made(by(First(GOING), Later(at(THIS), hours(1)))), example.history, example.context)
    assert answer.missing == {"custody.departed"}


def test_some_rules_look_for_one_of_several() -> None:
    assert {"HLD-04", "HLD-06"} <= {r.id for r in WITH_SEVERAL}


@pytest.mark.parametrize(
    "gone", [pytest.param(t, marks=() if t in ENDS else pytest.mark.trial) for t in LOOKED_FOR]
)
def test_engines_agree_whatever_type_is_not_provided(gone: str) -> None:
    rules = [rule for rule in WITH_SEVERAL if rule.subject is BOOKING]
    types = tuple(name for name in types_of(BOOKING) if name != gone)
    families = [
        tuple(t for t in {*rule.on.types, *(t for n in several(rule) for t in n.types)} if t != gone)
        for rule in rules
    ]
    found = [
        rows for family in families if family for rows in drawn(history(tuple(sorted(family)), types), 8)
    ]
    subjects = [named(rows, f"s{n}", n + 1) for n, rows in enumerate(found)]
    provided = {name: frozenset(fields) for name, fields in all_fields().items() if name != gone}
    context = replace(drawn(contexts(), 4)[-1], provides=Provides(provided), window=(None, None))
    problem = difference(rules, BOOKING, subjects, context)
    assert problem is None, problem


@pytest.mark.parametrize("rule", WITH_SEVERAL, ids=lambda r: r.id)
def test_an_answer_that_is_given_does_not_depend_on_what_is_not_provided(rule: Rule) -> None:
    """What is told of an example without its events of one type is what is told with them."""
    for text in (*rule.passes, *rule.fails):
        whole = parse(text, rule.subject)
        told = judge(rule, whole.history, whole.context).verdict
        for gone in sorted({t for chosen in several(rule) for t in chosen.types}):
            rest = [row for row in whole.history if row["type"] != gone]
            fields = {k: v for k, v in whole.context.provides.fields.items() if k != gone}
            context = replace(whole.context, provides=Provides(fields))
            if gone in rule.on.types:
                continue
            assert judge(rule, rest, context).verdict in (told, UNCLEAR, Verdict.NOT_APPLICABLE), (text, gone)
