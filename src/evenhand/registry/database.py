"""The registry as one DuckDB file, from the Parquet files beside it, each column with its meaning."""

from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.registry.tables import OBSERVATIONS, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def begin_database(folder: Path) -> "DuckDBPyConnection":
    """A new database in `folder` that holds the observations, in a transaction that is still open. Distinct
    rows stand once, in `contents`; `observed` says where."""
    import duckdb

    connection = duckdb.connect(str(folder / "registry.duckdb"))
    connection.execute("set wal_autocheckpoint = '1KB'")  # so that what is committed is written once
    connection.begin()
    for name, source, columns in (
        ("observed", "observations", 'sheet, "row", content'),
        ("contents", "contents", "*"),
    ):
        connection.execute(f"create table {name} as select {columns} from {_parquet(folder, source)}")
    return connection


def finish_database(connection: "DuckDBPyConnection", folder: Path) -> None:
    """Add the other tables, the view `observations` and every column's meaning, and close."""
    for table in TABLES:
        if table is not OBSERVATIONS:
            connection.execute(f"create table {table.name} as from {_parquet(folder, table.name)}")
    columns = ", ".join(_VIEWED.get(c.name, f"c.{_quoted(c.name)}") for c in OBSERVATIONS.columns)
    connection.execute(
        f"create view observations as select {columns} from observed o join sheets s using (sheet) "
        "join contents c using (content)"
    )
    connection.execute(_comments())
    connection.commit()
    connection.close()


_VIEWED = {
    "sheet": "o.sheet",
    "row": 'o."row"',
    "published": "s.published",
    "kind": "s.kind",
    "agreement_id": "case when s.kind = 'in_force' then c.agreement_id end as agreement_id",
}
"""The columns of an observation that its content alone does not settle."""


def _parquet(folder: Path, name: str) -> str:
    return f"read_parquet({_text(str(folder / name))} || '.parquet')"


def _comments() -> str:
    """The statements that give each table and column its meaning."""
    found = []
    for table in TABLES:
        kind = "view" if table is OBSERVATIONS else "table"
        found.append(f"comment on {kind} {table.name} is {_text(table.row)}")
        if kind == "table":
            found += [
                f"comment on column {table.name}.{_quoted(c.name)} is {_text(c.meaning)}"
                for c in table.columns
            ]
    return ";\n".join(found)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
