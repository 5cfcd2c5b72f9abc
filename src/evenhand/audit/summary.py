"""The summary of an audit, as it stands in `summary.json`."""

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from evenhand.audit.coverage import remedies
from evenhand.audit.findings import cited
from evenhand.audit.run import Audit, Reach, RuleResult
from evenhand.record.events import SubjectKind
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.patterns import END_OF_RECORD
from evenhand.rules.promise import counts_as_violation

FILE = "summary.json"
_REMEDIES = 10


def summary(audit: Audit, bar: str) -> dict[str, Any]:
    """Counts of the record, coverage, and the answers of each rule, as plain JSON values."""
    counts = audit.record.manifest.counts
    window = audit.window
    return {
        "evenhand": version("evenhand"),
        "record_manifest_sha256": manifest_hash(audit),
        "bookings": counts.cases.get(SubjectKind.BOOKING, 0),
        "events": sum(counts.events.values()),
        "rows": {"in": counts.rows_in, **counts.rows.model_dump()},
        "coverage": round(audit.coverage, 4),
        "acts": audit.acts,
        "acts_unclear": audit.acts_unclear,
        "would_answer": [asdict(remedy) for remedy in remedies(audit)[:_REMEDIES]],
        "seal": audit.record.standing.as_json(),
        "ledger": _ledger(audit),
        "reach": {str(reach): number for reach, number in audit.reached.items()},
        "bar": bar,
        "window": {
            "from": window.since.isoformat() if window.since else None,
            "to": window.until.isoformat() if window.until else None,
        },
        "settings": settings(audit),
        "will_as_violation": counts_as_violation(r.rule for r in audit.results),
        "rules": [_rule(result) for result in audit.results],
    }


def _ledger(audit: Audit) -> dict[str, Any] | None:
    """The checkpoint that was judged, and whether the record matches it."""
    found = audit.ledger
    if found is None:
        return None
    return {
        "matches": found.ok,
        "sentence": found.sentence,
        "checkpoint": found.checkpoint,
        "signed_by": list(found.signed_by),
        "key_from_record": found.own_key,
    }


def manifest_hash(audit: Audit) -> str:
    """The SHA-256 of the record's manifest, which names the hash of every part."""
    return audit.record.manifest_sha256


def settings(audit: Audit) -> dict[str, dict[str, list[int]]]:
    """The rules' own bounds in seconds, as used and as the catalog has them."""
    return {
        result.rule.id: {
            "bound_s": [span.seconds for span in result.rule.own_bounds],
            "default_s": [span.seconds for span in CATALOG[result.rule.id].own_bounds],
        }
        for result in audit.results
        if result.rule.own_bounds
    }


def _rule(result: RuleResult) -> dict[str, Any]:
    rule = result.rule
    return {
        "id": rule.id,
        "group": GROUPS[rule.group],
        "sentence": rule.sentence,
        "severity": str(rule.severity),
        "severities": [str(s) for s in rule.severities],
        "basis": str(rule.basis),
        "citation": cited(rule),
        "subject_kind": str(rule.subject),
        "reach": str(result.reach),
        "holds": result.holds,
        "broken": result.broken,
        "cannot_tell": result.cannot_tell,
        "not_applicable": result.not_applicable,
        "missing": list(result.missing),
        "acts": result.acts,
        "acts_unclear": result.acts_unclear,
        "lacks": dict(sorted(result.lacks.items(), key=lambda e: (-e[1], e[0]))),
    }


def lacking(audit: Audit) -> dict[str, tuple[str, ...]]:
    """Each event type or field that was missing, with the rules that ask for it, the most asked for first.

    A record that ends before a deadline lacks nothing by that.
    """
    asked: dict[str, list[str]] = {}
    for result in audit.results:
        if result.reach in (Reach.PARTLY, Reach.NOT):
            for name in set(result.missing) - {END_OF_RECORD}:
                asked.setdefault(name, []).append(result.rule.id)
    return {name: tuple(ids) for name, ids in sorted(asked.items(), key=lambda e: (-len(e[1]), e[0]))}
