"""A simulated record sent through the API as an agency's own system would send it: in batches, in order of time."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.test import Client

from evenhand.desk.accounts.models import Role, User
from evenhand.desk.api.rows import MOST
from evenhand.record.events import FIELDS, ActorRole, Event, SubjectKind
from evenhand.record.ledger.leaf import instant

Header = dict[str, str]
Sides = dict[bool, Header]
"""The tokens of an agency: that of the federal side by True, that of the agency's own by False."""
SENT = frozenset({SubjectKind.BOOKING, SubjectKind.COMPLAINT})
"""What the API takes; agreements, officers, reviews and posters are entered at the desk."""


FEDERAL = frozenset({ActorRole.FEDERAL_OFFICER, ActorRole.FEDERAL_SUPERVISOR})


def make_accounts(acts: Iterable[Event]) -> None:
    """An account for each person who acts, except officers, whom the desk knows from their nomination."""
    people = {(act.actor, act.actor_role, act.agency) for act in acts}
    for name, role, agency in sorted(people, key=str):
        if role is ActorRole.DESIGNATED_OFFICER:
            continue
        account_role = Role.FEDERAL_SUPERVISOR if role in FEDERAL else Role(str(role))
        found = User.objects.filter(actor=name).first() or User.objects.create_user(
            f"{uuid4().hex}@x.test", name=str(name), role=account_role, actor=name
        )
        found.agencies.add(agency)


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
    client: Client, headers: dict[str, Sides], acts: Iterable[Event], size: int = MOST
) -> tuple[Counter[str], Counter[str]]:
    """Send acts, each agency's with the token of its side; how many came to what, and which rules refused."""
    came: Counter[str] = Counter()
    rules: Counter[str] = Counter()

    def flush(header: Header, rows: list[dict[str, Any]]) -> None:
        answer = client.post("/api/v1/acts", rows, content_type="application/json", headers=header)
        assert answer.status_code == 200, answer.content[:500]
        results = answer.json()["results"]
        # Where a fault left out the booking, or the guard refused it, what follows has no case. Where one let an
        # officer act without a certificate, the program may not name that officer.
        wrong = [w for r in results for w in r["wrong"] if w["field"] not in ("subject", "actor", "")]
        assert not wrong, wrong[:3]
        came.update(r["status"] for r in results)
        rules.update(refusal["rule"] for r in results for refusal in r["refusals"])

    for agency, of_agency in groupby(sorted(acts, key=lambda act: act.agency), key=lambda act: act.agency):
        for federal, of_side in groupby(of_agency, key=lambda act: act.actor_role in FEDERAL):
            rows = [row_of(act) for act in of_side]
            for start in range(0, len(rows), size):
                flush(headers[agency][federal], rows[start : start + size])
    return came, rules
