"""Rows and agreements counted twice: by the registry, and straight from the sheets by other code."""

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from evenhand.registry import query
from evenhand.registry.reading import IN_FORCE
from registry.sheets import Ice

ANOMALIES = (Path(__file__).parents[2] / "docs" / "registry.md").read_text()


def straight(path: Path) -> list[dict[str, object]]:
    """A sheet's rows by heading, without any of the registry's code."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    heads = [str(h).strip() for h in rows[0]]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def short(text: object) -> str:
    return {"J": "JEM", "W": "WSO", "T": "TFM"}[str(text).strip()[0]]


def test_every_row_of_every_sheet_is_accounted_for(ice: Ice) -> None:
    summary = ice.summary
    assert summary["sheets_read"] == 919
    assert summary["sheets_refused"] == 0
    assert summary["rows_read"] == summary["rows_observed"] + summary["rows_refused"]
    found = {s.name: s.rows_read for s in ice.registry.corpus.sheets}
    counted = {p.name: len(straight(p)) for p in sorted(ice.folder.glob("*.xlsx"))}
    assert found == counted
    assert summary["rows_read"] == sum(counted.values()) == 277_808
    assert [(name, r.first, r.reason) for name, r in ice.registry.corpus.refused] == [
        ("participating-2025-09-25am.xlsx", 558, "blank row")
    ]
    skipped = [n for s in ice.registry.corpus.sheets for n in s.notes if "skipped" in n]
    assert len(skipped) == 1
    assert "'Sheet2' skipped (42 rows)" in skipped[0]


def test_each_observation_says_what_its_row_says(ice: Ice) -> None:
    """Rows picked from the written table against the cells of the sheet."""
    table = pyarrow.parquet.read_table(ice.out / "observations.parquet")
    for number in range(0, table.num_rows, 9_973):
        row = table.slice(number, 1).to_pylist()[0]
        cells = straight(ice.folder / row["sheet"])[row["row"] - 2]
        assert row["agency_raw"] == cells["LAW ENFORCEMENT AGENCY"]
        assert row["support_raw"] == cells["SUPPORT TYPE"]
        assert row["signed_raw"] == str(cells.get("SIGNED", ""))
        assert row["state_raw"] == cells["STATE"]


def test_active_agreements_by_model_and_month(ice: Ice) -> None:
    """The last sheet of each month: rows by model, against the registry's agreements listed in it.

    They may differ only by rows that the registry joins: doubled rows and two spellings of one agency.
    """
    corpus = ice.registry.corpus
    last: dict[str, int] = {}
    for number in corpus.series(IN_FORCE):
        last[f"{corpus.published[number].day:%Y-%m}"] = number
    place = {n: p for p, n in enumerate(corpus.series(IN_FORCE))}
    differences: dict[str, dict[str, int]] = {}
    for month, number in last.items():
        direct = Counter(
            short(r["SUPPORT TYPE"]) for r in straight(ice.folder / corpus.sheets[number].name) if r["STATE"]
        )
        ours = Counter(
            str(a.model) for a in ice.registry.agreements.values() if a.listed >> place[number] & 1
        )
        gap = {m: direct[m] - ours[m] for m in ("JEM", "WSO", "TFM") if direct[m] != ours[m]}
        if gap:
            differences[month] = gap
    assert len(last) >= 60
    # Each explained: in these months a sheet's last edition lists an agreement in two rows.
    doubled = doubled_rows(ice)
    explained: dict[str, dict[str, int]] = defaultdict(Counter)
    for month, number in last.items():
        for model, extra in doubled.get(number, Counter()).items():
            explained[month][model] += extra
    assert differences == {m: dict(c) for m, c in explained.items() if c}
    assert sum(sum(c.values()) for c in differences.values()) <= 12


def doubled_rows(ice: Ice) -> dict[int, Counter[str]]:
    """By sheet and model: rows beyond the first of one agreement."""
    corpus, lines = ice.registry.corpus, ice.registry.lines
    rows: dict[tuple[int, str], int] = Counter()
    for sheet, content in zip(corpus.sheet, corpus.content, strict=True):
        if corpus.sheets[sheet].kind == IN_FORCE:
            rows[int(sheet), ice.registry.agreement_of_line[lines.line_of[content]]] += 1
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for (sheet, agreement), count in rows.items():
        if count > 1:
            found[sheet][str(ice.registry.agreements[agreement].model)] += count - 1
    return found


def test_doubled_rows_are_few_and_known(ice: Ice) -> None:
    sheets = ice.registry.corpus.sheets
    agreements: Counter[str] = Counter()
    for number in doubled_rows(ice):
        seen: Counter[str] = Counter()
        corpus, lines = ice.registry.corpus, ice.registry.lines
        for place in (corpus.sheet == number).nonzero()[0]:
            seen[ice.registry.agreement_of_line[lines.line_of[corpus.content[place]]]] += 1
        agreements.update(k for k, n in seen.items() if n > 1)
        assert sheets[number].name.startswith("participating-2025")
    assert {re.sub(r"\|TFM.*", "", k) for k in agreements} == {
        "FL|volusia county sheriff office",
        "FL|fort walton beach police department",
        "PA|west york borough police department",
        "FL|saint cloud police department",
        "FL|zephyrhills police department",
        "FL|florida department of environmental protection division of law enforcement",
    }


def test_as_of_a_sheets_day_is_the_sheet(ice: Ice) -> None:
    """On the day of a sheet, what the registry says is in force is what that sheet lists, or bridges."""
    built = query.open_registry(ice.out)
    try:
        for name in (
            "entities-2022-05-05.xlsx",
            "participating-2025-06-12pm.xlsx",
            "participating-2026-05-18am.xlsx",
        ):
            sheet = built.rows("select * from sheets where sheet = ?", [name])
            if not sheet:
                continue
            listed = {
                r["agreement_id"]
                for r in built.rows("select distinct agreement_id from observations where sheet = ?", [name])
            }
            stated = {
                r["agreement_id"]
                for r in query.as_of(built, sheet[0]["published"], known=sheet[0]["published"])
                if r["standing"] == "in force"
            }
            early = {
                r["agreement_id"]
                for r in built.rows(
                    "select agreement_id from agreements where signed > ?", [sheet[0]["published"]]
                )
            }
            assert listed - early <= stated
            assert len(stated - listed) <= 3, stated - listed
    finally:
        built.close()


def test_each_anomaly_of_the_profile_stands_in_the_sheets(ice: Ice) -> None:
    """The list of anomalies in the documentation, each with a text that the sheets (or their names) hold."""
    table = ANOMALIES.split("<!-- anomalies -->")[1].split("<!-- end -->")[0]
    rows = [line.split("|")[1:-1] for line in table.strip().splitlines()[2:]]
    texts = [re.findall(r"`([^`]+)`", row[1]) for row in rows]
    assert len(rows) >= 30
    registry = ice.registry
    held = "\n".join("\t".join(map(str, raw)) for raw in registry.corpus.contents)
    held += "\n" + "\n".join(s.name + " " + "; ".join(s.notes) for s in registry.corpus.sheets)
    for row, found in zip(rows, texts, strict=True):
        assert found, row
        assert all(text in held for text in found), (row, [t for t in found if t not in held])


@pytest.mark.parametrize(
    "name", ["agreements", "agencies", "changes", "requests", "decisions", "listings", "sheets"]
)
def test_csv_and_parquet_say_the_same(ice: Ice, name: str) -> None:
    table = pyarrow.parquet.read_table(ice.out / f"{name}.parquet")
    rows = list(csv.DictReader(io.StringIO((ice.out / f"{name}.csv").read_text())))
    assert len(rows) == table.num_rows
    assert list(rows[0]) == table.column_names
    for place in range(0, len(rows), max(1, len(rows) // 20)):
        whole = table.slice(place, 1).to_pylist()[0]
        for column, value in whole.items():
            if isinstance(value, str | date) and not hasattr(value, "hour"):
                assert rows[place][column] == str(value)
