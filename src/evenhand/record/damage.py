"""Where DuckDB cannot read a part of a record, the record is named, and the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from evenhand.record.errors import RecordError
from evenhand.record.store import Record


@contextmanager
def naming_damage(record: Record, what: str = "") -> Iterator[None]:
    """Turn DuckDB's errors of reading into `RecordError`. `what`: which events of the record are read."""
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.BinderException) as error:
        reason = str(error).splitlines()[0]
        subject = f"{what} cannot" if what else "cannot"
        raise RecordError(f"{record.folder}: {subject} be read ({reason}): run the intake again.") from error
