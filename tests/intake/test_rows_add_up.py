"""Whatever a table holds, each row ends in exactly one way, and nothing breaks."""

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.record.events import SubjectKind
from intake.shapes import HEADER, SIMPLE, csv_text, write_csv, write_jsonl, write_parquet, write_xlsx
from intake.taking import Taken, take

_TIME = st.one_of(
    st.datetimes(min_value=datetime(1890, 1, 1)).map(
        lambda d: f"{d.year:04}-{d.month:02}-{d.day:02} {d.hour:02}:{d.minute:02}"
    ),
    st.sampled_from(
        ["", "2020-02-30 10:00", "soon", "01/05/20 10:00", "2020-11-01 01:30", "2020-03-08 02:30"]
    ),
)
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
_ROW = st.tuples(
    st.one_of(st.sampled_from(["B1", "B2", "B3", ""]), _TEXT),
    st.sampled_from(["P1", "P2", ""]),
    _TIME,
    _TIME,
    st.one_of(st.sampled_from(["DUI", "THEFT, 2ND", 'a "b"', "x\ny", ""]), _TEXT),
    st.sampled_from(["F", "M", "", "Z"]),
    st.sampled_from(["M", "F", "NULL"]),
    st.sampled_from(["BOND", "TIME", "mars", ""]),
)


_POLICIES = """
[[leave_out]]
when = [{ column = "cause", is = "TIME" }, { column = "sex", is = "F" }]
because = "left out for a test"

[policies]
refuse_key_faults_above = 1
refuse_without_booking_above = 1
key_as_it_is = true
"""
_MAPPINGS = [
    SIMPLE + _POLICIES,
    SIMPLE.replace('once = "first"\n', "") + _POLICIES,
    SIMPLE.replace('once = "first"', 'once = "latest"').replace(
        "[event.fields]\nsex", 'missing = "skip"\n[event.fields]\nsex'
    )
    + _POLICIES,
    'rows = "stays"\n' + SIMPLE.replace('once = "first"\n', "") + _POLICIES,
    'rows = "stints"\ngap = "2 days"\nfacility = "level"\n'
    + SIMPLE.replace('once = "first"\n', "").replace(
        "[event.fields]\nsex", 'missing = "skip"\n[event.fields]\nsex'
    )
    + _POLICIES,
    SIMPLE + _POLICIES + 'duplicate_rows = "keep"\nrelease_before_booking = "keep"\n',
]


def _rows_told(taken: Taken) -> int:
    """Check that each row of each file ended in one way, and return how many rows there are."""
    assert taken.record is not None
    manifest, counts = taken.record.manifest, taken.counts
    assert sum(p.events for p in manifest.parts.get(SubjectKind.BOOKING, [])) == sum(counts.events.values())
    assert counts.rows.left_out == sum(counts.left_out.values())
    assert counts.rows.without_event == sum(counts.without_event.values())
    events = [e for history in taken.histories().values() for e in history]
    told = {(e["source_file"], e["source_row"]) for e in events}
    merged = {(m["file"], m["row"]): (m["kept_file"], m["kept_row"]) for m in taken.merged()}
    entries = {(e["file"], e["row"]) for e in taken.quarantine()}
    assert len(told) == counts.rows.told
    assert len(merged) == len(taken.merged()) == counts.rows.merged
    assert not told & merged.keys()
    assert set(merged.values()) <= told
    assert counts.rows.quarantined <= len(entries - told - merged.keys())
    for source in manifest.sources:
        assert source.ends.total() == source.rows
        assert source.ends.told == sum(file == source.file for file, _ in told)
        assert source.ends.merged == sum(file == source.file for file, _ in merged)
    return int(counts.rows_in)


def _check(rows: list[tuple[str, ...]], mapping: str, files: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(files):
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(rows[number:] or rows)
            paths.append(write_csv(Path(folder) / f"{number}.csv", out.getvalue()))
        taken = take(Path(folder), *paths, mapping=mapping)
        assert taken.status == 0, taken.said
        assert _rows_told(taken) == sum(len(rows[number:] or rows) for number in range(files))
        # A row with a NUL byte cannot be read, so no line of the mapping can leave it out.
        read = [r for n in range(files) for r in rows[n:] or rows if not any("\0" in cell for cell in r)]
        assert taken.counts.rows.left_out == sum(r[7] == "TIME" and r[6] == "F" for r in read)


_TABLE = st.lists(_ROW, min_size=1, max_size=12).flatmap(
    # Rows that repeat: in full, or but for one cell.
    lambda rows: st.lists(
        st.tuples(st.sampled_from(rows), st.sampled_from(rows), st.integers(0, 9)).map(
            lambda p: tuple(p[1][i] if i == p[2] else cell for i, cell in enumerate(p[0]))
        ),
        max_size=12,
    ).map(lambda again: rows + again)
)


@pytest.mark.trial
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(_TABLE, st.sampled_from(_MAPPINGS), st.integers(1, 2))
def test_rows_of_a_well_formed_table_add_up(rows: list[tuple[str, ...]], mapping: str, files: int) -> None:
    _check(rows, mapping, files)


@pytest.mark.trial
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(_TABLE, st.sampled_from(_MAPPINGS), st.integers(1, 3))
def test_rows_of_many_tables_add_up(rows: list[tuple[str, ...]], mapping: str, files: int) -> None:
    _check(rows, mapping, files)


_BYTES = st.one_of(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from(
            [
                b'"',
                b",",
                b"\n",
                b"\r\n",
                b"\r",
                b"\0",
                b"B1",
                b"2020-01-05 10:00",
                b"\xff",
                b"F",
                "é".encode(),
                b'""',
            ]
        ),
        max_size=80,
    ).map(b"".join),
)


def _fuzz(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        taken = take(Path(folder), path)
        assert taken.status in (0, 2), taken.said
        assert "Traceback" not in taken.said
        if taken.status == 0:
            _rows_told(taken)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(_BYTES)
def test_any_bytes_under_a_header_add_up(data: bytes) -> None:
    _fuzz((",".join(HEADER) + "\n").encode() + data, "a.csv")


@pytest.mark.trial
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    _BYTES, st.sampled_from(["a.csv", "a.jsonl", "a.xlsx", "a.parquet", "a.xls", "a.csv.gz"]), st.booleans()
)
def test_any_bytes_are_read_or_refused(data: bytes, name: str, header: bool) -> None:
    _fuzz((",".join(HEADER) + "\n").encode() * header + data, name)


@pytest.mark.trial
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        path = data.draw(
            st.sampled_from(
                [
                    write_xlsx(here / "a.xlsx"),
                    write_parquet(here / "a.parquet"),
                    write_jsonl(here / "a.jsonl"),
                    write_csv(here / "a.csv.gz", csv_text()),
                ]
            )
        )
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            content[int(data.draw(st.floats(0, 0.999)) * len(content))] = data.draw(st.integers(0, 255))
        _fuzz(bytes(content), path.name)
