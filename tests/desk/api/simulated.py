"""A simulated record sent through the API as an agency's own system would send it: in batches, in order of time."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.test import Client

from evenhand.desk.api.rows import MOST
from evenhand.record.events import FIELDS, Event, SubjectKind
from evenhand.record.ledger.leaf import instant

Headers = dict[str, dict[str, str]]
SENT = frozenset({SubjectKind.BOOKING, SubjectKind.COMPLAINT})
"""What the API takes; agreements, officers, reviews and posters are entered at the desk."""


def row_of(act: Event) -> dict[str, Any]:
    """An event as a row of `POST /acts`."""
    said = act.model_dump(mode="json", exclude_none=True)
    return {
        "id": str(act.id),
        "type": act.type,
        "occurred_at": instant(act.occurred_at),
        **{
            k: said[k]
            for k in ("subject", "facility", "actor", "actor_role", "corrects", "reason")
            if k in said
        },
        "payload": {name: said[name] for name in FIELDS[act.type] if said.get(name) not in (None, [])},
    }


def send(
    client: Client, headers: Headers, acts: Iterable[Event], size: int = MOST
) -> tuple[Counter[str], Counter[str]]:
    """Send acts, each agency's with its own token; how many came to what, and which rules refused."""
    came: Counter[str] = Counter()
    rules: Counter[str] = Counter()

    def flush(agency: str, rows: list[dict[str, Any]]) -> None:
        answer = client.post("/api/v1/acts", rows, content_type="application/json", headers=headers[agency])
        assert answer.status_code == 200, answer.content[:500]
        results = answer.json()["results"]
        # Where a fault left out the booking, or the guard refused it, what follows has no case.
        wrong = [w for r in results for w in r["wrong"] if w["field"] != "subject"]
        assert not wrong, wrong[:3]
        came.update(r["status"] for r in results)
        rules.update(refusal["rule"] for r in results for refusal in r["refusals"])

    waiting: dict[str, list[dict[str, Any]]] = {agency: [] for agency in headers}
    for act in acts:
        rows = waiting[act.agency]
        rows.append(row_of(act))
        if len(rows) == size:
            flush(act.agency, rows)
            rows.clear()
    for agency, rows in waiting.items():
        if rows:
            flush(agency, rows)
    return came, rules
