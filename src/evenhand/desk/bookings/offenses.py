"""The NCIC offense classes, by which charges are sorted.

Source: the first two digits of the FBI's NCIC uniform offense codes, as ICE's tables of arrests name them
(`offenses.csv`).
"""

import csv
from functools import cache
from pathlib import Path

from django.utils.translation import gettext

_TABLE = Path(__file__).with_name("offenses.csv")


@cache
def classes() -> dict[str, str]:
    """Each class by its two digits, with its name in English."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return {row["ncic_class"]: row["class_name"] for row in csv.DictReader(lines)}


def choices() -> list[tuple[str, str]]:
    """For a form: each class with its digits and its name in the reader's language."""
    return [("", ""), *((code, f"{code} {gettext(name)}") for code, name in classes().items())]


def named(code: str) -> str:
    """A class in words; its digits alone where it is not in the table."""
    name = classes().get(code)
    return f"{code} {gettext(name)}" if name else code
