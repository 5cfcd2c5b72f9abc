"""The array engine gives the case engine's answer, with its evidence, on every rule's examples."""

from itertools import groupby

import pytest

from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import Example, parse
from rules.engines import by_array, by_case


def background(example: Example) -> str:
    """Examples with the same text for their background can be judged in one run."""
    context = example.context
    provides = sorted((k, sorted(v)) for k, v in context.provides.fields.items())
    return repr((provides, context.observed_until, context.standings))


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_array_engine_agrees_on_every_example(rule) -> None:
    texts = [*rule.passes, *rule.fails, *rule.unclear]
    examples = [parse(text, rule.subject, subject=f"s-{n}") for n, text in enumerate(texts)]
    for _, alike in groupby(sorted(examples, key=background), key=background):
        together = list(alike)
        histories = [e.history for e in together]
        array = by_array([rule], rule.subject, histories, together[0].context)
        assert array == by_case([rule], rule.subject, histories, together[0].context)
