"""The report of a fiscal year: one self-contained page with tables, charts and what each figure means."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from evenhand.disclosure.linked import Cell
from evenhand.disclosure.linked import Path as Levels
from evenhand.figures.cube import Table
from evenhand.figures.ncic import SOURCE
from evenhand.figures.output import REPORT
from evenhand.figures.publish import Published
from evenhand.figures.run import Figures
from evenhand.figures.turnaround import DEFINITION, PERCENTILES
from evenhand.page.bars import BarChart, bar_chart
from evenhand.page.pages import environment

WITHHELD = "withheld"


@dataclass(frozen=True)
class Row:
    """A row of a wide table: its label, how deep it stands, and its numbers as text."""

    label: str
    depth: int
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Wide:
    """A table as shown: rows of one dimension, columns of another, the sum last. `long` ones are folded."""

    id: str
    title: str
    head: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def long(self) -> bool:
        return len(self.rows) > 25


@dataclass(frozen=True)
class Section:
    published: Published
    charts: tuple[tuple[str, str, BarChart], ...]
    tables: tuple[Wide, ...]


def write_report(figures: Figures, folder: Path) -> None:
    """Write `report.html` into the folder."""
    (folder / REPORT).write_text(render(figures), encoding="utf-8")


def render(figures: Figures) -> str:
    """The page as text."""
    sections = [section(p) for p in figures.published]
    return (
        environment("evenhand.figures")
        .get_template("figures.html.j2")
        .render(
            figures=figures,
            manifest=figures.record.manifest,
            manifest_hash=figures.record.manifest_sha256,
            sections=[s for s in sections if not s.published.figure.missing],
            untold=[s.published for s in sections if s.published.figure.missing],
            percentiles=PERCENTILES,
            turn_around_definition=DEFINITION,
            classes_source=SOURCE,
            number=number,
            withheld=sum(len(p.protection.withheld) for p in figures.published if p.protection),
            proofs=sum(p.protection.alternatives for p in figures.published if p.protection),
            version=version("evenhand"),
        )
    )


def words(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")


def number(value: float | int | None) -> str:
    """A number as the page shows it; None is a withheld one."""
    return WITHHELD if value is None else f"{value:,}"


def section(published: Published) -> Section:
    """Return a figure's charts and tables as the page shows them."""
    if published.figure.missing:
        return Section(published, (), ())
    tables = tuple(_wide(published, table) for table in published.cube.tables)
    return Section(published, tuple(_charts(published)), tables)


def _wide(published: Published, table: Table) -> Wide:
    """Rows by the table's first dimension, columns by its second if it has two."""
    names = list(table.depths)
    order = [next(n for n, d in enumerate(published.cube.dimensions) if d.name == name) for name in names]
    rows = published.paths(table, order[0])
    columns = published.paths(table, order[1])[1:] if len(order) > 1 else []
    lines = []
    for path in rows:
        cells = [_cell(published, {order[0]: path, **_second(order, column)}) for column in [*columns, ()]]
        label = words(path[-1]) if path else "All"
        lines.append(Row(label, max(len(path) - 1, 0), tuple(number(published.value(c)) for c in cells)))
    heads = tuple(words(" / ".join(column)) for column in columns)
    head = " / ".join(published.cube.dimensions[order[0]].levels[: table.depths[names[0]]])
    return Wide(
        table.id,
        table.title,
        words(head).capitalize(),
        (*heads, published.cube.unit.capitalize()),
        tuple(lines),
    )


def _second(order: list[int], column: Levels) -> dict[int, Levels]:
    return {order[1]: column} if len(order) > 1 else {}


def _cell(published: Published, given: dict[int, Levels]) -> Cell:
    return tuple(given.get(n, ()) for n in range(len(published.cube.dimensions)))


def _charts(published: Published) -> list[tuple[str, str, BarChart]]:
    """The sum of all by the dimension that tells most: the first table's last one, level by level."""
    table = published.cube.tables[0]
    name = list(table.depths)[-1] if "place" not in table.depths or len(table.depths) > 1 else "place"
    at = next(n for n, d in enumerate(published.cube.dimensions) if d.name == name)
    deep = 1 if name == "place" else table.depths[name]
    paths = published.paths(table, at)
    charts = []
    for parent in [path for path in paths if len(path) < deep]:
        children = [path for path in paths if len(path) == len(parent) + 1 and path[: len(parent)] == parent]
        if len(children) < 2:
            continue
        rows = [(words(path[-1]), published.value(_cell(published, {at: path}))) for path in children]
        title = published.cube.title + (f": {', '.join(parent)}" if parent else "")
        key = "-".join([published.cube.id, "chart", *(str(paths.index(parent)) if parent else "all",)])
        charts.append((key, title, bar_chart([(k, v, number(v)) for k, v in rows], _in_words(rows))))
    return charts


def _in_words(rows: list[tuple[str, int | None]]) -> str:
    """What a chart shows."""
    shown = [(label, value) for label, value in rows if value is not None]
    hidden = len(rows) - len(shown)
    tail = f" {hidden} of {len(rows)} withheld." if hidden else ""
    if not shown:
        return f"All {len(rows)} numbers are withheld."
    most = max(shown, key=lambda row: row[1])
    return f"{len(rows)} rows; the greatest number shown is {most[0]} ({most[1]:,}).{tail}"
