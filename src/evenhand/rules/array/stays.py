"""The stays of a part's histories, made when a rule first asks for them."""

import numpy as np

from evenhand.record.episode.columns import StayEvents, Stays, stay_columns
from evenhand.record.episode.stays import DEPARTED, HELD, HOLD_ENDED
from evenhand.rules.algebra import Sel
from evenhand.rules.array.columns import Array, Values
from evenhand.rules.array.part import Part

STAY_COLUMNS = {DEPARTED: ("destination",), HELD: ("basis",), HOLD_ENDED: ("basis",)}
"""What is read of an event to tell stays, beside its moment."""


def stays_in(part: Part) -> Stays:
    """The stays of all histories of the part."""
    if part.stays is None:
        part.stays = stay_columns({name: _events(part, name) for name in part.tables}, part.case_begin)
    return part.stays


def _events(part: Part, event_type: str) -> StayEvents:
    chosen = part.selected(Sel((event_type,)))
    rows = chosen.rows
    texts = None
    if event_type in STAY_COLUMNS:
        texts = np.full(len(rows), None, object)
        _fill(texts, chosen.take(*STAY_COLUMNS[event_type], None))
    return StayEvents(rows, chosen.case, part.moment[rows], part.latest[rows], texts)


def _fill(texts: Array, values: Values) -> None:
    """Write the texts that are known."""
    if values.nowhere or values.words is None:
        return
    codes, known = values.spread(len(texts))
    words = np.array([*values.words.words, None], object)
    texts[known] = words[codes[known]]
