"""A Ctrl-C that a library turns into an error of its own, or drops, is a Ctrl-C still."""

import contextlib
import signal
import threading
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from evenhand.record.folder import Kind, staged_folder
from evenhand.record.interrupt import interruptible


@pytest.fixture(autouse=True)
def _default_handler():
    """As a shell's foreground job has it, whatever started the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _drop_an_interrupt() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_query_that_is_interrupted_is_a_keyboard_interrupt() -> None:
    connection, ended = duckdb.connect(), threading.Event()

    def interrupt() -> None:
        # An interrupt that comes before the query has begun is lost.
        while not ended.wait(0.05):
            connection.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt), interruptible():
        connection.execute("SELECT count(*) FROM range(10000000) a, range(10000000) b").fetchall()
    ended.set()
    thread.join()


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(ValueError, match="no"), interruptible():
        raise ValueError("no")


def test_an_interrupt_inside_a_read_by_arrow_is_a_keyboard_interrupt() -> None:
    def batches():
        yield pa.record_batch({"a": [1]})
        signal.raise_signal(signal.SIGINT)

    connection = duckdb.connect()
    connection.register("reader", pa.RecordBatchReader.from_batches(pa.schema({"a": pa.int64()}), batches()))
    with pytest.raises(KeyboardInterrupt), interruptible():
        connection.execute("SELECT * FROM reader").fetchall()


def test_an_interrupt_that_somebody_drops_comes_at_the_end_of_the_block() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        _drop_an_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_blocks_within_blocks_are_all_interrupted() -> None:
    outer, inner = pytest.raises(KeyboardInterrupt), contextlib.suppress(KeyboardInterrupt)
    with outer, interruptible(), inner, interruptible():
        _drop_an_interrupt()


def test_an_ignored_interrupt_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptible():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_folder_is_not_replaced_after_an_interrupt_that_somebody_dropped(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "out", Kind.AUDIT):
        _drop_an_interrupt()
    assert list(tmp_path.iterdir()) == []


def test_in_another_thread_the_block_does_its_work() -> None:
    done = []

    def work() -> None:
        with interruptible():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
