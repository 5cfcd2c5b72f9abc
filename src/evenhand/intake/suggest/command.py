"""`evenhand intake suggest` and `evenhand intake questions`: a mapping for a file, and its open questions."""

import sys
from pathlib import Path

import click

from evenhand.intake.errors import IntakeError


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="M.toml", help="Write it here, not to stdout."
)
@click.option("--ask", is_flag=True, help="Then ask the open questions at the terminal. Needs --out.")
def suggest(source: Path, out: Path | None, ask: bool) -> None:
    """Write a mapping for SOURCE; what the file does not prove is a question in it."""
    from evenhand.intake.progress import IntakeProgress
    from evenhand.intake.suggest.write import suggest_mapping

    if ask and out is None:
        raise click.UsageError("--ask writes the answers to a file. Add --out M.toml.")
    if ask:
        _require_terminal()
    try:
        size = source.stat().st_size if source.is_file() else 0
        with IntakeProgress(size) as progress:
            made = suggest_mapping(source, progress)
        if out is None:
            click.echo(made.text, nl=False)
            return
        out.write_text(made.text, encoding="utf-8")
        click.echo(f"Wrote {out}. Sure without a question ({len(made.sure)}):", err=True)
        for thing in made.sure:
            click.echo(f"  {thing}", err=True)
        if ask:
            _ask(out)
            return
        click.echo(f"Open questions ({len(made.questions)}):", err=True)
        for question in made.questions:
            click.echo(f"  {question.name}: {question.asks}", err=True)
        click.echo(f"Answer them in the file, or run: evenhand intake questions {out} --ask", err=True)
        click.echo(f"Then check it: evenhand intake {source} --mapping {out} --check", err=True)
    except (IntakeError, OSError) as error:
        _fail("suggest", error)


@click.command()
@click.argument("mapping", type=click.Path(path_type=Path), metavar="M.toml")
@click.option("--ask", is_flag=True, help="Ask them at the terminal, and write the answers into the file.")
def questions(mapping: Path, ask: bool) -> None:
    """List the open questions of a mapping.

    Exit status: 0 none is open, 1 some are, 2 bad usage or input.
    """
    from evenhand.intake.mapping.load import questions_of
    from evenhand.intake.mapping.questions import list_open

    try:
        if ask:
            _require_terminal()
            _ask(mapping)
            return
        asked = questions_of(mapping.read_bytes(), str(mapping))
    except (IntakeError, OSError) as error:
        _fail("questions", error)
    left = sum(question.open for question in asked)
    click.echo(f"{left} of {len(asked)} questions are open in {mapping}.")
    if left:
        click.echo(list_open(asked))
        sys.exit(1)


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "--ask needs a terminal. Write the answers into the mapping file instead; "
            "`evenhand intake questions M.toml` lists the questions."
        )


def _ask(mapping: Path) -> None:
    from rich.console import Console

    from evenhand.intake.suggest.ask import ask_all

    try:
        left = ask_all(mapping, Console(highlight=False))
    except KeyboardInterrupt:
        click.echo(f"\nStopped. {mapping} has the answers given so far.", err=True)
        sys.exit(130)
    if left:
        click.echo(f"Answers still open: {left}. To go on: evenhand intake questions {mapping} --ask")
        sys.exit(1)
    click.echo(f"Every question in {mapping} has an answer.")


def _fail(command: str, error: IntakeError | OSError) -> None:
    message = (
        error if isinstance(error, IntakeError) else f"{error.filename or ''}: {error.strerror or error}."
    )
    click.echo(f"evenhand intake {command}: {message}", err=True)
    sys.exit(2)
