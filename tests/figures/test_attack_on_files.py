"""An attack on what is written: only `figures.json` is read, as anyone can read it."""

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from audit.command import run
from evenhand.simulate.faults.rates import shipped_rates
from evenhand.simulate.simulation import Settings, Simulation

HIERARCHIES = (("state", "agency"), ("status", "class"), ("review", "result"))
PARENT = {child: parent for parent, child in HIERARCHIES}
SAME = {("status", "no determination"), ("outcome", "no determination"), ("review", "no determination")}
"""Different columns that plainly tell of the same cases."""
Cell = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("attack")
    Simulation(Settings(12_000, 7, date(2024, 1, 1), 2.0, shipped_rates())).write(
        folder / "r", lambda done: None
    )
    result = run("figures", folder / "r", "--year", "FY2025", "--out", folder / "f")
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads((folder / "f" / "figures.json").read_text())
    return content


def at_least(written: dict[str, Any]) -> dict[Cell, int]:
    """How many reviewed cases there must be, as the times tell that are shown."""
    found = {}
    for row in written["turn_around"]:
        shown = [int(name[1:]) for name, hours in row["hours"].items() if hours is not None]
        needed = [-(-1100 // min(p, 100 - p)) for p in shown] + [11 if row["mean_hours"] is not None else 1]
        place = {(row["group"], row["value"])} if row["group"] != "all" else set()
        if row["group"] == "agency":
            place |= {("state", row["value"][:2].replace("NB", "NE"))}
        found[frozenset(place | {("review", "reviewed")})] = max(needed)
    return found


def cell_of(names: list[str], values: list[str]) -> Cell:
    cell = {(name, value) for name, value in zip(names, values, strict=True) if value != "all"}
    return frozenset(cell | SAME if cell & SAME else cell)


def knowledge(figure: dict[str, Any]) -> tuple[dict[Cell, int | None], dict[tuple[Cell, str], set[Cell]]]:
    """Every cell with its number or None, and for each sum the cells that it is the sum of, by column."""
    cells: dict[Cell, int | None] = {}
    sums: dict[tuple[Cell, str], set[Cell]] = {}
    for table in figure["tables"]:
        for row in table["rows"]:
            cell = cell_of(table["levels"], row["levels"])
            assert cells.setdefault(cell, row["value"]) == row["value"], "one cell with two numbers"
            if row["value"] == 0:
                continue
            given = [(n, v) for n, v in zip(table["levels"], row["levels"], strict=True) if v != "all"]
            for name, value in given:
                below = any(PARENT.get(other) == name for other, _ in given)
                if not below:
                    rest = [(n, v) for n, v in given if (n, v) != (name, value)]
                    whole = frozenset(set(rest) | SAME if set(rest) & SAME else rest)
                    sums.setdefault((whole, f"{table['id']} {name}"), set()).add(cell)
    return cells, sums


def ends(figure: dict[str, Any], known: dict[Cell, int], step: int = 1) -> list[tuple[Cell, float, float]]:
    """For each withheld cell the least and the greatest number that agree with everything published.

    `step`: only every so many of the cells are asked for.
    """
    cells, sums = knowledge(figure)
    hidden = [cell for cell, value in cells.items() if value is None]
    place = {cell: n for n, cell in enumerate(hidden)}
    matrix, right = [], []
    for (whole, _), parts in sums.items():
        row, shown = np.zeros(len(hidden)), 0.0
        for cell, sign in ((whole, -1), *((part, 1) for part in parts)):
            number = cells.get(cell, 0)
            if number is None:
                row[place[cell]] += sign
            else:
                shown += sign * number
        if row.any():
            matrix.append(row)
            right.append(-shown)
        else:
            assert shown == 0, f"{set(whole)} is not the sum of its parts"
    bounds = [(known.get(cell, 1), None) for cell in hidden]
    found = []
    for cell in hidden[::step]:
        cost = np.zeros(len(hidden))
        cost[place[cell]] = 1
        low, high = (linprog(s * cost, A_eq=np.array(matrix), b_eq=right, bounds=bounds) for s in (1, -1))
        assert low.status == 0
        found.append((cell, low.fun, -high.fun if high.status == 0 else np.inf))
    return found


def test_no_withheld_number_follows_from_the_files(written: dict[str, Any]) -> None:
    attacked, known = 0, at_least(written)
    assert max(known.values()) == 110
    for figure in written["figures"]:
        if not figure["disclosure_control"] or not figure["tables"]:
            continue
        for cell, low, high in ends(figure, known if figure["id"] == "encounters" else {}):
            attacked += 1
            assert high >= 11, f"{figure['id']}: {set(cell)} is told to be {high:.0f} at most"
            # Either it may be as small as can be, or its bounds are as wide as the threshold asks.
            assert high - low >= 5, f"{figure['id']}: {set(cell)} is told to lie from {low:.0f} to {high:.0f}"
    assert attacked > 100


def test_no_shown_number_of_people_is_small(written: dict[str, Any]) -> None:
    for figure in written["figures"]:
        if figure["disclosure_control"]:
            values = knowledge(figure)[0].values()
            assert not [value for value in values if value is not None and 0 < value < 11]
