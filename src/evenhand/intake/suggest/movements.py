"""The blocks of a suggested mapping for a log: each row is one event, and a column says which."""

import re
from typing import Any

from evenhand.intake.suggest.codes import normal, perhaps, sure_causes, sure_destinations
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.exits import CAUSES, PLACES, departed
from evenhand.intake.suggest.look import Column
from evenhand.record.episode import TEMPORARY

_BOOKED = re.compile(
    r"book(?:ed|ing)?(?: in)?|booked into jail|intake|admit(?:ted)?|admission|new (?:booking|admission)"
)
_RETURNED = re.compile(r"returned?(?: (?:from|to) \w+)?|returned to (?:jail|custody)")
_ASKED = 200


def movement_blocks(at: Any, movement: Column, doubts: Doubts) -> list[dict[str, Any]]:
    """The blocks of the texts whose event is sure; the other texts are asked about."""
    texts = list(movement.counts)
    booked = [t for t in texts if _BOOKED.fullmatch(normal(t))]
    gone = {t: c for t, c in sure_destinations(texts).items() if c not in TEMPORARY}
    causes = {t: c for t, c in sure_causes(texts).items() if t not in gone}
    blocks: list[dict[str, Any]] = []
    if booked:
        blocks.append({"type": "person.booked", "at": at, "when": [{"column": movement.name, "in": booked}]})
    for event_type, field, codes in (
        ("custody.departed", "destination", gone),
        ("custody.released", "cause", causes),
    ):
        if codes:
            when = [{"column": movement.name, "in": list(codes)}]
            cell = {"column": movement.name, "values": codes}
            blocks.append({"type": event_type, "at": at, "when": when, "fields": {field: cell}})
    sure = {*booked, *gone, *causes}
    if sure:
        doubts.sure.append(f"texts in {movement.name} that name an event ({len(sure)})")
    left = [text for text, _ in movement.counts.most_common() if text not in sure]
    if left:
        _ask(at, movement, left, doubts)
    return blocks


def _ask(at: Any, movement: Column, texts: list[str], doubts: Doubts) -> None:
    hints = {}
    for text in texts[:_ASKED]:
        likely = (
            ["returned"] if _RETURNED.fullmatch(normal(text)) else perhaps(text, [*CAUSES, *PLACES, "moved"])
        )
        hints[text] = movement.seen(text) + (f"; perhaps {' or '.join(likely)}" if likely else "")
    doubts.ask_of_texts(
        "movements",
        f"Each row is one event. Which event do these texts in {movement.name} tell of?",
        movement.name,
        hints,
        [
            reading("booked", "booked into the jail", event={"type": "person.booked"}),
            *(
                reading(code, means, event={"type": "custody.released", "fields": {"cause": {"value": code}}})
                for code, means in CAUSES.items()
            ),
            *(reading(code, means, event=departed(code)) for code, means in PLACES.items()),
            reading("returned", "came back from court or a hospital", event={"type": "custody.returned"}),
            reading("moved", "moved to another facility of this agency", event={"type": "custody.moved"}),
            reading("none", "no event of these"),
        ],
        saw=[f"{len(texts) - _ASKED:,} further texts are not listed"] if len(texts) > _ASKED else [],
        event={"at": at},
    )
