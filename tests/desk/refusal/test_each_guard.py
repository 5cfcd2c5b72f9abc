"""Each guard rule blocks, or warns about, an act that a page posts; no browser is needed."""

import pytest

from desk.browser.attempts import ATTEMPTS, FORM
from desk.casework import Desk
from desk.county import County
from evenhand.record.events.booking import FORMS
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Use


@pytest.mark.parametrize("rule", ATTEMPTS)
def test_the_page_names_the_rule_and_records_nothing(county: County, rule: str) -> None:
    attempt = ATTEMPTS[rule](county)
    said = {name: "on" if value is True else value for name, value in attempt.said.items()}
    said = {"agency": county.ori, "step": FORMS[FORM][-1]} | said
    answer = Desk(county).post(attempt.role, attempt.path, **said)
    assert answer.status_code == 409, answer.content.decode()
    named = {row["rule"].id: row["blocks"] for row in answer.context["rows"]}
    assert named.get(rule) is (CATALOG[rule].use is Use.BLOCKS), named
