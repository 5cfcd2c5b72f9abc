"""An officer from nomination to the end of authority, through the pages, and each guard on the way."""

import pytest
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.officers.models import Officer
from evenhand.desk.officers.standing import State, state
from evenhand.desk.record import history
from evenhand.desk.record.act import now
from evenhand.desk.record.history import Subject
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind

LETTER = {
    "functions": ["interview", "issue_detainers"],
    "valid_from": "2026-01-01",
    "until_revoked": "on",
    "supervising_position": "supervisory detention and deportation officer",
    "signed_by_position": "field_office_director",
}
REVOCATION = {"reason": "function withdrawn", "written": "yes", "signed_by_position": "field_office_director"}
CONDITIONS = ["knowledge_and_authority", "facility_security_training", "inmate_rules", "database_access"]
EXAMINATION = {"course": "jem_basic", "score": "80", "attempt": "1"}


@pytest.fixture
def agency(county: County) -> Client:
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    return client


@pytest.fixture
def ice(county: County) -> Client:
    client = Client()
    client.force_login(county.account(Role.FEDERAL_SUPERVISOR))
    return client


def nominated(agency: Client, county: County, **more: str) -> str:
    said = {
        "agency": county.ori,
        "name": "Sample Officer",
        "citizenship_attested": "on",
        "prerequisites": CONDITIONS,
        **more,
    }
    response = agency.post("/officers/nominate/", said)
    assert response.status_code == 302, response.content.decode()
    return str(response.url).rstrip("/").rpartition("/")[2].partition(".")[2]


def row(subject: str) -> Officer:
    with within(EVERYTHING):
        found: Officer = Officer.objects.get(subject=subject)
        return found


ORI = County().ori


def step(client: Client, subject: str, slug: str, **said: object):  # type: ignore[no-untyped-def]
    return client.post(f"/officers/{ORI}.{subject}/{slug}/", said)


def done(client: Client, subject: str, slug: str, **said: object) -> None:
    response = step(client, subject, slug, **said)
    assert response.status_code == 302, response.content.decode()


def authorized(agency: Client, ice: Client, county: County) -> str:
    subject = nominated(agency, county)
    done(ice, subject, "background-check", questionnaire="yes")
    done(ice, subject, "eligibility", outcome="eligible", decided_by="field office")
    done(ice, subject, "training", course="jem_basic")
    done(ice, subject, "examination", **EXAMINATION)
    done(ice, subject, "certify")
    done(ice, subject, "authorize", **LETTER)
    done(ice, subject, "form-70-006")
    return subject


def stands(subject: str) -> State:
    return state(row(subject), now())


def test_an_officer_runs_from_nomination_to_leaving(county: County, agency: Client, ice: Client) -> None:
    subject = nominated(agency, county)
    assert stands(subject) is State.PREPARING
    page = agency.get(f"/officers/{county.ori}.{subject}/").content.decode()
    for missing in ("OFF-02", "OFF-03", "OFF-04", "OFF-09", "OFF-12"):
        assert missing in page
    subject = authorized(agency, ice, county)
    assert stands(subject) is State.PREPARING
    done(ice, subject, "credential")
    done(agency, subject, "assign", assigned_facility=county.jail)
    assert stands(subject) is State.MAY_ACT
    page = agency.get(f"/officers/{county.ori}.{subject}/").content.decode()
    assert "What stands against" not in page
    assert f"{county.jail} detention center" in page
    done(agency, subject, "suspend", reason="under inquiry")
    assert stands(subject) is State.SUSPENDED
    assert "OFF-07" in agency.get(f"/officers/{county.ori}.{subject}/").content.decode()
    done(agency, subject, "unsuspend", reason="inquiry closed")
    assert stands(subject) is State.MAY_ACT
    done(ice, subject, "refresher", due="2099-01-01")
    done(ice, subject, "refreshed")
    assert stands(subject) is State.MAY_ACT
    assert step(ice, subject, "revoke", reason="by word of mouth", written="no").status_code == 409
    done(ice, subject, "revoke", **REVOCATION)
    assert stands(subject) is State.REVOKED
    assert row(subject).credential_owed_since is not None
    assert "OFF-08" in agency.get(f"/officers/{county.ori}.{subject}/").content.decode()
    done(agency, subject, "credential-returned")
    assert row(subject).credential_owed_since is None
    done(agency, subject, "leave", reason="retired")
    assert stands(subject) is State.LEFT
    page = agency.get(f"/officers/{county.ori}.{subject}/summary/").content.decode()
    assert "Officer suspended" in page
    assert "correction" in page
    assert rebuild().differences == ()


@pytest.mark.parametrize(
    ("without", "rule"),
    [
        ("background-check", "OFF-02"),
        ("eligibility", "OFF-02"),
        ("training", "OFF-03"),
        ("examination", "OFF-04"),
        ("certify", "OFF-12"),
    ],
)
def test_no_authorization_before_its_steps(
    county: County, agency: Client, ice: Client, without: str, rule: str
) -> None:
    subject = nominated(agency, county)
    steps: dict[str, dict[str, str]] = {
        "background-check": {},
        "eligibility": {"outcome": "eligible", "decided_by": "field office"},
        "training": {"course": "jem_basic"},
        "examination": EXAMINATION,
        "certify": {},
    }
    for slug, said in steps.items():
        if slug != without:
            done(ice, subject, slug, **said)
    page = ice.get(f"/officers/{county.ori}.{subject}/")
    assert [r["id"] for r in page.context["against_authorization"]] == [rule]
    refused = step(ice, subject, "authorize", **LETTER)
    assert refused.status_code == 409
    assert rule in refused.content.decode()
    assert row(subject).authorized_at is None


@pytest.mark.parametrize("score", [{"score": "69"}, {"score": "90", "attempt": "2", "remedial": "on"}])
def test_no_authorization_on_a_failed_examination(
    county: County, agency: Client, ice: Client, score: dict[str, str]
) -> None:
    subject = nominated(agency, county)
    done(ice, subject, "background-check")
    done(ice, subject, "eligibility", outcome="eligible", decided_by="field office")
    done(ice, subject, "training", course="jem_basic")
    for _time in range(3 if "attempt" in score else 1):
        done(ice, subject, "examination", **(EXAMINATION | score))
    done(ice, subject, "certify")
    refused = step(ice, subject, "authorize", **LETTER)
    assert refused.status_code == 409
    assert "OFF-04" in refused.content.decode()


@pytest.mark.parametrize(("without", "rule"), [("functions", "AGR-04"), ("signed_by_position", "OFF-12")])
def test_no_authorization_without_functions_and_signer(
    county: County, agency: Client, ice: Client, without: str, rule: str
) -> None:
    subject = county.officer
    refused = step(ice, subject, "authorize", **{k: v for k, v in LETTER.items() if k != without})
    assert refused.status_code == 409
    assert rule in refused.content.decode()


def test_no_nomination_without_the_agreements_conditions(county: County, agency: Client) -> None:
    said = {"agency": county.ori, "name": "Sample Officer", "citizenship_attested": "on"}
    refused = agency.post("/officers/nominate/", said | {"prerequisites": CONDITIONS[1:]})
    assert refused.status_code == 409
    assert "OFF-15" in refused.content.decode()


def test_an_officer_without_a_credential_owes_none(county: County, agency: Client, ice: Client) -> None:
    subject = authorized(agency, ice, county)
    done(ice, subject, "revoke", **REVOCATION)
    assert row(subject).credential_owed_since is None
    assert "OFF-08" not in agency.get(f"/officers/{county.ori}.{subject}/").content.decode()


def test_a_letter_with_a_last_day_lapses_at_the_end_of_it(county: County, ice: Client) -> None:
    said = {k: v for k, v in LETTER.items() if k != "until_revoked"} | {"valid_until": "2026-03-01"}
    done(ice, county.officer, "authorize", **said)
    with within(EVERYTHING):
        last = history.load(Subject(county.ori, SubjectKind.OFFICER, county.officer))[-1].event
    # The county keeps New York time: the day after the last begins at 05:00 UTC.
    assert last.valid_until.isoformat() == "2026-03-02T05:00:00+00:00"  # type: ignore[attr-defined]


def test_who_may_not_act_gets_no_form(county: County, agency: Client, ice: Client) -> None:
    assert step(agency, county.officer, "authorize", **LETTER).status_code == 403
    assert step(ice, county.officer, "assign", assigned_facility=county.jail).status_code == 403
    reader = Client()
    reader.force_login(county.account(Role.AUDITOR))
    assert reader.get(f"/officers/{county.ori}.{county.officer}/").status_code == 200
    assert step(reader, county.officer, "revoke", reason="x").status_code == 403


def test_an_officer_sees_the_own_page_alone(county: County) -> None:
    officer = Client()
    officer.force_login(county.account(Role.DESIGNATED_OFFICER))
    assert officer.get("/officers/own/").context["officer"].subject == county.officer
    assert officer.get(f"/officers/{county.ori}.{county.officer}/").status_code == 403
    assert officer.get("/officers/").status_code == 403


def test_every_view_of_an_officer_is_an_event(county: County, agency: Client) -> None:
    agency.get("/officers/")
    with within(EVERYTHING):
        views = Occurrence.objects.filter(type="access.viewed", subject=county.officer)
        assert not views.exists()
        agency.get(f"/officers/{county.ori}.{county.officer}/")
        assert [v.actor for v in views] == [county.account(Role.COORDINATOR).actor]


def test_the_list_is_searched_and_filtered(county: County, other_county: County, agency: Client) -> None:
    subject = nominated(agency, county)

    def found(**said: str) -> set[str]:
        page = agency.get("/officers/", said).context["page"]
        return {r["officer"].subject for r in page}

    assert found() == {subject, county.officer}
    assert found(q="sample off") == {subject}
    assert found(state="may_act") == {county.officer}
    assert found(state="preparing") == {subject}
    assert found(facility=county.jail) == {county.officer}
    assert agency.get(f"/officers/{county.ori}.{other_county.officer}/").status_code == 404


def test_nobody_is_nominated_for_another_agency(county: County, other_county: County, agency: Client) -> None:
    said = {"agency": other_county.ori, "name": "Sample", "citizenship_attested": "on"}
    assert agency.post("/officers/nominate/", said).status_code == 200
    with within(EVERYTHING):
        assert not Officer.objects.filter(name="Sample").exists()
