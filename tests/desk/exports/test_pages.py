"""An export asks for recipient, legal ground and coordination with ICE, and is logged (REC-05)."""

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from desk.county import County, booked
from evenhand.desk.accounts.models import Role
from evenhand.desk.api.models import Grant, issue
from evenhand.desk.record import history
from evenhand.desk.record.history import Subject
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import AccessExported
from evenhand.record.store import Record

RELEASE = {
    "recipient": "court",
    "legal_ground": "court_order",
    "coordinated_with": "ice_officer",
    "coordinated_at": "2025-06-02T10:00",
}


def _post(county: County, **said: str) -> tuple[int, bytes, list[str]]:
    """Status and content of the answer, and the types of the events on the export."""
    client = Client()
    client.force_login(county.account(Role.COORDINATOR))
    answer = client.post("/export/", {"agency": county.ori, **RELEASE, **said})
    return answer.status_code, b"".join(answer), _logged(county)


def _logged(county: County) -> list[str]:
    with within(EVERYTHING):
        return [
            entry.event.type for entry in history.load(Subject(county.ori, SubjectKind.SYSTEM, county.ori))
        ]


def test_an_export_is_logged_and_holds_no_name(county: County, tmp_path: Path) -> None:
    booked(county)
    status, content, logged = _post(county)
    assert (status, logged) == (200, ["access.exported"])
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.extractall(tmp_path)
    assert Record(tmp_path / "record").manifest.agencies == [county.ori]
    assert b"Doe, Sample" not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "said",
    [
        {"legal_ground": "none"},
        {"coordinated_with": ""},
        {"coordinated_at": ""},
        {"recipient": "media"},
    ],
    ids=str,
)
def test_a_release_that_the_agreement_forbids_is_blocked(county: County, said: dict[str, str]) -> None:
    status, content, logged = _post(county, **said)
    assert (status, logged) == (409, ["guard.refused"])
    assert b"REC-05" in content


def test_a_record_of_the_state_alone_needs_no_coordination(county: County) -> None:
    status, _, logged = _post(county, state_record="yes", coordinated_with="", coordinated_at="")
    assert (status, logged) == (200, ["access.exported"])


def test_recipient_and_ground_are_required(county: County) -> None:
    status, content, logged = _post(county, recipient="", legal_ground="")
    assert (status, logged) == (422, [])
    assert content.count(b"This field is required") == 2


def test_a_program_states_the_same(county: County) -> None:
    _, secret = issue(county.ori, "research", [Grant.EXPORT], "administrator-1")
    headers = {"Authorization": f"Bearer {secret}"}

    def post(**said: str) -> tuple[int, bytes]:
        release = {**RELEASE, "coordinated_at": "2025-06-02T10:00:00Z", **said}
        answer = Client().post("/api/v1/exports", release, content_type="application/json", headers=headers)
        return answer.status_code, b"".join(answer)

    status, content = post(legal_ground="none")
    assert status == 409
    assert b"REC-05" in content
    status, content = post()
    assert status == 200
    assert zipfile.is_zipfile(io.BytesIO(content))
    with within(EVERYTHING):
        (event,) = [
            e.event
            for e in history.load(Subject(county.ori, SubjectKind.SYSTEM, county.ori))
            if isinstance(e.event, AccessExported)
        ]
    assert (event.actor, event.recipient) == ("api:research", "court")
    assert post(recipient="nobody")[0] == 422
