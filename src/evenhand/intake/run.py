"""One intake: sources in, a record out."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from evenhand.intake.build.candidates import candidate_schema
from evenhand.intake.build.events import Builder, day_columns
from evenhand.intake.declared import likely_tells, observed_from, observed_until, stated_tells
from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.readers import OpenSource, open_source
from evenhand.intake.readers.header import require_columns
from evenhand.intake.refusal import Refusals
from evenhand.intake.resolve.overlap import Stays
from evenhand.intake.resolve.resolver import Resolver
from evenhand.intake.resolve.spool import Spool
from evenhand.record.columns import QUARANTINE
from evenhand.record.events import SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.manifest import Manifest, MappingUsed, Source, Tells
from evenhand.record.writer import RecordWriter


class Progress(Protocol):
    """Is told how the work goes on."""

    def reading(self, file: str) -> None: ...
    def read(self, count: int) -> None: ...
    def rows(self, count: int) -> None: ...
    def resolving(self, events: int) -> None: ...
    def resolved(self, events: int) -> None: ...


@dataclass
class Outcome:
    """What an intake did.

    `facts`: how each source was read; `unused`: its columns that nothing maps; `day_columns`: columns whose
    times are all midnight, read as days; `declared`: whether the mapping says what the source tells.
    """

    manifest: Manifest
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    unused: dict[str, list[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    values_refused: int = 0
    day_columns: list[str] = field(default_factory=list)
    declared: bool = False


class Intake:
    """Reads sources through a mapping into the record that `writer` builds."""

    def __init__(
        self, mapping: Mapping, used: MappingUsed, limits: Limits, progress: Progress, writer: RecordWriter
    ) -> None:
        self.mapping, self._used, self._limits = mapping, used, limits
        self._progress, self._writer = progress, writer
        self._sources: list[Source] = []
        self._accounted = 0
        self._clocks: Counter[tuple[str, str]] = Counter()
        self._policies: Counter[str] = Counter()
        self._told = Outcome(Manifest(evenhand="", kind="import"), declared=mapping.tells is not None)
        self._spools: dict[SubjectKind, Spool] = {}

    def run(self, paths: list[Path]) -> Outcome:
        """Take in every source, resolve, commit. Raises `IntakeError`; nothing is written then."""
        since, until = observed_from(self.mapping), observed_until(self.mapping)
        tells = stated_tells(self.mapping)
        self._folder = self._writer.folder / ".intake"
        (self._folder / "spill").mkdir(parents=True)
        duck = Duck(self._folder / "spill")
        try:
            for kind in dict.fromkeys(b.kind for b in self.mapping.event):
                self._spools[kind] = Spool(self._folder, kind, candidate_schema(kind, self.mapping))
            for number, path in enumerate(paths):
                self._take(number, path, duck)
            self._resolve(duck)
        finally:
            duck.close()
            for spool in self._spools.values():
                spool.close()
        shutil.rmtree(self._folder)
        for policy, count in sorted(self._policies.items()):
            self._writer.count(policy, count)
        self._told.manifest = self._writer.commit(
            kind="import",
            provides=self.mapping.provides(),
            sources=self._sources,
            tells=self._likely_tells() if tells is None else tells,
            mapping=self._used,
            observed_from=since and pa.scalar(since, INSTANT),
            observed_until=until and pa.scalar(until, INSTANT),
            rows_accounted=self._accounted,
        )
        return self._told

    def _likely_tells(self) -> list[Tells]:
        rows = sum(source.rows for source in self._sources)
        return likely_tells(self.mapping, self._writer.events, self._policies, rows)

    def _take(self, number: int, path: Path, duck: Duck) -> None:
        """Read one source into the spools."""
        self._progress.reading(path.name)
        source = open_source(path, self.mapping.file, self._limits, duck, self._progress.read)
        needed = self.mapping.needed()
        columns, optional = source.reader.columns, set(self.mapping.optional)
        require_columns(path.name, columns, [n for n in needed if n not in optional], needed)
        named = {*needed, *(b.each for b in self.mapping.event if b.each)}
        self._told.facts[path.name] = source.reader.facts
        self._told.unused[path.name] = [
            c for c in columns if c not in named and not any(c.startswith(f"{n}.") for n in named)
        ]
        refusals = Refusals(path.name)
        builder = Builder(self.mapping, number, refusals, duck)
        rows = 0
        for batch in source.reader.batches([n for n in needed if n in columns or n in optional]):
            built = builder.build(batch)
            for kind, table in built.tables.items():
                self._spools[kind].add(table)
            rows += len(batch)
            self._accounted += built.accounted
            self._quarantine(refusals)
            self._progress.rows(len(batch))
        if rows == 0:
            raise IntakeError(
                f"{path.name}: the file has a header and no rows. Nothing was taken in. Export it again."
            )
        self._policies.update(builder.policies)
        self._clocks.update(builder.clocks)
        self._close(source, rows)

    def _close(self, source: OpenSource, rows: int) -> None:
        digest, size = source.file.finish()
        self._sources.append(Source(file=source.path.name, sha256=digest, bytes=size, rows=rows))

    def _quarantine(self, refusals: Refusals) -> None:
        entries, rows, values = refusals.drain()
        if len(entries):
            self._write_entries(entries, rows)
            self._told.values_refused += values
            if values:
                self._policies["values_quarantined"] += values

    def _write_entries(self, entries: pa.Table, rows: int) -> None:
        self._writer.quarantine(entries, rows=rows)
        self._told.reasons.update(entries["reason"].to_pylist())

    def _resolve(self, duck: Duck) -> None:
        """Sort the candidates by subject, resolve them, and give them to the writer."""
        files, digests = [s.file for s in self._sources], [s.sha256 for s in self._sources]
        self._told.day_columns = day_columns(self.mapping, self._clocks)
        resolver = Resolver(self.mapping, files, digests, self._told.day_columns)
        stays = Stays(self._folder)
        self._progress.resolving(sum(s.events for s in self._spools.values()))
        for kind, spool in self._spools.items():
            for chunk in spool.sorted_chunks(duck):
                resolved = resolver.resolve(chunk)
                if len(resolved.events):
                    self._writer.add_sorted(kind, resolved.events)
                for entries in resolved.entries:
                    self._write_entries(entries, 0)
                stays.add(resolved.stays)
                self._progress.resolved(len(chunk))
        lost = resolver.lost_rows()
        if lost:
            self._writer.quarantine(QUARANTINE.empty_table(), rows=lost)
            self._accounted -= lost
        self._policies.update(resolver.policies)
        overlapping = stays.overlapping(duck)
        if overlapping:
            self._policies["overlapping_stays"] += overlapping
