"""The commands, run as a user runs them."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from evenhand.cli import main
from evenhand.registry.ids import make_id
from registry.sheets import WAITING, Ice, write_sheet

LINK = "https://www.ice.gov/doclib/287gMOA/Elk.pdf"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["registry", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight sheets: Elk leaves, Ness comes after a request, Hays' day is retyped."""
    folder = tmp_path_factory.mktemp("series")
    for number in range(8):
        day = date(2025, 6, 2) + timedelta(days=number)
        rows: list[tuple[object, ...]] = []
        if number < 4:
            rows.append(
                (
                    "KANSAS",
                    "Elk County Sheriff's Office",
                    "County",
                    "Elk County",
                    "Jail Enforcement Model",
                    date(2025, 3, 3),
                    "link",
                    None,
                )
            )
        hays = date(2025, 3, 5 if number < 2 else 4)
        rows.append(
            (
                "KANSAS",
                "Hays Police Department",
                "Municipality",
                None,
                "Task Force Model",
                hays,
                "link pending",
                None,
            )
        )
        if number >= 3:
            rows.append(
                (
                    "KANSAS",
                    "Ness County Sheriff's Office",
                    "County",
                    "Ness County",
                    "Task Force Model",
                    date(2025, 6, 4),
                    "link pending",
                    None,
                )
            )
        saved = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
        links = {"G2": LINK} if number < 4 else None
        write_sheet(folder / "sheets" / f"participating-{day}am.xlsx", rows, links=links, saved=saved)
        asked = [("KANSAS", "Ness County Sheriff's Office", "County", "Ness County", "Task Force Model")]
        write_sheet(
            folder / "sheets" / f"pending-{day}am.xlsx",
            asked if number < 3 else [],
            header=WAITING,
            saved=saved,
        )
    result = run("build", folder / "sheets", "--out", folder / "out")
    assert result.exit_code == 0, result.output
    assert "16 sheets read, 0 refused" in result.output
    assert "What each identity step decided" in result.output
    return folder / "out"


def listed(*arguments: object) -> list[dict[str, object]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.output)
    return found


def in_force(out: Path, day: str, *more: str) -> dict[str, str]:
    rows = listed("as-of", day, "-r", out, *more)
    return {str(r["agency"]).split()[0]: str(r["standing"]) for r in rows}


def test_as_of_on_the_time_of_truth(built: Path) -> None:
    assert in_force(built, "2025-03-02") == {}
    assert in_force(built, "2025-03-03") == {"Elk": "in force"}
    assert in_force(built, "2025-05-01") == {"Elk": "in force", "Hays": "in force"}
    assert in_force(built, "2025-06-05") == {"Elk": "in force", "Hays": "in force", "Ness": "in force"}
    assert in_force(built, "2025-06-09") == {"Hays": "in force", "Ness": "in force"}
    assert in_force(built, "2025-06-05", "--model", "JEM") == {"Elk": "in force"}
    assert in_force(built, "2025-06-05", "--state", "tx") == {}


def test_as_of_on_the_time_of_knowledge(built: Path) -> None:
    """Ness signed on 4 June and was listed on the 5th: who asked on the 4th could not know."""
    assert "Ness" in in_force(built, "2025-06-04")
    assert "Ness" not in in_force(built, "2025-06-04", "--known", "2025-06-04")
    assert in_force(built, "2025-06-08", "--known", "2025-06-05")["Elk"] == "in force"
    assert "Elk" not in in_force(built, "2025-06-08")


def test_a_day_inside_the_window_of_an_ending_is_unclear(tmp_path: Path) -> None:
    elk = (
        "KANSAS",
        "Elk County Sheriff's Office",
        "County",
        None,
        "Task Force Model",
        date(2025, 3, 3),
        "x",
        None,
    )
    ness = (
        "KANSAS",
        "Ness County Sheriff's Office",
        "County",
        None,
        "Task Force Model",
        date(2025, 3, 3),
        "x",
        None,
    )
    for day, rows in (("2025-06-02", [elk, ness]), ("2025-06-20", [ness]), ("2025-06-25", [ness])):
        write_sheet(
            tmp_path / "sheets" / f"participating-{day}am.xlsx",
            rows,
            saved=datetime.fromisoformat(f"{day}T15:00:00"),
        )
    assert run("build", tmp_path / "sheets", "--out", tmp_path / "out").exit_code == 0
    assert in_force(tmp_path / "out", "2025-06-10") == {"Elk": "unclear", "Ness": "in force"}
    assert in_force(tmp_path / "out", "2025-06-20") == {"Ness": "in force"}
    assert in_force(tmp_path / "out", "2025-06-02") == {"Elk": "in force", "Ness": "in force"}


def test_diff_of_days_and_of_sheets(built: Path) -> None:
    found = json.loads(run("diff", "2025-06-03", "2025-06-08", "-r", built, "--json").output)
    assert [r["agency"] for r in found["came"]] == ["Ness County Sheriff's Office"]
    assert [r["agency"] for r in found["went"]] == ["Elk County Sheriff's Office"]
    assert [(r["change"], r["before"], r["after"]) for r in found["changed"]] == [
        ("signed", "2025-03-05", "2025-03-04")
    ]
    text = run("diff", "pending-2025-06-02am.xlsx", "pending-2025-06-09am.xlsx", "-r", built).output
    assert "1 went" in text
    mixed = run("diff", "pending-2025-06-02am.xlsx", "2025-06-09", "-r", built)
    assert mixed.exit_code == 1
    assert "name two of one kind" in mixed.output


def test_show_and_why(built: Path) -> None:
    text = run("show", "Ness County Sheriff's Office", "-r", built).output
    assert "KS0680000" in text
    assert "Ness County (20135)" in text
    assert "asked for" in text
    assert "first listed" in text
    found = json.loads(run("show", "hays police department, KS", "-r", built, "--json").output)
    (agreement,) = found["agreements"]
    assert (agreement["signed"], agreement["other_signed"]) == ("2025-03-04", "2025-03-05")
    assert [d["step"] for d in found["decisions"]] == ["day corrected"]
    proof = json.loads(run("why", agreement["agreement_id"], "-r", built, "--json").output)
    assert [(r["signed_raw"], r["rows"]) for r in proof["rows"]] == [("2025-03-05", 2), ("2025-03-04", 6)]
    assert proof["rows"][0]["first_sheet"].startswith("participating-2025-06-02am.xlsx row 3")
    decision = found["decisions"][0]["decision_id"]
    assert "retyped" in run("why", decision, "-r", built).output
    day, other = found["decisions"][0]["left"], found["decisions"][0]["right"]
    (retired,) = {make_id("agreement", key) for key in (day, other)} - {agreement["agreement_id"]}
    heir = run("why", retired, "-r", built).output
    assert f"{retired} was retired: its rows were joined to {agreement['agreement_id']}" in heir
    assert "signed: 2025-03-04" in heir
    change = found["changes"][0]["change_id"]
    assert "first listed" in run("why", change, "-r", built).output


def test_what_is_not_found_is_told_with_what_is_near(built: Path) -> None:
    for arguments, told in (
        (("show", "Nes County"), "name one by its id"),
        (("show", "Zzyzx"), "no agency that a sheet ever listed"),
        (("why", "x-1"), "ids begin with lea-, moa-, d- or ch-"),
        (("why", "moa-0000000000"), "no agreement_id"),
        (("as-of", "2025-13-01"), "write a day as 2025-06-12"),
        (("diff", "2019-01-01", "2025-06-02"), "the first is of 2025-06-02"),
    ):
        result = run(*arguments, "-r", built)
        if told == "name one by its id" and result.exit_code == 0:
            continue
        assert result.exit_code == 1, arguments
        assert told in result.output
        assert "Traceback" not in result.output


def test_no_registry_and_no_sheets(tmp_path: Path) -> None:
    for arguments in (("as-of", "2025-06-02", "-r", tmp_path), ("review", "-r", tmp_path)):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "evenhand registry build" in result.output
    result = run("build", tmp_path / "none", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "name a folder of sheets" in result.output
    assert run("add", tmp_path, "--out", tmp_path / "out").exit_code == 1


def test_a_folder_that_is_no_registry_is_not_replaced(built: Path, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    result = run("build", built.parent / "sheets", "--out", tmp_path)
    assert result.exit_code != 0
    assert "evenhand did not make it" in " ".join(result.output.split())
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_changes_and_feeds(built: Path) -> None:
    rows = json.loads(run("changes", "--since", "2025-06-05", "--format", "json", "-r", built).output)
    assert {(r["change"], r["agency"].split()[0]) for r in rows} == {
        ("first listed", "Ness"),
        ("request gone", "Ness"),
        ("missing", "Elk"),
    }
    atom = ElementTree.fromstring(
        run("changes", "--since", "2025-06-02", "--format", "atom", "-r", built).output
    )
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = atom.findall("a:entry", space)
    assert len({e.findtext("a:id", namespaces=space) for e in entries}) == len(entries) >= 4
    updated = [e.findtext("a:updated", namespaces=space) for e in entries]
    assert updated == sorted(updated, key=str, reverse=True)
    assert all(atom.find(f"a:{tag}", space) is not None for tag in ("id", "title", "updated", "author"))
    feed = json.loads(run("changes", "--since", "2025-06-02", "--format", "json-feed", "-r", built).output)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert any("Elk County Sheriff's Office, KS" in item["content_text"] for item in feed["items"])


def test_review_and_overrides(tmp_path: Path) -> None:
    for number in range(4):
        signed = date(2025, 1, 15) if number < 2 else date(2025, 5, 8)
        row = ("KANSAS", "Elk County Sheriff's Office", "County", None, "Task Force Model", signed, "x", None)
        day = date(2025, 6, 2 + number)
        write_sheet(
            tmp_path / "sheets" / f"participating-{day}am.xlsx",
            [row],
            saved=datetime(2025, 6, day.day, 15, tzinfo=UTC),
        )
    out = tmp_path / "out"
    assert run("build", tmp_path / "sheets", "--out", out).exit_code == 0
    text = run("review", "-r", out).output
    assert "if the same:" in text
    assert "if different:" in text
    assert "1 to review" in text
    line = (
        next(x for x in text.splitlines() if "to settle it:" in x)
        .split(": ", 1)[1]
        .replace("REASON", "mistyped")
    )
    overrides = tmp_path / "overrides.csv"
    overrides.write_text(f"subject,left,right,verdict,reason\n{line}\n")
    assert run("build", tmp_path / "sheets", "--out", out, "--overrides", overrides).exit_code == 0
    assert "0 to review" in run("review", "-r", out).output
    overrides.write_text("subject,left,right,verdict,reason\nagency,a,b,maybe,why\n")
    bad = run("build", tmp_path / "sheets", "--out", out, "--overrides", overrides)
    assert bad.exit_code == 1
    assert "line 2: verdict 'maybe' is neither same nor different" in bad.output


def test_a_published_agency(ice: Ice) -> None:
    text = run("show", "Lampasas County Sheriff's Office, TX", "-r", ice.out).output
    assert "also written: Lampass County Sheriff's Office" in text
    assert "misspelt place" in text
    result = run("show", "Franklin County Sheriff's Office", "-r", ice.out)
    assert result.exit_code == 1
    assert "means several agencies" in result.output


def test_the_tribal_form_of_the_task_force_model(tmp_path: Path) -> None:
    """No published sheet has one yet; sheets may word it in either way."""
    rows = [
        ("OKLAHOMA", name, "Tribal", None, model, date(2026, 6, 1), "link pending", None)
        for name, model in (
            ("Osage Nation Police Department", "Tribal Task Force Model"),
            ("Comanche Nation Police Department", "Task Force Model - Tribal"),
            ("Pawnee County Sheriff's Office", "Task Force Model"),
        )
    ]
    write_sheet(tmp_path / "sheets" / "participating-2026-06-03am.xlsx", rows)
    asked = [("OKLAHOMA", "Ponca Tribal Police", "Tribe", None, "Tribal Task Force Model")]
    write_sheet(tmp_path / "sheets" / "pending-2026-06-03am.xlsx", asked, header=WAITING)
    out = tmp_path / "out"
    assert run("build", tmp_path / "sheets", "--out", out).exit_code == 0
    tribal = json.loads(run("as-of", "2026-06-03", "--model", "TFM-Tribal", "-r", out, "--json").stdout)
    assert {row["agency"] for row in tribal} == {
        "Osage Nation Police Department",
        "Comanche Nation Police Department",
    }
    shown = json.loads(run("show", "Osage Nation Police Department, OK", "-r", out, "--json").stdout)
    assert shown["agency"]["body"] == "tribal agency"
    asked_for = json.loads(run("show", "Ponca Tribal Police, OK", "-r", out, "--json").stdout)
    assert [r["model"] for r in asked_for["requests"]] == ["TFM-Tribal"]
