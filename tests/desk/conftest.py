"""The desk's tests run on SQLite, or on PostgreSQL where EVENHAND_TEST_DATABASE=postgres says so."""

import pytest
from django.core.cache import cache

from desk.casework import Desk
from desk.county import County


@pytest.fixture(autouse=True)
def no_limit_from_before() -> None:
    """What one test did counts against no other: limits are kept in the cache."""
    cache.clear()


@pytest.fixture
def county(db: None) -> County:
    """A county with an agreement in force and one certified officer."""
    made = County()
    made.found()
    made.certify()
    return made


@pytest.fixture
def other_county(db: None) -> County:
    """Another agency, whose rows nobody of `county` may see."""
    made = County(ori="GA0330000", jail="jail-2", officer="officer-2")
    made.found()
    made.certify()
    return made


@pytest.fixture
def desk(county: County) -> Desk:
    """The county's accounts at work."""
    return Desk(county)
