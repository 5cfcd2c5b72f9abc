"""The audit itself: every chosen rule over a record, findings written as they come."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from evenhand.audit.findings import Spool
from evenhand.audit.window import Window
from evenhand.audit.workers import Runner, local
from evenhand.progress import Report
from evenhand.record import manifest as manifest_form
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Provides, Tells, Verdict, unanswerable
from evenhand.rules.array.engine import ArrayEngine, PartResult, Tally
from evenhand.rules.context import Context
from evenhand.rules.patterns import END_OF_RECORD
from evenhand.rules.rule import Rule
from evenhand.rules.standing import build_standings

if TYPE_CHECKING:
    from evenhand.record.ledger.check import CheckResult

SORT_MEMORY = "512MB"
_EMPTY_RECORD_ENDS = datetime(1970, 1, 1, tzinfo=UTC)


class Reach(StrEnum):
    """How far a record can answer a rule."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NOT = "not"
    NOT_ASKED = "not_asked"
    """The record would tell of the acts that the rule is about, and shows none."""


@dataclass(frozen=True)
class RuleResult:
    """One rule's answers, counted by subject: the worst over a subject's acts.

    `missing` names the event types and fields for want of which an answer was "cannot tell". `acts` counts
    the acts that were judged, `acts_unclear` those that could not be; `lacks` counts the latter by what was
    lacking, `lacks_alone` those at which it was all that was lacking.
    """

    rule: Rule
    holds: int
    broken: int
    cannot_tell: int
    not_applicable: int
    missing: tuple[str, ...]
    reach: Reach
    acts: int = 0
    acts_unclear: int = 0
    lacks: Mapping[str, int] = field(default_factory=dict)
    lacks_alone: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Audit:
    """What an audit found; the findings themselves stand in `folder`."""

    record: Record
    window: Window
    results: tuple[RuleResult, ...]
    folder: Path

    @property
    def ledger(self) -> "CheckResult | None":
        """What the record's ledger says of it; None if it carries none."""
        return self.record.standing.check

    @property
    def reached(self) -> dict[Reach, int]:
        """How many of the rules are answered, answered in part, not, and not asked."""
        return {reach: sum(r.reach is reach for r in self.results) for reach in Reach}

    @property
    def coverage(self) -> float:
        """The share of the rules that were asked of an act and answered, at least in part, 0 to 1."""
        answered = self.reached[Reach.ANSWERED] + self.reached[Reach.PARTLY]
        return answered / len(self.results) if self.results else 0.0

    @property
    def acts(self) -> int:
        """How many acts were judged, each once for every rule that is about it."""
        return sum(result.acts for result in self.results)

    @property
    def acts_unclear(self) -> int:
        """How many acts could not be judged, counted in the same way."""
        return sum(result.acts_unclear for result in self.results)


def audit(
    record: Record,
    rules: Sequence[Rule],
    folder: Path,
    *,
    window: Window | None = None,
    progress: Report = lambda *_: None,
    runner: Runner | None = None,
) -> Audit:
    """Judge the record by the rules; write `findings.parquet` and `findings.csv` into the folder.

    `runner` says where the parts are judged; on all cores of this machine if it is None. A history is always
    read whole; under a window only the acts within it are judged. Raises `RecordError` when a part does not
    match the manifest or cannot be read.
    """
    window = window or Window()
    kinds = [kind for kind in SubjectKind if any(rule.subject is kind for rule in rules)]
    context = context_of(record, rules, window)
    manifest = record.manifest
    engine = ArrayEngine(rules, context)
    tallies = engine.unanswered()
    spool = Spool(folder)
    try:
        for result in _results(record, kinds, engine, runner or local(), progress):
            for rule_id, tally in result.tallies.items():
                tallies[rule_id].add(tally)
            spool.add(result.broken)
    finally:
        spool.close()
    with scratch_connection(folder) as connection:
        acts = {name for rule in rules for name in rule.on.types}
        # Only an imported event has a file and a row of its own.
        files = [f for kind in kinds for f in record.files(kind, acts)] if manifest.kind == "import" else []
        spool.finish(connection, rules, files, folder)
    results = tuple(_result(rule, tallies[rule.id], context.provides) for rule in rules)
    return Audit(record, window, results, folder)


def _results(
    record: Record, kinds: Sequence[SubjectKind], engine: ArrayEngine, runner: Runner, progress: Report
) -> Iterator[PartResult]:
    """The answers on every part of these kinds, in order."""
    parts = [part for kind in kinds for part in record.parts(kind)]
    total, done = Counter(part.kind for part in parts), Counter[SubjectKind]()
    for part, result in zip(parts, runner(engine, parts), strict=True):
        yield result
        done[part.kind] += 1
        progress(part.kind, done[part.kind], total[part.kind])


def context_of(record: Record, rules: Sequence[Rule], window: Window) -> Context:
    """Return what the rules ask of a record beside a subject's own history."""

    def rows(kind: SubjectKind, needed: bool) -> Iterator[dict[str, object]]:
        return (row for _, history in record.histories(kind) for row in history) if needed else iter(())

    officers = rows(SubjectKind.OFFICER, any(rule.reads_officer for rule in rules))
    agreements = rows(SubjectKind.AGREEMENT, any(rule.reads_agreement for rule in rules))
    facilities = rows(SubjectKind.FACILITY, any(rule.reads_facility for rule in rules))
    manifest = record.manifest
    return Context(
        Provides.of(manifest.provides),
        manifest.observed_until or _EMPTY_RECORD_ENDS,
        build_standings(officers, agreements, facilities),
        (window.since, window.until),
        tells=tuple(_told(part) for part in manifest.tells),
        # An export may begin while people are in jail; the desk books everyone.
        may_be_cut=manifest.kind != "desk",
        observed_from=manifest.observed_from,
    )


def _told(part: manifest_form.Tells) -> Tells:
    """Return a declaration of the manifest as the rules read it."""

    def chosen(names: list[str] | None) -> frozenset[str] | None:
        return None if names is None else frozenset(names)

    return Tells(
        frozenset(part.types),
        chosen(part.agencies),
        chosen(part.facilities),
        chosen(part.files),
        part.since,
        part.until,
    )


@contextmanager
def scratch_connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection of little memory that spills into the folder while it is open."""
    scratch = folder / ".scratch"
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": SORT_MEMORY,
        "temp_directory": str(scratch),
    }
    connection = duckdb.connect(config=config)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # DuckDB would draw it on stdout.
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        if scratch.is_dir():
            for left in scratch.iterdir():
                left.unlink()
            scratch.rmdir()


def _result(rule: Rule, tally: Tally, provides: Provides) -> RuleResult:
    counts = tally.verdicts
    return RuleResult(
        rule,
        counts[Verdict.HOLDS],
        counts[Verdict.BROKEN],
        counts[Verdict.CANNOT_TELL],
        counts[Verdict.NOT_APPLICABLE],
        tuple(sorted(tally.missing)),
        _reach(rule, tally, provides),
        tally.acts,
        tally.acts_unclear,
        dict(tally.lacking),
        dict(tally.lacking_alone),
    )


def _reach(rule: Rule, tally: Tally, provides: Provides) -> Reach:
    """A rule counts as answered only if it was asked of at least one act."""
    if unanswerable(rule, provides):
        return Reach.NOT
    lacks = tally.verdicts[Verdict.CANNOT_TELL] > 0 and tally.missing - {END_OF_RECORD}
    if tally.acts:
        return Reach.PARTLY if lacks else Reach.ANSWERED
    return Reach.NOT if tally.acts_unclear else Reach.NOT_ASKED
