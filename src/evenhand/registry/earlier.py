"""What an earlier build read and worked out, taken up again where nothing it depends on has changed.

Sheets and rows are taken up only as the same program wrote them, byte for byte; what rows were cleaned to and
agencies matched to, only with the same list of agencies too. Otherwise all is read and worked out anew.
"""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import rapidfuzz

from evenhand.record.digest import sha256_of
from evenhand.registry import arrow
from evenhand.registry.cleaning import Clean, Model
from evenhand.registry.matching import Match, Subject
from evenhand.registry.names import Body, name_of
from evenhand.registry.reading import Pool, Raw, RefusedRows, SheetFile

TAKEN_UP = tuple(f"{t}.parquet" for t in ("sheets", "refused", "observations", "contents", "agencies"))
"""The files of a build that the next one takes up."""


@dataclass
class Earlier:
    """What an earlier build read, its sheets and their rows, and what it found: rows cleaned and agencies
    matched."""

    sheets: list[SheetFile] = field(default_factory=list)
    pool: Pool = field(default_factory=Pool)
    cleans: dict[Raw, Clean] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)

    def clean(self, raw: Raw) -> Clean | None:
        """The row cleaned, if it was."""
        return self.cleans.get(raw)

    def match(self, subject: Subject) -> Match | None:
        """The agency's match, if it was matched."""
        return self.matches.get(subject.text)


def load_earlier(out: Path, agencies: Path | None = None) -> Earlier | None:
    """What a build in `out` leaves to one with the list `agencies`; `None` if it is not as this program wrote
    it. Raises `OSError` if `agencies` cannot be read."""
    try:
        package = json.loads((out / "datapackage.json").read_text())
        if package["evenhand_build"] != seal(out, package["evenhand_build"]["agencies"]):
            return None
        sheets, refused, observed, contents, matched = (_read_parquet(out / name) for name in TAKEN_UP)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
    found = Earlier()
    rows = _columns(contents, [f"{name}_raw" for name in Raw._fields])
    for cells in zip(*rows, strict=True):
        found.pool.add(Raw(*cells))
    by_name = {row["sheet"]: _sheet(row) for row in arrow.rows_of(sheets) if row["result"] == "read"}
    _take_rows(by_name, observed)
    for row in arrow.rows_of(refused):
        run = RefusedRows(row["worksheet"], row["first_row"], row["last_row"], row["reason"])
        by_name[row["sheet"]].refused.append(run)
    found.sheets = list(by_name.values())
    if package["evenhand_build"]["agencies"] == list_digest(agencies):
        found.cleans = dict(zip(found.pool.raws, _cleans(contents), strict=True))
        found.matches = dict(_matches(matched))
    return found


def seal(folder: Path, agencies: str) -> dict[str, Any]:
    """What says that a build is as this program wrote it: the program, the list of agencies, and the SHA-256
    of each file that is taken up. Raises `OSError` if one is missing."""
    return {
        "program": _program(),
        "agencies": agencies,
        "files": {name: sha256_of(folder / name) for name in TAKEN_UP},
    }


def list_digest(agencies: Path | None) -> str:
    """The SHA-256 of a list of agencies; empty for the bundled one, which is part of the program."""
    return sha256_of(agencies) if agencies else ""


@cache
def _program() -> str:
    """A hash of the registry's modules and data, and of what they rest on."""
    digest = sha256(f"{platform.python_version()} {rapidfuzz.__version__}".encode())
    room = files("evenhand.registry")
    parts = [*room.iterdir(), *(room / "data").iterdir()]
    for part in sorted((p for p in parts if p.is_file()), key=lambda p: p.name):
        digest.update(part.name.encode() + part.read_bytes())
    return digest.hexdigest()


def _read_parquet(path: Path) -> pa.Table:
    # Not `read_table`, which imports pandas.
    columns = ["sheet", "row", "content"] if path.name == "observations.parquet" else None
    with pyarrow.parquet.ParquetFile(path) as file:
        return file.read(columns)


def _columns(table: pa.Table, names: Sequence[str]) -> list[list[Any]]:
    return [arrow.values_of(table[name]) for name in names]


def _sheet(row: Mapping[str, Any]) -> SheetFile:
    return SheetFile(
        row["sheet"],
        row["sha256"],
        row["bytes"],
        row["kind"],
        row["kind_reason"],
        row["saved_at"],
        row["captured_at"],
        row["worksheet"],
        tuple(row["columns"].split(", ")),
        notes=row["notes"].split("; ") if row["notes"] else [],
    )


def _take_rows(sheets: Mapping[str, SheetFile], observed: pa.Table) -> None:
    """Give each sheet its rows; a content's number is its place in the pool."""
    names = observed["sheet"].combine_chunks()
    names = names.dictionary_encode() if not pa.types.is_dictionary(names.type) else names
    codes, labels = arrow.numbers_of(names.indices), arrow.values_of(names.dictionary)
    rows, contents = arrow.numbers_of(observed["row"]), arrow.numbers_of(observed["content"])
    starts = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    for start, end in pairwise(starts):
        if start < end:
            sheet = sheets[labels[codes[start]]]
            sheet.rows.frombytes(rows[start:end].tobytes())
            sheet.contents.frombytes(contents[start:end].tobytes())


_CLEANED = (
    *("state", "agency", "agency_type", "county", "county_fips", "model", "signed"),
    *("moa_url", "addendum_url", "cleaning", "problem"),
)


def _cleans(contents: pa.Table) -> Iterator[Clean]:
    names = [
        name_of(w, Body(b), c) for w, b, c in zip(*_columns(contents, ("words", "body", "core")), strict=True)
    ]
    for name, cells in zip(names, zip(*_columns(contents, _CLEANED), strict=True), strict=True):
        state, agency, kind, county, fips, model, signed, moa, addendum, steps, problem = cells
        yield Clean(
            state,
            agency,
            name,
            kind or "",
            county or "",
            fips or "",
            Model(model),
            signed,
            moa or "",
            addendum or "",
            tuple(steps.split("; ")) if steps else (),
            problem or "",
        )


_MATCHED = (
    *("matched_on", "body", "ori", "ori_name", "ori_rule", "ori_score", "runner_up", "runner_up_score"),
    *("county_fips", "county", "county_rule"),
)


def _matches(agencies: pa.Table) -> Iterator[tuple[str, Match]]:
    for key, body, *cells in zip(*_columns(agencies, _MATCHED), strict=True):
        filled: list[Any] = ["" if cell is None else cell for cell in cells]
        yield key, Match(Body(body), *filled)
