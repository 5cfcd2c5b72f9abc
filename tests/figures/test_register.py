"""Publications beside each other, as commands write them: warned of, refused, or protected."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from audit.command import run
from evenhand.figures.editions import Edition
from evenhand.figures.run import Figures
from evenhand.record.store import Record
from evenhand.simulate.faults.rates import shipped_rates
from evenhand.simulate.simulation import Settings, Simulation
from figures.made import Row, at, encounter, record, row
from figures.test_editions import attacker

DAYS = 40


def rows(left_out: str = "") -> list[Row]:
    found = [row("agreement.took_effect", "moa", at(-30), model="JEM")]
    for n in range(DAYS):
        found += encounter(f"a{n:02}", n, conviction="13", reviewed_after=n + 1)
    found += encounter("only", 3, conviction="09")
    return [event for event in found if event["subject"] != left_out]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return record(tmp_path_factory.mktemp("before") / "r", rows())


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record after a court expunged one booking."""
    return record(tmp_path_factory.mktemp("after") / "r", rows("only"))


def publish(made: Record, out: Path, *options: object) -> tuple[int, str]:
    result = run("figures", made.folder, "--year", "FY2019", "--out", out, *options)
    return result.exit_code, result.output


def figures(out: Path) -> object:
    content = json.loads((out / "figures.json").read_text())
    return [content[name] for name in ("figures", "turn_around", "training_compliance")]


def test_one_booking_less_changes_nothing_in_a_protected_edition(
    before: Record, after: Record, tmp_path: Path
) -> None:
    publish(before, tmp_path / "one")
    code, output = publish(after, tmp_path / "two", "--previous", tmp_path / "one")
    assert (code, "WARNING" in output) == (0, False)
    assert figures(tmp_path / "two") == figures(tmp_path / "one")
    told = json.loads((tmp_path / "two" / "publication.json").read_text())
    first = json.loads((tmp_path / "one" / "publication.json").read_text())
    assert told["protected_against"] == [first["content_sha256"]]
    content = json.loads((tmp_path / "two" / "figures.json").read_text())
    assert content["disclosure"]["protected_against"] == told["protected_against"]
    assert "repeated" in (tmp_path / "two" / "report.html").read_text()


def test_an_edition_beside_it_is_warned_of(before: Record, after: Record, tmp_path: Path) -> None:
    publish(before, tmp_path / "one")
    code, output = publish(after, tmp_path / "two")
    assert (code, "WARNING" in output, str(tmp_path / "one") in output) == (0, True, True)
    assert figures(tmp_path / "two") != figures(tmp_path / "one")


def test_the_edition_that_is_replaced_is_warned_of(before: Record, after: Record, tmp_path: Path) -> None:
    publish(before, tmp_path / "one")
    assert "WARNING" not in publish(before, tmp_path / "one")[1]
    old = (tmp_path / "one" / "figures.json").read_bytes()
    code, output = publish(after, tmp_path / "one", "--fail-unprotected")
    assert (code, "Nothing was written" in output) == (3, True)
    assert (tmp_path / "one" / "figures.json").read_bytes() == old


def test_a_register_knows_editions_elsewhere(before: Record, after: Record, tmp_path: Path) -> None:
    register = tmp_path / "register.jsonl"
    publish(before, tmp_path / "x" / "one", "--register", register)
    publish(before, tmp_path / "x" / "one", "--register", register)
    assert len(register.read_text().splitlines()) == 1
    code, output = publish(after, tmp_path / "y" / "two", "--register", register)
    assert (code, "register.jsonl, line 1" in output) == (0, True)
    register.write_text("{}\n")
    code, output = publish(after, tmp_path / "z" / "two", "--register", register)
    assert (code, "not an entry of a register" in output) == (2, True)


def test_a_record_without_the_seal_asked_for_is_not_entered(before: Record, tmp_path: Path) -> None:
    register = tmp_path / "register.jsonl"
    code, output = publish(before, tmp_path / "one", "--register", register, "--require-ledger")
    assert (code, "carries no ledger" in output) == (2, True)
    assert not register.exists()
    assert not (tmp_path / "one").exists()


def test_a_record_altered_while_it_is_read_is_not_entered(
    before: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, copy = tmp_path / "register.jsonl", Path(shutil.copytree(before.folder, tmp_path / "r"))
    part = next((copy / "events").rglob("*.parquet"))

    def altered(found: Figures, folder: Path) -> None:
        part.write_bytes(part.read_bytes()[::-1])

    monkeypatch.setattr("evenhand.figures.report.write_report", altered)
    result = run("figures", copy, "--year", "FY2019", "--out", tmp_path / "one", "--register", register)
    assert result.exit_code == 2, result.output
    assert not register.exists()
    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("figures.json", "[]"),
        ("figures.json", "not JSON"),
        ("figures.json", '{"disclosure": {"rounded_to": 1}, "figures": [], "fiscal_year": "FY2018"}'),
        (
            "figures.json",
            '{"disclosure": {"rounded_to": 1}, "figures": [{"id": "x"}], "fiscal_year": "FY2019"}',
        ),
        ("other.json", "{}"),
    ],
)
def test_what_is_no_edition_is_refused(before: Record, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / name).write_text(content)
    code, output = publish(before, tmp_path / "out", "--previous", tmp_path / "old")
    assert (code, "--previous" in output) == (2, True)
    assert not (tmp_path / "out").exists()


def test_an_edition_of_another_year_is_refused(before: Record, tmp_path: Path) -> None:
    publish(before, tmp_path / "one")
    result = run(
        "figures", before.folder, "--year", "FY2020", "--out", tmp_path / "o", "--previous", tmp_path / "one"
    )
    assert (result.exit_code, "is of FY2019, not of FY2020" in result.output) == (2, True)


def test_detainers_are_protected_in_the_same_way(tmp_path: Path) -> None:
    issued = [
        row("detainer.issued", f"d{n}", at(), facility="AB"[n % 2], lift_reason="Lifted") for n in range(60)
    ]
    one = record(
        tmp_path / "r1", [*issued, row("detainer.issued", "x", at(), facility="A", lift_reason="Died")]
    )
    two = record(tmp_path / "r2", issued)
    assert run("detainers", one.folder, "--out", tmp_path / "one").exit_code == 0
    warned = run("detainers", two.folder, "--out", tmp_path / "two")
    assert "WARNING" in warned.output
    done = run("detainers", two.folder, "--out", tmp_path / "three", "--previous", tmp_path / "one")
    assert done.exit_code == 0
    tables = [
        json.loads((tmp_path / name / "detainers.json").read_text())["tables"] for name in ("one", "three")
    ]
    assert tables[0] == tables[1]


@pytest.mark.trial
def test_two_editions_of_a_simulated_record_tell_of_nobody(tmp_path: Path) -> None:
    """A later record of the same agencies: many numbers differ by a few, and some by many."""
    for name, bookings in (("old", 6_000), ("new", 6_600)):
        settings = Settings(bookings, 7, date(2024, 1, 1), 2.0, shipped_rates())
        Simulation(settings).write(tmp_path / f"record-{name}", lambda done: None)
    options = ("--year", "FY2025", "--out")
    assert run("figures", tmp_path / "record-old", *options, tmp_path / "old").exit_code == 0
    again = run(
        "figures", tmp_path / "record-new", *options, tmp_path / "new", "--previous", tmp_path / "old"
    )
    assert again.exit_code == 0
    both = [json.loads((tmp_path / name / "figures.json").read_text())["figures"] for name in ("old", "new")]
    attacked = updated = 0
    for old, new in zip(*both, strict=True):
        if not old["disclosure_control"] or not old["tables"]:
            continue
        known = attacker(Edition("", old), Edition("", new))
        for cell, number in known.new.items():
            before = known.old.get(cell, 0)
            if number is not None:
                assert before is not None
                assert number == before or abs(number - before) >= 11
                updated += number != before
        hidden = [cell for cell, number in known.new.items() if number is None]
        always = [cell for cell in hidden if known.old.get(cell, 0) is None]
        found = known.bounds(known.nothing_else_changed(hidden_too=False), always)
        assert found is not None or all(number is None for number in known.new.values())
        for cell, (low, high) in (found or {}).items():
            attacked += 1
            assert high >= 11, f"{old['id']}: {set(cell)} is told to be {high:.0f} at most"
            assert high - low >= 10 - 1e-6, f"{old['id']}: {set(cell)} lies from {low:.0f} to {high:.0f}"
    assert attacked > 50
    assert updated > 10
