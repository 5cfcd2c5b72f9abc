"""The shape of candidate events: an event's columns, and what is needed to resolve it against others."""

import pyarrow as pa

from evenhand.intake.mapping.model import Mapping, block_cells
from evenhand.record.columns import input_schema
from evenhand.record.events import SubjectKind

BOOKKEEPING = (
    pa.field("_source", pa.int16()),
    pa.field("_row", pa.int64()),
    pa.field("_part", pa.int16()),
    pa.field("_block", pa.int16()),
    pa.field("_events", pa.int32()),
    pa.field("_head", pa.bool_()),
    pa.field("_same", pa.uint64()),
    pa.field("_later", pa.int64()),
    pa.field("_day", pa.int64()),
)
"""`_source`, `_row`, `_part`, `_block`: where the event came from. `_events`: how many events its row
gave, of which `_head` marks one. `_same`: a hash of the whole row. `_later`: microseconds to add when the
local time was the second of a repeated hour. `_day`: where the time is midnight, how many microseconds later
the local day ends; 0 elsewhere."""

NOT_COLUMNS = ("at", "until", "about")
"""Cells of a block that give the event's moment."""
TEXT = pa.dictionary(pa.int32(), pa.string())
"""Texts that often repeat are kept once and counted by number: moving rows then costs a fraction."""
_SELDOM_REPEAT = ("subject", "person_key", "name")
_ALWAYS = ("subject", "type", "agency", "facility", "occurred_at", "occurred_by", "zone", "recorded_at")


def candidate_schema(kind: SubjectKind, mapping: Mapping) -> pa.Schema:
    """The columns of the candidates of one kind under a mapping."""
    used = set(_ALWAYS)
    for block in mapping.event:
        if block.kind is kind:
            used.update(name for name in block_cells(block) if name not in NOT_COLUMNS)
    if mapping.merges_stints():
        used.add("to_facility")
    fields = [_spooled(field) for field in input_schema(kind) if field.name in used]
    return pa.schema([*fields, *BOOKKEEPING])


def all_alike(text: str, count: int) -> pa.Array:
    """A column of one text."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), [text])


def _spooled(field: pa.Field) -> pa.Field:
    repeats = field.type == pa.string() and field.name not in _SELDOM_REPEAT
    return pa.field(field.name, TEXT if repeats else field.type)
