"""Cleaning a row, each step named; every anomaly found in the published sheets has its case here."""

from datetime import date

import pytest

from evenhand.registry.cleaning import Clean, Model, clean, read_signed
from evenhand.registry.names import Body, read_name
from evenhand.registry.places import gazetteer, read_state
from evenhand.registry.reading import IN_FORCE, Raw
from registry.sheets import Row

PLACES = gazetteer()


def cleaned(**cells: str) -> Clean:
    base = Row().raw(IN_FORCE)._asdict()
    found = clean(Raw(**{**base, **cells}), PLACES)
    assert isinstance(found, Clean), found
    return found


@pytest.mark.parametrize(
    ("text", "code", "step"),
    [
        ("TEXAS", "TX", ""),
        ("TEXAS ", "TX", "state trimmed"),
        ("UTAh", "UT", "state trimmed"),
        ("UTAHJ", "UT", "state's spelling corrected"),
        ("PENNSLYVANIA", "PA", "state's spelling corrected"),
        ("WEST VIRIGINIA", "WV", "state's spelling corrected"),
        ("WEST VIRGINA", "WV", "state's spelling corrected"),
        ("MCHIGAN", "MI", "state's spelling corrected"),
        ("VIRGINIA", "VA", ""),
        ("GUAM", "GU", ""),
        ("NORTHERN MARIANA ISLANDS", "MP", ""),
        ("tx", "TX", "state code read"),
        ("ATLANTIS", None, ""),
        ("", None, ""),
    ],
)
def test_states(text: str, code: str | None, step: str) -> None:
    found = read_state(text, PLACES)
    assert (found.code, found.step) == (code, step)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Jail Enforcement Model ", Model.JEM),
        ("Jail Enforcment Model ", Model.JEM),
        ("Warrant Services Officer", Model.WSO),
        ("Warrant Service Office", Model.WSO),
        ("Task Force Officer ", Model.TFM),
        ("Task Force Model", Model.TFM),
        ("Tribal Task Force Model", Model.TFM_TRIBAL),
        ("Task Force Model - Tribal", Model.TFM_TRIBAL),
        ("", Model.UNCLEAR),
        ("Something else", Model.UNCLEAR),
    ],
)
def test_support_types(text: str, model: Model) -> None:
    found = cleaned(support=text)
    assert found.model is model
    assert bool(found.problem) == (model is Model.UNCLEAR)


@pytest.mark.parametrize(
    ("text", "day", "step"),
    [
        ("2025-06-12", date(2025, 6, 12), None),
        ("05/082025", date(2025, 5, 8), "stroke added to the signing day"),
        ("7/72025", date(2025, 7, 7), "stroke added to the signing day"),
        ("8/282025", date(2025, 8, 28), "stroke added to the signing day"),
        ("5025-07-07", date(2025, 7, 7), "signing year's first digit corrected"),
        ("7/7/2025", date(2025, 7, 7), "signing day read from text"),
        ("7/7/25", date(2025, 7, 7), "signing day read from text"),
        ("45845", date(2025, 7, 7), "signing day read from a serial number"),
        ("July 7, 2025", date(2025, 7, 7), "signing day read from text"),
        ("", None, None),
        ("#N/A", None, "signing day's blank mark removed"),
    ],
)
def test_signing_days(text: str, day: date | None, step: str | None) -> None:
    steps: list[str] = []
    problems: list[str] = []
    assert read_signed(text, steps, problems) == day
    assert steps == ([step] if step else [])
    assert problems == []


@pytest.mark.parametrize("text", ["13/45/2025", "soon", "1776-07-04", "2025-02-30", "9999"])
def test_a_day_that_is_none_is_told(text: str) -> None:
    problems: list[str] = []
    assert read_signed(text, [], problems) is None
    assert len(problems) == 1
    assert text in problems[0]


@pytest.mark.parametrize(
    ("state", "text", "shown", "fips"),
    [
        ("FLORIDA", "Flager County", "Flagler County", "12035"),
        ("FLORIDA", "Bay County ", "Bay County", "12005"),
        ("FLORIDA", "Lake Conty", "Lake Conty", "12069"),
        ("FLORIDA", "St. Luice County", "St. Lucie County", "12111"),
        ("PENNSYLVANIA", "\nSchuylkill County", "Schuylkill County", "42107"),
        ("PENNSYLVANIA", "Alleghany County ", "Allegheny County", "42003"),
        ("LOUISIANA", "Ouachita Parish", "Ouachita Parish", "22073"),
        ("LOUISIANA", "German Coast County", "German Coast County", ""),
        ("ALABAMA", "County ", "", ""),
        ("FLORIDA", "#NA", "", ""),
        ("FLORIDA", "None", "", ""),
        ("GUAM", "Kattan District ", "Kattan District", ""),
        ("MISSOURI", "Saint Francois County", "Saint Francois County", "29187"),
    ],
)
def test_counties(state: str, text: str, shown: str, fips: str) -> None:
    found = cleaned(state=state, county=text)
    assert (found.county, found.county_fips) == (shown, fips)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("County ", "County"),
        ("Muncipality ", "Municipality"),
        ("Municipal", "Municipality"),
        ("State", "State Agency"),
        ("#NA", ""),
        ("", ""),
    ],
)
def test_types(text: str, kind: str) -> None:
    assert cleaned(type=text).type == kind


@pytest.mark.parametrize(
    ("text", "shown", "step"),
    [
        ("Pasco County Sheriff’s Office", "Pasco County Sheriff's Office", "apostrophe straightened"),
        ("Kansas  Bureau Of Investigation", "Kansas Bureau Of Investigation", "inner spaces reduced"),
        (
            "Sarpy County Department of Corrections\xa0\xa0",
            "Sarpy County Department of Corrections",
            "no-break",
        ),
        (" Florida Department of Financial Services , Criminal Investigation Division,", None, "stray comma"),
        ("Baxter County Sheriff's Office ", "Baxter County Sheriff's Office", "agency trimmed"),
    ],
)
def test_agency_texts(text: str, shown: str | None, step: str) -> None:
    found = cleaned(agency=text)
    assert shown is None or found.agency == shown
    assert any(step in s for s in found.steps)


def test_a_states_code_after_a_name_is_taken_off() -> None:
    found = cleaned(state="LOUISIANA", agency="Arnaudville Police Department, LA")
    assert found.agency == "Arnaudville Police Department"
    assert "state's code taken off the agency" in found.steps


def test_links_and_pending_words() -> None:
    assert cleaned(moa="link pending").moa_url == ""
    assert cleaned(moa="link", moa_link="https:/www.ice.gov/x.pdf").moa_url == "https://www.ice.gov/x.pdf"
    assert cleaned(moa="https://www.ice.gov/y.pdf").moa_url == "https://www.ice.gov/y.pdf"
    for odd in ("Cons", "\xa0", "link\xa0|\xa0addendum"):
        assert cleaned(moa=odd).moa_url == ""


def test_a_row_whose_state_cannot_be_told_is_refused_with_its_text() -> None:
    found = clean(Row(state="ATLANTIS").raw(IN_FORCE), PLACES)
    assert isinstance(found, str)
    assert "ATLANTIS" in found
    assert "Elk County" in found


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        ("Tampa PD", "Tampa Police Department", "FL"),
        ("Panama City Police Dept.", "Panama City Police Department", "FL"),
        ("Ft. Myers Police Department", "Fort Myers Police Department", "FL"),
        ("Gulf County BOCC", "Gulf County Board of County Commissioners", "FL"),
        ("Indian River Shores DPS", "Indian River Shores Department of Public Safety", "FL"),
        ("Alachua Police Departent ", "Alachua Police Department", "FL"),
        ("Big Sandy Police Departement ", "Big Sandy Police Department", "TX"),
        ("Christian County Sherrif's Office ", "Christian County Sheriff's Office", "MO"),
        ("Cattaraugus Counry Sheriff's Office ", "Cattaraugus County Sheriff's Office", "NY"),
        ("Coolspring Township Constbales Office", "Coolspring Township Constable's Office", "PA"),
        ("Greene Township Constables's Office", "Greene Township Constable's Office", "PA"),
        ("Phillip's County Sheriff's Department", "Phillips County Sheriff's Department", "KS"),
        ("MT Dept of Justice", "Montana Department of Justice", "MT"),
        ("Somerset County District Attorney'S Office", "Somerset County District Attorney's Office", "PA"),
        ("Franklin County Sheriffs Office", "Franklin County Sheriff's Office", "PA"),
        ("St Johns County Sheriff's Office", "St. Johns County Sheriff's Office", "FL"),
        ("Miami Dade Sheriff's Office", "Miami-Dade Sheriff's Office", "FL"),
        (
            "Office of the State Attorney Sixth Judical Circuit",
            "Office of the State Attorney, 6th Judicial Circuit",
            "FL",
        ),
        ("Walker County Constable Pct 3", "Walker County Constable Precinct 3", "TX"),
    ],
)
def test_writings_with_the_same_words(a: str, b: str, state: str) -> None:
    assert read_name(a, state, "", PLACES).key == read_name(b, state, "", PLACES).key


@pytest.mark.parametrize(
    ("text", "state", "stated", "body"),
    [
        ("Jacksonville Sheriff's Office", "FL", "county", Body.SHERIFF),
        ("Paris Police Department", "TX", "municipality", Body.POLICE),
        ("Country Club Hills Police Department", "MO", "municipality", Body.POLICE),
        ("Florida Gulf Coast University Police Department", "FL", "municipality", Body.CAMPUS),
        ("Caney Valley Public Schools Police Department", "OK", "", Body.CAMPUS),
        ("Melbourne International Airport Police Department", "FL", "municipality", Body.AIRPORT),
        ("Lee County Port Authority Police", "FL", "municipality", Body.AIRPORT),
        ("Lower Burrell Fourth Ward Constable", "PA", "municipality", Body.CONSTABLE),
        ("Pennsylvania State Constable's Office, Cooke Township", "PA", "state agency", Body.CONSTABLE),
        ("Ward 5 Marshal's Office", "LA", "municipality", Body.MARSHAL),
        ("Arkansas National Guard", "AR", "state agency", Body.STATE),
        ("Louisiana Office of the State Fire Marshal", "LA", "state agency", Body.STATE),
        ("Office Of The Attorney General ", "GU", "state agency", Body.STATE),
        ("CNMI Department of Public Safety", "MP", "state agency", Body.STATE),
        ("Greene Washington Regional Police Department", "PA", "municipality", Body.REGIONAL),
        ("Southwest Virginia Regional Jail Authority", "VA", "county", Body.REGIONAL),
        ("16th Judicial Distric Drug Task Force", "AR", "state agency", Body.REGIONAL),
        ("Parker County (County) Attorney's Office", "TX", "county", Body.PROSECUTOR),
        ("County of Franklin / Franklin County Jail ", "PA", "county", Body.JAIL),
        ("Okmulgee County Criminal Justice Authority", "OK", "county", Body.JAIL),
        ("Seminole Nation Police Department", "OK", "tribe", Body.TRIBAL),
    ],
)
def test_kinds_of_body(text: str, state: str, stated: str, body: Body) -> None:
    assert read_name(text, state, stated, PLACES).body is body
