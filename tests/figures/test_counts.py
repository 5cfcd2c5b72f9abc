"""What is counted: each figure next to a count by hand, or in plain Python over the record's histories."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from evenhand.figures.measures.officers import training_at
from evenhand.figures.models import timelines
from evenhand.figures.place import state_of
from evenhand.figures.publish import Control
from evenhand.figures.run import Figures, NoSuchYearError, figures, years_of
from evenhand.figures.year import FiscalYear, fiscal_year, fiscal_year_of
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.simulate.faults.rates import shipped_rates
from evenhand.simulate.simulation import Settings, Simulation
from figures.made import AGENCY, at, encounter, record, row, without

FY2019 = FiscalYear(2019)
OPEN = Control(3)
"""The least threshold: in these tests cells of three and more are to be seen."""


def of(tmp_path: Path, found: Record, year: FiscalYear = FY2019, control: Control = OPEN) -> Figures:
    return figures(found, year, control, tmp_path)


@pytest.mark.parametrize("text", ["FY2019", "2019", "fy 2019", " FY2019 "])
def test_a_fiscal_year_is_named_for_its_end(text: str) -> None:
    year = fiscal_year(text)
    assert (year.first_day, year.end_day) == (date(2018, 10, 1), date(2019, 10, 1))


@pytest.mark.parametrize("text", ["", "19", "FY19", "FY20190", "2019-10", "FY0000"])
def test_another_name_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match="write it like FY2019"):
        fiscal_year(text)


def test_days_at_the_turn_of_the_year() -> None:
    assert fiscal_year_of(date(2018, 9, 30)) == FiscalYear(2018)
    assert fiscal_year_of(date(2018, 10, 1)) == FiscalYear(2019)


def test_acts_lie_in_the_year_by_the_facilitys_own_midnight(tmp_path: Path) -> None:
    # 04:00 UTC is midnight in New York, 05:00 in Chicago's clock an hour before.
    edges = [datetime(2018, 10, 1, 3, 59, 59, tzinfo=UTC), datetime(2018, 10, 1, 4, tzinfo=UTC)]
    rows = [row("person.booked", f"n{i}{n}", moment) for i, moment in enumerate(edges) for n in range(3)]
    rows += [
        row("person.booked", f"c{i}{n}", m, zone="America/Chicago")
        for i, m in enumerate(edges)
        for n in range(4)
    ]
    ends = [datetime(2019, 10, 1, 3, 59, 59, tzinfo=UTC), datetime(2019, 10, 1, 4, tzinfo=UTC)]
    rows += [row("person.booked", f"e{i}{n}", moment) for i, moment in enumerate(ends) for n in range(5)]
    assert of(tmp_path, record(tmp_path / "r", rows)).of("bookings").total == 3 + 5


def test_encounters_by_conviction_charge_and_neither(tmp_path: Path) -> None:
    rows = []
    for n in range(5):
        rows += encounter(f"a{n}", n, conviction="13", pending="35")
        rows += encounter(f"b{n}", n, conviction="09")
    for n in range(4):
        rows += encounter(f"c{n}", n, pending="35")
        rows += encounter(f"d{n}", n)
        rows += encounter(f"e{n}", n, determined=False)
    found = of(tmp_path, record(tmp_path / "r", rows)).of("encounters")

    def value(*path: str) -> int | None:
        return found.value(((), (), path, (), ()))

    assert found.total == 22
    assert value("conviction") == 10
    assert value("conviction", "13 Assault") == 5
    assert value("conviction", "09 Homicide") == 5
    assert value("charge only", "35 Dangerous Drugs") == 4
    assert (value("neither"), value("no determination")) == (4, 4)


def test_the_last_determination_stands_and_a_corrected_one_does_not(tmp_path: Path) -> None:
    rows = []
    for n in range(3):
        rows += encounter(f"a{n}", n, conviction="13")
        rows.append(row("determination.made", f"a{n}", at(n, 9), outcome="no_action", conviction_class="35"))
    for n in range(4):
        first = UUID(int=(1 << 64) + n).bytes
        rows += [
            row("interview.held", f"b{n}", at(n)),
            row("determination.made", f"b{n}", at(n, 5), outcome="refer", conviction_class="09", id=first),
            row(
                "determination.made", f"b{n}", at(n, 4), outcome="refer", conviction_class="22",
                corrects=first, reason="class misread",
            ),
        ]  # fmt: skip
    found = of(tmp_path, record(tmp_path / "r", rows)).of("encounters")
    shown = {
        path[1]: found.value(((), (), path, (), ()))
        for path in found.paths(found.cube.tables[0], 2)
        if path[1:]
    }
    assert shown == {"22 Burglary": 4, "35 Dangerous Drugs": 3}


def test_an_encounter_counts_in_the_year_of_its_first_interview(tmp_path: Path) -> None:
    rows = []
    for n in range(3):
        rows += [row("interview.held", f"a{n}", at(-60)), row("interview.held", f"a{n}", at(10))]
    for n in range(4):
        rows += [row("interview.held", f"b{n}", at(10)), row("interview.held", f"b{n}", at(400))]
    whole = record(tmp_path / "r", rows, until=datetime(2020, 12, 31, tzinfo=UTC))
    assert of(tmp_path, whole, FiscalYear(2018)).of("encounters").total == 3
    assert of(tmp_path, whole, FY2019).of("encounters").total == 4
    assert of(tmp_path, whole, FiscalYear(2020)).of("encounters").total == 0


def test_model_of_the_agreement_in_force_at_the_act(tmp_path: Path) -> None:
    rows = [
        row("agreement.took_effect", "moa", at(-10), model="JEM"),
        row("agreement.suspended", "moa", at(20)),
        row("agreement.reinstated", "moa", at(30)),
        row("agreement.ended", "moa", at(40)),
        row("agreement.took_effect", "moa-2", at(50), model="WSO"),
    ]
    for name, day in (("j", 1), ("s", 25), ("r", 35), ("n", 45), ("w", 60)):
        rows += [row("interview.held", f"{name}{n}", at(day)) for n in range(3)]
    found = of(tmp_path, record(tmp_path / "r", rows)).of("encounters")
    models = {m: found.value(((), (m,), (), (), ())) for m in ("JEM", "WSO", "no agreement in force")}
    assert models == {"JEM": 6, "WSO": 3, "no agreement in force": 6}


def test_two_agreements_at_once_give_the_later_ones_model() -> None:
    rows = [
        {**row("agreement.took_effect", "a", at(0), model="JEM"), "id": 1},
        {**row("agreement.took_effect", "b", at(10), model="WSO"), "id": 2},
        {**row("agreement.ended", "b", at(20)), "id": 3},
    ]
    spans = timelines(rows)[AGENCY]
    assert [(s.model, s.since) for s in spans] == [("JEM", at(0)), ("WSO", at(10)), ("JEM", at(20))]
    assert all(a.until <= b.since for a, b in pairwise(spans))


def test_turn_around_is_from_the_last_determination_to_the_first_review_after_it(tmp_path: Path) -> None:
    rows = []
    for n in range(30):
        rows += encounter(f"a{n:02}", n, reviewed_after=n + 1)
    found = of(tmp_path, record(tmp_path / "r", rows), control=Control(3))
    everyone = found.turn_around[0]
    assert (everyone.group, everyone.mean) == ("all", 15.5)
    assert everyone.percentiles == (3.9, 8.2, 15.5, 22.8, 27.1)
    shown = of(tmp_path, record(tmp_path / "s", rows), control=Control(11)).turn_around[0]
    # 30 cases: eleven on either side of the median, but not of the quartiles.
    assert shown.percentiles == (None, None, 15.5, None, None)
    few = of(tmp_path, record(tmp_path / "t", rows[:40]), control=Control(11)).turn_around[0]
    assert (few.mean, few.percentiles) == (None, (None,) * 5)


def test_reviews_and_those_never_made(tmp_path: Path) -> None:
    rows = []
    for n in range(6):
        rows += encounter(f"a{n}", n)
        rows += encounter(f"b{n}", n, reviewed_after=None)
    found = of(tmp_path, record(tmp_path / "r", rows)).of("encounters")
    assert found.value(((), (), (), (), ("reviewed",))) == 6
    assert found.value(((), (), (), (), ("reviewed", "concur"))) == 6
    assert found.value(((), (), (), (), ("not reviewed",))) == 6


def officer(*events: tuple[str, float, dict[str, object]]) -> list[dict[str, object]]:
    return [{**row(kind, "O-1", at(day), **fields), "id": n} for n, (kind, day, fields) in enumerate(events)]


TRAINED = ("training.completed", -9.0, {"course": "jem_basic"})
AUTHORIZED = ("officer.authorized", 0.0, {})


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((TRAINED, AUTHORIZED), "current"),
        ((TRAINED,), None),
        ((AUTHORIZED,), "no training completed"),
        ((TRAINED, ("officer.authorized", 0, {"valid_until": at(9)})), None),
        ((TRAINED, ("officer.authorized", 0, {"valid_from": at(11)})), None),
        ((TRAINED, AUTHORIZED, ("officer.revoked", 5, {})), None),
        ((TRAINED, AUTHORIZED, ("officer.revoked", 5, {}), ("officer.authorized", 6, {})), "current"),
        ((TRAINED, AUTHORIZED, ("officer.left", 5, {})), None),
        ((TRAINED, AUTHORIZED, ("officer.suspended", 5, {"valid_until": at(11)})), None),
        ((TRAINED, AUTHORIZED, ("officer.suspended", 5, {"valid_until": at(9)})), "current"),
        ((TRAINED, AUTHORIZED, ("refresher.required_by", 1, {"due": at(9)})), "refresher overdue"),
        ((TRAINED, AUTHORIZED, ("refresher.required_by", 1, {"due": at(10)})), "current"),
        (
            (
                TRAINED,
                AUTHORIZED,
                ("refresher.required_by", 1, {"due": at(9)}),
                ("refresher.completed", 2, {}),
            ),
            "current",
        ),
    ],
)
def test_training_of_an_officer_on_the_tenth_day(
    events: tuple[tuple[str, float, dict[str, object]], ...], state: str | None
) -> None:
    assert training_at(officer(*events), at(10)) == state


def test_officer_days_with_current_training(tmp_path: Path) -> None:
    rows = []
    for n in range(4):
        name = f"O-{n}"
        start = datetime(2018, 10, 1, 4, tzinfo=UTC)
        rows += [
            row("training.completed", name, start),
            row("officer.authorized", name, start),
            row("refresher.required_by", name, start, due=start + timedelta(days=73)),
            row("refresher.completed", name, start + timedelta(days=146)),
        ]
    found = of(tmp_path, record(tmp_path / "r", rows))
    shares = {s.measure.split(",")[0]: s for s in found.compliance}
    # A fifth of the year, from the 73rd to the 146th day, the refresher is overdue.
    assert shares["Officer-days in force with current training"].share == 0.8
    on_the_day = shares["Officers in force whose training is current"]
    assert (on_the_day.number, on_the_day.of, on_the_day.share) == (4, 4, 1.0)
    assert shares["Agencies all of whose officers in force are current"].of == 1
    assert found.of("officers_over_the_year").value(((), ("current in part",))) == 4


@pytest.mark.parametrize(
    ("ori", "state"), [("TX0010000", "TX"), ("NB0270000", "NE"), ("1234567", "not stated")]
)
def test_states_of_agencies(ori: str, state: str) -> None:
    assert state_of(ori) == state


def test_a_year_that_the_record_does_not_tell_of_is_named_with_those_it_does(tmp_path: Path) -> None:
    whole = record(tmp_path / "r", [row("person.booked", "a", at())])
    assert years_of(whole) == [FiscalYear(2019), FiscalYear(2020)]
    with pytest.raises(NoSuchYearError, match="FY2019 to FY2020"):
        of(tmp_path, whole, FiscalYear(2015))


@pytest.mark.parametrize(
    ("lacking", "kept", "gone"),
    [
        (
            "determination.made.conviction_class",
            {"reviews_by_place"},
            {"encounters_by_offense", "encounters_by_place"},
        ),
        ("determination.reviewed", {"encounters_by_offense"}, {"reviews_by_place", "reviews_by_outcome"}),
        ("agreement.took_effect", {"encounters_by_place"}, {"encounters_by_model"}),
    ],
)
def test_a_missing_field_costs_the_tables_that_need_it_and_is_said(
    tmp_path: Path, lacking: str, kept: set[str], gone: set[str]
) -> None:
    rows = [event for n in range(4) for event in encounter(f"a{n}", n, conviction="13")]
    found = of(tmp_path, record(tmp_path / "r", rows, provides=without(lacking))).of("encounters")
    tables = {table.id for table in found.cube.tables}
    assert kept <= tables
    assert not gone & tables
    assert any(lacking in note for note in found.figure.notes)


def test_a_missing_event_is_cannot_tell_and_not_zero(tmp_path: Path) -> None:
    rows = [row("person.booked", "a", at())]
    found = of(tmp_path, record(tmp_path / "r", rows, provides=without("interview.held", "custody.released")))
    assert found.of("encounters").figure.missing == ("interview.held",)
    assert found.of("releases").figure.missing == ("custody.released",)
    assert found.turn_around == ()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder = tmp_path_factory.mktemp("simulated") / "record"
    Simulation(Settings(3000, 5, date(2024, 1, 1), 2.0, shipped_rates())).write(folder, lambda done: None)
    return Record(folder)


def test_figures_of_a_simulated_record_are_those_of_plain_counting(simulated: Record, tmp_path: Path) -> None:
    year = FiscalYear(2025)
    found = figures(simulated, year, Control(3), tmp_path)
    counts: dict[str, Counter[tuple[str, ...]]] = {
        name: Counter() for name in ("encounters", "holds", "releases")
    }
    bookings = 0
    for _, history in simulated.histories(SubjectKind.BOOKING):
        inside = {
            id(e): year.bounds(e["zone"])[0] <= e["occurred_at"] < year.bounds(e["zone"])[1] for e in history
        }
        for event in history:
            if inside[id(event)]:
                bookings += event["type"] == "person.booked"
                if event["type"] == "custody.hold_started":
                    counts["holds"][event["agency"], event["basis"]] += 1
                if event["type"] == "custody.released":
                    counts["releases"][event["agency"], event.get("cause", "not stated")] += 1
        met = next((e for e in history if e["type"] == "interview.held"), None)
        if met and inside[id(met)]:
            made = [e for e in history if e["type"] == "determination.made"]
            last = made[-1] if made else None
            status = (
                "no determination" if last is None
                else "conviction" if "conviction_class" in last
                else "charge only" if "pending_class" in last else "neither"
            )  # fmt: skip
            counts["encounters"][met["agency"], status] += 1
    assert found.of("bookings").total == bookings
    for name, expected in counts.items():
        figure = found.of(name)
        got: Counter[tuple[str, ...]] = Counter()
        for cell, number in figure.cube.counts.items():
            got[cell[0][1], cell[2][0]] += number
        assert got == expected
        assert figure.total in (None, expected.total())
