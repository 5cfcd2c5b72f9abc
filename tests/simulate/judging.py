"""Judging a whole record with the case engine, and comparing with the known truth."""

from collections import defaultdict
from itertools import chain
from pathlib import Path

from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Provides, Verdict
from evenhand.rules.case import Context, judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.standing import build_standings

Pairs = set[tuple[str, str]]


def verdicts(folder: Path) -> dict[Verdict, Pairs]:
    """Every answer of every rule on every history: (rule, subject) by verdict."""
    record = Record(folder)
    histories = {kind: list(record.histories(kind)) for kind in SubjectKind}
    manifest = record.manifest
    assert manifest.observed_until is not None
    context = Context(
        Provides.of(manifest.provides),
        manifest.observed_until,
        build_standings(
            chain.from_iterable(rows for _, rows in histories[SubjectKind.OFFICER]),
            chain.from_iterable(rows for _, rows in histories[SubjectKind.AGREEMENT]),
        ),
    )
    found: dict[Verdict, Pairs] = defaultdict(set)
    for rule in CATALOG.values():
        for subject, rows in histories[rule.subject]:
            found[judge(rule, rows, context).verdict].add((rule.id, subject))
    return found


def truth(folder: Path) -> Pairs:
    """The known breaches of a simulated record."""
    rows = Record(folder).truth().to_pylist()
    pairs = {(row["rule"], row["subject"]) for row in rows}
    assert len(pairs) == len(rows), "a breach is stated twice"
    return pairs
