"""`evenhand ledger` as its users see it: what it prints, what it writes, how it exits."""

import json
import shutil
import sqlite3
from pathlib import Path

import click.testing
import pytest

from evenhand.cli import main
from evenhand.record.events import Event
from evenhand.record.ledger.note import Verifier
from ledger.made import ORIGIN, series


def as_lines(events: list[Event]) -> bytes:
    rows = [
        {"type": e.type, "version": e.version, **json.loads(e.model_dump_json(exclude_none=True))}
        for e in events
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


class Shell:
    """Runs commands on one ledger and keeps its key."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.run("init", "--origin", ORIGIN, *options)
        (self.key,) = (self.home / "public").glob("*.vkey")

    def result(self, *arguments: str | Path) -> click.testing.Result:
        runner = click.testing.CliRunner(env={"EVENHAND_LEDGER": str(self.home)})
        return runner.invoke(main, ["ledger", *map(str, arguments)], catch_exceptions=False)

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        done = self.result(*arguments)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.stdout

    def append(self, events: list[Event]) -> None:
        (self.folder / "events.jsonl").write_bytes(as_lines(events))
        self.run("append", self.folder / "events.jsonl")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_from_events_to_a_proof_that_a_stranger_checks(shell: Shell, tmp_path: Path) -> None:
    events = series(300)
    shell.append(events)
    note = shell.run("checkpoint")
    assert note.startswith(f"{ORIGIN}\n300\n")
    proof, opening, stranger = (tmp_path / n for n in ("p.tlog-proof", "opening.json", "stranger"))
    shell.run("prove", events[10].id, "--out", proof, "--opening", opening)
    stranger.mkdir()
    for file in (proof, opening, shell.key):
        shutil.copy(file, stranger)
    shutil.rmtree(shell.home)
    said = shell.run("verify-proof", stranger / proof.name, "--key", stranger / shell.key.name)
    assert "leaf 10 of the 300" in said
    assert str(events[10].id) not in said
    assert "Secret-" not in said
    said = shell.run(
        "verify-proof", stranger / proof.name, "--key", stranger / shell.key.name, "--opening", opening
    )
    assert "commits to this case part" in said
    assert "commits to this personal part" in said
    assert str(events[10].id) in said
    whole = json.loads(opening.read_bytes())
    for part, field in (("case", "subject"), ("personal", "name")):
        changed = json.loads(opening.read_bytes())
        changed[part]["part"][field] = "Somebody else"
        opening.write_text(json.dumps(changed))
        shell.run("verify-proof", proof, "--key", stranger / shell.key.name, "--opening", opening, code=1)
        opening.write_text(json.dumps(whole))


def test_an_auditor_is_given_the_case_part_alone(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(30))
    shell.run("checkpoint")
    proof, opening = tmp_path / "p", tmp_path / "o.json"
    shell.run("prove", "10", "--out", proof, "--opening", opening, "--case-only")
    assert "Secret-" not in opening.read_text()
    said = shell.run("verify-proof", proof, "--key", shell.key, "--opening", opening)
    assert "booking-10" in said
    assert "personal" not in said.replace("personal_key", "")


def test_a_proof_that_was_altered_fails(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(40))
    shell.run("checkpoint")
    proof = tmp_path / "p"
    shell.run("prove", "7", "--out", proof)
    lines = proof.read_text().split("\n")
    for number in (1, 3, 4, 10):
        changed = lines.copy()
        first = changed[number]
        at = 8 if number == 1 else len(first) // 2
        changed[number] = first[:at] + ("A" if first[at] != "A" else "B") + first[at + 1 :]
        proof.write_text("\n".join(changed))
        assert shell.result("verify-proof", proof, "--key", shell.key).exit_code in (1, 2)
    proof.write_text("\n".join(lines).replace("index 7", "index 8"))
    shell.run("verify-proof", proof, "--key", shell.key, code=1)
    proof.write_text("\n".join(lines))
    shell.run("verify-proof", proof, "--key", shell.key)
    shell.run("verify-proof", proof, code=2)


def test_consistency_between_two_checkpoints(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(30))
    shell.run("checkpoint")
    shutil.copy(shell.home / "public/checkpoint", tmp_path / "old")
    shell.append(series(500, seed=2))
    shell.run("checkpoint")
    shell.run("prove", "--consistency", "30", "530", "--out", tmp_path / "c")
    said = shell.run("verify-proof", tmp_path / "c", "--key", shell.key, "--old", tmp_path / "old")
    assert "530 leaves" in said
    shell.run("verify-proof", tmp_path / "c", "--key", shell.key, code=2)
    shell.run("prove", "--consistency", "31", "530", "--out", tmp_path / "c")
    shell.run("verify-proof", tmp_path / "c", "--key", shell.key, "--old", tmp_path / "old", code=1)
    shell.run("prove", "--consistency", "30", "400", code=2)
    shell.run("prove", "--consistency", "30", "20", code=2)


def test_verify_needs_no_database(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(600))
    shell.run("checkpoint")
    shutil.copytree(shell.home / "public", tmp_path / "copy")
    shutil.rmtree(shell.home)
    said = shell.run("verify", tmp_path / "copy", "--key", tmp_path / "copy" / shell.key.name)
    assert said.startswith("Verified: 600 leaves")
    bundle = tmp_path / "copy/tile/entries/001"
    raw = bytearray(bundle.read_bytes())
    raw[5] ^= 1
    bundle.write_bytes(raw)
    done = shell.result("verify", tmp_path / "copy", "--key", tmp_path / "copy" / shell.key.name)
    assert done.exit_code == 1
    assert "leaf 256:" in done.stderr
    done = shell.result("verify", tmp_path / "copy")
    assert "no --key was given" in done.stderr


def test_verify_of_the_ledgers_own_folder_looks_into_the_store(shell: Shell) -> None:
    shell.append(series(50))
    shell.run("checkpoint")
    assert "the store holds the same leaves" in shell.run("verify", shell.home, "--key", shell.key)
    with sqlite3.connect(shell.home / "ledger.db") as owner:
        owner.execute("DROP TRIGGER ledger_entry_no_update")
        owner.execute("UPDATE ledger_entry SET leaf = CAST('{}' AS BLOB) WHERE seq = 17")
    owner.close()
    done = shell.result("verify", shell.home, "--key", shell.key)
    assert done.exit_code == 1
    assert "leaf 17 of the store" in done.stderr


@pytest.mark.parametrize("table", ["ledger_opening", "ledger_case"])
def test_nothing_altered_is_signed_or_exported(shell: Shell, tmp_path: Path, table: str) -> None:
    shell.append(series(50))
    shell.run("checkpoint")
    shell.append(series(2, seed=4))
    with sqlite3.connect(shell.home / "ledger.db") as owner:
        owner.execute(f"DROP TRIGGER {table}_no_update")
        owner.execute(f"UPDATE {table} SET salt = zeroblob(32) WHERE seq = 16")
    owner.close()
    for command in (("checkpoint",), ("rotate",), ("export", "--out", tmp_path / "out"), ("prove", "16")):
        options = ("--opening", tmp_path / "o.json") if command[0] == "prove" else ()
        done = shell.result(*command, *options)
        assert done.exit_code == 1, command
        assert "leaf 16 of the store" in done.stderr
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "o.json").exists()


def test_bad_lines_are_set_aside_with_the_reason(shell: Shell, tmp_path: Path) -> None:
    good = as_lines(series(4)).splitlines()
    secret = json.loads(good[0]) | {"name": 12345678, "id": "0198c5a0-0000-4000-8000-00000000aaaa"}
    bad = [
        b"no json",
        b'{"type": "person.invented"}',
        b'["a list"]',
        b'{"type": "person.booked"}',
        b"\xff\xfe",
        b'{"type": "x", "type": "y"}',
        json.dumps(secret).encode(),
        good[1].replace(b'"charge_no"', b'"charge_nr"'),
    ]
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(b"\n".join([good[0], *bad, *good[1:]]) + b"\n")
    done = shell.result("append", file)
    assert done.exit_code == 2
    assert "Appended 4 events; 0 were there already; 8 lines refused" in done.stdout
    assert "12345678" not in done.output
    (kept,) = (shell.home / "refused").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    refused = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [r["line"] for r in refused] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert all(r["reason"] and r["remedy"] for r in refused)
    assert refused[6]["column"] == "name"


def test_the_same_file_again_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(20))
    said = shell.run("append", tmp_path / "events.jsonl")
    assert "Appended 0 events; 20 were there already" in said
    other = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    other[4]["name"] = "Another"
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in other))
    done = shell.result("append", tmp_path / "other.jsonl")
    assert done.exit_code == 2
    assert "19 were there already; 1 lines refused" in done.stdout
    assert "another event has this id" in done.stderr


def test_a_witness_cosigns_and_refuses_a_fork(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(10))
    shell.run("checkpoint")
    asked = ("witness", shell.home, "--state", tmp_path / "w", "--key", shell.key)
    shell.run(*asked, code=2)
    shell.run(*asked, "--name", "witness.example/w1", "--out", tmp_path / "cosigned")
    note = shell.run("checkpoint", "--cosigned", tmp_path / "cosigned")
    assert "witness.example/w1" in note
    (witness,) = (tmp_path / "w").glob("*.vkey")
    said = shell.run("verify", shell.home / "public", "--key", shell.key, "--key", witness)
    assert "witness.example/w1" in said
    fork = Shell(tmp_path / "fork") if (tmp_path / "fork").mkdir() is None else None
    assert fork is not None
    shutil.rmtree(fork.home / "keys")
    shutil.copytree(shell.home / "keys", fork.home / "keys")
    fork.append(series(12, seed=5))
    fork.run("checkpoint")
    done = fork.result("witness", fork.home, "--state", tmp_path / "w", "--key", shell.key)
    assert done.exit_code == 1
    assert "forked" in done.stderr
    assert len(list((tmp_path / "w").glob("*/refused/*"))) == 1


def test_rotation_and_retirement(shell: Shell) -> None:
    shell.append(series(10))
    shell.run("checkpoint")
    old = Verifier.parse(shell.key.read_text())
    shell.run("rotate", "--retire", f"{old.key_id:08x}", code=2)
    shell.run("rotate")
    new = next(k for k in (shell.home / "public").glob("*.vkey") if k != shell.key)
    for key in (shell.key, new):
        shell.run("verify", shell.home / "public", "--key", key)
    shell.run("rotate", "--retire", f"{old.key_id:08x}")
    shell.append(series(10, seed=2))
    shell.run("checkpoint")
    shell.run("verify", shell.home / "public", "--key", new)
    shell.run("verify", shell.home / "public", "--key", shell.key, code=1)
    assert len(list((shell.home / "keys").iterdir())) == 1


def test_private_keys_are_the_owners_only(shell: Shell) -> None:
    (key,) = (shell.home / "keys").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    assert (shell.home / "keys").stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in "".join(p.read_text() for p in (shell.home / "public").glob("*.vkey"))


def test_export_and_status(shell: Shell, tmp_path: Path) -> None:
    shell.append(series(300))
    shell.run("export", "--out", tmp_path / "out", code=2)
    shell.run("checkpoint")
    shell.append(series(5, seed=3))
    assert "Wrote 300 leaves" in shell.run("export", "--out", tmp_path / "out")
    shell.run("verify", tmp_path / "out", "--key", shell.key)
    for path in (shell.home / "public").rglob("*"):
        if path.is_file():
            assert (
                tmp_path / "out" / path.relative_to(shell.home / "public")
            ).read_bytes() == path.read_bytes()
    shell.run("export", "--out", tmp_path / "out")
    for wrong in (shell.home, shell.home / "public", tmp_path):
        shell.run("export", "--out", wrong, code=2)
    assert (shell.home / "ledger.db").is_file()
    said = shell.run("status")
    assert "leaves       305" in said
    assert "5 not covered yet" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "--origin", ORIGIN),
        ("append", "nowhere.jsonl"),
        ("prove",),
        ("prove", "not-an-id"),
        ("prove", "0198c5a0-0000-7000-8000-000000000000"),
        ("prove", "12"),
        ("verify", "nowhere"),
        ("verify-proof", "nowhere", "--key", "x"),
        ("witness", "nowhere", "--state", "s", "--key", "nonsense"),
        ("erase", "0198c5a0-0000-7000-8000-000000000000", "--order", "court"),
        ("erase", "--order", "court"),
        ("erase", "not-an-id", "--order", "court"),
        ("checkpoint", "--cosigned", "nowhere"),
        ("rotate", "--retire", "00000000"),
    ],
)
def test_wrong_use_is_told_and_exits_with_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.append(series(4))
    shell.run("checkpoint")
    done = shell.result(*arguments)
    assert done.exit_code == 2, done.output
    assert "Error" in done.stderr


def test_a_missing_ledger_says_how_to_make_one(tmp_path: Path) -> None:
    done = click.testing.CliRunner().invoke(main, ["ledger", "status", "--ledger", str(tmp_path)])
    assert done.exit_code == 2
    assert "evenhand ledger init" in done.stderr


def test_an_interrupted_init_is_taken_up(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (shell.home / "ledger.json").unlink()
    shell.run("init", "--origin", "ledger.example/other", code=2)
    shell.run("init", "--origin", ORIGIN)
    shell.append(series(3))
    shell.run("checkpoint")
    shell.run("verify", shell.home, "--key", shell.key)


def test_postgresql_by_command(tmp_path: Path, dsn: str) -> None:
    shell = Shell(tmp_path, "--postgres", dsn)
    assert not (shell.home / "ledger.db").exists()
    shell.append(series(30))
    shell.run("checkpoint")
    shell.run("erase", series(1)[0].id, "--order", "Court, no. 1")
    assert "store        PostgreSQL" in shell.run("status")
    shell.run("checkpoint")
    assert "1 parts erased" in shell.run("verify", shell.home, "--key", shell.key)
    shell.run("init", "--ledger", tmp_path / "second", "--origin", ORIGIN, "--postgres", dsn, code=2)
    done = shell.result("init", "--ledger", tmp_path / "x", "--origin", ORIGIN, "--postgres", "host=/nowhere")
    assert done.exit_code == 2
    assert "does not answer" in done.stderr
