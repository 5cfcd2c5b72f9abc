"""Cells that a spreadsheet would take for a formula (CWE-1236), and how they are made text again."""

import re

FORMULA_START = r"^[=+\-@\t\r\n＝＋－＠]"
"""How such a cell begins, for Python's and DuckDB's engines; the full-width forms count in some locales."""
_FORMULA = re.compile(FORMULA_START)


def as_text(cell: object) -> object:
    """The cell, with an apostrophe before it where it is text that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def as_text_sql(value: str) -> str:
    """SQL (DuckDB) that does to the text `value` what `as_text` does."""
    return f"regexp_replace({value}, '{FORMULA_START}', '''\\0')"
