"""An output folder is replaced only by the command that made it, whole, and by one run at a time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.record.folder import MARKER, FolderError, Kind, claimed, rewritten_folder, staged_folder
from evenhand.record.ledger.seal import seal
from evenhand.record.private_file import write_private
from evenhand.record.store import Record
from record.small_record import write

HOLDER = """
import sys
from pathlib import Path
from evenhand.record.folder import Kind, staged_folder
with staged_folder(Path(sys.argv[1]), Kind.AUDIT) as folder:
    (folder / "half").write_text("half")
    print("holding", flush=True)
    sys.stdin.read()
"""


def make(target: Path, text: str = "old", kind: Kind = Kind.AUDIT) -> None:
    with staged_folder(target, kind) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "report.txt").write_text(text)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_command_replaces_what_it_made(tmp_path: Path) -> None:
    make(tmp_path / "out")
    make(tmp_path / "out", "new")
    assert (tmp_path / "out" / "sub" / "report.txt").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    marker = json.loads((tmp_path / "out" / MARKER).read_text())
    assert marker["kind"] == "audit"
    assert marker["files"] == [MARKER, "sub/report.txt"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    make(tmp_path / "out")
    assert (tmp_path / "out" / "sub" / "report.txt").is_file()


def foreign_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "thesis.txt").write_text("mine")


def foreign_file(folder: Path) -> None:
    make(folder)
    (folder / "thesis.txt").write_text("mine")


def foreign_file_below(folder: Path) -> None:
    make(folder)
    (folder / "sub" / "thesis.txt").write_text("mine")


def foreign_empty_folder(folder: Path) -> None:
    make(folder)
    (folder / "thesis").mkdir()


def foreign_link(folder: Path) -> None:
    make(folder)
    (folder / "thesis").symlink_to(folder.parent)


def other_kind(folder: Path) -> None:
    make(folder, kind=Kind.FIGURES)


def linked_marker(folder: Path) -> None:
    make(folder)
    (folder / MARKER).rename(folder.parent / "marker")
    (folder / MARKER).symlink_to(folder.parent / "marker")


def broken_marker(folder: Path) -> None:
    make(folder)
    (folder / MARKER).write_text("[" * 100_000)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (foreign_folder, r"evenhand did not make it.*new folder"),
        (foreign_file, r"did not write \(thesis.txt\)"),
        (foreign_file_below, r"did not write \(sub/thesis.txt\)"),
        (foreign_empty_folder, r"did not write \(thesis\)"),
        (foreign_link, r"did not write \(thesis\)"),
        (other_kind, r"another kind of output \(figures, not audit\)"),
        (linked_marker, r"evenhand did not make it"),
        (broken_marker, r"evenhand did not make it"),
    ],
)
def test_what_others_put_there_stays(tmp_path: Path, prepare: Callable[[Path], None], said: str) -> None:
    out = tmp_path / "out"
    prepare(out)
    before = tree(tmp_path)
    with pytest.raises(FolderError, match=said):
        make(out, "new")
    assert tree(tmp_path) == before


def test_what_appears_while_a_run_works_stays(tmp_path: Path) -> None:
    make(tmp_path / "out")
    with pytest.raises(FolderError, match=r"thesis\.txt"), staged_folder(tmp_path / "out", Kind.AUDIT):
        (tmp_path / "out" / "thesis.txt").write_text("mine")
    assert sorted(tree(tmp_path)) == [f"out/{MARKER}", "out/sub/report.txt", "out/thesis.txt"]


def test_a_link_that_replaces_the_folder_meanwhile_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.txt").write_text("mine")
    with pytest.raises(FolderError), staged_folder(tmp_path / "out", Kind.AUDIT):
        (tmp_path / "out").symlink_to(tmp_path / "victim")
    assert (tmp_path / "victim" / "thesis.txt").read_text() == "mine"
    assert (tmp_path / "out").is_symlink()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    make(tmp_path / "real")
    (tmp_path / "out").symlink_to(tmp_path / "real")
    with pytest.raises(FolderError, match="symbolic link"):
        make(tmp_path / "out", "new")
    assert (tmp_path / "real" / "sub" / "report.txt").read_text() == "old"


@pytest.mark.parametrize("name", [".", "..", "../..", "/", "~", "inner/.."])
def test_folders_above_the_work_are_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "home" / "work"
    (here / "inner").mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(FolderError, match=r"current folder|home folder"):
        make(Path(name).expanduser())


def test_a_sealed_record_is_replaced_only_on_request(tmp_path: Path) -> None:
    out = tmp_path / "r"
    write(out, 20)
    seal(out)
    before = tree(out)
    with pytest.raises(FolderError, match="--replace-sealed"):
        write(out, 10)
    assert tree(out) == before
    arguments = ["simulate", "--bookings", "5", "--out", str(out)]
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 1
    assert "--replace-sealed" in refused.output
    assert tree(out) == before
    assert CliRunner().invoke(main, [*arguments, "--replace-sealed"]).exit_code == 0
    assert not (out / "ledger").exists()


def test_what_is_left_of_a_seal_protects_a_record_too(tmp_path: Path) -> None:
    write(tmp_path / "r", 20)
    seal(tmp_path / "r")
    (tmp_path / "r" / "ledger").rename(tmp_path / "ledger")
    with pytest.raises(FolderError, match="--replace-sealed"):
        write(tmp_path / "r", 10)


def test_a_rewrite_may_replace_a_folder_without_a_marker(tmp_path: Path) -> None:
    make(tmp_path / "out")
    (tmp_path / "out" / MARKER).unlink()
    with rewritten_folder(tmp_path / "out", Kind.AUDIT) as folder:
        (folder / "report.txt").write_text("rewritten")
    assert (tmp_path / "out" / "report.txt").read_text() == "rewritten"


def test_a_second_run_to_the_same_place_stops(tmp_path: Path) -> None:
    with claimed(tmp_path / "out", Kind.AUDIT), pytest.raises(FolderError, match="Another run is writing"):
        make(tmp_path / "out")
    make(tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_second_process_stops_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    make(tmp_path / "out")
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holding\n"
        with pytest.raises(FolderError, match="Another run is writing"):
            make(tmp_path / "out", "new")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert (tmp_path / "out" / "sub" / "report.txt").read_text() == "old"
    make(tmp_path / "out", "new")
    assert (tmp_path / "out" / "sub" / "report.txt").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_only_leftovers_of_killed_runs_are_removed(tmp_path: Path) -> None:
    mine = tmp_path / ".out.new-mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    (tmp_path / ".out.old").mkdir()
    (tmp_path / ".out.old" / "thesis.txt").write_text("mine")
    make(tmp_path / "out")
    make(tmp_path / "out")
    assert (mine / "thesis.txt").is_file()
    assert (tmp_path / ".out.old" / "thesis.txt").is_file()


def test_a_link_as_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".out.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(FolderError, match="symbolic link"):
        make(tmp_path / "out")
    assert not (tmp_path / "victim").exists()


def modes(folder: Path) -> set[int]:
    return {p.lstat().st_mode & 0o777 for p in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_only_published_outputs_can_be_read_by_others(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make(tmp_path / "private")
        make(tmp_path / "public", kind=Kind.LEDGER)
        write(tmp_path / "record", 20)
        write_private(tmp_path / "page.html", "page")
    finally:
        os.umask(before)
    assert modes(tmp_path / "private") == modes(tmp_path / "record") == {0o700, 0o600}
    assert modes(tmp_path / "public") == {0o755, 0o644}
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o600


def test_a_private_file_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "page.html").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic link"):
        write_private(tmp_path / "page.html", "page")
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_device_stays_a_device(tmp_path: Path) -> None:
    write_private(Path(os.devnull), "page")
    assert Path(os.devnull).is_char_device()


def test_a_record_is_still_a_record(tmp_path: Path) -> None:
    write(tmp_path / "r", 20)
    write(tmp_path / "r", 30)
    assert Record(tmp_path / "r").manifest.counts.cases["booking"] == 30
