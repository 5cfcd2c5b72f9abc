"""Opening a source by its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import FileFacts
from evenhand.intake.readers.batch import Reader
from evenhand.intake.readers.bytestream import CountedFile, chunks, packing
from evenhand.intake.readers.columnar import ParquetReader
from evenhand.intake.readers.delimited import DelimitedReader
from evenhand.intake.readers.jsonlines import JsonLinesReader
from evenhand.intake.readers.workbook import WorkbookReader

_BY_NAME = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
}
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass
class OpenSource:
    """A source being read: its reader, and the file from which its hash and bytes are told at the end."""

    path: Path
    reader: Reader
    file: CountedFile


def kind_of(path: Path) -> str:
    """'parquet', 'workbook', 'json' or 'delimited', told by the first bytes, then by the name."""
    with path.open("rb") as handle:
        head = handle.read(4)
    if head == b"PAR1":
        return "parquet"
    if head == _OLE:
        return "workbook"
    named = _BY_NAME.get(path.suffix.lower())
    if named == "workbook" or (named == "parquet" and head):
        return named
    if packing(path) is not None:
        named = _BY_NAME.get(Path(path.stem).suffix.lower())
    return named or "delimited"


def open_source(
    path: Path, facts: FileFacts, limits: Limits, duck: Duck, on_bytes: Callable[[int], None]
) -> OpenSource:
    """Open a source as its kind and the mapping's `[file]` say. Raises `IntakeError`."""
    if not path.is_file():
        raise IntakeError(f"{path}: there is no such file. Name a CSV, Parquet, XLSX or JSON lines file.")
    if path.stat().st_size == 0:
        raise IntakeError(f"{path.name}: the file is empty. Export it again.")
    kind = facts.format or kind_of(path)
    counted = CountedFile(path, on_bytes)
    reader: Reader
    if kind == "parquet":
        reader = ParquetReader(path.name, path, duck)
    elif kind == "workbook":
        reader = WorkbookReader(
            path.name, path, sheet=facts.sheet, header=facts.header, limits=limits, duck=duck
        )
    elif kind == "json":
        reader = JsonLinesReader(
            path.name, chunks(path, counted, limits), encoding=facts.encoding, limits=limits, duck=duck
        )
    else:
        reader = DelimitedReader(
            path.name,
            chunks(path, counted, limits),
            encoding=facts.encoding,
            delimiter=facts.delimiter,
            quote=facts.quote,
            header=facts.header,
            limits=limits,
            duck=duck,
        )
    return OpenSource(path, reader, counted)
