"""The report: one self-contained page, made from the audit and the figures of its findings."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb

from evenhand.audit import chart
from evenhand.audit.coverage import acts_line, moments_line, remedies, remedy_line
from evenhand.audit.figures import EMPTY, Figures, figures
from evenhand.audit.findings import by_severity
from evenhand.audit.run import Audit, Reach, RuleResult
from evenhand.audit.summary import lacking, manifest_hash
from evenhand.audit.terminal import coverage_line
from evenhand.audit.why import Reasons
from evenhand.audit.window import zone_of
from evenhand.page.pages import environment
from evenhand.record.events import SubjectKind
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.explain import Explanation
from evenhand.rules.promise import counts_as_violation
from evenhand.rules.rule import Severity
from evenhand.rules.wording import (
    BASIS_MEANS,
    SEVERITY_MEANS,
    citation_text,
    length,
    severity_text,
    span_text,
    term_scope,
)

REPORT = "report.html"
LACKING_SHOWN = 60
REMEDIES_SHOWN = 8
EXPLAINED_UP_TO = 200_000
"""Findings of a record of so many events are explained in the report, `EXPLAINED` of each rule."""
EXPLAINED = 3
_NO_REASONS: Mapping[str, Explanation] = {}


@dataclass(frozen=True)
class _Bound:
    used: str
    default: str

    @property
    def changed(self) -> bool:
        return self.used != self.default


@dataclass(frozen=True)
class _Section:
    """One rule of the report."""

    result: RuleResult
    figures: Figures
    citations: tuple[str, ...]
    bounds: tuple[_Bound, ...]
    scopes: tuple[str, ...]
    # None where the cases are all listed: a chart would tell nothing more.
    over_time: chart.Chart | None

    @property
    def timed(self) -> bool:
        """Whether cases have a delay."""
        return any(case.missed_by_s is not None for case in self.figures.cases)


@dataclass(frozen=True)
class _Group:
    code: str
    title: str
    sections: tuple[_Section, ...]

    def count(self, reach: str) -> int:
        return sum(s.result.reach == reach for s in self.sections)


def write_report(connection: duckdb.DuckDBPyConnection, audit: Audit, folder: Path) -> None:
    """Write `report.html` into the folder that holds the findings."""
    everything, each = figures(connection, folder, zone_of(audit.record.manifest))
    content = render(audit, everything, each, by_severity(connection, folder), _reasons(audit, each))
    (folder / REPORT).write_text(content, encoding="utf-8")


def _reasons(audit: Audit, each: dict[str, Figures]) -> dict[str, Explanation]:
    """Why each of a few findings was made, by the finding's id; none for a record of many events."""
    if sum(audit.record.manifest.counts.events.values()) > EXPLAINED_UP_TO:
        return {}
    chosen = [
        (result.rule, case)
        for result in audit.results
        if result.rule.id in each
        for case in each[result.rule.id].cases[:EXPLAINED]
    ]
    if not chosen:
        return {}
    reasons, found = Reasons(audit.record, [(rule, case.subject) for rule, case in chosen]), {}
    for rule, case in chosen:
        # Findings and record may be of different versions of a source.
        with suppress(LookupError):
            found[case.finding] = reasons.explain(rule, case.subject, UUID(case.act))
    return found


def render(
    audit: Audit,
    everything: Figures,
    each: dict[str, Figures],
    found: dict[str, tuple[int, int]],
    reasons: Mapping[str, Explanation] = _NO_REASONS,
) -> str:
    """The page as text. `found`: see `findings.by_severity`."""
    sections = [_section(result, each.get(result.rule.id, EMPTY)) for result in audit.results]
    groups = tuple(
        _Group(code, GROUPS[code], tuple(members))
        for code, members in groupby(sections, key=lambda s: s.result.rule.group)
    )
    lacks = lacking(audit)
    manifest = audit.record.manifest
    zone = zone_of(manifest)
    here = ZoneInfo(zone)
    return (
        environment("evenhand.audit")
        .get_template("report.html.j2")
        .render(
            audit=audit,
            manifest=manifest,
            bookings=manifest.counts.cases.get(SubjectKind.BOOKING, 0),
            events=sum(manifest.counts.events.values()),
            manifest_hash=manifest_hash(audit),
            zone=zone,
            local=lambda moment: moment and moment.astimezone(here),
            coverage=coverage_line(audit).removeprefix("Coverage: "),
            reached={str(k): v for k, v in audit.reached.items()},
            acts_line=acts_line(audit),
            remedy_line=remedy_line(audit),
            moments_line=moments_line(audit),
            remedies=remedies(audit)[:REMEDIES_SHOWN],
            groups=groups,
            lacking=list(lacks.items())[:LACKING_SHOWN],
            lacking_rest=max(len(lacks) - LACKING_SHOWN, 0),
            figures=everything,
            reasons=reasons,
            over_time=chart.by_period(everything) if everything.findings else None,
            severities=_by_severity(audit, found),
            severity_means=SEVERITY_MEANS,
            basis_means=BASIS_MEANS,
            length=length,
            reach_words=_REACH_WORDS,
            ours=[s for s in sections if s.bounds],
            will_counts=counts_as_violation(r.rule for r in audit.results),
            severity_text=severity_text,
            version=version("evenhand"),
        )
    )


_REACH_WORDS = {
    str(Reach.ANSWERED): "answered",
    str(Reach.PARTLY): "in part",
    str(Reach.NOT): "not answered",
    str(Reach.NOT_ASKED): "not asked",
}


def _section(result: RuleResult, found: Figures) -> _Section:
    rule = result.rule
    defaults = CATALOG[rule.id].own_bounds
    return _Section(
        result,
        found,
        tuple(citation_text(c) for c in rule.citations),
        tuple(
            _Bound(span_text(used), span_text(default))
            for used, default in zip(rule.own_bounds, defaults, strict=True)
        ),
        tuple(scope for term in rule.terms if (scope := term_scope(term))),
        chart.by_period(found, small=True) if found.findings > len(found.cases) else None,
    )


def _by_severity(audit: Audit, found: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """The findings of each severity; a rule whose terms differ in severity counts under each."""
    return [
        {
            "severity": str(severity),
            "rules": sum(severity in r.rule.severities for r in audit.results),
            "broken": found.get(severity, (0, 0))[0],
            "findings": found.get(severity, (0, 0))[1],
        }
        for severity in Severity
    ]
