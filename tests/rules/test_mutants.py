"""A rule whose bound is off by one unit, or that lost a part, fails one of the rule's own examples."""

from dataclasses import replace

import pytest

from evenhand.record.events import SubjectKind
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from evenhand.rules.rule import Rule
from rules.histories import histories, named
from rules.mutants import mutants
from rules.test_agreement_of_engines import KINDS, contexts, difference, drawn, of_kind
from rules.test_examples import EXPECTED

EQUIVALENT = {
    "AGR-06": ("term 0: Or: part 1 left out",) * 2,  # while the record is open, a meeting or an end may come
    "UNI-02": ("term 0: Or: part 0 left out",),  # without a closing event the first part decides
    "DET-08": ("custody.hold_started: condition on basis lost",),  # no other hold may be there
    "SUP-05": ("determination.reviewed: condition on outcome lost",),  # the last review concurs, or does not
}
"""Changes that alter no answer, or only what is named as missing."""


def survivors(rule: Rule) -> list[str]:
    examples = [
        (parse(text, rule.subject), EXPECTED[kind]) for kind in EXPECTED for text in getattr(rule, kind)
    ]
    return [
        name
        for name, mutant in mutants(rule)
        if all(judge(mutant, e.history, e.context).verdict in expected for e, expected in examples)
    ]


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_every_mutant_is_caught(rule: Rule) -> None:
    assert tuple(survivors(rule)) == EQUIVALENT.get(rule.id, ())


def agree_on_mutants(kind: SubjectKind, each: int) -> None:
    """Judge `each` histories of every rule's own event types by all mutants of the rules of a kind."""
    changed = [
        replace(mutant, id=f"{rule.id}~{n}")
        for rule in of_kind(kind)
        for n, (_, mutant) in enumerate(mutants(rule))
    ]
    found = [
        named(rows, f"s{n}", n + 1)
        for n, rows in enumerate(rows for family in histories(kind) for rows in drawn(family, each))
    ]
    for batch, context in enumerate(drawn(contexts(), 8)[-2:]):
        problem = difference(changed, kind, found[batch::2], context)
        assert problem is None, problem


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_on_mutants(kind: SubjectKind) -> None:
    agree_on_mutants(kind, 2)


@pytest.mark.trial
@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_on_mutants_and_many_histories(kind: SubjectKind) -> None:
    agree_on_mutants(kind, 12)
