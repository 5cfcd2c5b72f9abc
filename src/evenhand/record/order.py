"""The keys by which whole tables of events are sorted; `episode.in_order` is their meaning."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.record.episode import TEMPORARY
from evenhand.record.episode.order import BETWEEN, natural_place
from evenhand.record.time import ORDERED_UP_TO, RESOLUTION

_SHORT = ORDERED_UP_TO // RESOLUTION

Ints = npt.NDArray[np.int64]


def order_keys(table: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Return the keys by which events of a history are sorted before the order of their source.

    They are the earliest moment, how long after it the event can have happened, and its natural place.
    Shape: one number an event. The table has `type` and `occurred_at`; `occurred_by` and `destination` may be
    missing.
    """
    earliest: Ints = table["occurred_at"].cast(pa.int64()).to_numpy()
    if "occurred_by" not in table.column_names or table["occurred_by"].null_count == len(table):
        none = np.zeros(len(table), dtype=np.int64)
        return earliest, none, none
    latest = pc.coalesce(table["occurred_by"], table["occurred_at"]).cast(pa.int64()).to_numpy()
    span: Ints = latest - earliest
    short = span < _SHORT
    span = np.where(short, np.minimum(span, 1), span)
    return earliest, span, np.where(short, 0, _natural_places(table))


def _natural_places(table: pa.Table) -> Ints:
    types = table["type"].combine_chunks()
    coded = types if pa.types.is_dictionary(types.type) else types.dictionary_encode()
    # A departure is an exit unless it is a temporary absence.
    places = [natural_place({"type": name}) for name in coded.dictionary.to_pylist()]
    found: Ints = np.array(places, dtype=np.int64)[coded.indices.to_numpy()]
    if "destination" in table.column_names:
        away = pc.is_in(table["destination"].cast(pa.string()), value_set=pa.array(TEMPORARY))
        found = np.where(away.to_numpy(), BETWEEN, found)
    return found
