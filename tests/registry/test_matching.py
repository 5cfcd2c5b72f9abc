"""Matching agencies to the FBI's list and to counties."""

import csv
from math import comb
from pathlib import Path

import pyarrow.parquet
import pytest

from evenhand.registry.matching import Match, Subject, match
from evenhand.registry.names import Body, read_name
from evenhand.registry.places import AgencyListError, gazetteer
from registry.sheets import Ice

PLACES = gazetteer()
SAMPLE = list(csv.DictReader((Path(__file__).parent / "data" / "matches.csv").open(encoding="utf-8")))


def matched(state: str, text: str, kind: str = "", *counties: str) -> Match:
    name = read_name(text, state, kind, PLACES)
    return match(Subject(state, name, kind, counties, ()), PLACES)


@pytest.mark.parametrize(
    ("state", "text", "counties", "ori", "fips"),
    [
        ("TX", "Lampasas County Sheriff's Office", (), "TX1410000", "48281"),
        ("FL", "Jacksonville Sheriff's Office", (), None, "12031"),
        ("FL", "Miami-Dade Sheriff's Office", ("12086",), None, "12086"),
        ("LA", "East Baton Rouge Parish Sheriff's Office", (), "LA0170000", "22033"),
        ("MO", "Ste. Genevieve County Sheriff's Office", (), None, "29186"),
        ("MI", "Berrian County Sheriff's Office", (), None, "26021"),
        ("VA", "Hopewell Sheriff's Office", (), None, "51670"),
        ("PA", "Robinson Township Police Department", ("42003",), "PA0024000", "42003"),
        ("PA", "Jackson Township Police Department", ("42079",), "PA0404100", "42079"),
        ("PA", "Butler Township Police Department", ("42019",), "PA0100200", "42019"),
        ("PA", "Mahoning TWP Police Department - Montour", ("42093",), "PA0470200", "42093"),
        ("AR", "Ashdown City Police Department", ("05081",), "AR0410100", "05081"),
        ("TX", "League City Police Department", ("48167",), "TX0840800", "48167"),
        ("FL", "Tampa Police Department", (), "FL0290200", "12057"),
        ("FL", "City of Miami Police Department", (), "FL0130600", "12086"),
        ("GA", "Monroe Police Department", ("13207",), "GA1470100", "13297"),
        ("AR", "Texarkana Police Department", (), "AR0460100", "05091"),
    ],
)
def test_known_matches(state: str, text: str, counties: tuple[str, ...], ori: str | None, fips: str) -> None:
    found = matched(state, text, "", *counties)
    assert found.county_fips == fips
    assert ori is None or found.ori == ori
    assert found.county_rule
    assert found.ori_rule


@pytest.mark.parametrize(
    ("state", "text", "kind", "body"),
    [
        ("FL", "Florida Gulf Coast University Police Department", "municipality", Body.CAMPUS),
        ("FL", "Melbourne International Airport Police Department", "municipality", Body.AIRPORT),
        ("FL", "Florida National Guard", "state agency", Body.STATE),
        ("PA", "Northwest Regional Police Department", "municipality", Body.REGIONAL),
    ],
)
def test_what_is_of_no_county_is_said_and_not_forced(state: str, text: str, kind: str, body: Body) -> None:
    found = matched(state, text, kind)
    assert found.body is body
    assert found.county_fips == ""
    assert found.county_rule.startswith(f"{body}: not of one county")


def test_a_constable_is_said_to_be_one_and_no_precinct_is_guessed() -> None:
    found = matched("TX", "Lavaca County Constable Precinct 2")
    assert (found.body, found.ori, found.county_fips) == (Body.CONSTABLE, "", "48285")
    assert "does not say which" in found.ori_rule


def test_a_township_is_not_given_another_countys() -> None:
    found = matched("PA", "Franklin Township Police Department", "", "42041")
    assert found.ori == ""
    assert found.runner_up


def test_two_as_alike_are_left() -> None:
    found = matched("PA", "Jackson Township Police Department")
    assert found.ori == ""
    assert "as alike" in found.ori_rule


def upper_limit(errors: int, drawn: int) -> float:
    """The exact 97.5% upper limit of a share, by bisection (Clopper-Pearson)."""
    low, high = errors / drawn, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(comb(drawn, k) * middle**k * (1 - middle) ** (drawn - k) for k in range(errors + 1))
        low, high = (middle, high) if tail > 0.025 else (low, middle)
    return high


def test_the_sample_that_was_read(ice: Ice) -> None:
    """A random 100, each read against the list: the registry says what was judged, and the rate stands."""
    table = pyarrow.parquet.read_table(ice.out / "agencies.parquet").to_pylist()
    agencies = {row["agency_id"]: row for row in table}
    assert len(SAMPLE) == len({row["agency_id"] for row in SAMPLE}) == 100
    for row in SAMPLE:
        found = agencies[row["agency_id"]]
        assert (found["ori"] or "", found["county_fips"] or "", found["body"]) == (
            row["ori"],
            row["county_fips"],
            row["body"],
        ), row["name"]
    errors = [row for row in SAMPLE if row["verdict"] != "right"]
    assert all(row["note"] for row in SAMPLE)
    assert len(errors) == 1
    assert upper_limit(len(errors), 100) == pytest.approx(0.0545, abs=0.0005)


def test_shares_matched(ice: Ice) -> None:
    summary = ice.summary
    assert summary["agencies_with_ori"] / summary["agencies"] > 0.85
    assert summary["agencies_with_county"] / summary["agencies"] > 0.92
    table = pyarrow.parquet.read_table(ice.out / "agencies.parquet").to_pylist()
    for row in table:
        assert row["ori_rule"]
        assert row["county_rule"]
        if row["body"] in ("state agency",):
            assert row["county_fips"] is None
        if row["ori"]:
            assert row["ori_score"] >= 88


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "no column ori"),
        ("ori,name,state,county,type,officers\nTX1410000,Lampasas\n", "line 2 of the list has 2 columns"),
    ],
)
def test_a_list_of_agencies_that_cannot_be_used_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text(text)
    with pytest.raises(AgencyListError, match=said) as raised:
        gazetteer(path)
    assert "agencies.csv" in str(raised.value)


def test_the_fbi_s_own_column_names_are_read(tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text(
        "ori,pub_agency_name,state_abbr,county_name,agency_type_name,officer_ct\n"
        "KS0010000,Elk,KS,ELK,County,12\n"
    )
    (agency,) = gazetteer(path).fbi["KS"]
    assert (agency.name, agency.counties, agency.type) == ("Elk", ("ELK",), "County")
