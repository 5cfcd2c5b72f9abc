"""After an erasure no file of the desk, and no new backup, holds a byte string of the person."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.erasure.made_desk import NUMBER, PERSONAL
from postgres import started

pytestmark = pytest.mark.trial
HERE = Path(__file__).parent
WORDS = ("Quillfeather", "Zebul")


def _run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def _evenhand(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(env, "-c", "from evenhand.cli import main; main()", *arguments)


def _spellings(texts: list[str]) -> dict[bytes, str]:
    """Each text as UTF-8 and as JSON escapes, and as upper and lower case of it."""
    found = {}
    for text in texts:
        for said in (text, text.casefold(), text.upper()):
            found[said.encode()] = text
            found[json.dumps(said)[1:-1].encode()] = text
    return found


def _holding(folders: list[Path], texts: list[str]) -> set[tuple[str, str]]:
    """The files that hold one of the texts, with the text."""
    sought = _spellings(texts)
    pattern = re.compile(b"|".join(map(re.escape, sorted(sought, key=len, reverse=True))))
    found = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found |= {(path.name, sought[hit]) for hit in pattern.findall(path.read_bytes())}
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def env(request: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    said = os.environ | {
        "EVENHAND_DESK_FOLDER": str(tmp_path / "desk"),
        "EVENHAND_DESK_MODE": "demonstration",
        "EVENHAND_DESK_ORIGIN": "evenhand.test/desk",
        "DJANGO_SETTINGS_MODULE": "desk.settings",
        "PYTHONPATH": str(HERE.parents[1]),
    }
    said.pop("EVENHAND_DESK_DATABASE", None)
    if request.param == "sqlite":
        yield said
        return
    server = started(cleanup_mode="delete")
    try:
        server.psql("ALTER SYSTEM SET wal_recycle = off; SELECT pg_reload_conf();")
        tools = next(Path(sys.prefix).rglob("pg_dump")).parent
        yield said | {
            "EVENHAND_DESK_DATABASE": server.get_uri(),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "DATA": str(server.pgdata),
        }
    finally:
        server.cleanup()


@pytest.mark.parametrize("scope", ["personal", "everything"])
def test_no_file_holds_the_person(env: dict[str, str], tmp_path: Path, scope: str) -> None:
    done = _run(env, str(HERE / "made_desk.py"), str(tmp_path), scope)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["left"] == []
    for name in ("before", "after"):
        _unpacked(env, tmp_path / name)
    whole = scope == "everything"
    texts = [*PERSONAL, *WORDS, *([NUMBER, said["reference"]] if whole else [])]
    before = {text for _file, text in _holding([tmp_path / "before"], texts)}
    assert {*PERSONAL[1:], *([NUMBER] if whole else [])} <= before, "the search finds what is there"
    places = [tmp_path / "after", Path(env["EVENHAND_DESK_FOLDER"])]
    if "DATA" in env:
        places.append(Path(env["DATA"]))
    assert _holding(places, texts) == set()
    _is_whole(env, tmp_path)


def _unpacked(env: dict[str, str], folder: Path) -> None:
    """A dump of PostgreSQL is compressed, and its bytes are written in hexadecimal: make it readable."""
    dump = folder / "desk.dump"
    if dump.is_file():
        done = _run_tool(env, "pg_restore", "--file=-", str(dump))
        hexadecimal = re.sub(rb"\\\\x([0-9a-f]+)", lambda m: bytes.fromhex(m[1].decode()), done)
        (folder / "desk.sql").write_bytes(done + hexadecimal)


def _run_tool(env: dict[str, str], *arguments: str) -> bytes:
    tool = shutil.which(arguments[0], path=env["PATH"])
    assert tool is not None
    return subprocess.run([tool, *arguments[1:]], env=env, capture_output=True, check=True).stdout


def _is_whole(env: dict[str, str], tmp_path: Path) -> None:
    """Rebuild, verify, audit and the rest of an erasure find nothing wrong."""
    for command in (["rebuild"], ["desk", "audit"], ["desk", "erasures"]):
        done = _evenhand(env, *command)
        assert done.returncode == 0, (command, done.stdout[-500:], done.stderr[-1000:])
