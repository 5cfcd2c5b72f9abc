"""The figures on a terminal: one line each, and where the rest stands."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand.figures.output import JSON, REPORT, TABLES
from evenhand.figures.run import Figures

WITHHELD = "withheld"


def show(figures: Figures, out: Path, console: Console) -> None:
    """Print each figure's total, how many cells are withheld, and what the record cannot tell."""
    span = f"{figures.year.first_day} up to {figures.year.end_day}"
    part = "" if figures.whole_year else "; the record covers a part of it"
    console.print(f"{figures.year.name} ({span}){part}", style="bold")
    console.print(f"The record is {figures.record.standing.sentence}.", markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Figure")
    for name in ("Total", "Cells", "Withheld"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Cannot tell, for want of")
    for published in figures.published:
        if published.figure.missing:
            lacking = escape(", ".join(published.figure.missing))
            table.add_row(published.cube.title, "", "", "", lacking)
            continue
        hidden = sum(value is None for value in published.values.values())
        cells = sum(value != 0 for value in published.values.values())
        total = WITHHELD if published.total is None else f"{published.total:,}"
        table.add_row(published.cube.title, total, f"{cells:,}", f"{hidden:,}", "")
    console.print(table)
    console.print(f"No cell of 1 to {figures.control.threshold - 1} people is shown, or can be worked out.")
    for name in (REPORT, JSON, TABLES):
        console.print(str(out / name), markup=False, soft_wrap=True)
