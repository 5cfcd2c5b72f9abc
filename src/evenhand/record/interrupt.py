"""Ctrl-C while DuckDB works: it raises an error of its own in place of `KeyboardInterrupt`."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Make every interrupt a `KeyboardInterrupt`."""
    try:
        yield
    except Exception as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
