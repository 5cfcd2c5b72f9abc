"""A receiver on this machine, which the desk may reach because its operator named the network."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from desk.webhooks.receiver import HOST, Receiver, certified, receiving
from evenhand.desk.webhooks import outbox, sending
from evenhand.desk.webhooks.models import new_secret
from waiting import HANGS

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Names:
    """What the names of hosts lead to, in place of the DNS: by name, the addresses of one lookup after another."""

    def __init__(self) -> None:
        self.of: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **how: Any) -> list[Any]:
        self.asked.append(host)
        if host not in self.of:
            return socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, **how)
        answers = self.of[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(0, 0, 0, "", (address, port)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    found = Names()
    found.of[HOST] = [["127.0.0.1"]]
    monkeypatch.setattr(sending, "look_up", found)
    return found


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def receiver(
    names: Names, certificate: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiver]:
    # Only a ceiling: it answers at once, on a machine that may be slow.
    monkeypatch.setattr(outbox, "TIMEOUT", HANGS)
    settings.WEBHOOK_NETWORKS, settings.WEBHOOK_CA = LOOPBACK, certificate
    with receiving(new_secret(), certificate) as found:
        yield found
