"""Judging the same histories with both engines."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa

from evenhand.record.columns import event_schema
from evenhand.record.events import FIELDS, SubjectKind
from evenhand.rules.answer import Answer, Breach, Verdict
from evenhand.rules.array.engine import ArrayEngine
from evenhand.rules.case import judge
from evenhand.rules.context import Context
from evenhand.rules.examples import to_table
from evenhand.rules.rule import Rule, Severity

Row = dict[str, Any]
Result = tuple[Counter[Verdict], frozenset[str], dict[str, tuple[Breach, ...]]]


@dataclass(frozen=True)
class EventsInMemory:
    """A part of events that was never written."""

    kind: SubjectKind
    first_case: int
    cases: int
    events: int
    tables: Mapping[str, pa.Table]

    @property
    def files(self) -> dict[str, str]:
        return {name: f"{name} in memory" for name in self.tables}

    def read(self, event_type: str, columns: Collection[str]) -> pa.Table:
        table = self.tables[event_type]
        return table.select([n for n in dict.fromkeys(columns) if n in table.column_names])

    @property
    def correcting(self) -> set[str]:
        return {n for n, table in self.tables.items() if table["corrects"].null_count < len(table)}


def in_memory(kind: SubjectKind, rows: Sequence[Row]) -> EventsInMemory:
    """The part that consists of these rows, which have their place."""
    schema = event_schema(kind)
    payload = {field for fields in FIELDS.values() for field in fields}
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row["type"]].append(row)
    tables = {}
    for name, members in sorted(by_type.items()):
        own = [f for f in schema if f.name not in payload or f.name in FIELDS[name]]
        tables[name] = to_table(members, pa.schema(own))
    cases = [row["case"] for row in rows]
    return EventsInMemory(kind, cases[0], cases[-1] - cases[0] + 1, len(rows), tables)


def in_order(history: Sequence[Row]) -> list[Row]:
    """The events as a record has them: those of one interval in the order in which they are given."""
    return sorted(history, key=lambda r: (r["occurred_at"], r.get("occurred_by") or r["occurred_at"]))


def numbered(histories: Sequence[Sequence[Row]]) -> list[Row]:
    """The rows of all histories with their place in a record."""
    rows = []
    for case, history in enumerate(histories):
        for row in in_order(history):
            rows.append({**row, "case": case, "pos": len(rows)})
    return rows


def cut(kind: SubjectKind, histories: Sequence[Sequence[Row]]) -> list[EventsInMemory]:
    """The histories in parts, cut at random places."""
    rows = numbered(histories)
    random = Random(len(rows))
    inner = range(1, len(histories))
    places = [0, *sorted(random.sample(inner, min(len(inner), random.choice([0, 1, 3, 9])))), len(histories)]
    starts = [bisect_left(rows, case, key=itemgetter("case")) for case in places]
    return [in_memory(kind, rows[a:b]) for a, b in pairwise(starts) if b > a]


def breach(row: Row) -> Breach:
    return Breach(
        activation=UUID(row["activation"]),
        when=row["when"],
        facility=row["facility"],
        officer=row["officer"],
        evidence=tuple(UUID(e) for e in row["evidence"]),
        deadline=row["deadline"],
        missed_by=row["missed_by"],
        still_open=row["still_open"],
        first_deadline=row["first_deadline"],
        stated_reason=row["stated_reason"],
        severity=Severity(row["severity"]),
    )


def by_array(
    rules: Iterable[Rule], kind: SubjectKind, histories: Sequence[Sequence[Row]], context: Context
) -> dict[str, Result]:
    engine = ArrayEngine(rules, context)
    tallies = engine.unanswered()
    broken: dict[str, dict[str, tuple[Breach, ...]]] = {rule.id: {} for rule in engine.rules}
    for part in cut(kind, histories):
        result = engine.judge(part)
        for rule_id, tally in result.tallies.items():
            tallies[rule_id].add(tally)
        for rule_id, of_rule in groupby(result.broken.to_pylist(), itemgetter("rule")):
            for subject, breaches in groupby(of_rule, itemgetter("subject")):
                assert subject not in broken[rule_id], "a subject was reported twice"
                broken[rule_id][subject] = tuple(breach(row) for row in breaches)
    return {
        rule.id: (+tallies[rule.id].verdicts, frozenset(tallies[rule.id].missing), broken[rule.id])
        for rule in engine.rules
    }


def by_case(
    rules: Iterable[Rule], kind: SubjectKind, histories: Sequence[Sequence[Row]], context: Context
) -> dict[str, Result]:
    result: dict[str, Result] = {}
    for rule in rules:
        answers: dict[str, Answer] = {}
        for history in histories:
            answers[history[0]["subject"]] = judge(rule, in_order(history), context)
        result[rule.id] = (
            +Counter(a.verdict for a in answers.values()),
            frozenset().union(*(a.missing for a in answers.values())),
            {s: a.breaches for s, a in answers.items() if a.verdict is Verdict.BROKEN},
        )
    return result
