"""Every rule answers its own examples, on both engines."""

import pytest

from evenhand.rules.answer import Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.rule import Rule

EXPECTED = {
    "passes": (Verdict.HOLDS, Verdict.NOT_APPLICABLE),
    "fails": (Verdict.BROKEN,),
    "unclear": (Verdict.CANNOT_TELL,),
}


def examples() -> list[tuple[Rule, str, str]]:
    return [(r, kind, text) for r in CATALOG.values() for kind in EXPECTED for text in getattr(r, kind)]


@pytest.mark.parametrize(
    ("rule", "kind", "text"), examples(), ids=lambda v: v.id if isinstance(v, Rule) else str(v)[:60]
)
def test_case_engine_answers_the_example(rule: Rule, kind: str, text: str) -> None:
    example = parse(text, rule.subject)
    answer = judge(rule, example.history, example.context)
    assert answer.verdict in EXPECTED[kind], answer


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_some_passing_example_holds(rule: Rule) -> None:
    answers = [judge(rule, e.history, e.context) for e in (parse(t, rule.subject) for t in rule.passes)]
    assert any(a.verdict is Verdict.HOLDS for a in answers)
