"""SQL over a record's files: views of a kind's events from the files of the event types that it names."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from evenhand.record.columns import event_schema, type_schema
from evenhand.record.events import SubjectKind
from evenhand.record.part import EventPart, open_file


def quoted(text: str | Path) -> str:
    """Return text or a path as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


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
    be read or lacks a column, which DuckDB would take for nulls.
    """
    files = []
    for part in parts:
        for event_type in part.files.keys() & set(types):
            open_file(Path(part.files[event_type]), type_schema(event_type)).close()
            files.append(part.files[event_type])
    connection.register(f"{name}_none", event_schema(kind).empty_table())
    found = f" UNION ALL BY NAME FROM {scan(*sorted(files), by_name=True)}" if files else ""
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
    files = [path for part in parts for path in part.files.values()]
    source = scan(*files) if files else f"{name}_all"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {name}_corrected AS "
        f"SELECT corrects AS id FROM {source} WHERE corrects IS NOT NULL"
    )
    (corrected,) = connection.execute(f"SELECT count(*) FROM {name}_corrected").fetchall()[0]
    # Without corrections the ids, a third of all bytes, need not be read.
    clause = f" WHERE id NOT IN (SELECT id FROM {name}_corrected)" if corrected else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {name}_all{clause}")
