"""The audit on a terminal: coverage first, then the rules by group.

The lines are laid out here: a library for tables takes a third of the time of a small audit.
"""

import shutil
import sys
from collections.abc import Sequence
from itertools import groupby

import click

from evenhand.audit.coverage import acts_line, moments_line, remedy_line
from evenhand.audit.output import PLAIN_WIDTH
from evenhand.audit.run import Audit, Reach, RuleResult
from evenhand.audit.truth import Comparison
from evenhand.record.events import SubjectKind
from evenhand.rules.catalog import CATALOG, GROUPS

WIDE = 110
_MISSING_SHOWN = 2
_NUMBERS = (("Holds", 10), ("Broken", 10), ("Cannot tell", 13))


def show(audit: Audit) -> None:
    """Print coverage, then each rule's counts of subjects."""
    counts = audit.record.manifest.counts
    click.echo(
        f"{counts.cases.get(SubjectKind.BOOKING, 0):,} bookings, {sum(counts.events.values()):,} events"
    )
    if counts.rows_in:
        click.echo(f"{counts.rows_in:,} rows: {counts.rows.sentence()}")
    standing = audit.record.standing
    line = f"The record is {_printable(standing.sentence)}."
    click.echo(_alarm(line) if standing.state == "altered" else line)
    click.secho(acts_line(audit), bold=True)
    for line in filter(None, (remedy_line(audit), moments_line(audit))):
        click.echo(_printable(line))
    click.secho(coverage_line(audit), bold=True)
    for line in _lines(audit, _width()):
        click.echo(line)


def show_comparison(compared: Sequence[Comparison]) -> None:
    """Print how the findings of each rule compare with what is known to be broken."""
    click.echo("Against the truth")
    numbers = ("Known", "Found", "Missed", "Extra")
    click.secho(f"{'Rule':{_ID_WIDTH}}" + "".join(f"{name:>9}" for name in numbers), bold=True)
    for c in compared:
        counts = "".join(f"{n:>9,}" for n in (c.known, c.found, c.missed, c.extra))
        line = f"{c.rule:{_ID_WIDTH}}{counts}"
        click.echo(line if c.agrees else _alarm(line))


def coverage_line(audit: Audit) -> str:
    """`Coverage: 62 of 80 rules (78 %): ...`"""
    reached = audit.reached
    answered = reached[Reach.ANSWERED] + reached[Reach.PARTLY]
    return (
        f"Coverage: {answered} of {len(audit.results)} rules ({audit.coverage:.0%}): "
        f"{reached[Reach.ANSWERED]} answered, {reached[Reach.PARTLY]} in part, {reached[Reach.NOT]} not, "
        f"{reached[Reach.NOT_ASKED]} not asked"
    )


_ID_WIDTH = max(map(len, CATALOG)) + 1
_SEVERITY_WIDTH = 11


def _width() -> int:
    """The width of the terminal; a steady one where the output is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PLAIN_WIDTH


def _lines(audit: Audit, width: int) -> list[str]:
    """The rules with their counts; with their sentences where there is room."""
    rest = width - _ID_WIDTH - _SEVERITY_WIDTH - sum(size for _, size in _NUMBERS) - 4
    sentence = 2 * rest // 3 if width >= WIDE else 0
    missing = max(rest - sentence, 8)
    head = "".join(f"{name:>{size}}" for name, size in _NUMBERS)
    names = f"{'Rule':{_ID_WIDTH}}{'Severity':{_SEVERITY_WIDTH}}" + _cut("Sentence", sentence)
    lines = [click.style(f"{names}{head}  Missing", bold=True)]
    for group, results in groupby(audit.results, key=lambda r: r.rule.group):
        lines.append(click.style(f"{group:{_ID_WIDTH}}{GROUPS[group]}", bold=True))
        lines += [_line(result, sentence, missing) for result in results]
    return lines


def _line(result: RuleResult, sentence: int, missing: int) -> str:
    rule = result.rule
    holds, broken, cannot_tell = (
        f"{number:>{size},}"
        for number, (_, size) in zip((result.holds, result.broken, result.cannot_tell), _NUMBERS, strict=True)
    )
    line = (
        f"{rule.id:{_ID_WIDTH}}{rule.severity!s:{_SEVERITY_WIDTH}}{_cut(rule.sentence, sentence)}{holds}"
        f"{_alarm(broken) if result.broken else broken}{cannot_tell}"
        f"  {_cut(missing_text(result), missing)}"
    )
    return line.rstrip()


def _alarm(text: str) -> str:
    return click.style(text, bold=True, fg="red")


def _cut(text: str, width: int) -> str:
    """The text in so many columns, with an ellipsis where it is longer."""
    text = _printable(text)
    return f"{text if len(text) <= width else text[: max(width - 1, 0)] + '…':{width}.{width}}"


def _printable(text: str) -> str:
    """Text of a record without characters that would steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def missing_text(result: RuleResult) -> str:
    """The first missing names, and how many more."""
    shown, rest = result.missing[:_MISSING_SHOWN], len(result.missing) - _MISSING_SHOWN
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
