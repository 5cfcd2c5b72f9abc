"""Explain a finding of a finished audit: the history, the condition, the clock and the sources."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from evenhand.audit import summary
from evenhand.audit.choice import ChoiceError, find_rule
from evenhand.audit.findings import PARQUET
from evenhand.audit.run import context_of
from evenhand.audit.window import Window
from evenhand.record.errors import RecordError
from evenhand.record.events import SubjectKind
from evenhand.record.query import scan
from evenhand.record.remote import AnyPath, path_of
from evenhand.record.store import Record, open_record
from evenhand.rules.explain import Explanation, explain
from evenhand.rules.promise import will_as_violation
from evenhand.rules.rule import Rule

_STANDINGS = (SubjectKind.OFFICER, SubjectKind.AGREEMENT, SubjectKind.FACILITY)


class WhyError(ValueError):
    """A finding cannot be explained. The message says what to do."""


@dataclass(frozen=True)
class Asked:
    """What to explain: a rule and a subject, and the act if a finding names it."""

    rule: Rule
    subject: str
    activation: UUID | None = None
    finding: str | None = None


def record_from(record: AnyPath, out: Path) -> str:
    """Give the record's path relative to the audit's folder, so that you can move both together."""
    return os.path.relpath(record, out) if isinstance(record, Path) else str(record)


class FinishedAudit:
    """The folder of a finished audit, with its record."""

    def __init__(self, folder: Path, record: AnyPath | None = None) -> None:
        self.folder = folder
        try:
            self.summary: dict[str, Any] = json.loads((folder / summary.FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise WhyError(
                f"{folder} does not contain a finished audit. Name the folder that you gave as --out."
            ) from None
        self.record = self._record(record)

    def _record(self, given: AnyPath | None) -> Record:
        place = given or self._stated()
        try:
            record = open_record(place)
        except RecordError as error:
            raise WhyError(f"{error} If the record was moved, name it with --record.") from None
        if record.manifest_sha256 != self.summary["record_manifest_sha256"]:
            raise WhyError(
                f"{place} is not the record of this audit, or it has changed. Run the audit again."
            )
        return record

    def _stated(self) -> AnyPath:
        stated = self.summary.get("record")
        if not isinstance(stated, str):
            raise WhyError("The audit does not say where its record is. Name it with --record.")
        return path_of(stated) if "://" in stated else self.folder / stated

    def asked(self, text: str) -> Asked:
        """What a finding's id, or `RULE:SUBJECT`, names."""
        rule, colon, subject = text.partition(":")
        if colon:
            try:
                return Asked(self._with_bounds(find_rule(rule)), subject)
            except ChoiceError as error:
                raise WhyError(str(error)) from None
        rows = (
            duckdb.connect()
            .execute(
                f"SELECT rule, subject, evidence[1], finding FROM {scan(self.folder / PARQUET)} "
                "WHERE starts_with(finding, ?) LIMIT 2",
                [text.strip().lower()],
            )
            .fetchall()
        )
        if len(rows) != 1 or not text.strip():
            found = "Several findings begin" if rows and text.strip() else "No finding begins"
            raise WhyError(f"{found} with {text!r}. Copy an id from the first column of findings.csv.")
        name, subject, act, finding = rows[0]
        return Asked(self._with_bounds(find_rule(name)), subject, UUID(act), finding)

    def _with_bounds(self, rule: Rule) -> Rule:
        """The rule with the bounds, and the weight of "will", that the audit used."""
        used: Sequence[int] = self.summary.get("settings", {}).get(rule.id, {}).get("bound_s", ())
        if used and [span.seconds for span in rule.own_bounds] != list(used):
            rule = rule.with_own_bounds(*used)
        return will_as_violation([rule])[0] if self.summary.get("will_as_violation") else rule

    def explain(self, asked: Asked) -> Explanation:
        """Explain the rule's answer for that act."""
        reasons = Reasons(self.record, [(asked.rule, asked.subject)])
        if not reasons.knows(asked.rule, asked.subject):
            raise WhyError(f"The record has no {asked.rule.subject} {asked.subject!r}. Check each character.")
        return reasons.explain(asked.rule, asked.subject, asked.activation)


class Reasons:
    """Explain several findings of a record: acts of some subjects that broke rules. Read the record once."""

    def __init__(self, record: Record, chosen: Iterable[tuple[Rule, str]]) -> None:
        rules, subjects = dict[str, Rule](), defaultdict[SubjectKind, set[str]](set)
        for rule, subject in chosen:
            rules[rule.id] = rule
            subjects[rule.subject].add(subject)
        self._context = context_of(record, list(rules.values()), Window())
        self._around = {
            row["id"]: row for kind in _STANDINGS for _, rows in record.histories(kind) for row in rows
        }
        self._histories = {kind: record.histories_of(kind, names) for kind, names in subjects.items()}

    def knows(self, rule: Rule, subject: str) -> bool:
        """Whether the record has a history of the subject."""
        return subject in self._histories[rule.subject]

    def explain(self, rule: Rule, subject: str, act: UUID | None) -> Explanation:
        """Why the rule answers as it does for an act, or for the whole history if `act` is None."""
        history = self._histories[rule.subject][subject]
        return explain(rule, history, self._context, act, self._around)


def with_finding(explanation: Explanation, asked: Asked) -> dict[str, Any]:
    """Give the explanation as plain JSON values, with its finding and subject."""
    return {"finding": asked.finding, "subject": asked.subject, **explanation.as_json()}
