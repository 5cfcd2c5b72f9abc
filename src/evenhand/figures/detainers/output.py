"""The figure of detainers on a terminal, and as files: tables, JSON, and one self-contained page."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table as Grid

from evenhand.figures.detainers.command import JSON, REPORT, TABLES
from evenhand.figures.detainers.count import Detainers
from evenhand.figures.output import disclosure, figure_summary, write_table
from evenhand.figures.report import number, section
from evenhand.page.pages import environment


def summary(found: Detainers) -> dict[str, Any]:
    """Return the figure as plain JSON values."""
    return {
        "evenhand": version("evenhand"),
        "record_manifest_sha256": found.record.manifest_sha256,
        "seal": found.record.standing.as_json(),
        "record_kind": found.record.manifest.kind,
        "disclosure": disclosure(found.control),
        "fiscal_years_covered_in_part": list(found.partial),
        **figure_summary(found.published),
    }


def write(found: Detainers, folder: Path) -> None:
    """Write the tables, the JSON file and the report into the folder."""
    (folder / TABLES).mkdir()
    published = found.published
    if not published.figure.missing:
        for table in published.cube.tables:
            columns = {
                **dict.fromkeys(published.levels(table), pa.string()),
                published.cube.unit: pa.int64(),
                "withheld": pa.bool_(),
            }
            rows = [(*line.levels, line.value, line.value is None) for line in published.lines(table)]
            write_table(folder / TABLES, table.id, columns, rows)
    content = json.dumps(summary(found), indent=2, ensure_ascii=False)
    (folder / JSON).write_text(content + "\n", encoding="utf-8")
    (folder / REPORT).write_text(_page(found), encoding="utf-8")


def _page(found: Detainers) -> str:
    return (
        environment("evenhand.figures")
        .get_template("detainers.html.j2")
        .render(
            found=found,
            manifest=found.record.manifest,
            manifest_hash=found.record.manifest_sha256,
            section=section(found.published),
            number=number,
            version=version("evenhand"),
        )
    )


def show(found: Detainers, out: Path | None, console: Console) -> None:
    """Print the first table: the sums, and each fiscal year as a column."""
    published = found.published
    if published.figure.missing:
        console.print(f"Cannot tell: the record lacks {', '.join(published.figure.missing)}.", markup=False)
    else:
        wide = section(published).tables[0]
        console.print(f"The record is {found.record.standing.sentence}.", markup=False)
        grid = Grid(box=None, pad_edge=False, header_style="bold", title=wide.title, title_justify="left")
        grid.add_column(wide.head)
        for name in wide.columns:
            grid.add_column(name, justify="right", no_wrap=True)
        for row in wide.rows:
            grid.add_row(row.label, *row.numbers)
        console.print(grid)
        for note in published.figure.notes:
            console.print(note, markup=False)
        if found.partial:
            console.print(f"The record covers only a part of {', '.join(found.partial)}.")
        console.print(f"No cell of 1 to {found.control.threshold - 1} people is shown, or can be worked out.")
    if out is not None:
        console.print(str(out / REPORT), markup=False, soft_wrap=True)
