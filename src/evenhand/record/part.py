"""A part of a record: some whole histories of one kind, with one Parquet file for each event type."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evenhand.record.columns import type_schema
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.remote import AnyPath, RemotePath, explained, path_of
from evenhand.record.verified import Expected, check_hash, verified_files


@dataclass(frozen=True)
class EventPart:
    """A part as a reader takes it: small, so that it can be sent to another process.

    The histories are numbered `first_case` up to `first_case + cases`. `files` gives the path, or the address
    in object storage, of each event type that occurs, in order of the types' names, `hashes` the SHA-256 that
    the file must have, `rows` its number of events, `personal` the file with their personal parts, if any.
    `correcting` are the types of which some events correct others.
    """

    kind: SubjectKind
    first_case: int
    cases: int
    events: int
    files: dict[str, str]
    hashes: dict[str, str]
    rows: dict[str, int]
    personal: dict[str, Expected]
    correcting: frozenset[str]

    @property
    def is_local(self) -> bool:
        """Whether its files lie in a folder, not in object storage."""
        return all(isinstance(path_of(path), Path) for path in self.files.values())

    def read(self, event_type: str, columns: Collection[str]) -> pa.Table:
        """Read the events of one type in order of `pos`; text columns become dictionaries.

        Columns that the type does not have are left out. Uses one thread. Raises `RecordError` when the file
        cannot be read, is not a file of this type, or not the one that the manifest lists.
        """
        schema = type_schema(event_type)
        wanted = [field for field in schema if field.name in columns]
        coded = [text for field in wanted if (text := dictionary_path(field))]
        path = path_of(self.files[event_type])
        (local,) = self.verified([event_type])
        with naming(path), open_file(local, schema, coded, called=path, rows=self.rows[event_type]) as file:
            table = self.within(path, _read_columns(file, [field.name for field in wanted]))
        place = table.schema.get_field_index(SUBJECT)
        if place >= 0:
            table = table.set_column(place, SUBJECT, table[SUBJECT].dictionary_encode())
        return table

    def verified(self, types: Iterable[str]) -> list[Path]:
        """Return local files with the events of these types, which must occur in the part."""
        return verified_files([Expected(self.files[name], self.hashes[name]) for name in types])

    def within(self, path: AnyPath, table: pa.Table) -> pa.Table:
        """Return the table if its rows are of this part's histories. Raises `RecordError`."""
        if "case" in table.column_names and len(table):
            ends = pc.min_max(table["case"])
            if ends["min"].as_py() < self.first_case or ends["max"].as_py() >= self.first_case + self.cases:
                raise RecordError(
                    f"{path} holds histories of another part: restore it or run the intake again."
                )
        return table

    def corrections(self) -> pa.Table:
        """Return the ids of the events that events of this part correct (column `corrects`)."""
        found = [self.read(event_type, ["corrects"]).drop_null() for event_type in sorted(self.correcting)]
        return pa.concat_tables([_CORRECTS.empty_table(), *found])

    def checked(self) -> "CheckedPart":
        """Return the part as a reader that takes each file into memory once and checks its hash."""
        return CheckedPart(self)

    def personal_file(self, event_type: str) -> Path | None:
        """Return the file with the personal parts of one type's events; None when there are none.

        It is a local copy if the record lies in object storage.
        """
        if event_type not in self.personal:
            return None
        return verified_files([self.personal[event_type]])[0]


Place = TypeVar("Place", Path, RemotePath, AnyPath)
_CORRECTS = pa.schema([pa.field("corrects", pa.uuid())])


class CheckedPart:
    """A part whose files are each read once, as a whole, and must have the hash that the manifest names.

    What is given is what was checked, whatever happens to the file later.
    """

    def __init__(self, part: EventPart) -> None:
        self.part = part
        self.kind, self.first_case, self.cases, self.events = (
            part.kind,
            part.first_case,
            part.cases,
            part.events,
        )
        self.files, self.correcting = part.files, part.correcting
        self._open: dict[str, pq.ParquetFile] = {}

    def read(self, event_type: str, columns: Collection[str]) -> pa.Table:
        """Read as `EventPart.read` does."""
        path = path_of(self.files[event_type])
        schema = type_schema(event_type)
        wanted = [name for name in schema.names if name in columns]
        with naming(path):
            return self.part.within(path, _read_columns(self._file(event_type, path, schema), wanted))

    def _file(self, event_type: str, path: AnyPath, schema: pa.Schema) -> pq.ParquetFile:
        if event_type not in self._open:
            content = path.read_bytes()
            check_hash(path, hashlib.sha256(content).hexdigest(), self.part.hashes[event_type])
            coded = [text for field in schema if (text := dictionary_path(field))]
            rows = self.part.rows[event_type]
            self._open[event_type] = _opened(path, pa.py_buffer(content), schema, coded, rows)
        return self._open[event_type]


SUBJECT = "subject"
"""Encoded by what it shares with the row before, as nearly every history has one of its own."""


def beside(path: Place, folder: str) -> Place:
    """Return what another folder of the record holds beside a file of events.

    `events/<kind>/<type>/part-00000.parquet` becomes `personal/<kind>/<type>/part-00000.parquet`.
    """
    *_, kind, event_type, name = path.parts
    return path.parents[3] / folder / kind / event_type / name


def dictionary_path(field: pa.Field) -> str | None:
    """Return the Parquet path of a text column that is stored as a dictionary; None for other columns."""
    if pa.types.is_string(field.type) and field.name != SUBJECT:
        return str(field.name)
    if pa.types.is_list(field.type) and pa.types.is_string(field.type.value_type):
        return f"{field.name}.list.element"
    return None


def _read_columns(file: pq.ParquetFile, columns: Collection[str]) -> pa.Table:
    # One by one, as Arrow cannot read lists of dictionaries over several row groups.
    groups = [
        file.read_row_group(n, columns=list(columns), use_threads=False) for n in range(file.num_row_groups)
    ]
    return pa.concat_tables(groups) if groups else file.read(columns=list(columns))


def open_file(
    path: Path,
    schema: pa.Schema,
    dictionaries: Collection[str] = (),
    *,
    called: AnyPath,
    rows: int | None = None,
) -> pq.ParquetFile:
    """Open a Parquet file that must have the columns of `schema` and, if stated, so many rows.

    `dictionaries` are the Parquet paths of text columns to read as dictionaries. Raises `RecordError`, which
    names the file as it is `called`, when it is missing, damaged, or another.
    """
    with naming(called):
        return _opened(called, path, schema, dictionaries, rows)


def _opened(
    path: AnyPath,
    source: Path | pa.Buffer,
    schema: pa.Schema,
    dictionaries: Collection[str],
    rows: int | None,
) -> pq.ParquetFile:
    """Open a file from its path or its bytes; the path names it in errors."""
    try:
        file = pq.ParquetFile(source, read_dictionary=list(dictionaries))
    except KeyError:  # It lacks one of them; the check below says which.
        file = pq.ParquetFile(source)
    try:
        _check_columns(path, file.schema_arrow, schema)
        if rows is not None and file.metadata.num_rows != rows:
            raise RecordError(
                f"{path} holds {file.metadata.num_rows:,} events, but the manifest says {rows:,}: restore it "
                "or run the intake again."
            )
    except RecordError:
        file.close()
        raise
    return file


@contextmanager
def naming(path: AnyPath) -> Iterator[None]:
    """Turn errors of reading a file into `RecordError` that names it."""
    try:
        with explained(path):
            yield
    except FileNotFoundError:
        raise RecordError(f"{path} is missing: restore it or run the intake again.") from None
    except (OSError, pa.ArrowException, ValueError, OverflowError) as error:
        raise RecordError(f"{path} cannot be read ({error}): restore it or run the intake again.") from None


def _check_columns(path: AnyPath, found: pa.Schema, wanted: pa.Schema) -> None:
    for field in wanted:
        place = found.get_field_index(field.name)
        if place < 0:
            problem = f"has no column {field.name}"
        elif not _same(found.field(place).type, field.type):
            problem = f"has a column {field.name} of {found.field(place).type}, not {field.type}"
        else:
            continue
        raise RecordError(f"{path} {problem}: restore it or run the intake again.")


def _same(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_list(found) and pa.types.is_list(wanted):
        return _same(found.value_type, wanted.value_type)
    if pa.types.is_dictionary(found):
        return bool(found.value_type == wanted)
    return bool(found == wanted)
