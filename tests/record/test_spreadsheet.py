"""No cell that is written for a spreadsheet begins like a formula, in Python and in DuckDB alike."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.record.spreadsheet import as_text, as_text_sql

STARTS = "=+-@\t\r\n＝＋－＠"


def _in_sql(text: str) -> str:
    row = duckdb.connect().execute(f"SELECT {as_text_sql('$1')}", [text]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("start", STARTS)
def test_each_start_of_a_formula_is_made_text(start: str) -> None:
    cell = start + "SUM(1)"
    assert as_text(cell) == _in_sql(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "A-1", "1=1", " =1", "'=1", 7, None, -3])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert as_text(cell) == cell


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_both_engines_say_the_same_of_any_text(text: str) -> None:
    cell = str(as_text(text))
    assert cell == _in_sql(text)
    assert not cell.startswith(tuple(STARTS))
    assert cell in (text, "'" + text)
