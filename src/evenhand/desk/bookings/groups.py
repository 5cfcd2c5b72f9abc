"""Carrying the groups of a booking over into its correction, unseen by any page or rule.

History does not read race, ethnicity and sex. A correction of the name would lose them for the statistics of
uniformity, which read the corrected event alone; so they pass from the one opening to the next here.
"""

from evenhand.desk.record import leaves
from evenhand.desk.record.history import GROUPS, Entry


def carried_over(entry: Entry) -> dict[str, str]:
    """The groups in the personal part of an event; nothing where it has none or was erased."""
    (leaf,) = leaves.at([entry.seq])
    return {name: value for name, value in (leaf.personal or {}).items() if name in GROUPS}
