"""Irregular histories: they occur, break nothing, and what they do not show is decided by no rule."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand.record.episode import stays_of
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Verdict
from evenhand.rules.context import CUT
from evenhand.simulate.irregular.kinds import Kind
from simulate.judging import answers, truth, verdicts
from simulate.making import make
from simulate.test_command import run

Row = dict[str, Any]


def histories(folder: Path) -> list[list[Row]]:
    return [rows for _, rows in Record(folder).histories(SubjectKind.BOOKING)]


def clean(
    folder: Path, kind: Kind, share: float = 1.0, bookings: int = 300, seed: int = 3
) -> list[list[Row]]:
    """A record without faults in which so many bookings have an irregularity."""
    make(folder, bookings, seed=seed, rates={}, irregular={kind: share})
    return histories(folder)


@pytest.mark.trial
@pytest.mark.parametrize("kind", Kind)
def test_no_irregularity_breaks_a_rule(tmp_path: Path, kind: Kind) -> None:
    clean(tmp_path / "r", kind)
    assert verdicts(tmp_path / "r")[Verdict.BROKEN] == set() == truth(tmp_path / "r")


@pytest.mark.trial
def test_all_at_once_break_no_rule(tmp_path: Path) -> None:
    make(tmp_path / "r", 600, seed=4, rates={}, irregular=dict.fromkeys(Kind, 0.25))
    assert verdicts(tmp_path / "r")[Verdict.BROKEN] == set()


def types(rows: list[Row]) -> Counter[str]:
    return Counter(row["type"] for row in rows)


def test_an_earlier_stay_and_weekends_are_stays_of_their_own(tmp_path: Path) -> None:
    for kind in (Kind.EARLIER_STAY, Kind.WEEKENDS):
        found = clean(tmp_path / kind, kind)
        several = [rows for rows in found if types(rows)["person.booked"] > 1]
        assert len(several) > 200
        for rows in several:
            _, stays = stays_of(rows)
            assert len(stays) == types(rows)["person.booked"]
            assert all(stay.left for stay in stays)


def test_absences_and_moves_end_no_stay(tmp_path: Path) -> None:
    found = clean(tmp_path / "a", Kind.ABSENCE)
    away = [rows for rows in found if types(rows)["custody.returned"]]
    assert len(away) > 250
    assert all(len(stays_of(rows)[1]) == 1 for rows in away)
    in_hold = [
        rows
        for rows in away
        if (order := [r["type"] for r in rows]).count("custody.hold_started")
        and order.index("custody.hold_started") < order.index("custody.returned")
    ]
    assert in_hold
    moved = [rows for rows in clean(tmp_path / "m", Kind.MOVE) if types(rows)["custody.moved"]]
    assert moved
    for rows in moved:
        (move,) = [r for r in rows if r["type"] == "custody.moved"]
        after = {r["facility"] for r in rows if r["occurred_at"] > move["occurred_at"]}
        assert after == {move["to_facility"]}
        assert move["facility"] != move["to_facility"]


@pytest.mark.trial
def test_a_history_cut_on_the_left_is_not_held_against_anyone(tmp_path: Path) -> None:
    found = clean(tmp_path / "r", Kind.LEFT_CUT, bookings=1500)
    assert sum(not types(rows)["person.booked"] for rows in found) > 1000
    lacking = [each for each in answers(tmp_path / "r").values() if CUT in each.missing]
    assert len(lacking) > 20
    assert {each.verdict for each in lacking} == {Verdict.CANNOT_TELL}


def test_a_source_of_days_or_minutes_gives_intervals(tmp_path: Path) -> None:
    for kind, length in ((Kind.DAY_ONLY, timedelta(hours=22)), (Kind.MINUTE_ONLY, timedelta(seconds=59))):
        for rows in clean(tmp_path / kind, kind):
            for row in rows:
                assert length < row["occurred_by"] - row["occurred_at"] < length + timedelta(hours=4)


def test_holds_are_no_criminal_charge(tmp_path: Path) -> None:
    found = clean(tmp_path / "r", Kind.HOLD_ONLY)
    only = [
        rows
        for rows in found
        if {r["level"] for r in rows if r["type"] == "charge.recorded" and "corrects" not in r} == {"hold"}
    ]
    assert len(only) > 250
    assert not any(types(rows)["interview.held"] for rows in only)


def test_other_holds_begin_before_and_after_release_due(tmp_path: Path) -> None:
    sides = Counter()
    for rows in clean(tmp_path / "r", Kind.OTHER_HOLD):
        due = next((r["occurred_at"] for r in rows if r["type"] == "custody.release_due"), None)
        for row in rows:
            if row["type"] == "custody.hold_started" and row["basis"] != "detainer":
                assert due is not None
                sides[row["occurred_at"] > due] += 1
    assert min(sides[True], sides[False]) > 10


def test_several_dues_leave_open_when_release_was_due(tmp_path: Path) -> None:
    clean(tmp_path / "r", Kind.SEVERAL_DUE)
    unclear = {rule for rule, _ in verdicts(tmp_path / "r")[Verdict.CANNOT_TELL]}
    assert "HLD-06" in unclear


def test_determinations_are_made_anew_and_reviewed_anew(tmp_path: Path) -> None:
    found = clean(tmp_path / "r", Kind.REDETERMINED, bookings=1500)
    twice = [rows for rows in found if types(rows)["determination.made"] == 2]
    assert len(twice) > 50
    assert {types(rows)["determination.reviewed"] for rows in twice} == {2}


def test_bail_is_tendered_and_refused_for_no_detainer(tmp_path: Path) -> None:
    found = clean(tmp_path / "r", Kind.BAIL)
    refused = [r for rows in found for r in rows if r["type"] == "bail.refused"]
    assert refused
    assert {r["refused_for"] for r in refused} == {"other"}


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("[shares]\nluck = 0.1\n", ["i.toml", "shares.luck", "Use one of", "left_cut"]),
        ("[shares]\nmove = 2\n", ["i.toml", "shares.move", "2", "from 0 to 1"]),
        ("[share]\nmove = 0.1\n", ["i.toml", "share is not known", "[shares]"]),
        ("shares = 3\n", ["i.toml", "shares is 3"]),
        ("[shares\n", ["i.toml", "not TOML"]),
    ],
)
def test_a_bad_file_of_shares_is_named_with_key_and_remedy(
    tmp_path: Path, content: str, parts: list[str]
) -> None:
    (tmp_path / "i.toml").write_text(content)
    result = run("--bookings", 10, "--irregular", tmp_path / "i.toml", "--out", tmp_path / "r")
    assert result.exit_code == 2
    flat = " ".join(result.output.split())
    assert all(part in flat for part in parts), flat


def test_shares_are_followed_and_none_means_none(tmp_path: Path) -> None:
    (tmp_path / "i.toml").write_text("[shares]\nearlier_stay = 1\n")
    for value, least, most in ((tmp_path / "i.toml", 50, 50), ("none", 0, 0)):
        assert run("--bookings", 50, "--irregular", value, "--out", tmp_path / "r").exit_code == 0
        found = sum(types(rows)["person.booked"] == 2 for rows in histories(tmp_path / "r"))
        assert least <= found <= most
