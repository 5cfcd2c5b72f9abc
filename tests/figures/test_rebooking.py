"""Time to the next booking: the estimate next to published ones, and the counting of episodes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.figures.rebooking.curves import ALL, curves
from evenhand.figures.rebooking.episodes import Durations, Episodes, NoEpisodesError, durations, episodes
from evenhand.figures.rebooking.study import study
from evenhand.figures.rebooking.survival import estimates
from figures.made import at, record, row, without

R = json.loads((Path(__file__).parent / "r" / "survival.json").read_text())
FREIREICH = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks to relapse, and censored ones, of the patients on 6-MP in E. J. Freireich et al., Blood 21 (1963)."""


def of(events: list[int], censored: list[int]) -> Durations:
    return durations([(d, True, 1) for d in events] + [(d, False, 1) for d in censored])


def test_the_estimate_by_hand() -> None:
    """Five people: booked again after 2 and 4 days, one followed 3 days only, two 6 days.

    After 2 days 1/5; then 1 of the 3 left is booked on day 4: 1 - 4/5 * 2/3 = 7/15.
    """
    found = estimates(of([2, 4], [3, 6, 6]), [1, 2, 3, 4, 5, 6])
    assert [e.share for e in found] == pytest.approx([0, 1 / 5, 1 / 5, 7 / 15, 7 / 15, 7 / 15])
    assert [e.at_risk for e in found] == [5, 5, 4, 3, 2, 2]


def test_the_published_estimate_of_remission() -> None:
    """The product-limit estimates that textbooks give for these data, such as Kalbfleisch and Prentice."""
    found = estimates(of(*FREIREICH), [6, 7, 10, 13, 16, 22, 23])
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [round(1 - e.share, 3) for e in found] == published


@pytest.mark.parametrize("case", R, ids=[case["name"] for case in R])
def test_estimates_and_intervals_are_those_of_r(case: dict[str, list[float]]) -> None:
    rows = zip(case["time"], case["event"], strict=True)
    given_ = durations([(int(t), bool(e), 1) for t, e in rows])
    found = estimates(given_, [int(t) for t in case["at"]])
    assert [1 - e.share for e in found] == pytest.approx(case["survival"], abs=1e-9)
    for e, low, high in zip(found, case["lower"], case["upper"], strict=True):
        if 0 < e.share < 1:
            assert (1 - e.high, 1 - e.low) == pytest.approx((low, high), abs=1e-7)


def test_with_nobody_booked_again_the_interval_is_the_exact_binomial_one() -> None:
    (one,) = estimates(of([], [9] * 30), [5])
    # Clopper and Pearson's upper limit for 0 of 30 (the "rule of three" for two sides).
    assert (one.share, one.low, round(one.high or 0, 4)) == (0, 0, 0.1157)


def test_with_everyone_booked_again_no_interval_is_made_up() -> None:
    (one,) = estimates(of([3] * 20, []), [3])
    assert (one.share, one.low, one.high) == (1, None, None)


def test_a_booking_on_the_day_of_release_counts() -> None:
    (one, *_) = estimates(of([0, 0], [8, 8]), [0, 8])
    assert one.share == 0.5


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60))
def test_the_share_grows_and_lies_in_its_interval(rows: list[tuple[int, bool]]) -> None:
    found = estimates(durations([(d, e, 1) for d, e in rows]), range(0, 61, 5))
    shares = [e.share for e in found]
    assert shares == sorted(shares)
    for e in found:
        assert -1e-12 <= e.share <= 1 + 1e-12
        assert e.low is None or e.low - 1e-9 <= e.share
        assert e.high is None or e.share <= e.high + 1e-9


def stay(
    person: str, case: str, booked: float, released: float | None, cause: str = "bond"
) -> list[dict[str, object]]:
    rows = [row("person.booked", case, at(booked), person_key=person)]
    if released is not None:
        rows.append(row("custody.released", case, at(released), cause=cause))
    return rows


def taken(
    tmp_path: Path, rows: list[dict[str, object]], until: float = 100
) -> dict[str, list[tuple[int, bool, int]]]:
    found = episodes(record(tmp_path / "r", rows, until=at(until)), tmp_path)
    return {cause: list(zip(d.days, d.events, d.numbers, strict=True)) for cause, d in found.by_cause.items()}


def test_the_first_release_and_the_next_booking_after_it(tmp_path: Path) -> None:
    rows = stay("p", "p1", 0, 2) + stay("p", "p2", 12, 13) + stay("p", "p3", 40, 41)
    assert taken(tmp_path, rows) == {"bond": [(10, True, 1)]}


def test_who_is_not_booked_again_is_followed_to_the_end(tmp_path: Path) -> None:
    assert taken(tmp_path, stay("p", "p1", 0, 2), until=50) == {"bond": [(48, False, 1)]}


def test_a_stay_begun_before_the_release_is_no_new_booking(tmp_path: Path) -> None:
    rows = stay("p", "p1", 0, 10) + stay("p", "p2", 5, 20)
    assert taken(tmp_path, rows) == {"bond": [(90, False, 1)]}


def test_who_was_never_released_is_left_out(tmp_path: Path) -> None:
    rows = [*stay("p", "p1", 0, None), row("custody.departed", "p1", at(5), destination="ice")]
    rows += stay("q", "q1", 0, 1)
    assert taken(tmp_path, rows) == {"bond": [(99, False, 1)]}


def test_a_return_without_a_booking_is_no_new_booking_and_no_release_came_before_it(tmp_path: Path) -> None:
    rows = [*stay("p", "p1", 0, 2), row("custody.released", "p1", at(9), cause="served")]
    rows.append(row("charge.disposed", "p1", at(4), charge_no=1))
    assert taken(tmp_path / "a", rows) == {"served": [(91, False, 1)]}
    rows += stay("p", "p2", 20, 21)
    assert taken(tmp_path / "b", rows) == {"served": [(11, True, 1)]}


def test_a_new_booking_under_the_same_number_counts(tmp_path: Path) -> None:
    assert taken(tmp_path, stay("p", "p1", 0, 2) + stay("p", "p1", 12, 13)) == {"bond": [(10, True, 1)]}


def test_a_hospital_is_no_release_and_a_departure_none_to_the_street(tmp_path: Path) -> None:
    rows = [*stay("p", "p1", 0, 5), row("custody.departed", "p1", at(2), destination="hospital")]
    rows += [*stay("q", "q1", 0, 5), row("custody.departed", "q1", at(5.01), destination="ice")]
    assert taken(tmp_path, rows) == {"bond": [(95, False, 1)]}


def test_days_that_are_not_known_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = stay("p", "p1", 0, 2) + stay("q", "q1", 0, None) + stay("r", "r1", 0, 3)
    rows.append(row("custody.released", "q1", at(2), occurred_by=at(5), cause="bond"))
    # Known to the day is enough.
    rows.append(row("person.booked", "r2", at(10, -7), occurred_by=at(10, 16.9), person_key="r"))
    found = episodes(record(tmp_path / "r", rows, until=at(100)), tmp_path)
    assert found.left_out == 1
    assert found.by_cause == {"bond": durations([(7, True, 1), (98, False, 1)])}
    assert study(record(tmp_path / "s", rows, until=at(100)), 3).left_out == ""


def test_days_are_the_facilitys_own(tmp_path: Path) -> None:
    # Released at 23:00 in New York, booked two hours later: the next day there, the same day in UTC.
    start = datetime(2018, 11, 6, 4, tzinfo=UTC)
    rows = [
        row("person.booked", "p1", start - timedelta(days=2), person_key="p"),
        row("custody.released", "p1", start, cause="bond"),
        row("person.booked", "p2", start + timedelta(hours=2), person_key="p"),
    ]
    assert taken(tmp_path, rows) == {"bond": [(1, True, 1)]}


def test_people_without_a_key_are_no_person(tmp_path: Path) -> None:
    rows = [row("person.booked", f"b{n}", at(n)) for n in range(3)]
    rows += [row("custody.released", f"b{n}", at(n + 1), cause="bond") for n in range(3)]
    rows += stay("p", "p1", 0, 1)
    assert taken(tmp_path, rows) == {"bond": [(99, False, 1)]}


@pytest.mark.parametrize("lacking", ["person.booked", "custody.released"])
def test_what_is_missing_is_named(tmp_path: Path, lacking: str) -> None:
    found = record(tmp_path / "r", stay("p", "p1", 0, 1), provides=without(lacking))
    with pytest.raises(NoEpisodesError, match=lacking):
        episodes(found, tmp_path)
    assert lacking in study(found, 11).cannot_tell


def test_a_record_without_keys_of_persons_cannot_tell(tmp_path: Path) -> None:
    rows = [row("person.booked", "a", at(0)), row("custody.released", "a", at(1), cause="bond")]
    assert study(record(tmp_path / "r", rows), 11).cannot_tell.endswith("person.booked.person_key")


def test_an_empty_record_cannot_tell(tmp_path: Path) -> None:
    assert "cannot tell" in study(record(tmp_path / "r", []), 11).cannot_tell


def group(days: list[int], left: int) -> Durations:
    return of(days, [400] * left)


def test_few_people_are_not_shown() -> None:
    assert curves(Episodes({"bond": group([5] * 5, 5)}, 10), 11) == []


def test_a_step_of_few_people_is_left_out() -> None:
    found = Episodes({"bond": group([10] * 20 + [40] * 3 + [100] * 20, 50)}, 93)
    (one,) = curves(found, 11, (30, 90, 180))
    # Three were booked between the 30th and the 90th day: the next time shown has them among 23.
    assert [e.days for e in one.estimates] == [30, 180]


def test_small_causes_are_joined_so_that_none_follows_by_subtraction() -> None:
    found = Episodes(
        {
            "bond": group([10] * 40, 60),
            "served": group([10] * 30, 30),
            "acquitted": group([10] * 2, 3),
            "dismissed": group([10] * 30, 5),
        },
        200,
    )
    shown = curves(found, 11, (30,))
    assert [c.group for c in shown] == [ALL, "acquitted, dismissed, served", "bond"]
    for curve in shown:
        events = round(curve.estimates[0].share * curve.people)
        assert min(events, curve.people - events) >= 11
    assert sum(c.people for c in shown[1:]) == shown[0].people


def test_one_cause_alone_is_all_releases() -> None:
    assert [c.group for c in curves(Episodes({"bond": group([10] * 40, 60)}, 100), 11)] == [ALL]
