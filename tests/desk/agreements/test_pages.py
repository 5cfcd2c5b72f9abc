"""An agreement from its draft to its end, through the pages, and each guard that stands in the way."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.agreements import documents
from evenhand.desk.agreements.deadlines import earliest_end, next_meeting, suspension_end
from evenhand.desk.agreements.models import Agreement, State
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def client_of(county: County, role: Role) -> Client:
    client = Client()
    client.force_login(county.account(role))
    return client


@pytest.fixture
def agency(county: County) -> Client:
    return client_of(county, Role.COORDINATOR)


@pytest.fixture
def ice(county: County) -> Client:
    return client_of(county, Role.FEDERAL_SUPERVISOR)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def pdf(content: bytes = PDF, name: str = "moa.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


NOTICE = {"kind": "termination", "in_writing": "yes", "delivery": "personal"}


def drafted(agency: Client, county: County, **more: object) -> str:
    said = {"agency": county.ori, "model": "JEM", "template": "2025", **more}
    response = agency.post("/agreements/draft/", said)
    assert response.status_code == 302, response.content.decode()
    return str(response.url).rstrip("/").rpartition("/")[2].partition(".")[2]


def row(subject: str) -> Agreement:
    with within(EVERYTHING):
        found: Agreement = Agreement.objects.get(subject=subject)
        return found


ORI = County().ori


def step(client: Client, subject: str, slug: str, **said: object):  # type: ignore[no-untyped-def]
    return client.post(f"/agreements/{ORI}.{subject}/{slug}/", said)


def in_force(agency: Client, ice: Client, county: County, **more: object) -> str:
    subject = drafted(agency, county, **more)
    assert step(agency, subject, "sign-agency", signed_by="sheriff").status_code == 302
    assert step(ice, subject, "sign-ice", signed_by="field office director").status_code == 302
    assert step(agency, subject, "effect", facilities=[county.jail]).status_code == 302
    return subject


def test_an_agreement_runs_from_draft_to_end(county: County, agency: Client, ice: Client) -> None:
    subject = drafted(agency, county)
    assert row(subject).state == State.DRAFTED
    step(agency, subject, "sign-agency", signed_by="sheriff")
    step(ice, subject, "sign-ice", signed_by="field office director")
    assert row(subject).state == State.SIGNED
    step(agency, subject, "effect", facilities=[county.jail], detention_agreement="IGSA-7")
    assert (row(subject).state, row(subject).facilities) == (State.IN_FORCE, [county.jail])
    step(agency, subject, "meeting", kind="annual", attendees="sheriff\nfield office director")
    assert row(subject).annual_meeting_at is not None
    step(ice, subject, "suspend", notice_reason="audit", length_days="30", how_to_answer="in writing")
    suspended = row(subject)
    assert suspended.state == State.SUSPENDED
    assert suspension_end(suspended) == suspended.suspended_at + timedelta(days=30)  # type: ignore[operator]
    step(ice, subject, "reinstate", reason="answered")
    assert row(subject).state == State.IN_FORCE
    step(ice, subject, "notice-ice", **NOTICE, contents=["reasons", "people_identified", "examples"])
    noticed = row(subject)
    assert earliest_end(noticed) == noticed.notice_at + timedelta(days=90)  # type: ignore[operator]
    step(ice, subject, "end", ground="notice")
    ended = row(subject)
    assert (ended.state, ended.ended_by, next_meeting(ended)) == (State.ENDED, "ice", None)
    page = agency.get(f"/agreements/{county.ori}.{subject}/").content.decode()
    for said in ("Agreement took effect", "IGSA-7", "field office director", "Notice given"):
        assert said in page
    assert agency.get(f"/agreements/{county.ori}.{subject}/summary/").status_code == 200
    assert rebuild().differences == ()


def test_no_effect_without_both_signatures(county: County, agency: Client) -> None:
    subject = drafted(agency, county)
    step(agency, subject, "sign-agency", signed_by="sheriff")
    refused = step(agency, subject, "effect", facilities=[county.jail])
    assert refused.status_code == 409
    assert "AGR-02" in refused.content.decode()
    assert row(subject).state == State.DRAFTED


def test_no_amendment_that_one_party_has_not_signed(county: County, agency: Client, ice: Client) -> None:
    subject = in_force(agency, ice, county)
    refused = step(agency, subject, "amend", part="main_text", agency_signed_at="2020-01-01T10:00")
    assert refused.status_code == 409
    assert "AGR-05" in refused.content.decode()
    signed = {"part": "main_text", "agency_signed_at": "2020-01-01T10:00"}
    late = step(agency, subject, "amend", **signed, ice_signed_at="2099-01-01T10:00")
    assert late.status_code == 409
    done = step(agency, subject, "amend", **signed, ice_signed_at="2020-01-02T10:00", at="")
    assert done.status_code == 302
    assert row(subject).amended_at is not None


@pytest.mark.parametrize("without", ["notice_reason", "length_days", "how_to_answer"])
def test_no_suspension_without_reason_length_and_answer(county: County, ice: Client, without: str) -> None:
    said = {"notice_reason": "audit", "length_days": "30", "how_to_answer": "in writing"}
    subject = f"agreement-{county.ori}"
    refused = step(ice, subject, "suspend", **{k: v for k, v in said.items() if k != without})
    assert refused.status_code == 409
    assert "AGR-08" in refused.content.decode()
    assert row(subject).state == State.IN_FORCE


def test_each_party_acts_for_itself(county: County, agency: Client, ice: Client) -> None:
    subject = drafted(agency, county)
    assert step(agency, subject, "sign-ice", signed_by="x").status_code == 403
    assert step(ice, subject, "sign-agency", signed_by="x").status_code == 403
    running = f"agreement-{county.ori}"
    assert step(agency, running, "suspend", notice_reason="x").status_code == 403
    step(agency, running, "notice", **NOTICE)
    assert row(running).notice_by == "agency"


def test_the_agency_ends_a_jail_agreement_in_writing(county: County, agency: Client) -> None:
    subject = f"agreement-{county.ori}"
    refused = step(agency, subject, "end", ground="notice", reason="r")
    assert refused.status_code == 409
    assert "AGR-11" in refused.content.decode()
    step(agency, subject, "notice", **NOTICE | {"in_writing": "no"})
    assert step(agency, subject, "end", ground="notice", reason="r").status_code == 409
    step(agency, subject, "notice", **NOTICE)
    assert step(agency, subject, "end", ground="notice", reason="r").status_code == 302


def test_ice_delivers_a_notice_on_a_warrant_service_agreement(
    county: County, agency: Client, ice: Client
) -> None:
    subject = in_force(agency, ice, county, model="WSO")
    assert step(ice, subject, "notice-ice", **NOTICE | {"delivery": "other"}).status_code == 409
    assert step(ice, subject, "notice-ice", **NOTICE).status_code == 302


@pytest.mark.parametrize(
    ("role", "slug", "said", "event"),
    [
        (Role.COORDINATOR, "operational", {"milestone": "first_authorization"}, "became_operational"),
        (Role.COORDINATOR, "last-officer", {}, "last_officer_revoked"),
    ],
)
def test_more_of_an_agreement_is_recorded(
    county: County, role: Role, slug: str, said: dict[str, str], event: str
) -> None:
    subject = f"agreement-{county.ori}"
    assert step(client_of(county, role), subject, slug, **said).status_code == 302
    with within(EVERYTHING):
        assert (
            history.load(Subject(county.ori, SubjectKind.AGREEMENT, subject))[-1].event.type
            == f"agreement.{event}"
        )


def test_a_suspension_is_extended_and_the_agency_invited_to_respond(county: County, ice: Client) -> None:
    subject = f"agreement-{county.ori}"
    step(ice, subject, "suspend", notice_reason="audit", length_days="30", how_to_answer="in writing")
    assert step(ice, subject, "response").status_code == 302
    assert step(ice, subject, "extend", ends_at="2099-01-01").status_code == 302
    assert suspension_end(row(subject)).isoformat() == "2099-01-02T05:00:00+00:00"  # type: ignore[union-attr]


def test_a_conflict_is_noted_and_reported(county: County, agency: Client) -> None:
    subject = f"agreement-{county.ori}"
    assert step(agency, subject, "conflict", reason="two orders on holds").status_code == 302
    assert step(agency, subject, "conflict-reported").status_code == 302


def test_a_step_that_is_not_open_records_nothing(county: County, agency: Client, ice: Client) -> None:
    subject = in_force(agency, ice, county)
    with within(EVERYTHING):
        before = len(history.load(Subject(county.ori, SubjectKind.AGREEMENT, subject)))
    response = agency.post(
        f"/agreements/{county.ori}.{subject}/effect/", {"facilities": [county.jail]}, follow=True
    )
    assert "not open now" in response.content.decode()
    with within(EVERYTHING):
        assert len(history.load(Subject(county.ori, SubjectKind.AGREEMENT, subject))) == before


def test_another_agency_has_no_page(county: County, other_county: County, agency: Client) -> None:
    subject = f"agreement-{other_county.ori}"
    assert agency.get(f"/agreements/{county.ori}.{subject}/").status_code == 404
    assert step(agency, subject, "meeting", kind="annual").status_code == 404
    assert subject not in agency.get("/agreements/").content.decode()
    assert (
        agency.post(
            "/agreements/draft/", {"agency": other_county.ori, "model": "JEM", "template": "2025"}
        ).status_code
        == 200
    )


def test_the_list_is_filtered_by_state_and_model(county: County, agency: Client) -> None:
    drafted(agency, county, model="WSO")
    everything = agency.get("/agreements/").context["rows"]
    assert len(everything) == 2
    only = agency.get("/agreements/", {"state": "in_force"}).context["rows"]
    assert [r["agreement"].subject for r in only] == [f"agreement-{county.ori}"]
    assert [
        r["agreement"].model for r in agency.get("/agreements/", {"q": "agreement-"}).context["rows"]
    ] == ["JEM"]
    assert len(agency.get("/agreements/", {"q": f"{county.ori} County"}).context["rows"]) == 2
    assert agency.get("/agreements/", {"q": "nowhere"}).context["rows"] == []
    assert [r["agreement"].model for r in agency.get("/agreements/", {"model": "WSO"}).context["rows"]] == [
        "WSO"
    ]


def test_the_file_is_kept_by_its_hash_and_served_as_attachment(county: County, agency: Client) -> None:
    subject = drafted(agency, county, document=pdf())
    kept = row(subject).documents[0]["hash"]
    response = agency.get(f"/agreements/{county.ori}.{subject}/documents/{kept}/")
    assert response.content == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/pdf"
    with within(EVERYTHING):
        event = history.load(Subject(county.ori, SubjectKind.AGREEMENT, subject))[0].event
    assert event.document_hash == kept  # type: ignore[attr-defined]
    assert agency.get(f"/agreements/{county.ori}.agreement-{county.ori}/documents/{kept}/").status_code == 404
    documents._path(kept).write_bytes(PDF + b"x")
    changed = agency.get(f"/agreements/{county.ori}.{subject}/documents/{kept}/")
    assert changed.status_code == 410
    assert "not the one that was recorded" in changed.content.decode()


@pytest.mark.parametrize(
    "content", [b"<html><script>alert(1)</script></html>", b"%PDF-1.7 and no end", b"MZ\x90 %PDF- %%EOF"]
)
def test_what_is_no_pdf_is_not_kept(county: County, agency: Client, uploads, content: bytes) -> None:  # type: ignore[no-untyped-def]
    said = {"agency": county.ori, "model": "JEM", "template": "2025", "document": pdf(content)}
    response = agency.post("/agreements/draft/", said)
    assert "no PDF document" in response.content.decode()
    assert not list(uploads.rglob("*.pdf"))


def test_the_file_of_a_refused_act_is_not_kept(county: County, agency: Client, uploads) -> None:  # type: ignore[no-untyped-def]
    subject = drafted(agency, county)
    said = {"facilities": [county.jail], "document": pdf()}
    assert agency.post(f"/agreements/{county.ori}.{subject}/effect/", said).status_code == 409
    assert not list(uploads.rglob("*.*"))


def test_moments_are_entered_in_the_agencys_zone(county: County, agency: Client) -> None:
    subject = f"agreement-{county.ori}"
    assert step(agency, subject, "meeting", kind="steering", at="2026-01-15T12:00").status_code == 302
    at = row(subject).steering_meeting_at
    assert at is not None
    assert (at.hour, at.minute) == (17, 0)
    future = step(agency, subject, "meeting", kind="steering", at="2099-01-15T12:00")
    assert "future" in future.content.decode()


def test_the_pages_speak_spanish(county: County, agency: Client) -> None:
    page = agency.get("/agreements/", HTTP_ACCEPT_LANGUAGE="es").content.decode()
    assert "Acuerdos" in page
    assert "Agreements" not in page
