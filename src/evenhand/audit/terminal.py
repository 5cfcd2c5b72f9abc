"""The audit on a terminal: coverage first, then the rules by group."""

from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evenhand.audit.run import Audit, Reach, RuleResult
from evenhand.record.events import SubjectKind
from evenhand.rules.catalog import GROUPS

WIDE = 110
_MISSING_SHOWN = 2


def show(audit: Audit, out: Console) -> None:
    """Print coverage, then each rule's counts of subjects."""
    counts = audit.record.manifest.counts
    out.print(
        f"{counts.cases.get(SubjectKind.BOOKING, 0):,} bookings, {sum(counts.events.values()):,} events, "
        f"{counts.rows_quarantined:,} rows quarantined"
    )
    if audit.ledger:
        out.print(audit.ledger.sentence, style="" if audit.ledger.ok else "bold red", markup=False)
    out.print(coverage_line(audit), style="bold")
    out.print(_table(audit, wide=out.width >= WIDE))


def coverage_line(audit: Audit) -> str:
    """`Coverage: 62 of 80 rules (78 %): ...`"""
    reached = audit.reached
    answered = reached[Reach.ANSWERED] + reached[Reach.PARTLY]
    return (
        f"Coverage: {answered} of {len(audit.results)} rules ({audit.coverage:.0%}): "
        f"{reached[Reach.ANSWERED]} answered, {reached[Reach.PARTLY]} in part, {reached[Reach.NOT]} not"
    )


def _table(audit: Audit, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=wide)
    table.add_column("Rule", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    if wide:
        table.add_column("Sentence", no_wrap=True, overflow="ellipsis", ratio=2)
    for name in ("Holds", "Broken", "Cannot tell"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Missing", no_wrap=True, overflow="ellipsis", ratio=1 if wide else None)
    for group, results in groupby(audit.results, key=lambda r: r.rule.group):
        table.add_section()
        table.add_row(f"[bold]{group}[/bold]", "", *([f"[bold]{GROUPS[group]}[/bold]"] if wide else []))
        for result in results:
            table.add_row(*_cells(result, wide=wide))
    return table


def _cells(result: RuleResult, *, wide: bool) -> list[str]:
    rule = result.rule
    broken = f"{result.broken:,}"
    return [
        rule.id,
        str(rule.severity),
        *([escape(rule.sentence)] if wide else []),
        f"{result.holds:,}",
        f"[bold red]{broken}[/bold red]" if result.broken else broken,
        f"{result.cannot_tell:,}",
        escape(missing_text(result)),
    ]


def missing_text(result: RuleResult) -> str:
    """The first missing names, and how many more."""
    shown, rest = result.missing[:_MISSING_SHOWN], len(result.missing) - _MISSING_SHOWN
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
