"""Whatever a table holds, rows in = rows accounted for + quarantined, and nothing breaks."""

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.shapes import HEADER, csv_text, write_csv, write_jsonl, write_parquet, write_xlsx
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


def _rows_told(taken: Taken) -> int:
    counts = taken.counts
    assert counts.rows_in == counts.rows_accounted + counts.rows_quarantined
    assert taken.record is not None
    assert sum(p.events for p in taken.record.manifest.parts.get("booking", [])) == sum(
        counts.events.values()
    )  # type: ignore[call-overload]
    given_rows = {e["row"] for e in taken.quarantine()}
    assert counts.rows_quarantined <= len(given_rows)
    return int(counts.rows_in)


def _check(rows: list[tuple[str, ...]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        taken = take(Path(folder), write_csv(Path(folder) / "a.csv", out.getvalue()))
        assert taken.status == 0, taken.said
        assert _rows_told(taken) == len(rows)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(_ROW, min_size=1, max_size=12))
def test_rows_of_a_well_formed_table_add_up(rows: list[tuple[str, ...]]) -> None:
    _check(rows)


@pytest.mark.trial
@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(st.lists(_ROW, min_size=1, max_size=40))
def test_rows_of_many_tables_add_up(rows: list[tuple[str, ...]]) -> None:
    _check(rows)


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
