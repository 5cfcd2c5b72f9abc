"""The report: one self-contained page, made from the audit and the figures of its findings."""

from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from evenhand.audit import chart
from evenhand.audit.figures import EMPTY, Figures, figures
from evenhand.audit.run import Audit, Reach, RuleResult
from evenhand.audit.summary import lacking, manifest_hash
from evenhand.audit.terminal import coverage_line
from evenhand.audit.window import zone_of
from evenhand.audit.wording import (
    BASIS_MEANS,
    SEVERITY_MEANS,
    citation_text,
    length,
    own_bounds,
    span_text,
    term_scope,
)
from evenhand.page.pages import environment
from evenhand.record.events import SubjectKind
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.rule import Severity

REPORT = "report.html"
LACKING_SHOWN = 60


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
    content = render(audit, everything, each)
    (folder / REPORT).write_text(content, encoding="utf-8")


def render(audit: Audit, everything: Figures, each: dict[str, Figures]) -> str:
    """The page as text."""
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
            groups=groups,
            lacking=list(lacks.items())[:LACKING_SHOWN],
            lacking_rest=max(len(lacks) - LACKING_SHOWN, 0),
            figures=everything,
            over_time=chart.by_period(everything) if everything.findings else None,
            severities=_by_severity(audit, each),
            severity_means=SEVERITY_MEANS,
            basis_means=BASIS_MEANS,
            length=length,
            reach_words=_REACH_WORDS,
            changed=[s for s in sections if any(b.changed for b in s.bounds)],
            version=version("evenhand"),
        )
    )


_REACH_WORDS = {
    str(Reach.ANSWERED): "answered",
    str(Reach.PARTLY): "in part",
    str(Reach.NOT): "not answered",
}


def _section(result: RuleResult, found: Figures) -> _Section:
    rule = result.rule
    defaults = own_bounds(CATALOG[rule.id])
    return _Section(
        result,
        found,
        tuple(citation_text(c) for c in rule.citations),
        tuple(
            _Bound(span_text(used), span_text(default))
            for used, default in zip(own_bounds(rule), defaults, strict=True)
        ),
        tuple(scope for term in rule.terms if (scope := term_scope(term))),
        chart.by_period(found, small=True) if found.findings > len(found.cases) else None,
    )


def _by_severity(audit: Audit, each: dict[str, Figures]) -> list[dict[str, Any]]:
    rows = []
    for severity in Severity:
        of = [r for r in audit.results if r.rule.severity is severity]
        rows.append(
            {
                "severity": str(severity),
                "rules": len(of),
                "broken": sum(r.broken > 0 for r in of),
                "findings": sum(each.get(r.rule.id, EMPTY).findings for r in of),
            }
        )
    return rows
