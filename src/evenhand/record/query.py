"""SQL over a record's files: views of a kind's events from the files of the event types that it names."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from evenhand.record.columns import event_schema, type_schema
from evenhand.record.events import SubjectKind
from evenhand.record.part import EventPart, open_file
from evenhand.record.remote import path_of
from evenhand.record.verified import Expected, verified_files


def quoted(text: str | Path) -> str:
    """Return text or a path as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def listed(texts: Collection[str]) -> str:
    """Return texts as a list of SQL literals."""
    return ", ".join(map(quoted, texts))


def scan(*paths: str | Path, by_name: bool = False) -> str:
    """Return SQL that reads Parquet files as one table; with `by_name`, their columns may differ.

    Characters in a path that DuckDB takes for a pattern are escaped, and `name=value` in it is no column.
    """
    listed = ", ".join(quoted(re.sub(r"([*?[])", r"[\1]", str(path))) for path in paths)
    return f"read_parquet([{listed}], union_by_name = {by_name}, hive_partitioning = false)"


def create_events(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    kind: SubjectKind,
    parts: Sequence[EventPart],
    types: Collection[str],
) -> None:
    """Create or replace the view `name`: the parts' events of these types.

    It has all columns of the kind, also when a type does not occur. Raises `RecordError` when a file cannot
    be read, is not the one that the manifest lists, or lacks a column, which DuckDB would take for nulls.
    """
    chosen = [(part, kept) for part in parts for kept in part.files if kept in types]
    files = verified_files([Expected(part.files[of], part.hashes[of]) for part, of in chosen])
    for (part, of), file in zip(chosen, files, strict=True):
        called = path_of(part.files[of])
        open_file(file, type_schema(of), called=called, rows=part.rows[of]).close()
    connection.register(f"{name}_none", event_schema(kind).empty_table())
    found = f" UNION ALL BY NAME FROM {scan(*files, by_name=True)}" if files else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {name}_none{found}")


def create_standing(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    kind: SubjectKind,
    parts: Sequence[EventPart],
    types: Collection[str],
) -> None:
    """Create or replace the view `name` as `create_events` does, without events that another one corrects."""
    create_events(connection, f"{name}_all", kind, parts, types)
    corrections = [part.corrections() for part in parts]
    # Without corrections the ids, a third of all bytes, need not be read.
    clause = ""
    if any(map(len, corrections)):
        connection.register(f"{name}_corrected", pa.concat_tables(corrections))
        clause = f" WHERE id NOT IN (SELECT corrects FROM {name}_corrected)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {name}_all{clause}")
