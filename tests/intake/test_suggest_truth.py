"""Rosters with a known meaning: what `suggest` states without a question is true."""

import re
import tempfile
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.intake.build.times import moments
from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import Cell, Policies
from evenhand.intake.suggest.write import suggest_mapping

FORMS = (
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%m-%d-%y %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%y",
    "%d-%b-%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d", "%d%m%Y", "%m%d%Y", "%B %d, %Y", "%Y/%m/%d %H:%M",
)  # fmt: skip
MEANING = {
    "BOND POSTED": "bond", "SURETY BOND": "bond", "TIME SERVED": "served", "ROR": "recognizance",
    "DISMISSED": "dismissed", "NOT GUILTY": "acquitted", "NO CHARGES FILED": "not_filed",
    "RELEASED TO ICE": "ice", "ICE CUSTODY": "ice", "STATE PRISON": "prison",
    "TO US MARSHALS": "other_agency",
}  # fmt: skip
DOUBT = (
    "NOT {}",
    "{} CANCELLED",
    "{} - DENIED",
    "PENDING {}",
    "{} OR TRANSFER",
    "EX {}",
    "{} HOLD LIFTED",
    "NO {}",
)
"""Texts in which these words stand mean something else, which nobody but the jail knows."""


def _one_order(forms: list[str]) -> bool:
    return len({form[:2] for form in forms if re.match(r"%[dm][-/.]?%[dm]", form)}) < 2


@st.composite
def times(draw: st.DrawFn) -> list[tuple[str, datetime]]:
    """Moments, each as a text: all in one form, or in two.

    Numbers have one order: of two orders in a column, one can be left without any text that proves it.
    """
    forms = draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=2).filter(_one_order))
    start, end = datetime(2001, 1, 1), datetime(2025, 12, 31)
    minutes = int((end - start) / timedelta(minutes=1))
    found = []
    for minute in draw(st.lists(st.integers(0, minutes), min_size=1, max_size=12)):
        moment, form = start + timedelta(minutes=minute), draw(st.sampled_from(forms))
        text = moment.strftime(form)
        found.append((text, datetime.strptime(text, form)))
    return found


@st.composite
def reasons(draw: st.DrawFn) -> tuple[str, str | None]:
    text, code = draw(st.sampled_from(sorted(MEANING.items())))
    if draw(st.booleans()):
        return draw(st.sampled_from(DOUBT)).format(text), None
    return draw(st.sampled_from([text, text.lower(), text.title()])), code


def suggested(header: list[str], rows: list[list[str]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in [header, *rows]) + "\n")
        return tomllib.loads(suggest_mapping(path).text)


def check_times(written: list[tuple[str, datetime]]) -> None:
    """Each date that the mapping reads without a question is the true one."""
    rows = [[f"B{n}", text] for n, (text, _) in enumerate(written)]
    mapping = suggested(["Booking No", "Book Date"], rows)
    cell = mapping["event"][0]["at"]
    cell = {"column": cell} if isinstance(cell, str) else cell
    formats, policies = cell.get("formats", mapping["dates"]), mapping.get("policies", {})
    if (
        "answer_to" in cell
        or isinstance(formats, dict)
        or any(isinstance(v, dict) for v in policies.values())
    ):
        return
    duck = Duck()
    try:
        view = View(pa.table({"x": [text for text, _ in written]}), np.arange(len(written)), (), duck)
        read = moments(view, Cell(column="x"), tuple(formats), Policies(**policies))
    finally:
        duck.close()
    for (text, truth), micros, ok in zip(written, read.micros.tolist(), read.ok.tolist(), strict=True):
        if ok:
            assert datetime(1970, 1, 1) + timedelta(microseconds=micros) == truth, (text, formats)


def check_reasons(given_reasons: list[tuple[str, str | None]]) -> None:
    """Each reason that the mapping translates without a question has its true meaning; the others are asked."""
    rows = [
        [f"B{n}", f"2022-06-{n % 28 + 1:02} 10:00", f"2022-07-{n % 28 + 1:02} 10:00", text]
        for n, (text, _) in enumerate(given_reasons)
    ]
    mapping = suggested(["Booking No", "Book Date", "Release Date", "Release Reason"], rows)
    stated: dict[str, str] = {}
    for block in mapping["event"]:
        for name in ("cause", "destination"):
            stated |= block.get("fields", {}).get(name, {}).get("values", {})
    (asked,) = [q["answers"] for q in mapping["question"] if q["name"] == "release reasons"] or [{}]
    for text, code in given_reasons:
        if text in stated:
            assert stated[text] == code
        else:
            assert asked[text] == ""


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(times())
def test_dates_that_are_not_asked_are_true(written: list[tuple[str, datetime]]) -> None:
    check_times(written)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(reasons(), min_size=1, max_size=20))
def test_codes_that_are_not_asked_are_true(given_reasons: list[tuple[str, str | None]]) -> None:
    check_reasons(given_reasons)


@pytest.mark.trial
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(times())
def test_dates_that_are_not_asked_are_true_at_length(written: list[tuple[str, datetime]]) -> None:
    check_times(written)


@pytest.mark.trial
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(reasons(), min_size=1, max_size=20))
def test_codes_that_are_not_asked_are_true_at_length(given_reasons: list[tuple[str, str | None]]) -> None:
    check_reasons(given_reasons)
