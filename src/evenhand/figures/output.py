"""The files of a set of figures: a CSV and a Parquet file a table, and everything in one JSON file."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.disclosure.register import Publication
from evenhand.figures.cube import Table
from evenhand.figures.publish import Control, Published
from evenhand.figures.run import Figures
from evenhand.figures.turnaround import PERCENTILES
from evenhand.record.digest import sha256_of
from evenhand.record.store import Record

TABLES, JSON, REPORT = "tables", "figures.json", "report.html"
Rows = list[tuple[Any, ...]]


def write(figures: Figures, folder: Path) -> None:
    """Write the tables and the JSON file into the folder."""
    (folder / TABLES).mkdir()
    for name, columns, rows in tables(figures):
        write_table(folder / TABLES, name, columns, rows)
    content = json.dumps(summary(figures), indent=2, ensure_ascii=False)
    (folder / JSON).write_text(content + "\n", encoding="utf-8")


def tables(figures: Figures) -> list[tuple[str, dict[str, pa.DataType], Rows]]:
    """Every table with its columns and rows. A withheld number is null and `withheld` true."""
    year = figures.year.name
    found: list[tuple[str, dict[str, pa.DataType], Rows]] = []
    rows: Rows
    for published in figures.published:
        if published.figure.missing:
            continue
        for table in published.cube.tables:
            columns = {"fiscal_year": pa.string(), **dict.fromkeys(published.levels(table), pa.string())}
            columns |= {published.cube.unit.replace(" ", "_"): pa.int64(), "withheld": pa.bool_()}
            rows = [(year, *line.levels, line.value, line.value is None) for line in published.lines(table)]
            found.append((table.id, columns, rows))
    if figures.turn_around:
        columns = {"fiscal_year": pa.string(), "group": pa.string(), "value": pa.string()}
        columns |= {"mean_hours": pa.float64()}
        columns |= {f"p{p}_hours": pa.float64() for p in PERCENTILES}
        rows = [(year, t.group, t.value, t.mean, *t.percentiles) for t in figures.turn_around]
        found.append(("turn_around", columns, rows))
    if figures.compliance:
        columns = {"fiscal_year": pa.string(), "measure": pa.string(), "number": pa.int64(), "of": pa.int64()}
        rows = [(year, s.measure, s.number, s.of, s.share) for s in figures.compliance]
        found.append(("training_compliance", {**columns, "share": pa.float64()}, rows))
    return found


def write_table(folder: Path, name: str, columns: dict[str, pa.DataType], rows: Rows) -> None:
    """Write a table into the folder as CSV and as Parquet."""
    arrays = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(columns.values())]
    pq.write_table(pa.table(arrays, names=list(columns)), folder / f"{name}.parquet")
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: Any) -> Any:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def summary(figures: Figures) -> dict[str, Any]:
    """All figures as plain JSON values."""
    manifest = figures.record.manifest
    control = figures.control
    return {
        "evenhand": version("evenhand"),
        "fiscal_year": figures.year.name,
        "from": figures.year.first_day.isoformat(),
        "up_to": figures.year.end_day.isoformat(),
        "whole_year_in_record": figures.whole_year,
        "record_manifest_sha256": figures.record.manifest_sha256,
        "seal": figures.record.standing.as_json(),
        "record_kind": manifest.kind,
        "disclosure": disclosure(control),
        "figures": [figure_summary(p) for p in figures.published],
        "turn_around": [
            {"group": t.group, "value": t.value, "mean_hours": t.mean, "hours": _named(t.percentiles)}
            for t in figures.turn_around
        ],
        "training_compliance": [asdict(s) for s in figures.compliance],
    }


def disclosure(control: Control) -> dict[str, Any]:
    """How people were protected, and against which editions, by the hashes of their JSON files."""
    return {
        "threshold": control.threshold,
        "rounded_to": control.rounding,
        "protected_against": [edition.sha256 for edition in control.editions],
    }


def publication(command: str, record: Record, control: Control, file: Path, year: str | None) -> Publication:
    """The entry of a publication, whose JSON file has been written, in a register."""
    return Publication(
        command,
        tuple(record.manifest.agencies),
        year,
        control.threshold,
        record.manifest_sha256,
        sha256_of(file),
        tuple(edition.sha256 for edition in control.editions),
    )


def _named(percentiles: Sequence[float | None]) -> dict[str, float | None]:
    return {f"p{p}": value for p, value in zip(PERCENTILES, percentiles, strict=True)}


def figure_summary(published: Published) -> dict[str, Any]:
    """Return a figure and its tables as plain JSON values."""
    cube, figure = published.cube, published.figure
    return {
        "id": cube.id,
        "title": cube.title,
        "definition": cube.definition,
        "unit": cube.unit,
        "cannot_tell": list(figure.missing),
        "notes": list(figure.notes),
        "disclosure_control": figure.people,
        "tables": [] if figure.missing else [_table(published, table) for table in cube.tables],
    }


def _table(published: Published, table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "levels": list(published.levels(table)),
        "rows": [
            {"levels": list(line.levels), "value": line.value, "withheld": line.value is None}
            for line in published.lines(table)
        ],
    }
