"""Opening a source by its kind."""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import FileFacts, Mapping, RowKind
from evenhand.intake.readers.batch import Reader
from evenhand.intake.readers.bytestream import CountedFile, chunks, packing
from evenhand.intake.readers.columnar import ParquetReader
from evenhand.intake.readers.delimited import DelimitedReader
from evenhand.intake.readers.json_text import JsonReader, Source
from evenhand.intake.readers.layout import LaidOut
from evenhand.intake.readers.workbook import open_sheets
from evenhand.workbook import OLE

_BY_NAME = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xlsb": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
}
_JSON_LINES = (".jsonl", ".ndjson")
_IN_WORKBOOKS = ("xl/", "content.xml")


@dataclass
class OpenSource:
    """A table being read: its reader, and the file from which its hash and bytes are taken at the end.

    `name`: the file's name, with the sheet's after `#` if several sheets of it are read.
    """

    path: Path
    reader: Reader
    file: CountedFile
    name: str

    def key(self, digest: str) -> str:
        """Return what the ids of the table's events are made of: the file's digest, or one for each sheet."""
        sheet = self.name[len(self.path.name) :]
        return hashlib.sha256((digest + sheet).encode()).hexdigest() if sheet else digest


def kind_of(path: Path) -> str:
    """Return 'parquet', 'workbook', 'json' or 'delimited', by the first bytes, then by the name."""
    with path.open("rb") as handle:
        head = handle.read(8)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head == OLE or _is_workbook(path):
        return "workbook"
    named = _BY_NAME.get(path.suffix.lower())
    if named == "workbook" or (named == "parquet" and head):
        return named
    return _BY_NAME.get(_unpacked(path).suffix.lower(), "delimited")


def _unpacked(path: Path) -> Path:
    """Return a file's name without the suffix of its compression."""
    return Path(path.stem) if packing(path) is not None else path


def _is_workbook(path: Path) -> bool:
    """Whether a ZIP file is a workbook and not a packed file of another kind."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith(_IN_WORKBOOKS) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def open_source(
    path: Path, facts: FileFacts, limits: Limits, duck: Duck, on_bytes: Callable[[int], None]
) -> OpenSource:
    """Open the first table of a source as its kind and `[file]` say. Raises `IntakeError`."""
    return open_tables(path, facts, limits, duck, on_bytes)[0]


def open_tables(
    path: Path, facts: FileFacts, limits: Limits, duck: Duck, on_bytes: Callable[[int], None]
) -> list[OpenSource]:
    """Open every table of a source, without a mapping that names its columns. Raises `IntakeError`."""
    return _open(path, facts, (), (), limits, duck, on_bytes)


def open_sources(
    path: Path,
    mapping: Mapping,
    limits: Limits,
    duck: Duck,
    on_bytes: Callable[[int], None],
    *,
    part: str | None = None,
) -> list[OpenSource]:
    """Open every table of a source that a mapping reads: one, or one a sheet. Raises `IntakeError`.

    `part`: the part of the export that the source has, where the mapping joins several.
    """
    headings = {c for kind in mapping.row for c in kind.columns or ()}
    wanted = [n for n in mapping.needed(part) if n not in mapping.optional and n not in headings]
    return _open(path, mapping.file, mapping.row, wanted, limits, duck, on_bytes)


def _open(
    path: Path,
    facts: FileFacts,
    kinds: tuple[RowKind, ...],
    wanted: Sequence[str],
    limits: Limits,
    duck: Duck,
    on_bytes: Callable[[int], None],
) -> list[OpenSource]:
    if not path.is_file():
        raise IntakeError(f"{path}: file not found. Name a CSV, Parquet, workbook or JSON file.")
    if path.stat().st_size == 0:
        raise IntakeError(f"{path.name}: the file is empty. Export it again.")
    counted = CountedFile(path, on_bytes)
    readers = _readers(path, facts, _positions(kinds), wanted, limits, duck, counted)
    return [
        OpenSource(path, LaidOut(reader, facts, kinds, duck), counted, name)
        for name, reader in readers.items()
    ]


def _positions(kinds: tuple[RowKind, ...]) -> list[str] | None:
    """Return names by position for a file without a header of its own; None if it has one.

    It has none if every kind of row names its columns.
    """
    if not kinds or not all(kind.columns for kind in kinds):
        return None
    return [f"column {i}" for i in range(1, max(len(k.columns or ()) for k in kinds) + 1)]


def _readers(
    path: Path,
    facts: FileFacts,
    columns: list[str] | None,
    wanted: Sequence[str],
    limits: Limits,
    duck: Duck,
    counted: CountedFile,
) -> dict[str, Reader]:
    """Return the reader of each table of a file, by the table's name."""
    kind = facts.format or kind_of(path)
    if kind == "parquet":
        return {path.name: ParquetReader(path.name, path, duck)}
    if kind == "workbook":
        sheets = open_sheets(path, facts, limits, duck, wanted=wanted, columns=columns)
        if len(sheets) == 1:
            return {path.name: sheets[0]}
        return {f"{path.name}#{sheet.name}": sheet for sheet in sheets}
    if kind == "json":
        source = Source(
            path.name,
            read=lambda: chunks(path, CountedFile(path, lambda _: None), limits),
            counted=lambda: chunks(path, counted, limits),
            lines_by_name=_unpacked(path).suffix.lower() in _JSON_LINES,
        )
        return {
            path.name: JsonReader(
                source,
                encoding=facts.encoding,
                records=facts.records,
                wanted=wanted,
                limits=limits,
                duck=duck,
            )
        }
    return {
        path.name: DelimitedReader(
            path.name,
            chunks(path, counted, limits),
            encoding=facts.encoding,
            delimiter=facts.delimiter,
            quote=facts.quote,
            header=facts.header,
            wanted=wanted,
            columns=columns,
            limits=limits,
            duck=duck,
        )
    }
