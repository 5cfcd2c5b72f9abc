"""`evenhand audit why`: the reason for a finding of a finished audit."""

from importlib.metadata import version
from pathlib import Path

import click
import duckdb

from evenhand.audit.output import dump
from evenhand.audit.why import FinishedAudit, WhyError, with_finding
from evenhand.page.place import InputError
from evenhand.record.argument import RECORD_PATH
from evenhand.record.errors import RecordError
from evenhand.record.private_file import write_private
from evenhand.record.remote import AnyPath


@click.command(name="why")
@click.argument("words", metavar="[FOLDER] FINDING", nargs=-1, required=True)
@click.option("--record", type=RECORD_PATH, help="The audited record, if it was moved.")
@click.option("--json", "as_json", is_flag=True, help="Print only the explanation, as JSON, to stdout.")
@click.option("--html", "page", type=click.Path(path_type=Path), metavar="OUT", help="Also write a page.")
def why_command(words: tuple[str, ...], record: AnyPath | None, as_json: bool, page: Path | None) -> None:
    """Explain FINDING of the audit in FOLDER (default: the current folder).

    FINDING is an id from the first column of findings.csv, or its first characters. To explain any other
    answer, write RULE:SUBJECT, such as HLD-01:B-000123.

    Exit status: 0 explained; 2 no such finding, or the record has changed.
    """
    if len(words) > 2:
        raise click.UsageError("Name one FOLDER and one FINDING.")
    folder = Path(words[0]) if len(words) == 2 else Path()
    try:
        finished = FinishedAudit(folder, record)
        asked = finished.asked(words[-1])
        explanation = finished.explain(asked)
    except (WhyError, RecordError, LookupError) as error:
        raise InputError(str(error)) from None
    except (OSError, duckdb.Error) as error:
        raise InputError(f"Can't read {folder}: {error}") from None
    if page is not None:
        _write_page(page, explanation, asked)
    if as_json:
        content = with_finding(explanation, asked) | {"seal": finished.record.standing.as_json()}
        click.echo(dump(content), nl=False)
        return
    kind = explanation.rule.subject
    click.echo(
        f"{kind.capitalize()} {asked.subject}" + (f", finding {asked.finding}" if asked.finding else "")
    )
    click.echo(f"The record is {finished.record.standing.sentence}.")
    for line in explanation.lines():
        click.echo(line)


def _write_page(page: Path, explanation: object, asked: object) -> None:
    from evenhand.page.pages import environment

    template = environment("evenhand.audit").get_template("why.html.j2")
    try:
        write_private(page, template.render(e=explanation, asked=asked, version=version("evenhand")))
    except OSError as error:
        raise InputError(f"Can't write {page} ({error.strerror}). Choose another name with --html.") from None
