"""One intake: sources in, a record out."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from evenhand.intake.build.absent import State
from evenhand.intake.build.candidates import candidate_schema
from evenhand.intake.build.events import BLANK, Builder, day_columns
from evenhand.intake.build.keys import KeyLook
from evenhand.intake.declared import likely_tells, observed_from, observed_until, stated_tells
from evenhand.intake.duck import Duck
from evenhand.intake.errors import IntakeError
from evenhand.intake.limits import Limits
from evenhand.intake.mapping.model import Mapping
from evenhand.intake.personal.made_keys import KeyMaker
from evenhand.intake.personal.public import refuse_by_name
from evenhand.intake.readers import OpenSource, open_sources
from evenhand.intake.readers.header import require_columns
from evenhand.intake.readers.joined import Joins, parts_of
from evenhand.intake.readers.layout import KIND
from evenhand.intake.refusal import Refusals
from evenhand.intake.resolve.keys import FAULTS, refuse_changed_keys
from evenhand.intake.resolve.merged import Removed
from evenhand.intake.resolve.overlap import Stays
from evenhand.intake.resolve.resolver import Resolver
from evenhand.intake.resolve.spool import Spool
from evenhand.intake.tally import Tallies
from evenhand.record.events import SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.manifest import MERGED_FILE, Manifest, MappingUsed, RowEnds, Source, Tells
from evenhand.record.subject_key import keep_secret, new_secret, read_secret, secret_of
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
    `left_out`, `without_event`: the rows that told nothing by reason; `exits`: those whose exit time gave no
    event, by its column; `keys`: what is wrong with keys; `unread`: the sheets that were not read, with their
    rows; `makes_keys`: whether keys were made; `not_personal`: columns that the mapping vouches for.
    `absent`: cells of time columns that are no time, by column, state and text; `groups`: the values of each
    group's field; `exported_on`: the day that the mapping states; `last_booking`: when it
    was, and `after_it`: the latest time of each column that goes on for more than a day after it.
    """

    manifest: Manifest
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    unused: dict[str, list[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    values_refused: int = 0
    day_columns: list[str] = field(default_factory=list)
    declared: bool = False
    absent: Counter[tuple[str, State, str]] = field(default_factory=Counter)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    exported_on: str | None = None
    last_booking: datetime | None = None
    after_it: dict[str, datetime] = field(default_factory=dict)
    makes_keys: bool = False
    not_personal: tuple[str, ...] = ()
    left_out: Tallies = field(default_factory=Tallies)
    without_event: Tallies = field(default_factory=Tallies)
    exits: Tallies = field(default_factory=Tallies)
    keys: list[str] = field(default_factory=list)
    unread: dict[str, dict[str, int]] = field(default_factory=dict)

    def objections(self) -> bool:
        """Whether something does not fit the mapping, or is not told although nothing leaves it out."""
        counts = self.manifest.counts
        unexplained = counts.rows.without_event - counts.without_event.get(BLANK, 0)
        faults = any(counts.policies.get(fault) for fault in FAULTS)
        return bool(counts.rows.quarantined or self.values_refused or unexplained or faults)


class Intake:
    """Reads sources through a mapping into the record that `writer` builds."""

    def __init__(
        self,
        mapping: Mapping,
        used: MappingUsed,
        limits: Limits,
        progress: Progress,
        writer: RecordWriter,
        key_file: Path | None = None,
    ) -> None:
        """`key_file` names the secret of an earlier record, for the same made keys."""
        self.mapping, self._used, self._limits = mapping, used, limits
        self._progress, self._writer = progress, writer
        self._secret = read_secret(key_file) if key_file is not None else secret_of(writer.out)
        if self._secret is None and mapping.makes_keys():
            self._secret = new_secret()
        self._sources: list[Source] = []
        self._key_look = KeyLook(mapping)
        self._source_keys: list[str] = []
        self._clocks: Counter[tuple[str, str]] = Counter()
        self._latest: dict[tuple[str, bool], int] = {}
        self._policies: Counter[str] = Counter()
        self._told = Outcome(
            Manifest(evenhand="", kind="import"),
            declared=mapping.tells is not None,
            makes_keys=mapping.makes_keys(),
            not_personal=mapping.not_personal,
        )
        self._told.exported_on = mapping.exported_on
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
            joins = Joins(self.mapping, duck)
            for part, path in parts_of(paths, self.mapping):
                self._progress.reading(path.name)
                for source in open_sources(
                    path, self.mapping, self._limits, duck, self._progress.read, part=part
                ):
                    source.reader = joins.reader(source.name, source.reader, part)
                    self._take(source, part, duck)
            self._told.keys += refuse_changed_keys(self._key_look, self.mapping)
            self._resolve(duck)
        finally:
            duck.close()
            for spool in self._spools.values():
                spool.close()
        shutil.rmtree(self._folder)
        if self._secret is not None:
            keep_secret(self._writer.folder, self._secret)
        self._told.last_booking, self._told.after_it = _after_the_last_booking(self._latest)
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
            left_out=self._told.left_out.rows(),
            without_event=self._told.without_event.rows(),
        )
        return self._told

    def _likely_tells(self) -> list[Tells]:
        rows = sum(source.rows for source in self._sources)
        return likely_tells(self.mapping, self._writer.events, self._policies, rows)

    def _take(self, source: OpenSource, part: str | None, duck: Duck) -> None:
        """Read one source into the spools."""
        needed, reader = self.mapping.needed(part), source.reader
        optional = set(self.mapping.optional)
        required = [n for n in needed if n not in optional]
        if not reader.grows:
            require_columns(source.name, reader.columns, required, needed)
        self._told.facts[source.name] = reader.facts
        refuse_by_name(self.mapping, source.name)
        refusals = Refusals(source.name)
        keys = KeyMaker(self._secret) if self._secret is not None else None
        builder = Builder(self.mapping, len(self._sources), refusals, duck, keys, part)
        rows = 0
        left_out = [
            c.column for rule in self.mapping.leave_out for c in rule.when if c.column in reader.columns
        ]
        for batch in reader.batches(list(dict.fromkeys([*needed, *left_out]))):
            for kind, table in builder.build(batch).items():
                self._spools[kind].add(table)
            rows += len(batch)
            self._quarantine(refusals)
            self._progress.rows(len(batch))
        require_columns(source.name, reader.columns, required, needed)
        if rows == 0:
            raise IntakeError(
                f"{source.name}: the file has a header and no rows. Nothing was taken in. Export it again."
            )
        named = {KIND, *needed, *(b.each for b in self.mapping.event if b.each)}
        self._told.unused[source.name] = [
            c for c in reader.columns if c not in named and not any(c.startswith(f"{n}.") for n in named)
        ]
        self._policies.update(builder.policies)
        self._clocks.update(builder.clocks)
        self._key_look.update(builder.key_look)
        self._told.left_out.update(builder.left_out)
        self._told.without_event.update(builder.without_event)
        self._told.exits.update(builder.exits)
        unread = source.reader.unread
        if unread:
            self._told.unread[source.name] = dict(unread)
        self._told.absent.update(builder.absent.counts)
        for place, moment in builder.latest.items():
            self._latest[place] = max(self._latest.get(place, moment), moment)
        for name, values in builder.groups.items():
            self._told.groups.setdefault(name, Counter()).update(values)
        self._close(source, rows, builder.ends)

    def _close(self, source: OpenSource, rows: int, ends: RowEnds) -> None:
        digest, size = source.file.finish()
        self._sources.append(Source(file=source.name, sha256=digest, bytes=size, rows=rows, ends=ends))
        self._source_keys.append(source.key(digest))

    def _quarantine(self, refusals: Refusals) -> None:
        entries, values = refusals.drain()
        if len(entries):
            self._write_entries(entries)
            self._told.values_refused += values
            if values:
                self._policies["values_quarantined"] += values

    def _write_entries(self, entries: pa.Table) -> None:
        self._writer.quarantine(entries)
        self._told.reasons.update(entries["reason"].to_pylist())

    def _resolve(self, duck: Duck) -> None:
        """Sort the candidates by subject, resolve them, and give them to the writer."""
        files = [s.file for s in self._sources]
        self._told.day_columns = day_columns(self.mapping, self._clocks)
        removed = Removed(self._folder)
        try:
            self._resolve_all(
                duck, Resolver(self.mapping, files, self._source_keys, self._told.day_columns, removed)
            )
            merged, quarantined = removed.settle(duck, files, self._writer.folder / MERGED_FILE)
        finally:
            removed.close()
        for source, joined, lost in zip(self._sources, merged, quarantined, strict=True):
            source.ends += RowEnds(told=-joined - lost, merged=joined, quarantined=lost)

    def _resolve_all(self, duck: Duck, resolver: Resolver) -> None:
        stays = Stays(self._folder)
        self._progress.resolving(sum(s.events for s in self._spools.values()))
        for kind, spool in self._spools.items():
            for chunk in spool.sorted_chunks(duck):
                resolved = resolver.resolve(kind, chunk)
                if len(resolved.events):
                    self._writer.add_sorted(kind, resolved.events)
                for entries in resolved.entries:
                    self._write_entries(entries)
                stays.add(resolved.stays)
                self._progress.resolved(len(chunk))
        resolver.faults.refuse()
        self._told.keys += resolver.faults.warnings()
        self._policies.update(resolver.faults.counts)
        self._policies.update(resolver.policies)
        overlapping = stays.overlapping(duck)
        if overlapping:
            self._policies["overlapping_stays"] += overlapping


def _after_the_last_booking(
    latest: dict[tuple[str, bool], int],
) -> tuple[datetime | None, dict[str, datetime]]:
    """When the last booking was, and the columns of other times that go on for more than a day."""
    times = {place: datetime.fromtimestamp(micros / 1e6, UTC) for place, micros in latest.items()}
    booked = max((time for (_, booking), time in times.items() if booking), default=None)
    if booked is None:
        return None, {}
    others = {column: time for (column, booking), time in times.items() if not booking}
    return booked, {c: time for c, time in others.items() if time > booked + timedelta(days=1)}
