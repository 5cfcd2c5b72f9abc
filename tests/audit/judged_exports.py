"""Exports as jails write them, taken in with a mapping and judged with both engines."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evenhand.audit.run import context_of
from evenhand.audit.window import Window
from evenhand.record.events import SubjectKind
from evenhand.rules.answer import Verdict
from evenhand.rules.array.engine import ArrayEngine
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from intake.taking import take

EXPORTS = Path(__file__).parents[1] / "intake" / "exports"
BOOKING_RULES = tuple(rule for rule in CATALOG.values() if rule.subject is SubjectKind.BOOKING)

EVENT_LOG = (EXPORTS / "event-log.toml").read_text(encoding="utf-8")
DAYS = (EXPORTS / "day-only.toml").read_text(encoding="utf-8")
"""With a block for transfers in place that never applies."""
DAYS_WITHOUT_BLOCK = DAYS[: DAYS.rindex("[[event]]")]


@dataclass(frozen=True)
class Judged:
    """The answers on one export, by subject and rule, and the findings' acts."""

    answers: dict[tuple[str, str], Verdict]
    findings: frozenset[tuple[str, str, str]]

    def of(self, rule: str) -> dict[str, Verdict]:
        """One rule's answers by the first word of the subject's id; those not applicable are left out."""
        return {
            subject.split("-")[0]: verdict
            for (subject, name), verdict in self.answers.items()
            if name == rule and verdict is not Verdict.NOT_APPLICABLE
        }


def told(mapping: str, *types: str) -> str:
    """The mapping with a statement that its source tells of these types; "all" stands for what it makes."""
    stated = '"all"' if types == ("all",) else "[" + ", ".join(f'"{name}"' for name in types) + "]"
    return f"tells = {stated}\n{mapping}"


def judged(folder: Path, source: Path | Iterable[str], mapping: str) -> Judged:
    """Take the export in and judge it; the engines must agree on every finding and every count."""
    if not isinstance(source, Path):
        lines = list(source)
        source = folder / "export.csv"
        source.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    taken = take(folder, source, mapping=mapping)
    assert taken.status == 0, taken.said
    assert taken.record is not None
    record = taken.record
    context = context_of(record, BOOKING_RULES, Window())
    answers, found = {}, set()
    for subject, history in record.histories(SubjectKind.BOOKING):
        for rule in BOOKING_RULES:
            answer = judge(rule, history, context)
            answers[subject, rule.id] = answer.verdict
            found |= {(rule.id, subject, str(b.activation)) for b in answer.breaches}
    engine = ArrayEngine(BOOKING_RULES, context)
    tallies, by_array = engine.unanswered(), set()
    for part in record.parts(SubjectKind.BOOKING):
        result = engine.judge(part)
        for rule_id, tally in result.tallies.items():
            tallies[rule_id].add(tally)
        by_array |= {(r["rule"], r["subject"], r["activation"]) for r in result.broken.to_pylist()}
    assert by_array == found
    for rule in BOOKING_RULES:
        for verdict in Verdict:
            counted = sum(v is verdict for (_, name), v in answers.items() if name == rule.id)
            assert tallies[rule.id].verdicts[verdict] == counted, (rule.id, verdict)
    return Judged(answers, frozenset(found))
