"""The blocks of a suggested mapping that end a stay, by the reasons that the file gives."""

from typing import Any

import pyarrow.compute as pc

from evenhand.intake.mapping.questions import EMPTY
from evenhand.intake.suggest.codes import (
    names_a_facility,
    perhaps,
    sure_causes,
    sure_destinations,
)
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.look import Column
from evenhand.record.episode import TEMPORARY

CAUSES = {
    "bond": "released on bond or bail",
    "recognizance": "released on recognizance",
    "served": "released after the sentence",
    "dismissed": "released: charges dismissed",
    "not_filed": "released: no charges filed",
    "acquitted": "released: acquitted",
    "other": "released to liberty for another reason",
}
PLACES = {
    "ice": "left in the custody of ICE",
    "prison": "left for a prison",
    "other_agency": "left in the custody of another agency",
    "court": "went to court; comes back",
    "hospital": "went to a hospital; comes back",
}
_OFTEN = {"group": "", "once": ""}
"""Takes away what makes an event the only exit of its stay."""
_ASKED = 200
"""Reasons for which an answer is asked; a file with more of them has free text."""


def exit_blocks(
    head: dict[str, Any], released: Column, reason: Column | None, facilities: list[str], doubts: Doubts
) -> list[dict[str, Any]]:
    """The `custody.released` and `custody.departed` blocks of the reasons that are sure.

    `head`: the keys that all these blocks have. The other reasons are asked about; their answers add the
    blocks.
    """
    if reason is None:
        doubts.ask(
            "exits",
            f"{released.name} has no reason beside it. How does a stay end at that time?",
            [
                reading("released", CAUSES["other"], event={"type": "custody.released"}),
                reading("to ICE", PLACES["ice"], event=departed("ice")),
                reading("unknown", "the record then has no exits"),
            ],
            saw=[f"{released.name}: {released.given:,} rows with a time"],
            event=head,
        )
        return []
    destinations = sure_destinations(reason.counts)
    gone = {text: code for text, code in destinations.items() if code not in TEMPORARY}
    causes = {text: code for text, code in sure_causes(reason.counts).items() if text not in destinations}
    blocks: list[dict[str, Any]] = []
    if gone:
        blocks.append(_block("custody.departed", head, reason, gone, "destination"))
        doubts.sure.append(f"texts in {reason.name} that name where the person was taken ({len(gone)})")
    if causes:
        blocks.append(_block("custody.released", head, reason, causes, "cause"))
        doubts.sure.append(f"texts in {reason.name} that are a release ({len(causes)})")
    left = [text for text, _ in reason.counts.most_common() if text not in gone and text not in causes]
    _ask(head, released, reason, left[:_ASKED], len(left), facilities, doubts)
    return blocks


def _block(
    event_type: str, head: dict[str, Any], reason: Column, codes: dict[str, str], field: str
) -> dict[str, Any]:
    return {
        "type": event_type,
        **head,
        "when": [{"column": reason.name, "in": list(codes)}],
        "fields": {field: {"column": reason.name, "values": codes}},
    }


def departed(destination: str) -> dict[str, Any]:
    """A departure to a destination, as the event of a reading."""
    # A person who comes back may leave several times in a stay.
    often = _OFTEN if destination in TEMPORARY else {}
    return {"type": "custody.departed", **often, "fields": {"destination": {"value": destination}}}


def _ask(
    head: dict[str, Any],
    released: Column,
    reason: Column,
    texts: list[str],
    count: int,
    facilities: list[str],
    doubts: Doubts,
) -> None:
    asked = {text: _hint(reason, text, facilities) for text in texts}
    empty = 0
    if len(released.texts) == len(reason.texts):
        empty = pc.sum(pc.and_(pc.is_valid(released.texts), pc.is_null(reason.texts))).as_py() or 0
    if empty:
        asked[EMPTY] = f"{empty:,} rows with a time in {released.name} and no reason"
    if not asked:
        return
    readings = [
        *(
            reading(code, means, event={"type": "custody.released", "fields": {"cause": {"value": code}}})
            for code, means in CAUSES.items()
        ),
        *(reading(code, means, event=departed(code)) for code, means in PLACES.items()),
        reading(
            "moved",
            "moved to another facility of this agency",
            event={"type": "custody.moved", **_OFTEN},
        ),
        reading("no exit", "no event: the person stays in the jail, or what happened is unknown"),
    ]
    saw = []
    if count > len(texts):
        saw.append(f"{count - len(texts):,} further texts are not listed; rows with them give no exit")
    doubts.ask_of_texts(
        "release reasons",
        f"What happened to the people with these texts in {reason.name}?",
        reason.name,
        asked,
        readings,
        saw=saw,
        event=head,
    )


def _hint(reason: Column, text: str, facilities: list[str]) -> str:
    likely = perhaps(text, [*CAUSES, *PLACES, "moved"])
    if names_a_facility(text, facilities):
        likely = ["moved", *(name for name in likely if name != "moved")]
    seen = reason.seen(text)
    return f"{seen}; perhaps {' or '.join(likely)}" if likely else seen
