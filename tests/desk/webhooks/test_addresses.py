"""Webhooks reach public addresses by https and nothing else, whatever the DNS says at the moment of sending."""

import time
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from desk.county import County
from desk.webhooks.conftest import LOOPBACK, Names
from desk.webhooks.receiver import HOST, Receiver, certified, receiving
from evenhand.desk.accounts.models import Role
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.webhooks import outbox
from evenhand.desk.webhooks.address import check_url
from evenhand.desk.webhooks.models import Hook, new_secret
from evenhand.desk.webhooks.sending import NOT_RESOLVED, Sender

HEADERS: dict[bytes | str, bytes | str] = {}
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "100::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%lo",
    "2606:4700::1%lo",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111"]


def _url(address: str) -> str:
    return f"https://[{address.replace('%', '%25')}]/" if ":" in address else f"https://{address}/"


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_when_it_is_entered(address: str) -> None:
    with pytest.raises(ValidationError, match="not public"):
        check_url(_url(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_and_when_a_name_leads_to_it(address: str, names: Names) -> None:
    names.of["inside.example"] = [[address]]
    sender = Sender(5)
    assert "not public" in sender.post("https://inside.example/", "{}", HEADERS)
    sender.close()


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_taken(address: str) -> None:
    check_url(_url(address))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://a.example/", "needs https"),
        ("ftp://a.example/", "needs https"),
        ("file:///etc/passwd", "needs https"),
        ("gopher://a.example/", "needs https"),
        ("//a.example/", "needs https"),
        ("a.example", "needs https"),
        ("https:///x", "not a web address"),
        ("https://", "not a web address"),
        ("https://a.example:99999/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://a.example\\@b.example/", "user name"),
        ("https://a.example\\b", "not a web address"),
        ("https://a.example/\r\nX: y", "not a web address"),
        ("https://exämple.org/", "not a web address"),
        ("https://user:pw@a.example/", "user name"),
        ("https://@a.example/", "user name"),
        ("https://localhost/", "not public"),
        ("https://localhost./", "not public"),
        ("https://desk.LOCALHOST:8000/", "not public"),
    ],
)
def test_what_is_no_https_address_is_refused(url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        check_url(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://a.example/", "https://u:p@a.example/"])
def test_the_form_refuses_it_too(county: County, client: Client, url: str) -> None:
    client.force_login(county.account(Role.ADMINISTRATOR))
    answer = client.post("/administration/programs/hooks/new/", {"agency": county.ori, "url": url})
    assert "usa-error-message" in answer.content.decode()
    with within(EVERYTHING):
        assert not Hook.objects.exists()


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_an_address_written_another_way_is_still_loopback(host: str, receiver: Receiver) -> None:
    sender = _sender_without_networks()
    assert "not public" in sender.post(f"https://{host}:{receiver.port}/", "{}", HEADERS)
    assert receiver.asked == 0
    sender.close()


def _sender_without_networks() -> Sender:
    from django.test import override_settings

    with override_settings(WEBHOOK_NETWORKS=()):
        return Sender(5)


def test_a_name_that_leads_elsewhere_at_the_second_lookup_reaches_nothing(
    receiver: Receiver, names: Names
) -> None:
    """DNS rebinding: what was checked is what is connected to, so one lookup decides."""
    names.of[HOST] = [["93.184.215.14"], ["127.0.0.1"]]
    sender = _sender_without_networks()
    connected: list[str] = []

    def connect(host: str, *_: object, **__: object) -> None:
        connected.append(host)
        raise OSError("nobody is asked outside of this machine")

    sender._backend._network.connect_tcp = connect  # type: ignore[method-assign,assignment]
    with pytest.raises(OSError, match="nobody"):
        sender.post(receiver.url, "{}", HEADERS)
    assert (connected, names.asked) == (["93.184.215.14"], [HOST])
    assert "not public" in sender.post(receiver.url, "{}", HEADERS)
    assert receiver.asked == 0
    sender.close()


def test_one_private_address_among_public_ones_is_enough(receiver: Receiver, names: Names) -> None:
    names.of[HOST] = [["93.184.215.14", "127.0.0.1"]]
    sender = _sender_without_networks()
    assert "not public" in sender.post(receiver.url, "{}", HEADERS)
    sender.close()


def test_a_network_that_the_operator_named_is_reached_and_no_other(
    receiver: Receiver, names: Names, settings: Settings
) -> None:
    sender = Sender(5)
    assert sender.post(receiver.url, "{}", HEADERS | {"Evenhand-Signature": "t=0,v1=0"}) == "401"
    names.of[HOST] = [["10.0.0.1"]]
    sender.close()
    sender = Sender(5)
    assert "not public" in sender.post(receiver.url, "{}", HEADERS)
    sender.close()
    check_url("https://127.0.0.1/")
    settings.WEBHOOK_NETWORKS = (ip_network("10.0.0.0/8"),)
    with pytest.raises(ValidationError):
        check_url("https://127.0.0.1/")


@pytest.mark.parametrize("host", ["", "other.example"])
def test_a_certificate_of_another_authority_or_host_is_refused(
    receiver: Receiver, names: Names, settings: Settings, tmp_path: Path, host: str
) -> None:
    if host:
        names.of[host] = [["127.0.0.1"]]
    else:
        settings.WEBHOOK_CA = certified(tmp_path)
    sender = Sender(5)
    url = receiver.url.replace(HOST, host) if host else receiver.url
    assert sender.post(url, "{}", HEADERS) == "ConnectError"
    assert receiver.asked == 0
    sender.close()


def test_a_redirect_is_not_followed_and_no_proxy_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.answers = [307]
    sender = Sender(5)
    headers = HEADERS | {"Evenhand-Signature": outbox.signature(receiver.secret, "{}", int(time.time()))}
    assert sender.post(receiver.url, "{}", headers) == "307"
    assert receiver.asked == 1
    sender.close()


def test_a_receiver_that_answers_byte_by_byte_ends_at_the_limit(receiver: Receiver) -> None:
    receiver.answers = [-2]
    sender = Sender(0.5)
    assert sender.post(receiver.url, "{}", HEADERS) == "ReadTimeout"
    sender.close()


def test_a_name_without_an_address_is_said(names: Names) -> None:
    sender = Sender(5)
    assert sender.post("https://nowhere.example/", "{}", HEADERS) == NOT_RESOLVED
    sender.close()


def test_an_old_webhook_without_https_is_sent_nothing(county: County, certificate: Path) -> None:
    from desk.county import booked
    from evenhand.desk.webhooks.models import Delivery

    with receiving(new_secret(), certificate) as receiver, within(EVERYTHING):
        Hook.objects.create(agency=county.ori, url=f"http://127.0.0.1:{receiver.port}/")
        booked(county)
        assert outbox.deliver() == (0, 3)
        assert "needs https" in Delivery.objects.all()[0].last_answer
        assert receiver.asked == 0


def test_networks_of_the_tests_are_those_of_this_machine() -> None:
    assert [str(network) for network in LOOPBACK] == ["127.0.0.0/8"]
