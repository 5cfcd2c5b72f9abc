"""Passwords that live of the trade's own words."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import get_password_validators
from django.core.exceptions import ValidationError

from evenhand.desk.accounts.passwords import WORDS


def _codes(password: str) -> set[str]:
    found = set()
    for validator in get_password_validators(settings.AUTH_PASSWORD_VALIDATORS):
        try:
            validator.validate(password)
        except ValidationError as error:
            found |= {one.code for one in error.error_list}
    return found


@pytest.mark.parametrize(
    "password",
    ["Sheriff-Jail-2026!", "evenhand.admin.287(g)", "DetainerDetainerDetainer", "county-Officer-ICE-1"],
)
def test_words_of_the_trade_do_not_count(password: str) -> None:
    assert "password_of_context_words" in _codes(password)


def test_the_words_are_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/desk/access.md").read_text()
    assert ", ".join(WORDS) in page


@pytest.mark.parametrize("password", ["sheriff plums moon 41", "quiet lantern over seven", "x" * 64 + "jail"])
def test_enough_beside_them_is_taken(password: str) -> None:
    assert "password_of_context_words" not in _codes(password)
