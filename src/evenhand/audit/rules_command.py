"""`evenhand rules`: list the catalog, show a rule, export the rule book."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evenhand.audit.choice import ChoiceError, choose_rules, find_rule
from evenhand.audit.output import console, dump
from evenhand.audit.rule_entry import Entry, entry
from evenhand.audit.rule_entry import as_json as rule_json
from evenhand.page.place import InputError
from evenhand.rules.catalog import CATALOG, GROUPS
from evenhand.rules.promise import has_promise
from evenhand.rules.rule import Rule
from evenhand.rules.wording import BASIS_MEANS, USE_MEANS, WILL, Outline, severity_text


@click.group()
def rules() -> None:
    """The catalog of rules: each with its sentence, sources and examples."""


@rules.command(name="list")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only this group, such as HLD.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_rules(groups: Sequence[str], as_json: bool) -> None:
    """List the rules by group."""
    try:
        chosen = choose_rules((), groups)
    except ChoiceError as error:
        raise InputError(str(error)) from None
    if as_json:
        click.echo(dump([rule_json(rule) for rule in chosen]), nl=False)
        return
    console().print(_listed(chosen))


def _listed(chosen: Sequence[Rule]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Rule", "Severity", "Basis", "Use"):
        table.add_column(name, no_wrap=True)
    table.add_column("Sentence")
    for group, members in groupby(chosen, key=lambda r: r.group):
        table.add_section()
        table.add_row(f"[bold]{group}[/bold]", "", "", "", f"[bold]{GROUPS[group]}[/bold]")
        for rule in members:
            table.add_row(rule.id, severity_text(rule), str(rule.basis), str(rule.use), Text(rule.sentence))
    return table


@rules.command()
@click.argument("rule_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(rule_id: str, as_json: bool) -> None:
    """Show one rule: its sources, its condition, and examples with their answers."""
    try:
        rule = find_rule(rule_id)
    except ChoiceError as error:
        raise InputError(str(error)) from None
    if as_json:
        click.echo(dump(rule_json(rule)), nl=False)
        return
    _print_rule(console(), entry(rule))


def _print_rule(out: Console, told: Entry) -> None:
    rule = told.rule
    out.print(Text(rule.id, style="bold"), Text(f" {GROUPS[rule.group]}"))
    out.print(Text(rule.sentence, style="bold"))
    out.print()
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(no_wrap=True)
    facts.add_column()
    facts.add_row("Sources", Text("\n".join(told.citations)))
    facts.add_row("Rests on", Text(f"{rule.basis}. {BASIS_MEANS[rule.basis]}"))
    facts.add_row("Severity", Text(f"{told.severity}. {WILL}" if has_promise(rule) else told.severity))
    facts.add_row("Used", USE_MEANS[rule.use])
    facts.add_row("Judged at", Text(f"each {told.judged_at} ({rule.subject} histories)"))
    for bound in told.bounds:
        facts.add_row(
            "Our time limit",
            Text(f"{bound}. No source states it. Change it with `audit --bound {rule.id}=LENGTH`."),
        )
    out.print(facts)
    if told.when:
        _print_outline(out, "Where", told.when)
    for term in told.terms:
        about = "; ".join(part for part in (term.scope, term.severity) if part)
        _print_outline(out, f"Holds if ({about})" if about else "Holds if", term.holds)
        if term.deadline:
            out.print(Text(f"\nDeadline: {term.deadline}"))
    for answer, texts in told.examples:
        out.print(f"\n[bold]Examples: {answer}[/bold]")
        for text in texts:
            out.print(Padding(Text(text), (0, 0, 0, 2), expand=False))


def _print_outline(out: Console, title: str, told: Outline) -> None:
    out.print(Text(f"\n{title}", style="bold"))
    for depth, line in told.lines():
        out.print(Padding(Text(line), (0, 0, 0, 2 + 2 * depth), expand=False))


@rules.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder for JSON, Markdown and HTML.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    default="json",
    show_default=True,
    help="What to print if no folder is named.",
)
def export(out: Path | None, form: str) -> None:
    """Export the whole catalog: into a folder with --out, else on stdout."""
    from evenhand.audit import rule_book
    from evenhand.record.errors import RecordError
    from evenhand.record.folder import Kind, staged_folder

    if out is None:
        chosen = tuple(CATALOG.values())
        text = dump(rule_book.catalog_json(chosen)) if form == "json" else rule_book.markdown(chosen)
        click.echo(text, nl=False)
        return
    try:
        with staged_folder(out, Kind.RULES) as folder:
            rule_book.export(folder)
    except (OSError, RecordError) as error:
        raise InputError(str(error)) from None
    click.echo(str(out / rule_book.INDEX))
