"""Each test begins with fresh rates: tokens of different tests may have the same number."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()
