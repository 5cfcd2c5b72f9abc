"""Two agencies with the same numbers: each has its own cases, and learns nothing of the other's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from desk.api_calls import act, booking, post, token
from desk.county import County
from evenhand.audit.run import audit
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.record import history
from evenhand.desk.record.catalog import CATALOG
from evenhand.desk.record.export import Personal, export
from evenhand.desk.record.history import Subject
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import ActorRole, SubjectKind
from evenhand.record.store import Record

SAME = "26/0017"
CLAIM = "018f0000-0000-7000-8000-000000000001"


def _case(county: County, subject: str) -> Case | None:
    found: Case | None = Case.objects.filter(agency=county.ori, subject=subject).first()
    return found


def _calls(county: County, other: County) -> Iterator[tuple[str, dict[str, Any]]]:
    """What one agency may try on a number, its own and that of the other, and on the other's ids."""
    yield "releases", {"number": SAME, "kind": "due", "at": county.ago(minutes=30).isoformat()}
    yield "bookings", booking(county, SAME)
    for subject in (f"{county.ori}:{SAME}", f"{other.ori}:{SAME}", SAME):
        yield "acts", act(county, "citizenship.claimed", {"how": "stated"}, subject=subject, id=CLAIM)
        yield "acts", act(county, "citizenship.reported", {}, subject=subject, corrects=CLAIM)
        first = {"subject": subject, "actor": "jms", "actor_role": "booking_officer"}
        yield "acts", act(county, "person.booked", {"name": "n"}, **first)
    yield "bookings", booking(county, SAME, name="Another")
    yield "charges", {"number": SAME, "charge_no": 1, "at": county.ago(minutes=9).isoformat(), "statute": "s"}


def _answers(client: Client, county: County, other: County) -> list[object]:
    headers = token(county)
    pages = Client()
    pages.force_login(county.account(Role.BOOKING_OFFICER))
    seen: list[object] = []
    for path, row in _calls(county, other):
        results = post(client, path, [row], headers).json()["results"]
        seen.append([{k: v for k, v in r.items() if k != "event"} for r in results])
    for subject in (f"{other.ori}:{SAME}", SAME):
        for agency in (other.ori, "ZZ0000000"):
            key = Subject(agency, SubjectKind.BOOKING, subject)
            for page in ("bookings:case", "bookings:charge", "screening:steps"):
                address = reverse(page, args=[key])
                seen.append((page, pages.get(address).status_code, pages.post(address).status_code))
    seen.append(client.get("/api/v1/worklist", headers=headers).json()["unreadable"])
    return seen


def test_an_agency_gets_the_same_answers_whatever_another_has(
    county: County, other_county: County, client: Client
) -> None:
    alone = County(ori="TX0010000", jail="jail-3", officer="officer-3", began=county.began)
    alone.found()
    alone.certify()
    theirs = token(other_county)
    assert post(client, "bookings", [booking(other_county, SAME)], theirs).json()["recorded"] == 1
    subject = f"{other_county.ori}:{SAME}"
    taken = act(other_county, "citizenship.claimed", {"how": "stated"}, subject=subject, id=CLAIM)
    assert post(client, "acts", [taken], theirs).json()["recorded"] == 1
    with within(EVERYTHING):
        before = history.load(Subject(other_county.ori, SubjectKind.BOOKING, subject))
    nobody = County(ori="GA0440000", jail="jail-4", officer="officer-4")
    beside = _answers(client, county, other_county)
    apart = _answers(client, alone, nobody)
    assert str(beside).replace(county.ori, "").replace(other_county.ori, "") == str(apart).replace(
        alone.ori, ""
    ).replace(nobody.ori, "")
    with within(EVERYTHING):
        assert history.load(Subject(other_county.ori, SubjectKind.BOOKING, subject)) == before
    assert post(client, "bookings", [booking(other_county, SAME)], theirs).json()["already"] == 1
    assert rebuild().differences == ()


def test_the_same_subject_is_two_cases(county: County, other_county: County) -> None:
    for one, name in ((county, "First"), (other_county, "Second")):
        one.act("person.booked", "17", ActorRole.BOOKING_OFFICER, one.ago(hours=3), name=name)
    other_county.act("citizenship.claimed", "17", ActorRole.DESIGNATED_OFFICER, how="stated")
    with within(EVERYTHING):
        rows = {case.agency: (case.stage, case.last_seq) for case in Case.objects.filter(subject="17")}
        assert {agency: stage for agency, (stage, _) in rows.items()} == {
            county.ori: "waiting",
            other_county.ori: "stopped",
        }
        assert rebuild().differences == ()


def test_the_audit_of_two_agencies_keeps_their_histories_apart(
    county: County, other_county: County, tmp_path: Path
) -> None:
    """One agency's claim says nothing of the other's case: only that one may break a rule on claims."""
    for one in (county, other_county):
        one.act("person.booked", "17", ActorRole.BOOKING_OFFICER, one.ago(hours=3), name="n")
    other_county.act("citizenship.claimed", "17", ActorRole.DESIGNATED_OFFICER, how="stated")
    with within(EVERYTHING):
        both = export(tmp_path / "both", personal=Personal.NONE)
        export(tmp_path / "one", personal=Personal.NONE, agencies=frozenset({county.ori}))
    assert set(both.agencies) == {county.ori, other_county.ori}
    record = Record(tmp_path / "both")
    histories = dict(record.histories(SubjectKind.BOOKING))
    assert {name: {row["agency"] for row in rows} for name, rows in histories.items()} == {
        f"{one.ori}.17": {one.ori} for one in (county, other_county)
    }
    actors = {row["actor"] for rows in histories.values() for row in rows}
    officers = dict(record.histories(SubjectKind.OFFICER))
    assert f"{other_county.ori}.{other_county.officer}" in actors & officers.keys()
    assert "17" in dict(Record(tmp_path / "one").histories(SubjectKind.BOOKING))
    (tmp_path / "audit").mkdir()
    audit(record, list(CATALOG.values()), tmp_path / "audit")


@pytest.mark.parametrize(
    "number", ["new", "upload", "clocks", "..", "%2F", "a?b#c", "x" * 190, "٠١ שלום", "a b"]
)
def test_every_page_of_an_odd_number_opens(county: County, client: Client, number: str) -> None:
    assert post(client, "bookings", [booking(county, number)], token(county)).json()["recorded"] == 1
    client.force_login(county.account(Role.DESIGNATED_OFFICER))
    listed = client.get("/screening/").content.decode()
    with within(EVERYTHING):
        case = Case.objects.get(number=number)
    for page in (f"/bookings/{case.address}/", f"/screening/{case.address}/"):
        assert page in listed or page.startswith("/bookings/")
        assert client.get(page).status_code == 200
