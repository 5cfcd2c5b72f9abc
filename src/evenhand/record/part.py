"""A part of a record: some whole histories of one kind, with one Parquet file for each event type."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from evenhand.record.columns import type_schema
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.local_copy import local_files
from evenhand.record.remote import AnyPath, RemotePath, explained, path_of


@dataclass(frozen=True)
class EventPart:
    """A part as a reader takes it: small, so that it can be sent to another process.

    The histories are numbered `first_case` up to `first_case + cases`. `files` gives the path, or the address
    in object storage, of each event type that occurs, in order of the types' names, `hashes` the SHA-256 that
    the file must have. `correcting` are the types of which some events correct others.
    """

    kind: SubjectKind
    first_case: int
    cases: int
    events: int
    files: dict[str, str]
    hashes: dict[str, str]
    correcting: frozenset[str]

    @property
    def is_local(self) -> bool:
        """Whether its files lie in a folder, not in object storage."""
        return all(isinstance(path_of(path), Path) for path in self.files.values())

    def read(self, event_type: str, columns: Collection[str]) -> pa.Table:
        """Read the events of one type in order of `pos`; text columns become dictionaries.

        Columns that the type does not have are left out. Uses one thread. Raises `RecordError` when the file
        cannot be read or is not a file of this type.
        """
        schema = type_schema(event_type)
        wanted = [field for field in schema if field.name in columns]
        coded = [path for field in wanted if (path := dictionary_path(field))]
        table = read_file(path_of(self.files[event_type]), schema, [f.name for f in wanted], coded)
        place = table.schema.get_field_index(SUBJECT)
        if place >= 0:
            table = table.set_column(place, SUBJECT, table[SUBJECT].dictionary_encode())
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
        if event_type not in self.files:
            return None
        path = beside(path_of(self.files[event_type]), "personal")
        return local_files([path])[0] if path.is_file() else None


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
            return _read_columns(self._file(event_type, path, schema), wanted)

    def _file(self, event_type: str, path: AnyPath, schema: pa.Schema) -> pq.ParquetFile:
        if event_type not in self._open:
            content = path.read_bytes()
            found, named = hashlib.sha256(content).hexdigest(), self.part.hashes[event_type]
            if found != named:
                raise RecordError(
                    f"{path} is not the file that the manifest names (its SHA-256 is {found}, not {named}): "
                    "restore it or run the intake again."
                )
            coded = [text for field in schema if (text := dictionary_path(field))]
            self._open[event_type] = _opened(path, pa.py_buffer(content), schema, coded)
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


def read_file(
    path: AnyPath, schema: pa.Schema, columns: Collection[str], dictionaries: Collection[str] = ()
) -> pa.Table:
    """Read columns of a Parquet file that must have the columns of `schema`.

    `dictionaries` are the Parquet paths of text columns to read as dictionaries. Raises `RecordError` when
    the file is missing, damaged, or lacks a column.
    """
    with naming(path), open_file(path, schema, dictionaries) as file:
        return _read_columns(file, columns)


def _read_columns(file: pq.ParquetFile, columns: Collection[str]) -> pa.Table:
    # One by one, as Arrow cannot read lists of dictionaries over several row groups.
    groups = [
        file.read_row_group(n, columns=list(columns), use_threads=False) for n in range(file.num_row_groups)
    ]
    return pa.concat_tables(groups) if groups else file.read(columns=list(columns))


def open_file(
    path: AnyPath, schema: pa.Schema, dictionaries: Collection[str] = (), called: AnyPath | None = None
) -> pq.ParquetFile:
    """Open a Parquet file as `read_file` does; errors name it as it is `called`."""
    with naming(called or path):
        source = path if isinstance(path, Path) else path.open_anywhere()
        return _opened(called or path, source, schema, dictionaries)


def _opened(
    path: AnyPath,
    source: "Path | pa.Buffer | pa.NativeFile",
    schema: pa.Schema,
    dictionaries: Collection[str],
) -> pq.ParquetFile:
    """Open a file from its path, its bytes or a stream; the path names it in errors."""
    # In object storage, columns that lie side by side are fetched by one request.
    remote = isinstance(path, RemotePath)
    try:
        file = pq.ParquetFile(source, read_dictionary=list(dictionaries), pre_buffer=remote)
    except KeyError:  # It lacks one of them; the check below says which.
        file = pq.ParquetFile(source)
    try:
        _check_columns(path, file.schema_arrow, schema)
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
