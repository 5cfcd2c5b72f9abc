"""Spark as one more way to map a function over the parts of a record: a part is a task.

Spark distributes only the numbers of the parts. A task reads its part by itself, so that Parquet is never
split inside a history, and whatever Spark runs again gives the same answer, which is counted once.
"""

import os
import pickle
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from evenhand.record.errors import RecordError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[*,3]"
"""All cores of this machine; a task that fails is tried three times."""
_LOCAL_SETTINGS = {
    "driver.host": "127.0.0.1",
    "driver.bindAddress": "127.0.0.1",
    "ui.enabled": "false",
    "log.level": "ERROR",
}
"""Nothing but this machine takes part, so that Spark listens to nothing else."""
_SCHEMA = "number long, result binary, refused string"
_GROUP = "evenhand audit"
_POLL_S = 0.5
_REACH_S = 5.0
_PACKAGE = "evenhand"

Part = TypeVar("Part")
Result = TypeVar("Result")


class SparkError(Exception):
    """Spark cannot be used, or did not finish; the message says what to do."""


class _Broadcast(Protocol):
    value: tuple[str, bytes]


class SparkPool:
    """A Spark session that maps functions over parts, as a pool of processes does."""

    def __init__(self, master: str | None = None) -> None:
        """Remember the master URL; without one, this machine's cores are used. Nothing is started yet."""
        self._master = master or LOCAL

    def __enter__(self) -> Self:
        self._session = _session(self._master)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from py4j.protocol import Py4JError

        # Java may be what failed.
        with suppress(Py4JError, OSError):
            self._session.stop()

    def map(
        self,
        function: Callable[[Part], Result],
        parts: Sequence[Part],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Iterator[Result]:
        """Yield the function's result for each part, in order. Function, parts and results are pickled.

        All parts are worked on before the first result comes; the results wait on the workers' disks.
        Raises `RecordError` where the function did, and `SparkError` when Spark gives up.
        """
        if not parts:
            return
        with _failures():
            frame = self._answers(function, parts)
            self._wait(frame, len(parts), progress)
            expected = 0
            for row in frame.toLocalIterator():
                if row.number != expected:
                    raise SparkError(f"Spark returned part {row.number}, expected was part {expected}.")
                if row.refused is not None:
                    raise RecordError(row.refused)
                # Written by the tasks above, in this program's own version.
                yield pickle.loads(row.result)
                expected += 1
            if expected != len(parts):
                raise SparkError(f"Spark returned {expected} of {len(parts)} parts.")
            frame.unpersist()

    def _answers(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> "DataFrame":
        from pyspark import StorageLevel

        context = self._session.sparkContext
        work = context.broadcast((version(_PACKAGE), pickle.dumps((function, list(parts)))))
        numbers = self._session.range(0, len(parts), 1, numPartitions=len(parts))
        return numbers.mapInArrow(_task(work), _SCHEMA).persist(StorageLevel.DISK_ONLY)

    def _wait(self, frame: "DataFrame", total: int, progress: Callable[[int, int], None]) -> None:
        """Run the tasks, and report while they run."""
        context = self._session.sparkContext

        def run() -> None:
            context.setJobGroup(_GROUP, _GROUP, interruptOnCancel=True)
            frame.count()

        with ThreadPoolExecutor(1) as thread:
            running = thread.submit(run)
            try:
                while not _done(running):
                    progress(self._completed(total), total)
            except BaseException:
                context.cancelJobGroup(_GROUP)
                raise
        progress(total, total)

    def _completed(self, total: int) -> int:
        tracker = self._session.sparkContext.statusTracker()
        jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(_GROUP)]
        stages = [tracker.getStageInfo(stage) for job in jobs if job for stage in job.stageIds]
        return max((s.numCompletedTasks for s in stages if s and s.numTasks == total), default=0)


def _done(running: "Future[None]") -> bool:
    try:
        running.result(_POLL_S)
    except TimeoutError:
        return False
    return True


def _task(work: _Broadcast) -> "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    """The function that runs on a worker: rows of numbers in, rows of results out."""

    def run(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield _row(number, *work.value)

    return run


def _row(number: int, driver: str, pickled: bytes) -> "pa.RecordBatch":
    import pyarrow as pa

    result = refused = None
    if version(_PACKAGE) != driver:
        refused = (
            f"a worker has evenhand {version(_PACKAGE)}, this machine has {driver}: install the same version."
        )
    else:
        function, parts = _loaded(pickled)
        try:
            result = pickle.dumps(function(parts[number]))
        except RecordError as error:
            # Trying again would not help.
            refused = str(error)
    schema = pa.schema([("number", pa.int64()), ("result", pa.binary()), ("refused", pa.string())])
    values = zip((number, result, refused), schema.types, strict=True)
    return pa.RecordBatch.from_arrays([pa.array([value], of) for value, of in values], schema=schema)


@lru_cache(maxsize=1)
def _loaded(pickled: bytes) -> Any:
    """The function and the parts: a worker process takes many tasks of one job."""
    return pickle.loads(pickled)


# --- starting, and what goes wrong -------------------------------------------------------------------------


def _session(master: str) -> "SparkSession":
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkError("--engine spark needs PySpark: pip install 'evenhand[spark]'.") from None

    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SparkError(
            "Spark needs Java 17 or later: install it (on Debian: apt install default-jre-headless) or set "
            "JAVA_HOME."
        )
    _check_reachable(master)
    builder = SparkSession.builder.master(master).appName("evenhand audit")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        for name, value in _LOCAL_SETTINGS.items():
            builder = builder.config(f"spark.{name}", value)
    with _failures(), _own_interrupts():
        return builder.getOrCreate()


def _check_reachable(master: str) -> None:
    """Try the standalone masters of the URL, at which Spark itself would knock for a minute."""
    if not master.startswith("spark://"):
        return
    for one in master.removeprefix("spark://").split(","):
        try:
            place = urlsplit(f"spark://{one}")
            socket.create_connection((place.hostname or "", place.port or 7077), _REACH_S).close()
        except (OSError, ValueError):
            continue
        return
    raise SparkError(f"No Spark master answers at {master}: check the URL (--master) and the network.")


@contextmanager
def _own_interrupts() -> Iterator[None]:
    """Keep the handler of Ctrl-C that Spark would replace."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn Spark's errors into a `SparkError` of one sentence; the traces are in Spark's log."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise SparkError(_reason(str(error))) from None


def _reason(text: str) -> str:
    if f"No module named '{_PACKAGE}" in text:
        return (
            "The workers do not have evenhand: install the same version of evenhand[spark] on each, for the "
            "Python that PYSPARK_PYTHON names."
        )
    if "JAVA_GATEWAY_EXITED" in text:
        return "Java did not start: Spark needs Java 17 or later. Check `java -version` and JAVA_HOME."
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"Spark stopped: {lines[-1] if lines else 'no reason was given'}"
