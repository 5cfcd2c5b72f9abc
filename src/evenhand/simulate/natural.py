"""The order in which a source that states days alone gives the events of one day."""

import numpy as np

from evenhand.record.episode import natural_place
from evenhand.simulate.slots import SLOTS

LEAVES_FOR = "prison"
"""Stands for every destination from which the person does not come back."""


def _place(slot: str) -> int:
    return natural_place(
        {"type": SLOTS[slot].type, "destination": LEAVES_FOR if slot == "departed" else "hospital"}
    )


RANKS = np.array([_place(slot) for slot in SLOTS], dtype=np.int64)
"""The place of each slot's event in the natural order of a stay, by the place of the slot."""
