"""The desk's Spanish: `compile` makes what Django reads, `missing` lists what has none, `update` adds it.

Each room has its own `locale/es/LC_MESSAGES/django.po`; what is made from it is not committed.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DESK = Path(__file__).resolve().parent.parent / "src" / "evenhand" / "desk"
OF_RULES = DESK / "record"
"""The room whose file has the Spanish of the rules' sentences, beside that of their remedies."""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Key = tuple[str | None, str]


def rooms() -> list[Path]:
    """The folders that have pages, and the desk's own."""
    return sorted({DESK, *(path.parent for path in DESK.glob("*/__init__.py"))})


def po_of(room: Path) -> Path:
    return room / "locale" / "es" / "LC_MESSAGES" / "django.po"


def sources(room: Path) -> Iterator[tuple[str, str]]:
    """The Python of a room and where it stands, its templates and the rules' sentences turned into Python."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    for path in sorted(room.glob("*.py") if room == DESK else room.rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(DESK)), path.read_text()
    for path in sorted((room / "templates").rglob("*.html")):
        yield str(path.relative_to(DESK)), templatize(path.read_text(), origin=str(path))
    if room == OF_RULES:
        from evenhand.rules.catalog import CATALOG

        yield "rules/catalog", "\n".join(f"_({rule.sentence!r})" for rule in CATALOG.values())


def wanted(room: Path) -> dict[Key, tuple[str | tuple[str, ...], str]]:
    """Every message of a room by context and (singular) text, with its id and where it first stands."""
    found: dict[Key, tuple[str | tuple[str, ...], str]] = {}
    for place, text in sources(room):
        for line, message, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):  # type: ignore[arg-type]
            key = (context, message[0] if isinstance(message, tuple) else message)
            if key[1]:
                found.setdefault(key, (message, f"{place}:{line}"))
    return found


def catalog(room: Path) -> Catalog:
    path = po_of(room)
    if not path.is_file():
        return Catalog(locale="es", domain="django", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="es", domain="django")


def translated() -> set[Key]:
    """What any room translates: Django reads them all as one."""
    return {
        (message.context, message.id[0] if isinstance(message.id, tuple) else message.id)
        for room in rooms()
        for message in catalog(room)
        if message.id
        and all([message.string] if isinstance(message.string, str) else message.string)
        and not message.fuzzy
    }


def missing() -> list[str]:
    """What stands on a page and has no Spanish."""
    known = translated()
    return [
        f"{place}: {key[1]}"
        for room in rooms()
        for key, (_, place) in wanted(room).items()
        if key not in known
    ]


def update() -> None:
    """Add what is missing to each room's file, untranslated."""
    known = translated()
    for room in rooms():
        new = {key: said for key, said in wanted(room).items() if key not in known}
        known |= new.keys()
        if new:
            book = catalog(room)
            book.header_comment = "# The desk's Spanish."
            book.project, book.version, book.fuzzy = "Evenhand", "1", False
            book.last_translator = book.language_team = "Evenhand"
            book.msgid_bugs_address = "Evenhand"
            for (context, _), (message, place) in new.items():
                book.add(message, context=context, locations=[(place.rpartition(":")[0], None)])
            po_of(room).parent.mkdir(parents=True, exist_ok=True)
            with po_of(room).open("wb") as file:
                write_po(file, book, width=100, omit_header=False, include_lineno=False, ignore_obsolete=True)


def compile_all() -> None:
    """Write each room's `.mo` file where it is missing or old; several processes may do so at once."""
    for room in rooms():
        po = po_of(room)
        mo = po.with_suffix(".mo")
        if po.is_file() and (not mo.is_file() or mo.stat().st_mtime < po.stat().st_mtime):
            with tempfile.NamedTemporaryFile(dir=mo.parent, delete=False) as file:
                write_mo(file, catalog(room))
            Path(file.name).chmod(0o644)
            Path(file.name).replace(mo)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compile"]:
            compile_all()
        case ["missing"]:
            print("\n".join(missing()))
        case ["update"]:
            update()
        case _:
            sys.exit("use: scripts/messages.py compile|missing|update")
