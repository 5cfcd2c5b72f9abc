"""Running the command in this process, and looking at what it wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from click.testing import CliRunner

from evenhand.intake.command import intake
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from intake.shapes import SIMPLE


@dataclass
class Taken:
    """An intake's exit status, what it said, and the record that it wrote (if any)."""

    status: int
    said: str
    record: Record | None

    @property
    def counts(self) -> Any:
        assert self.record is not None, self.said
        return self.record.manifest.counts

    def histories(self, kind: SubjectKind = SubjectKind.BOOKING) -> dict[str, list[dict[str, Any]]]:
        assert self.record is not None, self.said
        return dict(self.record.histories(kind))

    def quarantine(self) -> list[dict[str, Any]]:
        assert self.record is not None, self.said
        rows: list[dict[str, Any]] = self.record.quarantine().to_pylist()
        return rows

    def merged(self) -> list[dict[str, Any]]:
        assert self.record is not None, self.said
        rows: list[dict[str, Any]] = pq.read_table(self.record.folder / "merged.parquet").to_pylist()
        return rows


def run(*args: object) -> tuple[int, str]:
    """The exit status and all that was said; an error that is not told to the user fails the test."""
    result = CliRunner().invoke(intake, [str(a) for a in args], catch_exceptions=False)
    return result.exit_code, result.output


def take(folder: Path, *sources: Path, mapping: str = SIMPLE, options: tuple[str, ...] = ()) -> Taken:
    """Take sources in with a mapping's text; the record is in `folder`."""
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    out = folder / "record"
    status, said = run(*sources, "--mapping", folder / "mapping.toml", "--out", out, *options)
    return Taken(status, said, Record(out) if status == 0 else None)
