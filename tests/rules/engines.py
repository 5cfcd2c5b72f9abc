"""Judging the same histories with both engines."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq

from evenhand.record.columns import event_schema
from evenhand.record.events import SubjectKind
from evenhand.rules.answer import Answer, Breach, Verdict
from evenhand.rules.case import Context, judge
from evenhand.rules.examples import to_table
from evenhand.rules.rule import Rule
from evenhand.rules.table.engine import TableEngine

Row = dict[str, Any]
Result = tuple[Counter[Verdict], frozenset[str], dict[str, tuple[Breach, ...]]]


def numbered(histories: Sequence[Sequence[Row]]) -> list[Row]:
    """The rows of all histories with their place in a record."""
    rows = []
    for case, history in enumerate(histories):
        for row in sorted(history, key=lambda r: (r["occurred_at"], r["id"].int)):
            rows.append({**row, "case": case, "pos": len(rows)})
    return rows


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
    )


def by_table(
    rules: Iterable[Rule], kind: SubjectKind, histories: Sequence[Sequence[Row]], context: Context
) -> dict[str, Result]:
    rows = numbered(histories)
    counts = Counter(r["type"] for r in rows)
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.parquet"
        pq.write_table(to_table(rows, event_schema(kind)), part)
        engine = TableEngine(
            rules,
            context,
            zones={r["zone"] for r in rows},
            counts=counts,
        )
        broken: dict[str, dict[str, tuple[Breach, ...]]] = {rule.id: {} for rule in engine.rules}
        for table in engine.judge(kind, [part], len(histories)):
            (rule_id,) = table["rule"].unique().to_pylist()
            for subject, breaches in groupby(table.to_pylist(), itemgetter("subject")):
                assert subject not in broken[rule_id], "a subject was reported twice"
                broken[rule_id][subject] = tuple(breach(row) for row in breaches)
        result = {
            rule.id: (
                +engine.tallies[rule.id].verdicts,
                frozenset(engine.tallies[rule.id].missing),
                broken[rule.id],
            )
            for rule in engine.rules
        }
        engine.close()
    return result


def by_case(
    rules: Iterable[Rule], kind: SubjectKind, histories: Sequence[Sequence[Row]], context: Context
) -> dict[str, Result]:
    result: dict[str, Result] = {}
    for rule in rules:
        answers: dict[str, Answer] = {}
        for history in histories:
            ordered = sorted(history, key=lambda r: (r["occurred_at"], r["id"].int))
            answers[history[0]["subject"]] = judge(rule, ordered, context)
        result[rule.id] = (
            +Counter(a.verdict for a in answers.values()),
            frozenset().union(*(a.missing for a in answers.values())),
            {s: a.breaches for s, a in answers.items() if a.verdict is Verdict.BROKEN},
        )
    return result
