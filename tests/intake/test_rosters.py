"""Rosters with a known history: what intake reads back is the history, a question, or quarantine."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from intake.roster.answers import answer_by
from intake.roster.draw import CHARGES, EXPORTED, REASONS, Booking, Layout, bookings, layouts
from intake.roster.history import faults
from intake.roster.write import MOVEMENTS, write_roster
from intake.taking import run, take

EMPTY = "(empty)"
_CODES = {text: code for (_, code), texts in REASONS.items() for text in texts}


@st.composite
def rosters(draw: st.DrawFn) -> tuple[list[Booking], Layout]:
    layout = draw(layouts())
    return draw(bookings(layout.zone)), layout


def _check(stays: list[Booking], layout: Layout) -> None:
    assume(layout.numbers or not _twice_a_day(stays))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roster, history = write_roster(folder, stays, layout)
        mapping = folder / "suggested.toml"
        status, said = run("suggest", roster, "--out", mapping)
        if status == 2:  # nothing is read, and it is said
            event("suggest refused it")
            note(said)
            return
        open_questions = answer_by(mapping, lambda question: _known(question, layout))
        taken = take(folder, roster, mapping=mapping.read_text(encoding="utf-8"))
        if open_questions:
            event("a question")
            assert taken.status == 2
            assert open_questions[0] in taken.said
            return
        if taken.status == 2:
            event("intake refused it")
            note(taken.said)
            return
        event("read")
        note(mapping.read_text(encoding="utf-8"))
        note(roster.read_text(encoding="utf-8") if layout.file != "xlsx" else "a workbook")
        assert faults(history, taken) == []


def _twice_a_day(stays: list[Booking]) -> bool:
    """Whether a person is booked twice in a day: without booking numbers and times, nothing tells them apart."""
    days = [(stay.person, stay.booked.date()) for stay in stays]
    return len(days) > len(set(days))


def _known(question: dict[str, Any], layout: Layout) -> str | Mapping[str, str] | None:
    """What a person who knows the jail answers; None for all that the roster's makers didn't think of."""
    name, readings = question["name"], {reading["name"] for reading in question.get("reading", ())}
    if "answers" in question:
        texts = _meanings(name, layout)
        return {t: texts[t] for t in question["answers"] if texts.get(t) in readings}
    if name == "day and month":
        return "day first" if layout.day_first else "month first"
    if name == "key":
        number = layout.headers["number"]
        return number if number in readings else "made" if "made" in readings else None
    if name == "booking time":
        return layout.headers["booked"]
    return {
        "agency": "unknown",
        "zone": layout.zone,
        "first day": "earliest",
        "last day": EXPORTED.date().isoformat(),
        "exits": "unknown",
        "several charges in a cell": "several" if layout.rows == "booking" else "one",
    }.get(name)


def _meanings(name: str, layout: Layout) -> dict[str, str]:
    """What the texts of a question about codes mean, in the words of its readings."""
    if name == "charge levels":
        return {code: level for level, code in (layout.levels or {}).items()} | {EMPTY: "unknown"}
    if name == "holds among charges":
        return {
            text: "hold" if level == "hold" else "charge"
            for level, texts in CHARGES.items()
            for text in texts
        }
    if name.startswith("texts in"):
        return {layout.open: "nothing"}
    return _CODES | MOVEMENTS | {EMPTY: "no exit"}


SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=4, derandomize=True, **SETTINGS)
@given(rosters())
def test_a_roster_is_read_as_it_happened(roster: tuple[list[Booking], Layout]) -> None:
    _check(*roster)


@pytest.mark.trial
@settings(max_examples=100, **SETTINGS)
@given(rosters())
def test_many_rosters_are_read_as_they_happened(roster: tuple[list[Booking], Layout]) -> None:
    _check(*roster)
