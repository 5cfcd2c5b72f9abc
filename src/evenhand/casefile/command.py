"""`evenhand case`: judge one history that a person writes by hand."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evenhand.casefile.problem import CaseFileError
from evenhand.page.place import InputError

if TYPE_CHECKING:
    from evenhand.casefile.case import Case
    from evenhand.casefile.judge import Judged

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def case() -> None:
    """Judge one case that you write by hand in a YAML file."""


@case.command()
@click.argument("file", type=FILE, required=False)
def new(file: Path | None) -> None:
    """Write a template with comments to FILE, or print it."""
    text = (files("evenhand.casefile") / "templates" / "new.yaml").read_text(encoding="utf-8")
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise InputError(f"{file} already exists. Choose a new file name.") from None
    except OSError as error:
        raise InputError(f"Can't write {file} ({error.strerror}). Check its folder.") from None
    click.echo(f"Wrote {file}. Edit it, then run: evenhand case judge {file}")


@case.command()
@click.argument("file_names", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option("--json", "to_json", is_flag=True, help="Print only the answers, as JSON, to stdout.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write a page with reasons and a timeline. For several FILEs: a folder of pages.",
)
def judge(file_names: Sequence[Path], to_json: bool, page: Path | None) -> None:
    """Answer every rule for the case in FILE, with the reason.

    Exit status: 0 if every FILE was judged, whatever the answers. 2 if a FILE has errors; each is listed
    with its line.
    """
    from evenhand.casefile.judge import judged

    found = [(one, judged(one)) for one in _cases(file_names)]
    if page is not None:
        _write_pages(found, page)
    if to_json:
        _print_json(found)
        return
    for number, (one, answers) in enumerate(found):
        if number:
            click.echo()
        for line in _answer_lines(one, answers):
            click.echo(line)
    if page is not None:
        click.echo(f"Wrote {page}")


@case.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """List the events of the case in FILE by time."""
    from evenhand.casefile.timeline import event_lines

    (one,) = _cases([file])
    before = ""
    for _, when, label, details in event_lines(one):
        shown = when if when != before else ""
        click.echo(f"{shown:42} {label}{f' ({details})' if details else ''}".rstrip())
        before = when


@case.command()
def schema() -> None:
    """Print the JSON Schema of case files, for an editor that checks YAML."""
    import json

    from evenhand.casefile.schema import case_schema

    click.echo(json.dumps(case_schema(), indent=1))


def _cases(paths: Sequence[Path]) -> "list[Case]":
    """Read all files. Exit with every problem of every file."""
    from evenhand.casefile.read import read_case

    cases, problems = [], []
    for path in paths:
        try:
            cases.append(read_case(path))
        except CaseFileError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    return cases


def _print_json(found: "Sequence[tuple[Case, list[Judged]]]") -> None:
    import json

    from evenhand.casefile.judge import as_json

    content: dict[str, Any]
    if len(found) == 1:
        content = as_json(found[0][1])
    else:
        content = {str(one.path): as_json(answers) for one, answers in found}
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _write_pages(found: "Sequence[tuple[Case, list[Judged]]]", out: Path) -> None:
    from evenhand.casefile.page import render
    from evenhand.record.private_file import write_private

    try:
        if len(found) == 1:
            write_private(out, render(*found[0]))
            return
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        for one, answers in found:
            write_private(out / f"{one.path.stem}.html", render(one, answers))
    except OSError as error:
        raise InputError(f"Can't write {out} ({error.strerror}). Choose another name with --html.") from None


def _answer_lines(one: "Case", answers: "Sequence[Judged]") -> Iterator[str]:
    from evenhand.casefile.page import by_severity, needs
    from evenhand.rules.answer import Verdict

    headings = {Verdict.BROKEN: "Broken", Verdict.CANNOT_TELL: "Cannot tell", Verdict.HOLDS: "Holds"}
    yield click.style(str(one.path), bold=True)
    for verdict, heading in headings.items():
        chosen = by_severity(answers, verdict)
        yield ""
        yield click.style(f"{heading}: {len(chosen)}", bold=True)
        for answer in chosen:
            severity = f" ({answer.explanation.severity})" if verdict is Verdict.BROKEN else ""
            yield f"{answer.rule.id}{severity}: {answer.rule.sentence}"
            yield f"    {answer.explanation.why}"
    asked = needs(answers)
    if asked:
        yield ""
        yield click.style("Information that would answer the most rules", bold=True)
        for name, ids in asked[:5]:
            yield f"    {name} ({len(ids)} rule{'' if len(ids) == 1 else 's'})"
    outside = sum(answer.verdict is Verdict.NOT_APPLICABLE for answer in answers)
    yield ""
    yield f"{outside} rule{' does' if outside == 1 else 's do'} not apply to this case."
