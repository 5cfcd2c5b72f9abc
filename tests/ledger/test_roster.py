"""A stranger joins the published tiles with a jail's public roster, and learns nothing of anybody."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.events import EVENT_TYPES, PUBLIC, Event, SubjectKind, types_of
from evenhand.record.ledger.leaf import entry_of
from evenhand.record.ledger.ledger import Ledger
from evenhand.record.ledger.note import Signer
from evenhand.record.ledger.tiles import TileFolder
from ledger.made import START, events_of

SHORT = 4
"""So many characters, at the least, make a substring that could tell of a value."""
PEOPLE = ("booking", "complaint", "review", "officer", "account")
CLOSED = sorted(
    t for t, cls in EVENT_TYPES.items() if cls.subject_kind.value in (*PEOPLE, "system") and t not in PUBLIC
)


def roster(count: int) -> list[dict[str, Any]]:
    """What a county publishes of the people in its jail."""
    chance = random.Random(5)
    return [
        {
            "number": f"2026-{chance.randrange(10**6):06}/{chance.choice('AB')}",
            "name": f"{chance.choice(['Fakely', 'Mockname', 'Sampleton'])}-{chance.randrange(10**6)}",
            "booked": START + timedelta(minutes=chance.randrange(60 * 24)),
            "charge": chance.choice(["DRIVING W/O LICENSE", "ASSAULT 3RD DEGREE", "THEFT UNDER 500"]),
            "birth_date": f"19{chance.randrange(50, 99)}-0{chance.randrange(1, 9)}-1{chance.randrange(9)}",
        }
        for _ in range(count)
    ]


def case_of(person: dict[str, Any], chance: random.Random) -> list[Event]:
    """What the desk recorded of one of them, by an officer whose name is known, and an access to it."""
    at: datetime = person["booked"]

    def event(event_type: str, minutes: int, **payload: Any) -> Event:
        moment = at + timedelta(minutes=minutes)
        fields = {
            "id": UUID(bytes=chance.randbytes(16), version=4),
            "subject": person["number"],
            "agency": "TX0000000",
            "facility": "jail-1",
            "occurred_at": moment,
            "recorded_at": moment,
            "zone": "America/Chicago",
            "actor": "deputy.sampleton",
            "actor_role": "booking_officer",
            "source_kind": "desk",
        }
        return EVENT_TYPES[event_type].model_validate(fields | payload)

    return [
        event(
            "person.booked",
            0,
            name=person["name"],
            birth_date=person["birth_date"],
            person_key=person["name"].upper(),
        ),
        event("charge.recorded", 1, charge_no=1, statute=person["charge"]),
        event("interview.held", 30, ground="accent", language="mam"),
        event("access.viewed", 40, what="case", ground="duty"),
        event("guard.refused", 45, rule="interview-ground", reason="interview.held"),
    ]


def published(ledger: Ledger, folder: Path, events: Sequence[Event], signer: Signer) -> list[bytes]:
    with ledger.store.transaction():
        ledger.append(events)
    ledger.publish(folder, [signer])
    return list(TileFolder(folder, len(events)).leaves())


def without_commitments(leaves: Iterable[bytes]) -> bytes:
    """The leaves without what is random by construction, in which any short number occurs by chance."""
    return b"\n".join(re.sub(rb"hmac-sha256:[0-9a-f]{64}", b"", leaf) for leaf in leaves)


def substrings(value: str) -> set[str]:
    return {value[i:j] for i in range(len(value)) for j in range(i + SHORT, len(value) + 1)}


@pytest.fixture
def tiles(ledger: Ledger, signer: Signer, tmp_path: Path) -> tuple[list[dict[str, Any]], list[bytes], Path]:
    """A roster, the public leaves of the same people's cases and of their jail, and the published folder."""
    chance, people = random.Random(6), roster(60)
    events = [event for person in people for event in case_of(person, chance)]
    chance.shuffle(events)
    jail = {"subject": "jail-1", "agency": "TX0000000", "zone": "America/Chicago", "source_kind": "desk"}
    for number in range(5):
        fields = {
            "id": UUID(bytes=chance.randbytes(16), version=4),
            "occurred_at": START,
            "actor": "deputy.x",
        }
        poster = EVENT_TYPES["poster.attested"].model_validate(jail | fields | {"languages": ("es",)})
        events.insert(number * 50, poster)
    return people, published(ledger, tmp_path / "public", events, signer), tmp_path / "public"


def test_no_value_of_a_roster_and_no_part_of_one_is_published(
    tiles: tuple[list[dict[str, Any]], list[bytes], Path],
) -> None:
    people, leaves, folder = tiles
    text = without_commitments(leaves).decode()
    days = {json.loads(leaf)["appended_on"] for leaf in leaves}
    known = "|".join([*days, "2026-03-01", "TX0000000", "jail-1"])
    for person in people:
        values = [
            person["number"],
            person["name"],
            person["name"].upper(),
            person["charge"],
            person["birth_date"],
        ]
        values += [f"{person['booked'] + timedelta(minutes=m):%H:%M}" for m in (0, 1, 30, 40, 45)]
        values += [person["booked"].isoformat(), str(int(person["booked"].timestamp()))]
        for value in values:
            for part in substrings(value):
                assert part not in text or part in known, (part, value)
    for word in ("deputy", "mam", "accent", "interview", "booking", "person", "viewed", "refused", "officer"):
        assert word not in text
    names = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    assert not any("booking" in name or "2026" in name for name in names)


def test_the_leaves_of_people_are_told_apart_by_nothing(
    tiles: tuple[list[dict[str, Any]], list[bytes], Path],
) -> None:
    """All leaves of one agency and day are alike but for the commitment, and no commitment occurs twice."""
    _, leaves, _ = tiles
    said = [json.loads(leaf) for leaf in leaves]
    commitments = Counter(leaf.pop("commitment") for leaf in said)
    assert set(commitments.values()) == {1}
    of_people = [leaf for leaf in said if "type" not in leaf]
    assert len(of_people) == 300
    assert all(leaf == of_people[0] for leaf in of_people)
    assert {leaf["type"] for leaf in said if "type" in leaf} == {"poster.attested"}
    assert not any(":" in str(value) for leaf in said for value in leaf.values())
    assert len({len(leaf) for leaf in leaves if b'"type"' not in leaf}) == 1


@settings(max_examples=60)
@given(data=st.data())
def test_any_two_events_of_people_have_the_same_leaf(data: st.DataObject) -> None:
    """Whatever happened, and whether there is a personal part: a reader of the tiles sees no difference."""
    one, two = (data.draw(st.sampled_from(CLOSED).flatmap(events_of)) for _ in range(2))
    first, second = (without_commitments([entry_of(e, appended_at=START).leaf]) for e in (one, two))
    assert first == second


def test_every_kind_that_leads_to_a_person_is_closed() -> None:
    for kind in SubjectKind:
        if kind.value in PEOPLE:
            assert not set(types_of(kind)) & set(PUBLIC)
