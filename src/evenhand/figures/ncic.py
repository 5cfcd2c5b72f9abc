"""The classes of the NCIC uniform offense codes: the first two digits of a code, and the class's name."""

import csv
from functools import cache
from importlib.resources import files

SOURCE = "NCIC uniform offense classifications; class names as in the program's published tables"


@cache
def classes() -> dict[str, str]:
    """Class name by two-digit code, in the order of the codes."""
    text = files("evenhand.figures").joinpath("data/ncic_classes.csv").read_text(encoding="utf-8")
    return {row["ncic_class"]: row["class_name"] for row in csv.DictReader(text.splitlines())}


def class_label(code: str) -> str:
    """`13 Assault`; a code that the list does not have is shown as such."""
    return f"{code} {classes().get(code, '(not in the list)')}"
