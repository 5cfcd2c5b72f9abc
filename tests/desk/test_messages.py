"""Every word of a room that has Spanish is in Spanish, with the same places to fill."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext, override

MESSAGES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "scripts/messages.py"))
ROOMS = [room for room in MESSAGES["rooms"]() if MESSAGES["po_of"](room).is_file()]
PLACE = re.compile(r"%\(\w+\)s|%s|\{\w+\}")


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_word_is_translated(room: Path) -> None:
    wanted = MESSAGES["wanted"](room)
    assert wanted
    assert [place for key, (_, place) in wanted.items() if key not in MESSAGES["translated"]()] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_translation_has_the_places_of_its_source(room: Path) -> None:
    for message in MESSAGES["catalog"](room):
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        for one in said:
            assert sorted(PLACE.findall(one)) in [sorted(PLACE.findall(source)) for source in sources]


def test_the_compiled_words_are_shown() -> None:
    with override("es"):
        assert gettext("Agreements") == "Acuerdos"
