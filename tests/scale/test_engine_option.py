"""The options that choose where the audit judges."""

import sys
from pathlib import Path

import pytest

from record.small_record import write
from scale.commands import run


@pytest.fixture
def record(tmp_path: Path) -> Path:
    write(tmp_path / "record", 3)
    return tmp_path / "record"


def test_spark_without_pyspark(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyspark", "pyspark.sql", "py4j", "py4j.protocol"):
        monkeypatch.setitem(sys.modules, name, None)
    refused = run("audit", record, "--out", tmp_path / "out", "--engine", "spark")
    assert refused.exit_code == 2
    assert "--engine spark needs PySpark: pip install 'evenhand[spark]'." in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--master", "spark://head:7077"), "--master is for --engine spark"),
        (("--engine", "spark", "--workers", "2"), "--workers is for --engine local"),
    ],
)
def test_options_that_do_not_go_together(
    record: Path, words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    refused = run("audit", record, "--out", tmp_path / "out", *words)
    assert refused.exit_code == 2
    assert says in refused.stderr
