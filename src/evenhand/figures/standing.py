"""The events that stand: those that no later event corrects."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from evenhand.record.columns import event_schema
from evenhand.record.events import SubjectKind


def files(paths: Sequence[Path]) -> str:
    """The files as a list in SQL."""
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"


def create_standing(
    connection: duckdb.DuckDBPyConnection, name: str, kind: SubjectKind, paths: Sequence[Path]
) -> None:
    """Create the view `name` of a kind's events that stand, from its Parquet files if there are any."""
    if not paths:
        connection.register(name, event_schema(kind).empty_table())
        return
    source = f"read_parquet({files(paths)})"
    corrections = f"SELECT corrects AS id FROM {source} WHERE corrects IS NOT NULL"
    connection.execute(f"CREATE TEMP TABLE {name}_corrected AS {corrections}")
    (corrected,) = connection.execute(f"SELECT count(*) FROM {name}_corrected").fetchall()[0]
    # Without corrections the ids, a third of all bytes, need not be read.
    clause = f" WHERE id NOT IN (SELECT id FROM {name}_corrected)" if corrected else ""
    connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {source}{clause}")
