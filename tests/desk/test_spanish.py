"""Every word of the desk's pages has its Spanish, with the same parts filled in."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import messages
from django.utils import translation

from evenhand.desk.timeline.names import EVENTS

PART = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def test_nothing_lacks_its_spanish() -> None:
    assert messages.missing() == []


@pytest.mark.parametrize("room", messages.rooms(), ids=lambda room: room.name)
def test_a_translation_has_the_parts_of_its_source(room: Path) -> None:
    for message in messages.catalog(room):
        if message.id:
            source = message.id if isinstance(message.id, str) else message.id[-1]
            spanish = message.string if isinstance(message.string, str) else message.string[-1]
            assert sorted(PART.findall(source)) == sorted(PART.findall(spanish)), source


def test_no_two_kinds_of_event_have_one_name() -> None:
    """In Spanish as in English: a screening that opened is no review that opened."""
    for language in ("en", "es"):
        with translation.override(language):
            names = [str(name) for name in EVENTS.values()]
        assert [name for name in names if names.count(name) > 1] == []
