"""DuckDB as the calculator for columns of text, and as the sorter of what does not fit into memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

MEMORY = "1500MB"


class Duck:
    """An in-process DuckDB of bounded memory; `scratch` is where it may spill."""

    def __init__(self, scratch: Path | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY}
        if scratch is not None:
            config["temp_directory"] = str(scratch)
        self._connection = duckdb.connect(config=config)
        self._connection.execute("SET timezone = 'UTC'")

    def ask(self, query: str, **tables: pa.Table) -> pa.Table:
        """The answer to `query`, in which each of `tables` stands under its name."""
        with self._registered(tables):
            return self._connection.sql(query).to_arrow_table()

    def run(self, statement: str, **tables: pa.Table | pa.RecordBatchReader) -> None:
        """Run a statement, in which each of `tables` stands under its name."""
        with self._registered(tables):
            self._connection.execute(statement)

    @contextmanager
    def _registered(self, tables: Mapping[str, pa.Table | pa.RecordBatchReader]) -> Iterator[None]:
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(name)

    def close(self) -> None:
        self._connection.close()
