"""What each officer of the load does, over and over: for locust, called by `desk_load.py`.

What the desk acknowledged is written down as it comes, to be looked for in the ledger afterwards.
"""

import itertools
import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from locust import HttpUser, between, events, task

FOLDER = Path(os.environ["EVENHAND_DESK_FOLDER"])
WORLD = json.loads((FOLDER / "world.json").read_text())
CALLS = (FOLDER / "calls.tsv").open("w")
ACKNOWLEDGED = (FOLDER / "acknowledged.tsv").open("w", buffering=1)
OFFICERS = itertools.count()
READY = iter(random.sample(WORLD["ready"], len(WORLD["ready"])))
ROWS = 20


def acknowledged(event_type: str, *subjects: str) -> None:
    ACKNOWLEDGED.writelines(f"{event_type}\t{subject}\n" for subject in subjects)


@events.request.add_listener
def answered(name: str, response_time: float, exception: Exception | None = None, **_: Any) -> None:
    CALLS.write(f"{name}\t{response_time:.2f}\t{int(exception is not None)}\n")


@events.quit.add_listener
def written(**_: Any) -> None:
    CALLS.close()


class Officer(HttpUser):
    """Signed in, with a token of the agency's jail system; some seconds pass between two acts."""

    wait_time = between(2, 6)

    def on_start(self) -> None:
        number = next(OFFICERS) % len(WORLD["sessions"])
        self.client.cookies.update({"sessionid": WORLD["sessions"][number], "csrftoken": "c" * 32})
        self.token = {"Authorization": f"Bearer {WORLD['tokens'][number]}"}

    @task(4)
    def worklist(self) -> None:
        self.client.get("/screening/", name="worklist")

    @task(4)
    def case_page(self) -> None:
        subject = random.choice(WORLD["cases"])
        if self.client.get(f"/bookings/{subject}/", name="case page").ok:
            acknowledged("access.viewed", subject)

    @task(1)
    def determination(self) -> None:
        subject = next(READY, None)
        if subject is None:
            return
        said = {**WORLD["determination"], "csrfmiddlewaretoken": "c" * 32}
        url = f"/screening/{subject}/determination/"
        with self.client.post(
            url, said, name="determination", allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == 302:
                acknowledged("determination.made", subject)
                answer.success()
            else:
                answer.failure(f"{answer.status_code}")

    @task(1)
    def batch(self) -> None:
        booked = (datetime.now(UTC) - timedelta(minutes=30)).isoformat()
        rows = [
            {
                "number": uuid4().hex,
                "facility": "jail-1",
                "booked_at": booked,
                "name": "Doe, Sample",
                "arresting_agency": "Police",
                "charges": [{"statute": "14-33", "ncic_class": "13"}],
            }
            for _ in range(ROWS)
        ]
        with self.client.post(
            "/api/v1/bookings", json=rows, headers=self.token, name="API batch of 20", catch_response=True
        ) as answer:
            if answer.status_code == 200 and answer.json()["recorded"] == ROWS:
                acknowledged("person.booked", *(f"{WORLD['agency']}:{row['number']}" for row in rows))
            else:
                answer.failure(f"{answer.status_code} {answer.text[:200]}")
