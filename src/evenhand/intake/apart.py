"""Run one intake in a process of its own, with bounds: for a file that somebody uploads.

The file is not trusted. The process has limits on time, memory and disk, gets no settings or secrets, and its
folder is removed whatever happens.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evenhand.intake.errors import IntakeError

_MIB = 1 << 20
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""The environment that the process gets: the desk's own holds secrets."""
NAME_LENGTH = 60


@dataclass(frozen=True)
class Bounds:
    """What one upload may take.

    `rows` of the file; `results`: events and quarantine entries that they give; `seconds` of wall time; bytes
    of `memory` and `disk`.
    """

    rows: int
    results: int = 50_000
    seconds: int = 60
    memory: int = 4096 * _MIB
    disk: int = 512 * _MIB


@dataclass(frozen=True)
class Taken:
    """What an intake made of one file.

    `rows` counts the file's rows; `counts` is what the manifest counts of them by name, such as what each
    policy did; `unused` are the columns that the mapping does not read. `events` are rows of booking events
    with their personal part, in the order of their histories. `entries` are quarantine entries, with the
    booking's `key` where the row has one.
    """

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


def take_apart(content: bytes, name: str, mapping: str, bounds: Bounds) -> Taken:
    """Take in a file with the text of a mapping. Raises `IntakeError`; nothing is kept."""
    return Taken(**_run("take", content, name, mapping, bounds))


def suggest_apart(content: bytes, name: str, bounds: Bounds) -> str:
    """Return the text of a starter mapping for a file. Raises `IntakeError`."""
    return str(_run("suggest", content, name, "", bounds)["mapping"])


def plain_name(name: str) -> str:
    """Return a file name without its folders and without characters that mislead; never empty."""
    base = re.split(r"[\\/]", name)[-1]
    stem, dot, suffix = re.sub(r"[^\w .()-]", "_", base).strip(" .").rpartition(".")
    suffix = suffix[:10]
    return f"{stem[: NAME_LENGTH - len(suffix)]}{dot}{suffix}".strip(" .") or "upload"


def _run(task: str, content: bytes, name: str, mapping: str, bounds: Bounds) -> dict[str, Any]:
    name = plain_name(name)
    with tempfile.TemporaryDirectory(prefix="evenhand-upload-") as made:
        folder = Path(made)
        (folder / "file").mkdir()
        (folder / "file" / name).write_bytes(content)
        (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        command = [sys.executable, "-I", "-m", __name__, task, name, json.dumps(asdict(bounds))]
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=bounds.seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise IntakeError(
                f"{name}: reading it took longer than {bounds.seconds} seconds. Split the file, or simplify "
                "the patterns in the mapping."
            ) from None
    if done.returncode != 0:
        raise IntakeError(
            f"{name}: the file needs more memory or time than an upload may take, or it is damaged. Save it "
            "as CSV UTF-8, or split it."
        )
    told: dict[str, Any] = json.loads(done.stdout)
    if "error" in told:
        raise IntakeError(told["error"])
    return told


# --- in the process of its own -----------------------------------------------------------------------------


class _AtMost:
    """Stops an intake whose file has too many rows."""

    def __init__(self, rows: int) -> None:
        self._most, self._rows, self._file = rows, 0, ""

    def reading(self, file: str) -> None:
        self._file = file

    def rows(self, count: int) -> None:
        self._rows += count
        if self._rows > self._most:
            raise IntakeError(f"{self._file}: the file has more than {self._most:,} rows. Split the file.")

    def read(self, count: int) -> None: ...
    def resolving(self, events: int) -> None: ...
    def resolved(self, events: int) -> None: ...


def _take(path: Path, bounds: Bounds) -> Taken:
    from evenhand.intake.limits import Limits
    from evenhand.intake.mapping.load import load_mapping
    from evenhand.intake.run import Intake
    from evenhand.record.events import SubjectKind
    from evenhand.record.rows import rows_of
    from evenhand.record.store import Record
    from evenhand.record.writer import RecordWriter

    limits = Limits(
        record_bytes=_MIB // 4, ratio=20, free_bytes=100 * _MIB, cells=2_000_000, batch_bytes=_MIB
    )
    mapping, used = load_mapping("mapping.toml")
    with RecordWriter(Path("record")) as writer:
        outcome = Intake(mapping, used, limits, _AtMost(bounds.rows), writer).run([path])
    record = Record(Path("record"))
    given = sum(outcome.manifest.counts.events.values()) + len(record.quarantine())
    if given > bounds.results:
        raise IntakeError(
            f"{path.name}: its rows give {given:,} events and problems, more than {bounds.results:,}. Check "
            "`split` and `each` in the mapping, or split the file."
        )
    personal = {row.pop("id"): row for row in _personal(record)}
    events = [
        {**row, **personal.get(row["id"], {})}
        for _, history in record.histories(SubjectKind.BOOKING)
        for row in history
    ]
    for event in events:
        del event["case"], event["pos"]
    entries = rows_of(record.quarantine())
    keys = dict(_keys(path, mapping, limits)) if entries else {}
    for entry in entries:
        entry["key"] = keys.get((entry["file"], entry.get("row", 0)), "")
    manifest = outcome.manifest
    return Taken(
        rows=sum(source.rows for source in manifest.sources),
        counts=_counts(manifest.counts.model_dump(mode="json", exclude={"events", "cases"})),
        unused=sorted({column for columns in outcome.unused.values() for column in columns}),
        events=events,
        entries=entries,
    )


def _counts(told: dict[str, Any]) -> dict[str, int]:
    """What a manifest counts by name: policies, reasons, ends of rows."""
    return {
        name: number
        for part in told.values()
        if isinstance(part, dict)
        for name, number in part.items()
        if number
    }


def _personal(record: Any) -> Iterator[dict[str, Any]]:
    """The personal parts of the booking events, each with its event's id."""
    import pyarrow.parquet as pq

    from evenhand.record.events import SubjectKind
    from evenhand.record.rows import rows_of

    for part in record.parts(SubjectKind.BOOKING):
        for event_type in part.files:
            file = part.personal_file(event_type)
            if file is not None:
                yield from rows_of(pq.read_table(file).drop(["case"]))


def _keys(path: Path, mapping: Any, limits: Any) -> Iterator[tuple[tuple[str, int], str]]:
    """The booking's key of each row that has one, by file and row. The file is read again for them, as the
    quarantine keeps none."""
    import pyarrow.compute as pc

    from evenhand.intake.build.view import View
    from evenhand.intake.duck import Duck
    from evenhand.intake.readers import open_sources

    spec = mapping.subject
    duck = Duck()
    try:
        for source in open_sources(path, mapping, limits, duck, lambda _: None):
            for batch in source.reader.batches(list(spec.columns)):
                view = View(batch.table, batch.rows, mapping.file.null, duck)
                texts = [view.text(column) for column in spec.columns]
                keys = pc.binary_join_element_wise(*texts, spec.join).to_pylist()
                for row, key in zip(batch.rows.tolist(), keys, strict=True):
                    if key is not None:
                        yield (source.name, row), f"{spec.prefix}{key}{spec.suffix}"
    finally:
        duck.close()


def _limit(bounds: Bounds) -> None:
    for limit, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.seconds * 2),
        (resource.RLIMIT_FSIZE, bounds.disk),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def main(task: str, name: str, bounds: Bounds) -> None:
    """Do the task in the current folder and print what it gives as JSON."""
    from evenhand.record.errors import RecordError

    _limit(bounds)
    path = Path("file") / name
    try:
        if task == "suggest":
            from evenhand.intake.suggest.write import suggest_mapping

            told: dict[str, Any] = {"mapping": suggest_mapping(path).text}
        else:
            told = asdict(_take(path, bounds))
    except (IntakeError, RecordError) as error:
        told = {"error": str(error)}
    json.dump(told, sys.stdout, default=str)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Bounds(**json.loads(sys.argv[3])))
