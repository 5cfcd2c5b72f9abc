"""A full and a read-only disk: nothing acknowledged is lost, and the ledger goes on when there is room."""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.record.ledger.command import ledger as command
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.home import Home, Settings
from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.reconcile import reconcile
from evenhand.record.ledger.store import sqlite
from evenhand.record.ledger.tiles import TileFolder
from evenhand.record.ledger.verify import verify
from ledger.made import ORIGIN, series
from ledger.test_command import as_lines


def mount(folder: Path, options: str) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 3 MB: a tmpfs where we may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="evenhand-disk-"))
    if os.geteuid() != 0 or not mount(folder, "size=3m"):
        shutil.rmtree(folder)
        pytest.skip("no right to mount a small disk here; the limit on file sizes is tested instead")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(home: Home) -> int:
    """Append until the disk is full; how many events were acknowledged."""
    ledger, done, said = home.ledger(), 0, "the disk never became full"
    for number in range(1000):
        try:
            with ledger.store.transaction():
                ledger.append(series(100, seed=number))
        except LedgerError as error:
            said = str(error)
            break
        done += 100
    ledger.store.close()
    assert any(word in said for word in ("full", "I/O")), said
    return done


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    home = Home.create(small_disk / "home", Settings(origin=ORIGIN))
    keys = [s.verifier for s in home.signers()]
    done = fill(home)
    assert done > 500
    shutil.rmtree(small_disk / "home" / "public")
    room_is_made(small_disk)
    ledger = home.ledger()
    assert ledger.store.size() == done
    with ledger.store.transaction():
        ledger.append(series(10, seed=-1))
    home.public.mkdir()
    ledger.publish(home.public, home.signers())
    size = verify(home.public, keys).leaves
    assert size == done + 10
    assert reconcile(ledger.store, TileFolder(home.public, size)).leaves == size
    ledger.store.close()


def test_a_disk_that_is_full_while_tiles_are_written(small_disk: Path) -> None:
    """The checkpoint is not made; it is once there is room."""
    home = Home.create(small_disk / "home", Settings(origin=ORIGIN))
    ledger = home.ledger()
    with ledger.store.transaction():
        ledger.append(series(1500))
    free = shutil.disk_usage(small_disk).free
    (small_disk / "other").write_bytes(bytes(max(0, free - 200_000)))
    with pytest.raises((OSError, LedgerError)):
        ledger.publish(home.public, home.signers())
    assert not (home.public / "checkpoint").exists()
    ledger.store.close()
    done = CliRunner().invoke(command, ["checkpoint", "--ledger", str(home.folder)])
    assert done.exit_code == 2
    assert "put the disk" in done.stderr or "disk is full" in done.stderr
    room_is_made(small_disk)
    ledger = home.ledger()
    ledger.publish(home.public, home.signers())
    assert verify(home.public, [s.verifier for s in home.signers()]).leaves == 1500
    ledger.store.close()


def room_is_made(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)


def test_a_limit_on_file_sizes(tmp_path: Path) -> None:
    """The same without the right to mount: a process whose files may not grow."""
    home = Home.create(tmp_path / "home", Settings(origin=ORIGIN))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
            code = 0 if fill(home) > 500 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    ledger = home.ledger()
    size = ledger.store.size()
    assert size > 500
    assert size % 100 == 0
    with ledger.store.transaction():
        ledger.append(series(10, seed=-1))
    ledger.publish(home.public, home.signers())
    assert verify(home.public, [s.verifier for s in home.signers()]).leaves == size + 10
    ledger.store.close()


def test_a_read_only_disk(small_disk: Path, tmp_path: Path) -> None:
    """Nothing can be appended, all can be verified, and each refusal says why."""
    home = Home.create(small_disk / "home", Settings(origin=ORIGIN))
    ledger = home.ledger()
    with ledger.store.transaction():
        ledger.append(series(300))
    ledger.publish(home.public, home.signers())
    ledger.store.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    keys = [s.verifier for s in home.signers()]
    assert verify(home.public, keys).leaves == 300
    file = tmp_path / "events.jsonl"
    file.write_bytes(as_lines(series(5, seed=3)))
    for arguments in (["append", str(file)], ["checkpoint"], ["erase", str(series(1)[0].id), "--order", "x"]):
        done = CliRunner().invoke(command, [*arguments, "--ledger", str(home.folder)])
        assert done.exit_code == 2, done.output
        assert "Traceback" not in done.output
        assert "Error" in done.stderr
    done = CliRunner().invoke(command, ["verify", str(home.public), "--key", keys[0].vkey()])
    assert done.exit_code == 0, done.output


def test_a_store_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerError):
        Ledger(sqlite.SqliteStore(sqlite.connect(tmp_path / "ledger.db"))).store.origin()
