"""Records that have little to compare: a clear statement, never a crash, never a number that is none."""

import json
from datetime import timedelta

import pytest

from uniformity.county import NOON, RELEASED, SCREENED, County, command, compare, comparison, rows_of


def mixed(county, group, count, events, **groups):
    """`count` bookings of a group, of which `events` are screened."""
    for n in range(count):
        done = (SCREENED, RELEASED) if n < events else (RELEASED,)
        county.book(*done, at=NOON + timedelta(hours=n % 6), race_ethnicity=group, **groups)


def nothing(county):
    pass


def no_groups(county):
    county.book(SCREENED, RELEASED)


def all_unknown(county):
    for _ in range(5):
        county.book(SCREENED, RELEASED, race_ethnicity="Unknown", sex="U")


def one_group(county):
    mixed(county, "white", 40, 30)


def one_booking(county):
    county.book(SCREENED, sex="F")


def one_facility(county):
    mixed(county, "white", 60, 40)
    mixed(county, "black", 60, 45)


def no_events(county):
    mixed(county, "white", 60, 0)
    mixed(county, "black", 60, 0)


def only_events(county):
    mixed(county, "white", 60, 60)
    mixed(county, "black", 60, 60)


def separated(county):
    mixed(county, "white", 60, 60)
    mixed(county, "black", 60, 0)


def separated_by_place(county):
    mixed(county, "white", 60, 30, facility="a")
    mixed(county, "black", 60, 50, facility="b")


def strange_names(county):
    mixed(county, "<script>alert('x')</script>", 30, 20)
    mixed(county, "O'Brien; DROP TABLE bookings", 30, 10)


def too_many_groups(county):
    for n in range(50):
        county.book(SCREENED, RELEASED, race_ethnicity=f"group {n}")


def never_ended(county):
    for sex in ("F", "M"):
        for _ in range(20):
            county.book(sex=sex)


COUNTIES = (
    nothing, no_groups, all_unknown, one_group, one_booking, one_facility, no_events, only_events,
    separated, separated_by_place, strange_names, too_many_groups, never_ended,
)  # fmt: skip


@pytest.mark.parametrize("make", COUNTIES)
@pytest.mark.parametrize("public", [False, True])
def test_a_report_is_made_of_any_record(tmp_path, make, public):
    county = County()
    make(county)
    county.write(tmp_path / "record")
    out = tmp_path / "out"
    done = command(tmp_path / "record", "--out", out, *(["--public"] if public else ["--officers"]))
    assert done.exit_code == 0, done.output
    for path in out.glob("*.json"):
        json.loads(path.read_text(), parse_constant=pytest.fail)
    page = (out / "report.html").read_text()
    for word in ("nan ", ">nan", "inf ", ">inf<", "None"):
        assert word not in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (no_events, "no events in any group"),
        (only_events, "an event in every case of every group"),
        (separated_by_place, "no stratum has several groups with and without events"),
    ],
)
def test_what_cannot_be_told_says_why(tmp_path, make, reason):
    county = County()
    make(county)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    (row,) = [r for r in found.compared.comparisons if r.measure == "coverage"]
    assert row.verdict == "cannot tell"
    assert row.reason == reason
    assert reason in row.sentence
    assert row.p is row.q is row.statistic is None


def test_perfect_separation_has_a_difference_and_no_odds_ratio(tmp_path):
    county = County()
    separated(county)
    found = compare(county.write(tmp_path / "record"), tmp_path, references={"race_ethnicity": "white"})
    row = comparison(found, "coverage", "black")
    assert row.verdict == "difference found"
    assert row.difference == -1
    assert row.effect is row.model_odds_ratio is None
    assert row.model_reason


def test_no_groups_is_said_first(tmp_path):
    county = County()
    no_groups(county)
    county.write(tmp_path / "record")
    done = command(tmp_path / "record", "--out", tmp_path / "out")
    assert "the record holds no group of anyone" in done.output
    assert "<strong>Cannot tell.</strong>" in (tmp_path / "out" / "report.html").read_text()


def test_too_many_groups_are_refused_with_the_remedy(tmp_path):
    county = County()
    too_many_groups(county)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    assert found.unusable["race_ethnicity"] == "50 different values: map them to a list of at most 40"


def test_a_record_that_lacks_an_event_cannot_tell(tmp_path):
    county = County()
    one_facility(county)
    county.write(tmp_path / "record", provides={"person.booked": [], "custody.released": []})
    done = command(tmp_path / "record", "--out", tmp_path / "out", "--json")
    summary = json.loads(done.output)
    assert summary["cannot_answer"]["coverage"] == ["screening.opened"]
    assert "stay" not in summary["cannot_answer"]
    assert {r["measure"] for r in rows_of(tmp_path / "out" / "comparisons.parquet")} == {"stay"}


def test_no_record(tmp_path):
    done = command(tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "is no record" in done.output


def test_a_damaged_part(tmp_path):
    county = County()
    one_group(county)
    county.write(tmp_path / "record")
    (tmp_path / "record/events/booking/person.booked/part-00000.parquet").write_bytes(b"PAR1")
    done = command(tmp_path / "record", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "part-00000.parquet" in done.output


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("sex", "write COLUMN=GROUP"),
        ("creed=x", "no usable groups 'creed'"),
        ("race_ethnicity=x", "has no group 'x'; it has: white"),
    ],
)
def test_unknown_references(tmp_path, reference, said):
    county = County()
    one_group(county)
    county.write(tmp_path / "record")
    done = command(tmp_path / "record", "--out", tmp_path / "out", "--reference", reference)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "out").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    county = County()
    one_group(county)
    county.write(tmp_path / "record")
    out = tmp_path / "out"
    out.mkdir()
    (out / "letters.txt").write_text("mine")
    done = command(tmp_path / "record", "--out", out)
    assert done.exit_code == 2
    assert (out / "letters.txt").read_text() == "mine"


def test_officers_and_public_do_not_go_together(tmp_path):
    done = command(tmp_path, "--out", tmp_path / "out", "--public", "--officers")
    assert done.exit_code == 2
    assert "for supervisors" in done.output
