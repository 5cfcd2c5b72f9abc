"""A backup of a running desk comes back whole, or says why not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.trial

FILL = """
from evenhand.desk.command import start
start()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from evenhand.desk.demonstration.make import make
print(make(bookings=300).taken.events)
"""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "EVENHAND_DESK_FOLDER": str(folder),
        "EVENHAND_DESK_MODE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "evenhand.desk.settings",
    }
    env.pop("EVENHAND_DESK_DATABASE", None)
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def _evenhand(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, "-c", "from evenhand.cli import main; main()", *arguments)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    done = _run(folder, "-c", FILL)
    assert done.returncode == 0, done.stderr
    (folder / "uploads").mkdir()
    (folder / "uploads" / "agreement.pdf").write_bytes(b"%PDF-1.7")
    return folder


def test_a_backup_is_restored_with_the_same_root_and_rebuilds(desk: Path, tmp_path: Path) -> None:
    made = _evenhand(desk, "desk", "checkpoint")
    assert made.returncode == 0, made.stderr
    done = _evenhand(desk, "desk", "backup", "--out", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "backup" / "backup.json").read_text())
    other = tmp_path / "other"
    back = _evenhand(other, "desk", "restore", str(tmp_path / "backup"))
    assert back.returncode == 0, back.stderr
    assert said["root"] in back.stdout
    assert (other / "uploads" / "agreement.pdf").read_bytes() == b"%PDF-1.7"
    # The key for the search by name is kept apart, as the signing key is.
    (other / "name-search.key").write_bytes((desk / "name-search.key").read_bytes())
    rebuilt = _evenhand(other, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    (key,) = (other / "public").glob("*.vkey")
    checked = _evenhand(other, "ledger", "verify", str(other / "public"), "--key", str(key))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_backup_has_no_signing_key(desk: Path, tmp_path: Path) -> None:
    _evenhand(desk, "desk", "checkpoint")
    _evenhand(desk, "desk", "backup", "--out", str(tmp_path / "backup"))
    (secret,) = (desk / "keys").glob("*.skey")
    words = secret.read_bytes().split(b"+")[-1].strip()
    held = [path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert held
    assert not any(words in content for content in held)
    other = tmp_path / "other"
    assert _evenhand(other, "desk", "restore", str(tmp_path / "backup")).returncode == 0
    without = _evenhand(other, "desk", "checkpoint")
    assert without.returncode == 1
    assert "copy the key back" in without.stderr
    (other / "keys").mkdir()
    (other / "keys" / secret.name).write_bytes(secret.read_bytes())
    signed = _evenhand(other, "desk", "checkpoint")
    assert signed.returncode == 0, signed.stderr


def test_a_damaged_backup_is_refused(desk: Path, tmp_path: Path) -> None:
    _evenhand(desk, "desk", "backup", "--out", str(tmp_path / "backup"))
    path = tmp_path / "backup" / "desk.db"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    back = _evenhand(tmp_path / "other", "desk", "restore", str(tmp_path / "backup"))
    assert back.returncode == 1
    assert "damaged" in back.stderr


def test_a_desk_that_is_not_empty_is_not_overwritten(desk: Path, tmp_path: Path) -> None:
    _evenhand(desk, "desk", "backup", "--out", str(tmp_path / "backup"))
    back = _evenhand(desk, "desk", "restore", str(tmp_path / "backup"))
    assert back.returncode == 1
    assert "empty" in back.stderr
