"""Events of the few subjects (agreements, officers, complaints, reviews, facilities), one mapping each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from evenhand.record.columns import input_schema
from evenhand.record.events import SubjectKind
from evenhand.simulate.calendar import HOUR, MICROS, MINUTE, moment, whole_days
from evenhand.simulate.irregular.kinds import Precision

Row = dict[str, Any]


class Ids:
    """Ids of the form of UUIDv7: the moment, then a tag of the seed and a running number."""

    def __init__(self, seed: int, tag: int) -> None:
        self.next = 0
        self._low = (0b10 << 62) | ((seed & 0x3FFF) << 48) | (tag << 44)

    def take(self, seconds: int) -> UUID:
        """The next id, of an event at that moment."""
        number = (seconds * 1000 << 80) | (0x7 << 76) | self._low | self.next
        self.next += 1
        return UUID(int=number)


@dataclass
class History:
    """The events of one subject as they are thought of; `ordered` gives them their ids and their order.

    `model` is that of the agency's agreement, `form_at` gives its template at a moment, such as J20; None
    where none is in force or it was not read.
    """

    subject: str
    agency: str
    zone: str
    model: str
    facility: str | None = None
    rows: list[Row] = field(default_factory=list)
    form_at: Callable[[int], str | None] = lambda _moment: None

    def add(self, seconds: int, event_type: str, actor: str, role: str, **payload: Any) -> Row:
        """Note an event. A value of None stands for a field left out."""
        row: Row = {
            "subject": self.subject,
            "type": event_type,
            "agency": self.agency,
            "facility": self.facility,
            "occurred_at": seconds,
            "recorded_at": seconds + 2 * HOUR,
            "zone": self.zone,
            "actor": actor,
            "actor_role": role,
            "source_kind": "simulation",
            **payload,
        }
        self.rows.append(row)
        return row

    def ordered(self, ids: Ids, until: int) -> list[Row]:
        """The events up to the end of the record in order, with their ids."""
        rows = sorted(
            (r for r in self.rows if r["occurred_at"] <= until), key=lambda r: int(r["occurred_at"])
        )
        for row in rows:
            row["id"] = ids.take(row["occurred_at"])
        return rows


INSTANTS = frozenset(
    {
        "occurred_at",
        "recorded_at",
        "valid_from",
        "valid_until",
        "effective_from",
        "due",
        "agency_signed_at",
        "ice_signed_at",
        "received_at",
        "ends_at",
        "since",
        "until",
    }
)


def to_table(kind: SubjectKind, rows: list[Row], precision: Precision = Precision.SECOND) -> pa.Table:
    """Rows as the table that a record's writer takes, their moments stated as precisely as told."""
    by = _state_roughly(rows, precision)
    columns = {}
    for spec in input_schema(kind):
        if spec.name == "version":
            continue
        values = [row.get(spec.name) for row in rows]
        if spec.name == "occurred_by":
            values = by
        elif spec.name in INSTANTS:
            values = [None if v is None else moment(v) for v in values]
        elif spec.name in ("id", "corrects"):
            values = [None if v is None else v.bytes for v in values]
        columns[spec.name] = pa.array(values, spec.type)
    return pa.table(columns)


def _state_roughly(rows: list[Row], precision: Precision) -> list[int | None]:
    """Replace moments by the minute or day in which they fall; gives the last microsecond of each.

    Rows of one subject stay in the order of their exact moments, which is that of their source.
    """
    if precision is Precision.SECOND:
        return [None] * len(rows)
    ends: list[int | None] = []
    for row in rows:
        exact = row["occurred_at"]
        begin, length = exact // MINUTE * MINUTE, MINUTE
        if precision is Precision.DAY:
            days, lengths = whole_days(np.array([exact]), row["zone"])
            begin, length = int(days[0]), int(lengths[0])
        row["occurred_at"] = begin
        ends.append((begin + length) * MICROS - 1)
    return ends
