"""Auditing what the desk recorded, and comparing it with what its guard said."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.desk.record.export import export
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Use

Pairs = set[tuple[str, str]]


def findings(folder: Path) -> list[dict[str, Any]]:
    """The findings of an audit of the desk's record, which is exported to `folder`."""
    with within(EVERYTHING):
        export(folder / "export")
    run = ["audit", str(folder / "export"), "--out", str(folder / "audit"), "--fail-on", "never"]
    assert CliRunner().invoke(main, run, catch_exceptions=False).exit_code == 0
    rows: list[dict[str, Any]] = pq.read_table(folder / "audit" / "findings.parquet").to_pylist()
    return rows


def broken_by_acts(found: Iterable[dict[str, Any]], use: Use) -> Pairs:
    """(rule, subject) where an act itself broke a rule of this use.

    A duty that was not done in time is no such act: refusing it later would not fulfill it.
    """
    return {
        (row["rule"], row["subject"])
        for row in found
        if CATALOG[row["rule"]].use is use and (row["deadline"] is None or row["deadline"] < row["when"])
    }


def warned(folder: Path) -> Pairs:
    """(rule, subject) of the warnings in the record exported to `folder`."""
    histories = Record(folder / "export").histories(SubjectKind.SYSTEM)
    return {
        (row["rule"], row["subject"])
        for _, rows in histories
        for row in rows
        if row["type"] == "guard.warned"
    }
