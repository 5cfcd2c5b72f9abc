"""A Ctrl-C that a database turns into an error of its own is a Ctrl-C still."""

import duckdb
import pytest

from evenhand.record.interrupt import interruptible


def test_a_query_that_is_interrupted_is_a_keyboard_interrupt() -> None:
    import threading

    connection = duckdb.connect()
    timer = threading.Timer(0.3, connection.interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt), interruptible():
        connection.execute("SELECT count(*) FROM range(10000000) a, range(10000000) b").fetchall()


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ValueError, match="no"), interruptible():
        raise ValueError("no")
