"""The desk's tests run on SQLite, or on PostgreSQL where EVENHAND_TEST_DATABASE=postgres says so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.core.cache import cache
from django.core.management import call_command
from django.test import override_settings
from django.utils import translation
from pytest_django import Settings
from time_machine import TimeMachineFixture

from desk.casework import Desk
from desk.county import County
from desk.emptied import empty_ledger
from desk.recent import note_sign_in


@pytest.fixture(autouse=True)
def no_limit_from_before() -> None:
    """What one test did counts against no other: limits are kept in the cache."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_language_from_before() -> Iterator[None]:
    """A request leaves its language to its thread, which the test client shares with the test."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def signed_in_just_now() -> Iterator[None]:
    user_logged_in.connect(note_sign_in)
    yield
    user_logged_in.disconnect(note_sign_in)


@pytest.fixture(autouse=True)
def no_leaves_from_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that really commits leaves nothing in the ledger to the next one of its process."""
    mark = request.node.get_closest_marker("django_db")
    if mark is None or not mark.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    empty_ledger()


@pytest.fixture
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    """The clock of this process, stopped at a full minute; it moves only where a test calls `shift`."""
    time_machine.move_to(datetime.now(UTC).replace(second=0, microsecond=0), tick=False)
    return time_machine


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


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as `evenhand serve` collects them."""
    root = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=settings.COLLECTED, STATIC_ROOT=root):
        call_command("collectstatic", verbosity=0, interactive=False)
    return root


@pytest.fixture
def collected(static_root: Path, settings: Settings) -> Path:
    """Pages name the collected static files, and whitenoise serves them."""
    settings.STATIC_ROOT, settings.STORAGES = static_root, settings.COLLECTED
    return static_root
