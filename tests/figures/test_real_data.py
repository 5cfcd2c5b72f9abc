"""Figures that others published of the two real data sets, worked out again from the records made of them.

Groups are read here only to reproduce published tables; no command of this room reads them.
"""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.csv as pv
import pytest

from evenhand.figures.publish import Control
from evenhand.figures.rebooking.study import study
from evenhand.figures.run import figures
from evenhand.figures.year import FiscalYear
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from intake.taking import run

DATA = Path(__file__).parents[3] / "shared" / "data" / "custody"
PIERCE, BROWARD = DATA / "pierce-2016-2018.csv.gz", DATA / "broward-2013-2016.csv.gz"
COMMUNITY_CUSTODY = "COMM CUSTODY JAIL"

pytestmark = pytest.mark.skipif(
    not PIERCE.is_file(), reason="the custody data sets are not beside the project"
)


def _record(source: Path, name: str, folder: Path) -> Record:
    status, said = run(source, "--mapping", name, "--out", folder / name)
    assert status == 0, said
    return Record(folder / name)


@pytest.fixture(scope="module")
def pierce(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return _record(PIERCE, "pierce", tmp_path_factory.mktemp("pierce"))


@pytest.fixture(scope="module")
def broward(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return _record(BROWARD, "broward", tmp_path_factory.mktemp("broward"))


def groups(record: Record) -> dict[str, str]:
    """The race that the jail coded, by booking."""
    parts = record.parts(SubjectKind.BOOKING)
    rows = (
        duckdb.connect()
        .execute(
            "SELECT e.subject, p.race_ethnicity FROM read_parquet($events) e JOIN read_parquet($personal) p "
            "USING (id) WHERE e.type = 'person.booked'",
            {
                "events": [part.files["person.booked"] for part in parts],
                "personal": [str(part.personal_file("person.booked")) for part in parts],
            },
        )
        .fetchall()
    )
    return dict(rows)


def held_for_immigration(record: Record) -> dict[str, list[dict[str, Any]]]:
    return {
        subject: events
        for subject, events in record.histories(SubjectKind.BOOKING)
        if any(e["type"] == "custody.hold_started" and e.get("basis") == "detainer" for e in events)
    }


def with_a_charge(held: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Those with a charge that is neither a hold nor custody of the Department of Corrections."""
    return {
        subject: events
        for subject, events in held.items()
        if any(
            e["type"] == "charge.recorded" and e.get("level") != "hold" and e["statute"] != COMMUNITY_CUSTODY
            for e in events
        )
    }


def test_unequal_justice_counts_by_race(pierce: Record) -> None:
    """UWCHR, "Unequal Justice" (30 January 2019), table of detainers by race: 204 found, 188 kept."""
    race, held = groups(pierce), held_for_immigration(pierce)
    found = Counter(race[subject] for subject in held)
    assert sum(found.values()) == 204
    assert sorted(found.values()) == sorted([11, 8, 164, 20, 1])
    kept = Counter(race[subject] for subject in with_a_charge(held))
    assert sum(kept.values()) == 188
    assert sorted(kept.values()) == sorted([9, 8, 152, 18, 1])
    assert {name: kept[name] for name in kept if kept[name] >= 11} == {
        "HISPANIC": 152,
        "ASIAN/PACIFIC ISLAND": 18,
    }


def test_unequal_justice_length_of_stay(pierce: Record) -> None:
    """The same report: a mean stay of 73.62 and a median of 34.77 days for the 188."""
    stays = []
    for events in with_a_charge(held_for_immigration(pierce)).values():
        booked = next(e["occurred_at"] for e in events if e["type"] == "person.booked")
        left = next(e["occurred_at"] for e in events if e["type"] in ("custody.released", "custody.departed"))
        here = ZoneInfo(events[0]["zone"])
        # Wall-clock days, as the report counts them.
        stays.append((_wall(left, here) - _wall(booked, here)).total_seconds() / 86400)
    assert round(mean(stays), 2) == 73.62
    assert round(median(stays), 2) == 34.77


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def test_figures_of_pierce_add_up_to_the_record(pierce: Record, tmp_path: Path) -> None:
    totals = {"holds": 0, "bookings": 0}
    for number in range(2013, 2019):
        found = figures(pierce, FiscalYear(number), Control(3), tmp_path)
        assert found.of("encounters").figure.missing
        for name in totals:
            totals[name] += sum(found.of(name).cube.counts.values())
    assert totals == {"holds": 1219, "bookings": 9126}


END = date(2016, 4, 1)
COLUMNS = ["race", "is_recid", "compas_screening_date", "r_offense_date", "c_jail_in", "c_jail_out"]


@pytest.fixture(scope="module")
def assessed() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pv.read_csv(BROWARD).select(COLUMNS).to_pylist()
    return rows


def two_years(
    rows: list[dict[str, Any]], group: str | None = None, *, at_large: bool = False
) -> tuple[int, int]:
    """People followed for two years from their assessment, and those with a new offense within them.

    `at_large` takes only those with a jail stay and leaves out its days after the assessment.
    """
    followed = new = 0
    for row in rows:
        if row["is_recid"] == -1 or (group and row["race"] != group) or (at_large and not row["c_jail_in"]):
            continue
        start = row["compas_screening_date"]
        out = min(row["c_jail_out"].date(), END) if at_large and row["c_jail_out"] else start
        inside = max((out - start).days, 0)
        offense = row["r_offense_date"] if row["is_recid"] == 1 else None
        days = ((offense or END) - start).days - inside
        within = offense is not None and days <= 730
        followed += within or days > 730
        new += within
    return followed, new


PUBLISHED = {None: (7214, 3251), "African-American": (3696, 1901), "Caucasian": (2454, 966)}
"""ProPublica's two-year file."""


@pytest.mark.parametrize(
    ("group", "here", "at_large"),
    [
        (None, (8238, 3425), (7654, 3401)),
        ("African-American", (4263, 2003), (3944, 1990)),
        ("Caucasian", (2777, 1017), (2619, 1015)),
    ],
)
def test_two_year_recidivism_next_to_the_published_shares(
    assessed: list[dict[str, Any]], group: str | None, here: tuple[int, int], at_large: tuple[int, int]
) -> None:
    """Prison terms and people without a score, which the published file leaves out, do not stand here."""
    assert len(assessed) == 11_757
    assert two_years(assessed, group) == here
    assert two_years(assessed, group, at_large=True) == at_large
    followed, new = PUBLISHED[group]
    # The nearer the reckoning comes to the published one, the nearer the share.
    assert 0 < new / followed - at_large[1] / at_large[0] < 0.01
    assert at_large[1] / at_large[0] > here[1] / here[0]


def test_two_year_recidivism_with_one_cut_off_for_all(assessed: list[dict[str, Any]]) -> None:
    early = [row for row in assessed if row["compas_screening_date"] <= date(2014, 4, 1)]
    kept = [row for row in early if row["is_recid"] != -1]
    new = sum(
        row["is_recid"] == 1 and (row["r_offense_date"] - row["compas_screening_date"]).days <= 730
        for row in kept
    )
    assert (len(kept), new) == (7164, 2351)


def test_rebooking_in_broward(broward: Record) -> None:
    (curve,) = study(broward, 11).curves
    # 10,342 people; shares are shown to the nearest 0.2 %.
    assert curve.people == 10_000
    shares = {e.days: e.share for e in curve.estimates}
    exact = {30: 0.025, 90: 0.061, 180: 0.1, 365: 0.154, 730: 0.211, 1095: 0.244}
    assert shares == pytest.approx(exact, abs=0.0015)
    assert all(round(share * 1000) % 2 == 0 for share in shares.values())


def test_rebooking_in_pierce_cannot_be_told(pierce: Record) -> None:
    assert study(pierce, 11).cannot_tell == "cannot tell: the record lacks person.booked.person_key"
