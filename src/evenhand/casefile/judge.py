"""Every rule's answer on a case, with the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.casefile.case import Case
from evenhand.record.labels import KINDS
from evenhand.rules.answer import Answer, Breach, Verdict, unanswerable
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.explain import ANSWERS, UNREAD_TEMPLATE, Explanation, explain, not_asked
from evenhand.rules.rule import Rule
from evenhand.rules.template import UNREAD, template_of


@dataclass(frozen=True)
class Judged:
    """One rule's answer on a case: the worst answer among the rule's subjects."""

    rule: Rule
    subject: str | None
    answer: Answer
    explanation: Explanation

    @property
    def verdict(self) -> Verdict:
        return self.answer.verdict

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        return {
            "answer": ANSWERS[self.verdict],
            "severity": self.explanation.severity,
            "subject": self.subject,
            "why": self.explanation.why,
            "missing": sorted(self.answer.missing),
            "breaches": [_breach(breach) for breach in self.answer.breaches],
        }


def judged(case: Case, rules: Iterable[Rule] | None = None) -> list[Judged]:
    """Each rule's answer, in the catalog's order."""
    return [_judge(rule, case) for rule in (CATALOG.values() if rules is None else rules)]


def as_json(answers: Sequence[Judged]) -> dict[str, Any]:
    """The answers by rule id."""
    return {"answers": {found.rule.id: found.as_json() for found in answers}}


def _judge(rule: Rule, case: Case) -> Judged:
    histories = case.of_kind(rule.subject)
    if not histories:
        why = f"The file has no events of {_a(KINDS[rule.subject])}."
        return Judged(rule, None, Answer(Verdict.NOT_APPLICABLE), not_asked(rule, why))
    if unanswerable(rule, case.context.provides) and _only_unread(rule, case):
        why = f"The rule does not cover the template of the agreement: {UNREAD_TEMPLATE}."
        return Judged(rule, None, Answer(Verdict.NOT_APPLICABLE), not_asked(rule, why))
    found = [(subject, rows, judge(rule, rows, case.context)) for subject, rows in histories.items()]
    subject, rows, answer = min(found, key=lambda each: each[2].verdict)
    reason = explain(rule, rows, case.context, None, case.by_id)
    return Judged(rule, subject, answer, reason)


def _only_unread(rule: Rule, case: Case) -> bool:
    """Whether the rule covers certain templates only, and no agreement of the case follows one of them."""
    begun = [row for row in case.events if row["type"] == "agreement.took_effect"]
    forms = {template_of(row.get("model"), row.get("template")) for row in begun}
    return forms == {UNREAD} and all(term.templates for term in rule.terms)


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _breach(breach: Breach) -> dict[str, Any]:
    late = breach.missed_by
    return {
        "act": str(breach.activation),
        "when": breach.when.isoformat(),
        "severity": str(breach.severity),
        "deadline": breach.deadline.isoformat() if breach.deadline else None,
        "missed_by_s": late.total_seconds() if late is not None and late.total_seconds() > 0 else None,
        "still_open": breach.still_open,
    }
