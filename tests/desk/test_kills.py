"""Worker processes are killed while bookings and acts come in: what was acknowledged is there, once and whole."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import httpx
import pytest

from waiting import HANGS, until

KILLS = 12
SENDERS = 4
TESTS = Path(__file__).parents[1]
WHOLE = ["person.booked", "charge.recorded", "screening.opened"]


def _environment(folder: Path) -> dict[str, str]:
    own = {"EVENHAND_DESK_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "evenhand.desk.settings"}
    return os.environ | own | {"PYTHONPATH": str(TESTS)}


def _standing(folder: Path, *words: str) -> object:
    run = [sys.executable, "-m", "desk.standing", *words]
    done = subprocess.run(run, env=_environment(folder), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, int]]:
    """The address, and the process whose children do the work."""
    run = [sys.executable, "-m", "desk.standing", "serve", "127.0.0.1:0"]
    said = folder / "server.log"
    with said.open("w") as log:
        server = subprocess.Popen(run, env=_environment(folder), stdout=log, stderr=log)
    try:
        listening = until(lambda: re.search(r"Listening at: (http://\S+)", said.read_text()), server)
        address = f"{listening[1]}/api/v1/"
        until(lambda: _answers(f"{address}openapi.json"), server)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=HANGS).is_success
    except httpx.TransportError:
        return False


class Sender(threading.Thread):
    """Books people and claims for them, until told to stop; what failed is sent again as it was."""

    def __init__(self, number: int, address: str, secret: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.address, self.stop = number, address, stop
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.booked: set[str] = set()
        self.claimed: set[str] = set()
        self.wrong: list[object] = []
        self.again = 0

    def run(self) -> None:
        batch = 0
        while not self.stop.is_set():
            batch += 1
            now = datetime.now(UTC)
            numbers = [f"{self.number}-{batch}-{n}" for n in range(random.randint(1, 5))]
            rows = [
                {
                    "number": number,
                    "facility": "jail-1",
                    "booked_at": (now - timedelta(hours=1)).isoformat(),
                    "name": "Doe, Sample",
                    "arresting_agency": "Police",
                    "charges": [{"statute": "14-33"}],
                }
                for number in numbers
            ]
            booked = self._sent("bookings", rows, [f"NC0600000:{number}" for number in numbers])
            if not booked:
                return
            self.booked |= booked
            ids = [str(uuid4()) for _ in numbers]
            claims = [
                {
                    "id": event,
                    "type": "citizenship.claimed",
                    "subject": f"NC0600000:{number}",
                    "facility": "jail-1",
                    "occurred_at": now.isoformat(),
                    "actor": "officer-1",
                    "actor_role": "designated_officer",
                    "payload": {"how": "stated"},
                }
                for event, number in zip(ids, numbers, strict=True)
            ]
            self.claimed |= self._sent("acts", claims, ids)

    def _sent(self, path: str, rows: list[dict[str, object]], names: list[str]) -> set[str]:
        """The names of the rows that were acknowledged, after as many tries as it takes."""
        while True:
            try:
                answer = httpx.post(self.address + path, json=rows, headers=self.headers, timeout=HANGS)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                results = answer.json()["results"]
                self.wrong += [r for r in results if r["status"] not in ("recorded", "already")]
                return {names[r["row"]] for r in results if r["status"] in ("recorded", "already")}
            if answer is not None and answer.status_code != 429:
                self.wrong.append((answer.status_code, answer.text[:500]))
            if self.stop.is_set():
                return set()
            self.again += 1
            time.sleep(0.1)


def _booked(senders: list[Sender]) -> int:
    return sum(len(sender.booked) for sender in senders)


@pytest.mark.trial
def test_nothing_acknowledged_is_lost_when_workers_are_killed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    secrets = _standing(tmp_path, "make", str(SENDERS))
    assert isinstance(secrets, list)
    stop = threading.Event()
    with _serving(tmp_path) as (address, server):
        senders = [Sender(n, address, secret, stop) for n, secret in enumerate(secrets)]
        for sender in senders:
            sender.start()
        killed = 0
        while killed < KILLS or not any(sender.again for sender in senders):
            before = _booked(senders)
            until(lambda: _booked(senders) > before)  # noqa: B023
            time.sleep(random.uniform(0, 0.5))
            os.kill(random.choice(until(lambda: _children(server))), signal.SIGKILL)
            killed += 1
        until(lambda: _booked(senders) > 20)
        stop.set()
        for sender in senders:
            sender.join(HANGS)
            assert not sender.is_alive()
    booked, claimed = (
        set().union(*sets) for sets in ([s.booked for s in senders], [s.claimed for s in senders])
    )
    assert [wrong for sender in senders for wrong in sender.wrong] == []
    assert len(booked) > 20
    assert sum(sender.again for sender in senders) > 0, "some calls were cut off"

    kept = _standing(tmp_path, "read")
    assert isinstance(kept, dict)
    assert booked <= set(kept["bookings"])
    # The ledger's id of an act is made of the sender's own and the agency.
    assert {str(uuid5(UUID(sent), "NC0600000")) for sent in claimed} <= set(kept["ids"])
    assert len(kept["ids"]) == len(set(kept["ids"]))
    halves = {
        s: types for s, types in kept["bookings"].items() if types[:3] != WHOLE or types.count(WHOLE[0]) != 1
    }
    assert halves == {}
    replay = [str(Path(sys.executable).with_name("evenhand")), "rebuild"]
    done = subprocess.run(replay, env=_environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 rows differed" in done.stdout
