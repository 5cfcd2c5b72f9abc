import pytest

from evenhand.rules.catalog import CATALOG
from evenhand.rules.examples import parse
from rules.engines import by_case, by_table


@pytest.mark.parametrize("rule", CATALOG.values(), ids=lambda r: r.id)
def test_table_engine_agrees_on_every_example(rule) -> None:
    texts = [*rule.passes, *rule.fails, *rule.unclear]
    for number, text in enumerate(texts):
        example = parse(text, rule.subject, subject=f"s-{number}")
        assert by_table([rule], rule.subject, [example.history], example.context) == by_case(
            [rule], rule.subject, [example.history], example.context
        ), text
