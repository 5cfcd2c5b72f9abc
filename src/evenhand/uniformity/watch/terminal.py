"""A look on a terminal: alerts first, then every comparison."""

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from evenhand.uniformity.watch.report import all_alike, number, points, spread

PLAIN_WIDTH = 120


def show(data: dict[str, Any]) -> None:
    """Print what a look found; `data` as of `report.as_data`."""
    out = Console(highlight=False)
    if not out.is_terminal:
        out = Console(highlight=False, width=PLAIN_WIDTH)
    out.print(f"Record up to {data['last_day']}. {data['promise']}", markup=False)
    out.print(f"The record is {data['seal']['sentence']}.", markup=False)
    alerts = [each for each in data["comparisons"] if each["alert"]]
    out.print(f"{len(alerts)} alerts" if alerts else "No alert.", style="bold")
    for each in alerts:
        out.print(f"- {each['sentence']}", markup=False)
    for each in data["comparisons"]:
        if each["corrected"] and not each["alert"]:
            out.print(f"- {each['sentence']}", markup=False)
    out.print(_table(data["comparisons"]))
    for name, why in data["not_watched"].items():
        out.print(f"Not watched: {name}: {why}.", markup=False)
    out.print(data["method"], markup=False, style="dim")


def _table(comparisons: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Group / reference", overflow="fold")
    for name in ("Cases", "Difference in points or ratio, with confidence sequence", "e-value", "Adjusted"):
        table.add_column(name, justify="right")
    table.add_column("First alert", no_wrap=True)
    for title, rows in groupby(comparisons, key=lambda each: each["title"]):
        table.add_section()
        table.add_row(f"[bold]{title}[/bold]")
        for each in rows:
            table.add_row(
                f"{each['group']} / {each['reference']}",
                f"{each['cases_group']:,} / {each['cases_reference']:,}",
                _size(each),
                number(each["e_value"]),
                number(each["e_value_adjusted"]),
                each["alert"] or "",
            )
    return table


def _size(each: dict[str, Any]) -> str:
    if not (each["cases_group"] and each["cases_reference"]):
        return "no case yet"
    if each["share"] and (same := all_alike(each)):
        return same
    if each["difference"] is None:
        return f"× {number(each['odds_ratio'])} ({spread(each, 'odds_ratio', number)})"
    return f"{points(each['difference'])} ({spread(each, 'difference', points)})"
