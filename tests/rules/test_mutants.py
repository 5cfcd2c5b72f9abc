"""A rule whose bound is off by one unit, or that lost a part, fails one of the rule's own examples."""

from collections import Counter
from dataclasses import replace
from itertools import islice

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
    "AGR-06F": ("term 0: Or: part 1 left out",) * 2 + ("term 1: Or: part 1 left out",) * 2,  # as AGR-06
    "AGR-17": ("term 1: And: part 0 left out",),  # a conflict never reported breaks the first term
    "OFF-08": (  # of several reasons to return a card only the first is judged: the worst answer stays
        "when: And: part 2 left out",
        "when: Or: part 1 left out",
        "when: Compare: strictness",
    ),
    # Advice that is never given, or after the exit, breaks the first term.
    "TRF-03": ("term 1: Or: part 0 left out", "term 1: Or: part 1 left out"),
    "BAL-01": ("term 0: And: part 0 left out",),  # without a refusal the second part decides
    "UNI-02": ("term 0: Or: part 0 left out",),  # without a closing event the first part decides
    "HLD-01": (
        "when: And: part 0 left out",  # a hold that starts is one of its stay
        "when: And: part 0 left out",  # release due is not on record: unknown in either way
        "term 1: Or: part 0 left out",  # without another hold the other term decides
        "term 1: Or: part 1 left out",  # another hold after the time: the record does not end before it
    ),
    "HLD-01F": ("term 1: Or: part 0 left out", "term 1: Or: part 1 left out"),
    # Of a warrant served too late, which of two terms is broken: only the severity differs.
    "HLD-02": (
        "term 1: Or: part 2 left out",
        "term 1: And: part 0 left out",
        "term 1: And: part 1 left out",
        "term 2: And: part 1 left out",
    ),
    # As HLD-02; without a transfer in place the agreement to pay for it is not known either.
    "HLD-03": (
        "warrant.served: condition on form lost",
        "term 1: And: part 0 left out",
        "term 1: And: part 1 left out",
        "term 1: And: part 3 left out",
        "term 1: And: part 0 left out",
        "term 1: And: part 1 left out",
        "term 1: Compare: strictness",
        "term 1: Compare: strictness",
    ),
    "HLD-06": ("when: And: part 1 left out",),  # every moment of release due is judged by that of the stay
    # A notification that is late, or never comes, breaks the other term: only the severity differs.
    "DET-05": (
        "term 0: And: part 1 left out",
        "term 0: Or: part 0 left out",
        "term 0: Or: part 1 left out",
        "term 0: Compare: strictness",
        "term 1: Or: part 0 left out",
    ),
    "DET-06": ("term 1: Or: part 0 left out",),  # as DET-05
    "DET-08": ("when: Compare: strictness",),  # a hold of the moment of booking is no later than release due
    # Both terms ask the same; only the severity differs.
    "SCO-01": ("term 0: And: part 0 left out", "term 0: And: part 1 left out"),
    # What was never attested was not attested within the quarter either.
    "LAN-04": tuple(
        f"term {n}: {name}" for n in (0, 1) for name in ("And: part 1 left out", "Compare: strictness")
    ),
    # A claim that is never reported is asked of only while the hour runs.
    "CIT-01H": (
        "term 0: Or: part 1 left out",
        "term 0: And: part 0 left out",
        "term 1: And: part 0 left out",
    ),
    # A hold that starts while a claim is open is broken itself. Who was released had left before the claim; a
    # departure at the moment of the claim is judged itself.
    **dict.fromkeys(
        ("CIT-02", "CIT-05"),
        (
            "custody.hold_started/custody.hold_ended: custody.released lost",
            "term 1: Compare: strictness",
            "term 1: Or: part 1 left out",
            "term 1: Compare: strictness",
        ),
    ),
    # An act after either finding breaks the other term; a detainer that is not lifted, the finding's own.
    "CIT-04": (
        "term 0: Or: part 1 left out",
        "term 0: And: part 1 left out",
        "term 1: Or: part 1 left out",
        "term 1: And: part 1 left out",
        "term 2: Or: part 0 left out",
    ),
}
"""Changes that alter no answer, or only what is named as missing."""


def survivors(rule: Rule, every: int = 1) -> list[str]:
    """The names of the mutants, or of every n-th of them, that no example of the rule catches."""
    examples = [
        (parse(text, rule.subject), EXPECTED[kind]) for kind in EXPECTED for text in getattr(rule, kind)
    ]
    return [
        name
        for name, mutant in islice(mutants(rule), None, None, every)
        if all(judge(mutant, e.history, e.context).verdict in expected for e, expected in examples)
    ]


@pytest.mark.trial
@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_every_mutant_is_caught(rule: Rule) -> None:
    assert tuple(survivors(rule)) == EQUIVALENT.get(rule.id, ())


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_a_sample_of_mutants_is_caught(rule: Rule) -> None:
    assert not Counter(survivors(rule, every=8)) - Counter(EQUIVALENT.get(rule.id, ()))


def agree_on_mutants(kind: SubjectKind, each: int, every: int = 1) -> None:
    """Judge `each` histories of every rule's own event types by every n-th mutant of the rules of a kind."""
    changed = [
        replace(mutant, id=f"{rule.id}~{n}")
        for rule in of_kind(kind)
        for n, (_, mutant) in islice(enumerate(mutants(rule)), None, None, every)
    ]
    found = [
        named(rows, f"s{n}", n + 1)
        for n, rows in enumerate(rows for family in histories(kind) for rows in drawn(family, each))
    ]
    for batch, context in enumerate(drawn(contexts(), 8)[-2:]):
        problem = difference(changed, kind, found[batch::2], context)
        assert problem is None, problem


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[pytest.mark.trial] * (k is SubjectKind.BOOKING)) for k in KINDS]
)
def test_engines_agree_on_mutants(kind: SubjectKind) -> None:
    agree_on_mutants(kind, 1, every=4)


@pytest.mark.trial
@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree_on_mutants_and_many_histories(kind: SubjectKind) -> None:
    agree_on_mutants(kind, 12)
