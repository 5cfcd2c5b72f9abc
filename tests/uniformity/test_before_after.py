"""Minor offenses before and after an agreement, on records with a change of known size."""

from datetime import UTC, datetime, timedelta

import pytest

from evenhand.uniformity.bookings import read_bookings
from evenhand.uniformity.run import scratch_connection
from uniformity.county import County, compare

START = datetime(2020, 1, 15, 18, tzinfo=UTC)
TRAFFIC = {"charge_no": 1, "level": "misdemeanor", "ncic_class": "54"}
BURGLARY = {"charge_no": 1, "level": "felony", "ncic_class": "22"}


def months(county, agency, minor, total=20):
    """One booking list a month: `minor(month)` of `total` are for traffic."""
    county.agency = agency
    for month in range(32):
        at = START.replace(year=2020 + month // 12, month=1 + month % 12)
        for n in range(total):
            charge = TRAFFIC if n < minor(month) else BURGLARY
            county.book((1, "charge.recorded", charge), at=at + timedelta(hours=n), sex="FM"[n % 2])


def agreement(county, agency, month):
    county.agency = agency
    at = START.replace(year=2020 + month // 12, month=1 + month % 12)
    county.add(f"A-{agency}", at, "agreement.took_effect", model="JEM", template=2020)


@pytest.fixture
def changes(tmp_path):
    county = County()
    wobble = (0, 1, -1, 1, 0, -1, 0)
    for k, agency in enumerate(("TX0000100", "TX0000200", "TX0000300", "TX0000400")):
        jump = 6 if k < 2 else 0
        months(
            county, agency, lambda m, k=k, jump=jump: 6 + wobble[(m * 3 + k) % 7] + (jump if m > 15 else 0)
        )
        if k < 2:
            agreement(county, agency, 15)
    until = START + timedelta(days=1000)
    found = compare(county.write(tmp_path / "record", until=until), tmp_path)
    return {(c.agency, c.group, c.outcome, c.method): c for c in found.changes}


def test_a_jump_is_found_where_it_is(changes):
    row = changes["TX0000100", "all bookings", "count", "interrupted series"]
    assert row.level == pytest.approx(6, abs=1)
    assert row.level_low < 6 < row.level_high
    assert row.q < 0.001
    # The month of the agreement and the two at the ends are left out.
    assert (row.before, row.after, row.since) == (14, 15, "2021-04")


def test_agencies_without_an_agreement_are_only_compared_with(changes):
    assert not any(agency == "TX0000300" for agency, *_ in changes)
    row = changes["all agencies", "all bookings", "share", "difference in differences"]
    assert row.level == pytest.approx(0.3, abs=0.03)
    assert row.level_low < 0.3 < row.level_high
    assert "2 agencies with a change, 2 without" in row.note


def test_each_group_has_its_own_series(changes):
    assert {group for agency, group, *_ in changes if agency == "TX0000100"} == {"all bookings", "F", "M"}


def test_too_few_months_say_so(tmp_path):
    county = County()
    months(county, "TX0000100", lambda m: 5)
    agreement(county, "TX0000100", 3)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    reasons = {c.reason for c in found.changes if c.method == "interrupted series"}
    assert reasons == {"2 months before and 27 after: 8 are needed"}
    others = {c.reason for c in found.changes if c.method != "interrupted series"}
    assert others == {"no place without a change to compare with"}


def test_a_series_without_change_has_no_error_to_measure_by(tmp_path):
    county = County()
    months(county, "TX0000100", lambda m: 5)
    agreement(county, "TX0000100", 15)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    assert {c.reason for c in found.changes if c.method == "interrupted series"} == {
        "every month has the same value"
    }


@pytest.mark.parametrize(
    ("charges", "minor"),
    [
        ([TRAFFIC], True),
        ([BURGLARY], False),
        ([TRAFFIC, BURGLARY], False),
        ([{"level": "infraction"}, {"level": "ordinance"}], True),
        ([{"level": "misdemeanor", "ncic_class": "23"}], False),
        ([{"level": "misdemeanor"}], None),
        ([TRAFFIC, {}], None),
        ([{}, BURGLARY], False),
        ([{"level": "hold"}], False),
        ([], None),
    ],
)
def test_which_bookings_are_minor(tmp_path, charges, minor):
    county = County()
    county.book(*((1, "charge.recorded", {**c, "charge_no": n}) for n, c in enumerate(charges, 1)), sex="F")
    record = county.write(tmp_path / "record")
    with scratch_connection(tmp_path) as connection:
        read_bookings(record, connection)
        assert connection.execute("SELECT minor FROM bookings").fetchall() == [(minor,)]
