"""Judging a whole record with the case engine, and comparing with the known truth."""

from collections import defaultdict
from itertools import chain
from pathlib import Path

from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Answer, Provides, Verdict
from evenhand.rules.array.engine import ArrayEngine
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.context import Context
from evenhand.rules.standing import build_standings

Pairs = set[tuple[str, str]]


def _context(record: Record) -> Context:
    manifest = record.manifest
    assert manifest.observed_until is not None
    rows = {
        kind: chain.from_iterable(events for _, events in record.histories(kind))
        for kind in (SubjectKind.OFFICER, SubjectKind.AGREEMENT, SubjectKind.FACILITY)
    }
    standings = build_standings(*rows.values())
    provides = Provides.of(manifest.provides)
    return Context(provides, manifest.observed_until, standings, may_be_cut=True)


def verdicts(folder: Path) -> dict[Verdict, Pairs]:
    """Every answer of every rule on every history: (rule, subject) by verdict."""
    record = Record(folder)
    context = _context(record)
    histories = {kind: list(record.histories(kind)) for kind in SubjectKind}
    found: dict[Verdict, Pairs] = defaultdict(set)
    for rule in CATALOG.values():
        for subject, rows in histories[rule.subject]:
            found[judge(rule, rows, context).verdict].add((rule.id, subject))
    return found


def answers(folder: Path) -> dict[tuple[str, str], Answer]:
    """The answer of every rule on every history."""
    record = Record(folder)
    context = _context(record)
    found = {}
    for kind in SubjectKind:
        rules = [rule for rule in CATALOG.values() if rule.subject is kind]
        for subject, rows in record.histories(kind):
            found.update({(rule.id, subject): judge(rule, rows, context) for rule in rules})
    return found


def found_by_array(folder: Path) -> tuple[Pairs, set[str]]:
    """(rule, subject) of what the array engine finds broken, and the rules that cannot tell somewhere."""
    record = Record(folder)
    engine = ArrayEngine(CATALOG.values(), _context(record))
    found: Pairs = set()
    unclear: set[str] = set()
    for kind in SubjectKind:
        for part in record.parts(kind):
            result = engine.judge(part)
            columns = (result.broken[name].to_pylist() for name in ("rule", "subject"))
            found.update(zip(*columns, strict=True))
            unclear |= {rule for rule, t in result.tallies.items() if t.verdicts[Verdict.CANNOT_TELL]}
    return found, unclear


def truth(folder: Path) -> Pairs:
    """The known breaches of a simulated record."""
    rows = Record(folder).truth().to_pylist()
    pairs = {(row["rule"], row["subject"]) for row in rows}
    assert len(pairs) == len(rows), "a breach is stated twice"
    return pairs
