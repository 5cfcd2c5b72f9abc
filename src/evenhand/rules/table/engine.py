"""Running all rules over a record's tables on DuckDB, part by part, in bounded memory.

Phase one aggregates each part of the bookings once into verdicts (the wide frame). The histories with a
breach, or with an act done more than once, are kept back and judged again with their evidence (the long
frame), some hundred thousand events at a time. All other kinds of subject go through the long frame at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from evenhand.record.columns import event_schema
from evenhand.record.events import SubjectKind
from evenhand.record.events.arrow import INSTANT
from evenhand.record.part import EventPart
from evenhand.record.query import create_events, scan
from evenhand.rules.answer import Verdict, unanswerable
from evenhand.rules.case import Context
from evenhand.rules.rule import Rule
from evenhand.rules.table.inputs import (
    CLOCK_SCHEMA,
    agreement_rows,
    clock_rows,
    columns_judged,
    facility_rows,
    instant,
    naive,
    naive_moment,
    officer_rows,
    skipping_laters,
)
from evenhand.rules.table.long import LongPlan
from evenhand.rules.table.packed import Packing
from evenhand.rules.table.wide import WidePlan

FOCUS_EVENTS = 1_000_000
UNCLEAR_SHOWN = 1000
"""How many "cannot tell" histories a rule are looked into for the names of the missing fields."""


@dataclass
class Tally:
    """One rule's answers over a record, counted by subject; `missing` names fields that were lacking."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)


ACTS = {True: "acts_alone", False: "acts"}
"""The tables of activations, by whether their rules look at nothing else."""

BREACHES = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("activation", pa.string(), nullable=False),
        pa.field("when", INSTANT, nullable=False),
        pa.field("agency", pa.string(), nullable=False),
        pa.field("facility", pa.string()),
        pa.field("officer", pa.string()),
        pa.field("evidence", pa.list_(pa.string()), nullable=False),
        pa.field("deadline", INSTANT),
        pa.field("missed_by", pa.duration("us")),
        pa.field("still_open", pa.bool_(), nullable=False),
        pa.field("first_deadline", INSTANT),
        pa.field("stated_reason", pa.string()),
    ]
)
"""One row for each act that broke a rule, with the meaning of `answer.Breach`; ids as text."""

Progress = Callable[[str, int, int], None]


class TableEngine:
    """Judges rules over Parquet parts of whole histories.

    `counts` are the record's numbers of events by type, which steer the plan, not the result.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        context: Context,
        *,
        zones: Iterable[str] = ("UTC",),
        counts: dict[str, int] | None = None,
        memory_limit: str = "4GB",
    ) -> None:
        self.rules = tuple(rules)
        self.context = context
        self.counts = counts or {}
        self.zones = tuple(zones)
        self.tallies = {rule.id: Tally() for rule in self.rules}
        self._connection = duckdb.connect(
            config={"memory_limit": memory_limit, "preserve_insertion_order": False}
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        self._put("officer_standing", officer_rows(context.standings))
        self._put("agreement_standing", agreement_rows(context.standings))
        self._put("facility_standing", facility_rows(context.standings))

    def close(self) -> None:
        self._connection.close()

    def _put(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", naive(table))
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        # By way of Arrow: instants fetched one by one would need pytz.
        table = self._connection.sql(sql).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def judge(
        self, kind: SubjectKind, parts: list[EventPart], cases: int, progress: Progress | None = None
    ) -> Iterator[pa.Table]:
        """Judge every history of one kind; yields what is broken (`BREACHES`) and adds to `tallies`."""
        rules = []
        for rule in self.rules:
            if rule.subject is not kind:
                continue
            lacking = unanswerable(rule, self.context.provides)
            if lacking:
                self.tallies[rule.id].verdicts[Verdict.CANNOT_TELL] += cases
                self.tallies[rule.id].missing.update(lacking)
            else:
                rules.append(rule)
        if rules and parts:
            run = _KindRun(self, kind, tuple(rules), parts, cases)
            yield from run.over(progress)


class _KindRun:
    """One pass over the parts of one kind of subject."""

    def __init__(
        self,
        engine: TableEngine,
        kind: SubjectKind,
        rules: tuple[Rule, ...],
        parts: list[EventPart],
        cases: int,
    ) -> None:
        self.engine, self.kind, self.rules, self.parts = engine, kind, rules, parts
        self.columns = columns_judged(kind, rules)
        context = engine.context
        until = instant(context.observed_until)
        self.packing = Packing([rule.id for rule in rules])
        engine._put("clock", self._clocks())
        self.long_plan = LongPlan(
            kind, rules, context.provides, until, context.window, "focus", "focus_cases", self.packing
        )
        self.wide_sql = None
        if kind is SubjectKind.BOOKING:
            plan = WidePlan(
                kind,
                rules,
                context.provides,
                until,
                context.window,
                "events",
                engine.counts,
                cases,
                self.packing,
            )
            self.wide_sql = _sql(plan.verdicts())
            self.compact_sql = {name: _sql(table) for name, table in plan.tables.items()}
        self.unclear_seen: Counter[str] = Counter()
        self._written: dict[tuple[str, str], str] = {}

    def _clocks(self) -> pa.Table:
        """The deadlines on clocks that skip days, for every moment of the events."""
        laters = skipping_laters(self.rules)
        if not laters:
            return CLOCK_SCHEMA.empty_table()
        ((first, last),) = self._rows(
            "SELECT min(occurred_at), max(occurred_at) FROM "
            + scan(*(path for part in self.parts for path in part.files.values()))
        )
        return clock_rows(laters, self.engine.zones, first, last)

    @cached_property
    def activations_sql(self) -> dict[str, str]:
        return {ACTS[alone]: _sql(table) for alone, table in self.long_plan.activations.items()}

    def _of(self, ask: Callable[[Rule, str], Any], rule: Rule) -> str:
        """The SQL of what the long plan asks of one rule, written when first needed."""
        key = ask.__name__, rule.id
        if key not in self._written:
            self._written[key] = _sql(ask(rule, ACTS[rule.alone]))
        return self._written[key]

    def over(self, progress: Progress | None) -> Iterator[pa.Table]:
        connection = self.engine._connection
        empty = event_schema(self.kind).empty_table().select(self.columns)
        self.engine._put("focus", empty)
        words = "".join(f", {word} BIGINT" for word in self.packing.words)
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE focus_cases ("case" BIGINT, counted BOOLEAN{words})'
        )
        for number, part in enumerate(self.parts):
            self._open(part)
            if self.wide_sql is None:
                none = ", 0" * len(self.packing.words)
                connection.execute(f'INSERT INTO focus_cases SELECT DISTINCT "case", true{none} FROM events')
            else:
                self._phase_one()
            self._keep_back()
            if self._rows("SELECT count(*) FROM focus")[0][0] >= FOCUS_EVENTS:
                yield from self._phase_two()
            if progress:
                progress(self.kind, number + 1, len(self.parts))
        yield from self._phase_two()

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine._rows(sql)

    def _open(self, part: EventPart) -> None:
        """Make `events` the part's events, with instants as the expressions read them."""
        moments = [f.name for f in event_schema(self.kind) if f.type == INSTANT]
        plain = ", ".join(f"make_timestamp(epoch_us({name})) AS {name}" for name in moments)
        create_events(self.engine._connection, "stored", self.kind, [part], part.files)
        self.engine._connection.execute(
            f"CREATE OR REPLACE TEMP VIEW events AS SELECT * REPLACE ({plain}) FROM stored"
        )

    def _keep_back(self) -> None:
        """Add the events of the histories kept back to `focus`, but for those that a later event corrects."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        self.engine._connection.execute(
            f"INSERT INTO focus SELECT {names} FROM events "
            'WHERE "case" IN (SELECT "case" FROM focus_cases) '
            "AND id NOT IN (SELECT corrects FROM events WHERE corrects IS NOT NULL)"
        )

    def _phase_one(self) -> None:
        """Verdicts of the part's histories; counts the plain ones, keeps back the others."""
        connection = self.engine._connection
        for name, sql in self.compact_sql.items():
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE verdicts AS {self.wide_sql}")
        words = ", ".join(self.packing.words)
        alike = self.engine._connection.sql(
            f"SELECT {words}, count(*) AS n FROM verdicts WHERE NOT again GROUP BY ALL"
        ).to_arrow_table()
        verdicts = self.packing.unpack([alike[word].to_numpy() for word in self.packing.words])
        unclear = []
        for rule in self.rules:
            tally = self.engine.tallies[rule.id].verdicts
            numbers = np.bincount(verdicts[rule.id], weights=alike["n"].to_numpy(), minlength=len(Verdict))
            tally.update({v: int(numbers[v]) for v in Verdict})
            seen = tally[Verdict.CANNOT_TELL]
            if seen > self.unclear_seen[rule.id] and self.unclear_seen[rule.id] < UNCLEAR_SHOWN:
                unclear.append(rule.id)
            self.unclear_seen[rule.id] = seen
        connection.execute(
            f'INSERT INTO focus_cases SELECT "case", again, {words} FROM verdicts '
            f"WHERE again OR {self.packing.any_broken()}"
        )
        for rule_id in unclear:
            connection.execute(
                f'INSERT INTO focus_cases SELECT "case", false, {words} FROM verdicts '
                f"WHERE {self.packing.is_verdict(rule_id, Verdict.CANNOT_TELL)} "
                f'AND "case" NOT IN (SELECT "case" FROM focus_cases) ORDER BY "case" LIMIT {UNCLEAR_SHOWN}'
            )

    def _phase_two(self) -> Iterator[pa.Table]:
        """Judge the histories kept back, with evidence; counts those that phase one did not."""
        connection = self.engine._connection
        for name, sql in self.activations_sql.items():
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        for rule in self.rules:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE judged AS {self._of(self.long_plan.judged, rule)}"
            )
            self._count(rule)
            if len(broken := self._broken(rule)):
                yield broken
        connection.execute("DELETE FROM focus")
        connection.execute("DELETE FROM focus_cases")

    def _count(self, rule: Rule) -> None:
        tally = self.engine.tallies[rule.id]
        worst = (
            'SELECT c."case", coalesce(min(j.verdict), 3) AS verdict, any_value(counted) AS counted '
            'FROM focus_cases c LEFT JOIN judged j USING ("case") GROUP BY c."case"'
        )
        for verdict, number in self._rows(
            f"SELECT verdict, count(*) FROM ({worst}) WHERE counted GROUP BY verdict"
        ):
            tally.verdicts[Verdict(verdict)] += number
        if self._rows("SELECT count(*) FROM judged WHERE verdict = 1")[0][0]:
            for (name,) in self._rows(
                f"SELECT DISTINCT unnest(missing) AS name FROM ({self._of(self.long_plan.lacking, rule)}) "
                f'JOIN judged USING ("case", pos) JOIN ({worst}) w USING ("case") '
                "WHERE judged.verdict = 1 AND w.verdict = 1"
            ):
                if name is not None:
                    tally.missing.add(name)

    def _broken(self, rule: Rule) -> pa.Table:
        """The acts that broke the rule, in the shape of `BREACHES`."""
        until = f"TIMESTAMP '{naive_moment(self.engine.context.observed_until).isoformat()}'"
        table = self.engine._connection.sql(
            f"""SELECT '{rule.id}' AS rule, subject, id::VARCHAR AS activation, occurred_at AS "when", agency,
            facility, actor AS officer,
            list_filter(evidence, lambda x, i: x IS NOT NULL AND list_position(evidence, x) = i) AS evidence,
            deadline, epoch_us(coalesce(done, {until})) - epoch_us(deadline) AS missed_by,
            deadline IS NOT NULL AND done IS NULL AS still_open,
            nullif(first_deadline, deadline) AS first_deadline, stated_reason
            FROM judged WHERE verdict = 0 ORDER BY "case", pos"""
        ).to_arrow_table()
        return table.cast(BREACHES)


def _sql(expression: Any) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))
