"""The audit on Spark: the findings of the local run, byte for byte, whatever fails on the way."""

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from evenhand.audit.run import audit
from evenhand.audit.spark import SparkError, on_spark
from evenhand.record import parts as writing
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.catalog import CATALOG
from scale import engines
from scale.commands import contents, run, without_place
from scale.conftest import Bucket

TESTS = Path(__file__).parents[1]
EVENHAND = str(Path(sys.executable).with_name("evenhand"))
RULES = list(CATALOG.values())

pytestmark = pytest.mark.trial


@pytest.fixture(scope="module", autouse=True)
def _spark(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What Java and the workers inherit when the first session of this process starts."""
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("no Java")
    logging.getLogger("py4j").setLevel(logging.WARNING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TESTS))
        patch.setenv(engines.MARKS, str(tmp_path_factory.mktemp("marks")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated record with many parts."""
    folder = tmp_path_factory.mktemp("simulated") / "record"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "PART_EVENTS", 700)
        assert run("simulate", "--bookings", 1000, "--seed", 5, "--out", folder).exit_code == 0
    assert len(Record(folder).parts(SubjectKind.BOOKING)) > 8
    return folder


@pytest.fixture(scope="module")
def expected(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the local run writes."""
    out = tmp_path_factory.mktemp("local") / "out"
    assert run("audit", folder, "--out", out, "--fail-on", "never").exit_code == 0
    found = contents(out)
    assert len(found["findings.csv"].splitlines()) > 100
    return found


def findings(record: Path, out: Path, master: str = "local[2,3]") -> tuple[bytes, bytes]:
    out.mkdir()
    audit(Record(record), RULES, out, runner=on_spark(master))
    return (out / "findings.parquet").read_bytes(), (out / "findings.csv").read_bytes()


def marks() -> list[str]:
    """The parts that were begun since the last call, as often as they were begun."""
    left = list(Path(os.environ[engines.MARKS]).iterdir())
    for path in left:
        path.unlink()
    return sorted("-".join(path.name.split("-")[:2]) for path in left if path.name != "died")


# --- the same findings -------------------------------------------------------------------------------------


def test_findings_are_those_of_the_local_run(
    folder: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    words = ("--engine", "spark", "--master", "local[2]", "--fail-on", "never", "--json")
    result = run("audit", folder, "--out", tmp_path / "out", *words)
    assert result.exit_code == 0, result.output
    assert without_place(contents(tmp_path / "out")) == without_place(expected)
    said = {"summary.json": result.stdout.encode()}
    assert without_place(said) == without_place({"summary.json": expected["summary.json"]})


def test_workers_read_object_storage_by_themselves(
    bucket: Bucket, folder: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    address = bucket.upload(folder, "spark/record")
    words = ("--engine", "spark", "--master", "local[2]", "--fail-on", "never")
    assert run("audit", address, "--out", tmp_path / "out", *words).exit_code == 0
    assert without_place(contents(tmp_path / "out")) == without_place(expected)


def test_a_part_whose_worker_dies_is_judged_again_and_counted_once(
    folder: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.audit.run.ArrayEngine", engines.FailsOnce)
    marks()
    found = findings(folder, tmp_path / "out")
    begun, kinds = Counter(marks()), {rule.subject for rule in RULES}
    assert begun["booking-0"] == 2
    parts = [part for kind in kinds for part in Record(folder).parts(kind)]
    assert begun.keys() == {f"{part.kind}-{part.first_case}" for part in parts}
    assert found == (expected["findings.parquet"], expected["findings.csv"])


# --- a cluster ---------------------------------------------------------------------------------------------


@contextmanager
def _daemon(log: Path, says: str, *words: str) -> Iterator[str]:
    """A Spark daemon until the block ends; the text of its log that matches `says`."""
    import pyspark

    spark_class = Path(pyspark.__file__).parent / "bin/spark-class"
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("w") as out:
        daemon = subprocess.Popen([str(spark_class), *words], stdout=out, stderr=out, env=environment)
    try:
        while not (found := re.search(says, log.read_text())):
            assert daemon.poll() is None, log.read_text()
            time.sleep(0.1)
        yield found[0]
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Spark master with one worker of two cores."""
    folder = tmp_path_factory.mktemp("cluster")
    deploy, here = "org.apache.spark.deploy", ("--host", "127.0.0.1", "--webui-port", "0")
    size = ("--cores", "2", "--memory", "1g", "--work-dir", str(folder / "work"))
    master = (f"{deploy}.master.Master", *here, "--port", "0")
    worker = (f"{deploy}.worker.Worker", *here, *size)
    with ExitStack() as daemons:
        url = daemons.enter_context(_daemon(folder / "master.log", r"spark://127.0.0.1:\d+", *master))
        registered = "Successfully registered with master"
        daemons.enter_context(_daemon(folder / "worker.log", registered, *worker, url))
        yield url


def in_new_process(*words: object, python: str = sys.executable) -> "subprocess.CompletedProcess[str]":
    """`evenhand audit --engine spark` in a process of its own, with this Python on the workers."""
    environment = {**os.environ, "PYSPARK_PYTHON": python, "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [EVENHAND, "audit", "--engine", "spark", "--fail-on", "never"]
    return subprocess.run(
        [*command, *map(str, words)], env=environment, capture_output=True, text=True, check=False
    )


def test_a_cluster(cluster: str, folder: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    done = in_new_process(folder, "--out", tmp_path / "out", "--master", cluster)
    assert done.returncode == 0, done.stderr
    assert without_place(contents(tmp_path / "out")) == without_place(expected)


def test_a_worker_without_evenhand(cluster: str, folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    done = in_new_process(
        folder, "--out", tmp_path / "out", "--master", cluster, python=str(bare / "bin/python")
    )
    assert done.returncode == 2
    assert re.search(r"Error: A Spark worker has no \w+: install the same version of evenhand", done.stderr)


# --- what fails --------------------------------------------------------------------------------------------


def test_a_damaged_part_is_named(folder: Path, tmp_path: Path) -> None:
    part = "events/booking/custody.released/part-00003.parquet"
    record = tmp_path / "record"
    for path in folder.rglob("*"):
        if path.is_file():
            target = record / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    body = bytearray((record / part).read_bytes())
    body[20] ^= 1
    (record / part).write_bytes(body)
    messages = []
    for words in ((), ("--engine", "spark", "--master", "local[2]")):
        refused = run("audit", record, "--out", tmp_path / "out", *words)
        assert refused.exit_code == 2
        messages.append(refused.stderr.splitlines()[-1])
    assert messages[0] == messages[1]
    assert part in messages[0]
    assert not (tmp_path / "out").exists()


def test_a_fault_of_the_engine_is_one_sentence(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.audit.run.ArrayEngine", engines.Fails)
    with pytest.raises(SparkError, match=r"^Spark stopped: ZeroDivisionError: a fault of the engine$"):
        findings(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("master", "says"),
    [
        ("spark://127.0.0.1:9", "No Spark master answers at spark://127.0.0.1:9: check the URL"),
        ("elsewhere", "--master elsewhere: write spark://HOST:PORT"),
    ],
)
def test_a_master_that_cannot_be_used(folder: Path, master: str, says: str, tmp_path: Path) -> None:
    refused = run("audit", folder, "--out", tmp_path / "out", "--engine", "spark", "--master", master)
    assert refused.exit_code == 2
    assert says in refused.stderr


def test_no_java(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SparkError, match="Spark needs Java 17 or later: install it"):
        findings(folder, tmp_path / "out")


def test_ctrl_c_stops_the_tasks_and_leaves_the_old_output(
    folder: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    out, left = tmp_path / "out", tmp_path / "marks"
    left.mkdir()
    assert run("audit", folder, "--out", out, "--fail-on", "never").exit_code == 0
    command = [sys.executable, "-m", "scale.engines", "audit", str(folder), "--out", str(out)]
    running = subprocess.Popen(
        [*command, "--engine", "spark", "--master", "local[2]"],
        env={**os.environ, engines.MARKS: str(left)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while len(begun := list(left.iterdir())) < 2 or not all(mark.read_text() for mark in begun):
        assert running.poll() is None, running.communicate()
        time.sleep(0.1)
    # As a terminal sends it: to Java and the workers as well.
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate()
    assert running.returncode == 130, told
    assert f"Stopped. {out} is as it was before." in told
    assert "Traceback" not in told
    assert without_place(contents(out)) == without_place(expected)
    for mark in begun:
        assert not Path("/proc", mark.read_text()).exists()


def test_a_record_error_is_not_tried_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenhand.audit.run.ArrayEngine", engines.Refuses)
    marks()
    with pytest.raises(RecordError, match="this part is damaged"):
        findings(folder, tmp_path / "out")
    assert set(Counter(marks()).values()) == {1}
