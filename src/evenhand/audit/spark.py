"""Judging the parts of a record on Spark: a part is a task.

Spark distributes only the numbers of the parts. A task reads its part by itself, so that Parquet is never
split inside a history, and whatever Spark runs again gives the same answer, which is counted once.
"""

import os
import pickle
import re
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import pyarrow as pa

from evenhand.audit.workers import Runner
from evenhand.progress import Report
from evenhand.record.errors import RecordError
from evenhand.record.part import EventPart
from evenhand.record.remote import path_of
from evenhand.rules.array.engine import ArrayEngine, PartResult

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

STEP = "spark"
"""The step of which progress is reported: how many parts are judged."""
LOCAL = "local[*,3]"
"""All cores of this machine; a task that fails is tried three times."""
_LOCAL_SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
}
"""Nothing but this machine takes part, so that Spark listens to nothing else."""
_MASTERS = r"local(\[.+\])?$|spark://.|yarn$|k8s://."
_NAME = "evenhand audit"
_PACKAGE = "evenhand"
_POLL_S = 0.5
_REACH_S = 5.0

_ROW = pa.schema([("number", pa.int64()), ("result", pa.binary()), ("refused", pa.string())])
_ROW_SQL = "number long, result binary, refused string"


class SparkError(Exception):
    """Spark cannot be used, or did not finish; the message says what to do."""


class _Broadcast(Protocol):
    value: tuple[str, bytes]


def on_spark(master: str | None = None, progress: Report = lambda *_: None) -> Runner:
    """A runner on the Spark cluster of a master URL; on all cores of this machine if it is None.

    It raises `SparkError` when Spark cannot be started or gives up.
    """
    return partial(_run, master or LOCAL, progress)


def _run(
    master: str, progress: Report, engine: ArrayEngine, parts: Sequence[EventPart]
) -> Iterator[PartResult]:
    """All parts are judged before the first result comes; results wait on the workers' disks."""
    if not parts:
        return
    with _session(master) as session, _failures():
        frame = _answers(session, engine, parts)
        _wait(session, frame, len(parts), progress)
        expected = 0
        for row in frame.toLocalIterator():
            if row.refused is not None:
                raise RecordError(row.refused if _is_local(master) else f"{row.refused} {_ON_WORKERS}")
            if row.number != expected:
                raise SparkError(f"Spark returned part {row.number} where part {expected} was expected.")
            # Written by a task of this run.
            yield pickle.loads(row.result)
            expected += 1
        if expected != len(parts):
            raise SparkError(f"Spark returned {expected} of {len(parts)} parts.")


_ON_WORKERS = (
    "(A Spark worker says so. The workers read the record by themselves: keep it in object storage, or in a "
    "folder that all of them share, and give them access.)"
)


def _answers(session: "SparkSession", engine: ArrayEngine, parts: Sequence[EventPart]) -> "DataFrame":
    from pyspark import StorageLevel

    work = pickle.dumps((engine, [_absolute(part) for part in parts]))
    task = _task(session.sparkContext.broadcast((version(_PACKAGE), work)))
    numbers = session.range(0, len(parts), 1, numPartitions=len(parts))
    return numbers.mapInArrow(task, _ROW_SQL).persist(StorageLevel.DISK_ONLY)


def _absolute(part: EventPart) -> EventPart:
    """The part as it is found from any working folder."""
    paths = {event_type: path_of(path) for event_type, path in part.files.items()}
    files = {t: str(path.absolute() if isinstance(path, Path) else path) for t, path in paths.items()}
    return replace(part, files=files)


# --- on a worker -------------------------------------------------------------------------------------------


def _task(work: _Broadcast) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that runs on a worker: rows of numbers in, rows of results out."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield _row(number, *work.value)

    return run


def _row(number: int, wanted: str, work: bytes) -> pa.RecordBatch:
    if (found := version(_PACKAGE)) != wanted:
        raise RuntimeError(f"a worker has evenhand {found}, not {wanted}: install the same version on each.")
    engine, parts = _loaded(work)
    result = refused = None
    try:
        result = pickle.dumps(engine.judge(parts[number].checked()))
    except RecordError as error:
        # Trying again would not help.
        refused = str(error)
    values = zip((number, result, refused), _ROW.types, strict=True)
    return pa.RecordBatch.from_arrays([pa.array([value], of) for value, of in values], schema=_ROW)


@lru_cache(maxsize=1)
def _loaded(work: bytes) -> tuple[ArrayEngine, list[EventPart]]:
    """The engine and the parts: a worker process takes many tasks of one job."""
    pa.set_memory_pool(pa.system_memory_pool())
    engine, parts = pickle.loads(work)
    return engine, parts


# --- on the driver -----------------------------------------------------------------------------------------


def _wait(session: "SparkSession", frame: "DataFrame", total: int, progress: Report) -> None:
    """Run the tasks, and report while they run."""
    context = session.sparkContext

    def run() -> None:
        context.setJobGroup(_NAME, _NAME, interruptOnCancel=True)
        frame.count()

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run)
        try:
            while not _is_done(running):
                progress(STEP, _tasks_done(session, total), total)
        except BaseException:
            context.cancelJobGroup(_NAME)
            raise
    progress(STEP, total, total)


def _is_done(running: "Future[None]") -> bool:
    try:
        running.result(_POLL_S)
    except TimeoutError:
        return False
    return True


def _tasks_done(session: "SparkSession", total: int) -> int:
    tracker = session.sparkContext.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(_NAME)]
    stages = [tracker.getStageInfo(stage) for job in jobs if job for stage in job.stageIds]
    return max((stage.numCompletedTasks for stage in stages if stage and stage.numTasks == total), default=0)


@contextmanager
def _session(master: str) -> "Iterator[SparkSession]":
    try:
        from py4j.protocol import Py4JError
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkError("--engine spark needs PySpark: pip install 'evenhand[spark]'.") from None
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SparkError(
            "Spark needs Java 17 or later: install it (on Debian: apt install default-jre-headless) or set "
            "JAVA_HOME."
        )
    _check_reachable(master)
    settings = {"spark.ui.showConsoleProgress": "false"}
    if _is_local(master):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings |= _LOCAL_SETTINGS
    with _failures(), _own_interrupts():
        session = SparkSession.builder.master(master).appName(_NAME).config(map=settings).getOrCreate()
    try:
        yield session
    finally:
        # Java may be what failed.
        with suppress(Py4JError, OSError):
            session.stop()


def _is_local(master: str) -> bool:
    return master.startswith("local")


def _check_reachable(master: str) -> None:
    """Try the standalone masters of the URL, at which Spark itself would knock for a minute."""
    if not re.match(_MASTERS, master):
        raise SparkError(
            f"--master {master}: write spark://HOST:PORT, yarn, k8s://HOST:PORT or local[CORES]."
        )
    if not master.startswith("spark://"):
        return
    for address in master.removeprefix("spark://").split(","):
        place = urlsplit(f"spark://{address}")
        with suppress(OSError, ValueError):
            socket.create_connection((place.hostname or "", place.port or 7077), _REACH_S).close()
            return
    raise SparkError(f"No Spark master answers at {master}: check the URL (--master) and the network.")


@contextmanager
def _own_interrupts() -> Iterator[None]:
    """Keep the handler of Ctrl-C that Spark would replace."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
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
    if lacks := re.search(r"ModuleNotFoundError: No module named '(\w+)", text):
        return (
            f"A Spark worker has no {lacks[1]}: install the same version of evenhand[spark] on each worker, "
            "in the Python that PYSPARK_PYTHON names."
        )
    if "JAVA_GATEWAY_EXITED" in text:
        return (
            "Spark did not start; its log above may say why. It needs Java 17 or later: check JAVA_HOME and "
            "`java -version`."
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"Spark stopped: {lines[-1].removeprefix('RuntimeError: ') if lines else 'it gave no reason'}"
