"""The complaint pages: the public form in two languages, following by number, the office's acts."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.complaints import limit
from evenhand.desk.complaints.code import digest_of, new_code
from evenhand.desk.complaints.forms import FollowForm
from evenhand.desk.complaints.limit import PER_HOUR
from evenhand.desk.complaints.models import Complaint, TrackingCode, Use
from evenhand.desk.record.act import note
from evenhand.desk.record.ledger import ledger
from evenhand.desk.record.models import Occurrence
from evenhand.desk.record.rebuild import rebuild
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks.models import Hook
from evenhand.record.events import ActorRole

TEXT = "They would not let me call my lawyer."


CODE = re.compile(r"\b\w{5}(?:-\w{5}){5}\b")


def _sent(client: Client, county: County, **more: str) -> HttpResponse:
    said = {"agency": county.ori, "about": "process", "text": TEXT, **more}
    return client.post("/complain/", said)


def _code(response: HttpResponse) -> str:
    """The tracking code that the answer to a complaint shows."""
    found = CODE.search(response.content.decode())
    assert found, response.content.decode()
    return found[0]


def _last() -> Complaint:
    with within(EVERYTHING):
        complaint: Complaint = Complaint.objects.latest("received_at")
        return complaint


def _send(client: Client, county: County, **more: str) -> str:
    """Send the public form; the public id of the complaint."""
    _code(_sent(client, county, **more))
    return _last().subject


def _follow(client: Client, code: str, **more: str) -> HttpResponse:
    return client.post("/complain/follow/", {"code": code}, **more)  # type: ignore[arg-type]


def _office(client: Client, county: County, role: Role = Role.COMPLAINTS_OFFICER) -> None:
    client.force_login(county.account(role))


def test_anyone_complains_and_follows_it_without_an_account(county: County, client: Client) -> None:
    code = _code(_sent(client, county))
    page = _follow(client, f" {code.lower()} ").content.decode()
    assert _last().number in page
    assert "There is no answer yet" in page
    assert TEXT not in page


def test_an_unknown_code_shows_nothing(county: County, client: Client) -> None:
    _send(client, county)
    response = _follow(client, new_code())
    assert response.status_code == 404
    assert "No complaint has this tracking code" in response.content.decode()


def test_what_is_public_opens_nothing(county: County, client: Client) -> None:
    """The public id stands in tiles and addresses, the number on pages and in the address of a page."""
    _send(client, county)
    complaint = _last()
    for known in (complaint.subject, complaint.number, digest_of(complaint.subject), "C-7K3M-9QXA-2B4D"):
        page = _follow(client, known).content.decode()
        assert "usa-error-message" in page, known
        assert "How your complaint stands" not in page


def test_the_code_is_kept_nowhere(county: County, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in a row of any table, nor in a log, a cookie, an address, or on a page of the staff."""
    with caplog.at_level("DEBUG"), within(EVERYTHING):
        Hook.objects.create(agency=county.ori, url="https://a.example/")
        response = _sent(client, county, about="designated_officer")
        code = _code(response)
        _follow(client, code)
        complaint = _last()
        office = Client()
        _office(office, county)
        pages = [office.get(f"/complaints/{county.ori}.{complaint.subject}/"), office.get("/complaints/")]
        parts = {code, code.replace("-", ""), *(code[n : n + 11] for n in range(0, 24, 6))}
        rows = "".join(
            repr(row)
            for table in connection.introspection.table_names()
            for row in _rows(table)
            if "cache" not in table
        )
    kept = rows + caplog.text + repr(client.cookies) + "".join(page.content.decode() for page in pages)
    assert complaint.subject in rows
    assert not [part for part in parts if part in kept or part.lower() in kept]
    assert digest_of(code) in rows


def _rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]


def test_the_answers_with_a_code_are_kept_by_no_browser_or_proxy(county: County, client: Client) -> None:
    sent = _sent(client, county)
    for response in (sent, _follow(client, _code(sent)), _follow(client, new_code())):
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]
    assert not client.session.keys()


def test_a_code_is_taken_by_post_alone(county: County, client: Client) -> None:
    code = _code(_sent(client, county))
    page = client.get("/complain/follow/", {"code": code}).content.decode()
    assert _last().number not in page
    assert code not in page.partition("<main")[2]


def test_a_page_that_is_loaded_again_records_nothing_twice(county: County, client: Client) -> None:
    form = client.get("/complain/").content.decode()
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once is not None
    first = _sent(client, county, once=once[1])
    again = _sent(client, county, once=once[1])
    assert again.status_code == 409
    assert not CODE.search(again.content.decode())
    assert _last().number in _follow(client, _code(first)).content.decode()
    # Somebody else at the same screen goes back and writes another complaint: it is no copy.
    assert _code(_sent(client, county, once=once[1], text="Another matter.")) != _code(first)
    with within(EVERYTHING):
        assert Complaint.objects.count() == 2


def test_codes_open_after_a_rebuild(county: County, client: Client) -> None:
    code = _code(_sent(client, county))
    assert rebuild().differences == ()
    assert _last().number in _follow(client, code).content.decode()


def test_a_complaint_from_before_is_known_to_the_office_alone(county: County, client: Client) -> None:
    with within(EVERYTHING):
        note(
            lambda: [
                county.event(
                    "complaint.received", "C-7K3M-9QXA-2B4D", ActorRole.PUBLIC, about="process", text=TEXT
                )
            ]
        )
    assert "no longer open a complaint" in _follow(client, "C-7K3M-9QXA-2B4D").content.decode()
    _office(client, county)
    page = client.get(f"/complaints/{county.ori}.C-7K3M-9QXA-2B4D/").content.decode()
    assert TEXT in page
    assert "has no tracking code" in page


def test_a_program_that_fills_every_field_sends_nothing(county: County, client: Client) -> None:
    client.post("/complain/", {"agency": county.ori, "about": "process", "text": "x", "website": "http://x"})
    with within(EVERYTHING):
        assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("addresses", "stranger"),
    [
        ("10.9.9.{}", "10.9.8.1"),
        ("2001:db8:7:{}::9", "2001:db8:8::1"),
        ("::ffff:10.9.9.{}", "10.9.8.1"),
    ],
)
def test_attempts_are_limited_by_address_block(
    county: County, client: Client, addresses: str, stranger: str
) -> None:
    statuses = [_follow(client, "x", REMOTE_ADDR=addresses.format(n)).status_code for n in range(40)]
    assert statuses == [200] * PER_HOUR + [429] * (40 - PER_HOUR)
    assert _follow(client, "x", REMOTE_ADDR=stranger).status_code == 200
    # Whoever tries codes does not keep the neighbors from complaining.
    assert _sent(client, county, REMOTE_ADDR=addresses.format(1)).status_code == 200


def test_attempts_are_limited_in_total_whether_they_hit_or_not(
    county: County, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, "IN_TOTAL", 50)
    code = _code(_sent(client, county))
    statuses = [
        _follow(client, new_code() if n % 2 else code, REMOTE_ADDR=f"10.1.{n}.1").status_code
        for n in range(60)
    ]
    assert statuses == [200, 404] * 25 + [429] * 10


def test_an_hour_later_the_counts_begin_anew_and_the_old_ones_are_gone(
    county: County, client: Client, clock: TimeMachineFixture
) -> None:
    assert [_follow(client, "x").status_code for _ in range(PER_HOUR + 1)][-1] == 429
    clock.shift(timedelta(hours=1))
    assert _follow(client, "x").status_code == 200
    assert Use.objects.count() == 1
    assert "127.0.0" not in repr(list(Use.objects.values()))


def test_the_published_ledger_hands_out_no_key(county: County, client: Client) -> None:
    """Every word of the leaves, tried at the public form, opens nothing; neither code nor digest is in them."""
    code = _code(_sent(client, county, about="designated_officer"))
    store = ledger().store
    published = b"".join(leaf for row in store.leaves(0, store.size()) for leaf in row)
    for kept in (code, code.replace("-", ""), digest_of(code)):
        assert kept.encode() not in published
    words = {word.decode() for word in re.findall(rb"[\w:.-]{6,100}", published)}
    assert len(words) > 20
    forms = [FollowForm({"code": word}) for word in words]
    tried = [digest_of(form.cleaned_data["code"]) for form in forms if form.is_valid()]
    with within(EVERYTHING):
        assert not TrackingCode.objects.filter(digest__in=tried).exists()
        assert TrackingCode.objects.filter(digest=digest_of(code)).exists()


@pytest.mark.django_db(transaction=True)
def test_no_use_is_lost_between_processes(settings: Settings) -> None:
    """Threads with connections of their own, as processes have."""
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite is in memory, for one connection; writers wait for each other there")

    def use(_: int) -> int:
        try:
            return limit._count("name")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(80))) == list(range(1, 81))


def test_behind_a_proxy_the_visitors_address_counts(
    county: County, client: Client, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.PROXIES = 1, [ip_network("10.0.0.1")]

    def sent(said: str) -> int:
        more = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": said}
        return client.post("/complain/follow/", {"code": "C"}, **more).status_code  # type: ignore[arg-type]

    # The first address is what the visitor said; the last is what the proxy saw.
    assert 429 in {sent(f"198.51.100.{n}, 192.0.2.7") for n in range(40)}
    assert sent("192.0.2.7, 203.0.113.8") != 429


def test_the_office_answers_and_the_complainant_reads_it(county: County, client: Client) -> None:
    code = _code(_sent(client, county, about="designated_officer"))
    reference = _last().subject
    office = Client()
    _office(office, county)
    assert TEXT in office.get(f"/complaints/{county.ori}.{reference}/").content.decode()
    for name, said in (
        ("assign", {"to": county.account(Role.COMPLAINTS_OFFICER).actor}),
        ("notify-ice", {}),
        ("resolve", {"outcome": "sustained", "reason": "as the recording shows"}),
        ("report", {}),
        ("answer", {"kind": "answer", "text": "You were right, and it will not happen again."}),
    ):
        response = office.post(f"/complaints/{county.ori}.{reference}/{name}/", said)
        assert response.status_code == 302, (name, response.content.decode())
    assert "You were right" in _follow(client, code).content.decode()
    assert "No complaint is open" in office.get("/complaints/").content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Complaint received", "Complaint resolved", "not sustained", "No review follows from it.")),
        ("es", ("Queja recibida", "Queja resuelta", "no confirmada", "Ninguna revisión se deriva de ella.")),
    ],
)
def test_the_history_is_told_by_name(
    county: County, client: Client, language: str, said: tuple[str, ...]
) -> None:
    reference = _send(client, county)
    office = Client(headers={"accept-language": language})
    _office(office, county)
    office.post(
        f"/complaints/{county.ori}.{reference}/resolve/",
        {"outcome": "not_sustained", "reason": "no trace of it"},
    )
    page = office.get(f"/complaints/{county.ori}.{reference}/").content.decode()
    assert all(name in page for name in said)
    assert "no trace of it" in page
    assert "complaint.re" not in page
    assert "not_sustained" not in page
    assert 'href="/complaints/"' in page.partition("<main")[2]


def test_every_view_of_a_complaint_is_an_event(county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, county, Role.AUDITOR)
    client.get(f"/complaints/{county.ori}.{reference}/")
    with within(EVERYTHING):
        seen = Occurrence.objects.get(subject=reference, type="access.viewed")
    assert seen.actor == county.account(Role.AUDITOR).actor


def test_an_auditor_only_reads(county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, county, Role.AUDITOR)
    assert client.get(f"/complaints/{county.ori}.{reference}/resolve/").status_code == 403


def test_another_agency_sees_nothing(county: County, other_county: County, client: Client) -> None:
    reference = _send(client, county)
    _office(client, other_county)
    assert reference not in client.get("/complaints/").content.decode()
    assert client.get(f"/complaints/{county.ori}.{reference}/").status_code == 404


def test_a_letter_is_entered_with_its_moment_and_a_future_one_is_refused(
    county: County, client: Client
) -> None:
    _office(client, county)
    said = {
        "agency": county.ori,
        "channel": "letter",
        "about": "designated_officer",
        "officer": county.officer,
        "language": "en",
        "text": TEXT,
    }
    response = client.post("/complaints/enter/", said | {"occurred_at": "2026-01-05T09:30"})
    assert response.status_code == 302
    wrong = client.post("/complaints/enter/", said | {"officer": "nobody"})
    assert "no officer of that number" in wrong.content.decode()
