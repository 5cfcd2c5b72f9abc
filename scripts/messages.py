"""Compile the desk's translations: each room's `django.po` to the `django.mo` that Django reads."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DESK = Path(__file__).parent.parent / "src/evenhand/desk"


def compile_messages(folder: Path = DESK) -> list[Path]:
    """Write the files that are older than their sources; returns those that were written."""
    written = []
    for source in sorted(folder.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as said:
            catalog = read_po(said, locale=source.parts[-3], abort_invalid=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as out:
            write_mo(out, catalog)
        part.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_messages()
