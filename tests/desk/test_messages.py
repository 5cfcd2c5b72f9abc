"""Every word of a room that has Spanish is in Spanish."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.utils.translation.template import templatize

import evenhand.desk

DESK = Path(evenhand.desk.__file__).parent
ROOMS = sorted(path.parents[3] for path in DESK.glob("*/locale/es/LC_MESSAGES/django.po"))
CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
IN_TEMPLATE = re.compile(r"gettext\(u?(['\"])(.*?)\1")
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def _in_python(path: Path) -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in CALLS
        and isinstance(node.args[0], ast.Constant)
    }


def _in_template(path: Path) -> set[str]:
    return {said.replace("\\'", "'") for __, said in IN_TEMPLATE.findall(templatize(path.read_text()))}


def _words(room: Path) -> set[str]:
    return {
        word
        for path in room.rglob("*")
        for word in (
            _in_python(path) if path.suffix == ".py" else _in_template(path) if path.suffix == ".html" else ()
        )
    }


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_word_is_translated(room: Path) -> None:
    with (room / "locale/es/LC_MESSAGES/django.po").open("rb") as said:
        catalog = read_po(said, locale="es")
    spanish = {
        (m.id if isinstance(m.id, str) else m.id[0]): (m.string if isinstance(m.string, str) else m.string[0])
        for m in catalog
        if m.id
    }
    words = _words(room)
    assert words
    assert sorted(word for word in words if not spanish.get(word)) == []
    assert sorted(word for word in spanish if word not in words) == []
    for word, said in spanish.items():
        assert sorted(PLACEHOLDER.findall(word)) == sorted(PLACEHOLDER.findall(said)), word


def test_the_compiled_words_are_shown() -> None:
    with override("es"):
        assert _("Agreements") == "Acuerdos"
