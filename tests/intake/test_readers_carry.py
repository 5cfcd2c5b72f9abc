"""What rows of a printed report get from the rows above, against a plain reading row by row."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.intake.duck import Duck
from evenhand.intake.mapping.model import FileFacts, RowKind
from evenhand.intake.readers.batch import BadRow, Batch
from evenhand.intake.readers.layout import KIND, LaidOut

KINDS = tuple(
    RowKind.model_validate(kind)
    for kind in (
        {"kind": "site", "columns": ["Kind", "Site"], "when": [{"column": "Kind", "is": "S"}], "carry_down": ["Site"]},
        {"kind": "booking", "columns": ["Kind", "No"], "when": [{"column": "Kind", "is": "B"}], "carry_down": ["No"]},
        {"kind": "charge", "columns": ["Kind", "Charge"], "when": [{"column": "Kind", "is": "C"}]},
    )
)  # fmt: skip
UNREADABLE = "!"
Row = tuple[str, str]


class Pieces:
    """A reader of rows that are given in batches; a row of the kind `UNREADABLE` can't be read."""

    def __init__(self, batches: list[list[Row]]) -> None:
        self.columns, self.header, self.grows = ["column 1", "column 2"], None, False
        self.facts: dict[str, str] = {}
        self.unread: dict[str, int] = {}
        self._batches = batches

    def batches(self, needed: list[str]) -> Iterator[Batch]:
        row = 1
        for rows in self._batches:
            numbers = np.arange(row, row + len(rows), dtype=np.int64)
            row += len(rows)
            good = [n for n, (kind, _) in enumerate(rows) if kind != UNREADABLE]
            cells = [pa.array([rows[n][i] for n in good], pa.string()) for i in (0, 1)]
            bad = [BadRow(int(numbers[n]), None, "", "") for n in range(len(rows)) if n not in good]
            table = pa.table(cells, names=self.columns)
            yield Batch(table, numbers[good], np.zeros(len(good), dtype=np.uint64), bad)


def _plainly(rows: list[Row]) -> tuple[list[tuple[str, str | None, str | None]], list[int]]:
    """The kind, site and booking of each row that is read, and the rows that are not."""
    site: str | None = None
    booking: str | None = None
    site_known = booking_broken = site_broken = False
    read: list[tuple[str, str | None, str | None]] = []
    lost = []
    for number, (kind, value) in enumerate(rows, 1):
        if kind in (UNREADABLE, "X"):
            site, booking, site_broken, booking_broken = None, None, True, True
            lost.append(number)
        elif kind == "S":
            site, site_known, site_broken = value, True, False
            booking, booking_broken = None, False
            read.append(("site", site, None))
        elif kind == "B":
            booking, booking_broken = value, False
            if site_broken or not site_known:
                lost.append(number)
            else:
                read.append(("booking", site, booking))
        elif site_broken or not site_known or booking_broken:
            lost.append(number)
        else:
            read.append(("charge", site, booking))
    return read, lost


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["S", "B", "B", "C", "C", "C", "X", UNREADABLE]), st.sampled_from("123")), max_size=7),
        max_size=5,
    )
)  # fmt: skip
def test_rows_get_what_the_rows_above_carry_down(batches: list[list[Row]]) -> None:
    duck = Duck()
    laid = list(LaidOut(Pieces(batches), FileFacts(), KINDS, duck).batches([]))
    duck.close()
    read = [
        tuple(row[name] for name in (KIND, "Site", "No"))
        for batch in laid
        for row in batch.table.select([KIND, "Site", "No"]).to_pylist()
    ]
    lost = sorted(bad.row for batch in laid for bad in batch.bad)
    assert (read, lost) == _plainly([row for rows in batches for row in rows])
