"""`evenhand uniformity`: is the process the same for each group?"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evenhand.disclosure import register as publications
from evenhand.disclosure.options import fail_option, register_option
from evenhand.page.place import InputError
from evenhand.record.argument import RECORD_PATH, seal_options
from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath
from evenhand.uniformity.watch.command import watch

if TYPE_CHECKING:
    from evenhand.record.seal_check import SealPolicy
    from evenhand.record.store import Record
    from evenhand.uniformity.run import Uniformity

SUMMARY = "summary.json"
_REMEDY = (
    "Public reports on uniformity can't be protected against each other: publish the second only for other "
    "bookings, or take the first back."
)
_STOPPED = 130


class WithDefault(click.Group):
    """A group whose first word is a command's name, or else belongs to `report`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["report", *args]
        return super().parse_args(ctx, args)


@click.group(cls=WithDefault, context_settings={"help_option_names": ["-h", "--help"]})
def uniformity() -> None:
    """Compare how the process treats groups. `evenhand uniformity RECORD --out DIR` makes the report.

    The only command that reads groups. It states shares, times and differences with intervals, and what it
    could not have found.
    """


uniformity.add_command(watch)


@uniformity.command()
@click.argument("record", type=RECORD_PATH)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--public", "for_public", is_flag=True, help="Withhold small cells; nothing by agency or officer."
)
@click.option(
    "--officers", "by_officer", is_flag=True, help="For supervisors: shares by officer, drawn together."
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="COLUMN=GROUP",
    help="The group that others stand next to, such as sex=male. [default: the largest]",
)
@seal_options
@register_option
@fail_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout, nothing else.")
def report(
    record: AnyPath,
    out: Path,
    for_public: bool,
    by_officer: bool,
    references: Sequence[str],
    keys: Sequence[str],
    require_ledger: bool,
    register: Path | None,
    fail: bool,
    as_json: bool,
) -> None:
    """Compare the groups of RECORD and write tables and a report.

    Exit status: 0 done, whatever was found; 2 bad usage or input; 3 an earlier public report was found, with
    --fail-unprotected.
    """
    if for_public and by_officer:
        raise click.UsageError("--officers is for supervisors: it cannot go with --public")
    if (register or fail) and not for_public:
        raise click.UsageError("--register and --fail-unprotected go with --public")
    from evenhand.record.seal_check import SealPolicy

    try:
        seal = SealPolicy(tuple(keys), require_ledger)
        earlier = publications.EarlierEditions(register, fail, _REMEDY) if for_public else None
        summary = _make(record, seal, out, _references(references), earlier, by_officer)
    except (RecordError, LedgerError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise InputError(f"{name}{error.strerror or error}") from None
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} is as it was before.", err=True)
        sys.exit(_STOPPED)
    _tell(summary, out, as_json=as_json)


def _references(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        column, sign, group = text.partition("=")
        if not (column and sign and group):
            raise click.UsageError(f"--reference {text!r}: write COLUMN=GROUP, such as sex=male")
        found[column] = group
    return found


def _make(
    folder: AnyPath,
    seal: "SealPolicy",
    out: Path,
    references: Mapping[str, str],
    earlier: publications.EarlierEditions | None,
    by_officer: bool,
) -> dict[str, Any]:
    import duckdb

    from evenhand.progress import steps
    from evenhand.record.folder import Kind, check_replaceable, staged_folder
    from evenhand.record.store import open_record
    from evenhand.uniformity import public
    from evenhand.uniformity.report import write_report
    from evenhand.uniformity.run import STEPS, UnknownReferenceError, run, scratch_connection

    check_replaceable(out, Kind.UNIFORMITY)
    record = open_record(folder, seal)
    try:
        with (
            staged_folder(out, Kind.UNIFORMITY) as staged,
            steps(STEPS.__getitem__) as progress,
            scratch_connection(staged) as connection,
        ):
            found = run(record, connection, references, by_officer=by_officer, progress=progress)
            if earlier:
                found = public.published(found)
            _write_tables(found, staged)
            write_report(found, staged, for_public=bool(earlier))
            summary = _summary(found, for_public=bool(earlier))
            (staged / SUMMARY).write_text(_dumped(summary), encoding="utf-8")
            if earlier:
                new = _publication(record, staged)
                earlier.check(new, out)
                publications.write(new, staged)
            record.confirm()
        if earlier:
            earlier.enter(new)
    except UnknownReferenceError as error:
        raise click.UsageError(f"--reference: {error}") from None
    except duckdb.OutOfMemoryException:
        raise InputError("there is too little memory for so many bookings") from None
    except duckdb.Error as error:
        raise InputError(f"{folder} cannot be read: {str(error).splitlines()[0]}") from None
    return summary


def _publication(record: "Record", staged: Path) -> publications.Publication:
    """The entry of the public report in a register. All its numbers rest on the counts in `shares.json`."""
    from evenhand.record.digest import sha256_of
    from evenhand.uniformity.public import THRESHOLD

    return publications.Publication(
        "uniformity",
        tuple(record.manifest.agencies),
        None,
        THRESHOLD,
        record.manifest_sha256,
        sha256_of(staged / "shares.json"),
    )


def _write_tables(found: "Uniformity", folder: Path) -> None:
    from evenhand.uniformity import tables

    compared = found.compared
    written: dict[str, Sequence[Any]] = {
        "shares": compared.shares,
        "times": compared.times,
        "comparisons": compared.comparisons,
        "overall": compared.overall,
        "curves": compared.curves,
        "missing": compared.missing,
        "changes": found.changes,
    }
    if found.officers is not None:
        written["officers"] = found.officers
    for name, rows in written.items():
        tables.write(folder, name, rows)


def _summary(found: "Uniformity", *, for_public: bool) -> dict[str, Any]:
    from evenhand.uniformity.results import Verdict

    counted = Counter(row.verdict for row in found.compared.comparisons)
    return {
        "public": for_public,
        "record_manifest_sha256": found.record.manifest_sha256,
        "seal": found.record.standing.as_json(),
        "bookings": found.bookings,
        "left_out": {} if for_public else dict(found.left_out),
        "times_left_out": dict(found.compared.imprecise),
        "groups": {column: list(groups) for column, groups in found.groups.items()},
        "groups_alike": found.alike(),
        "unusable_groups": dict(found.unusable),
        "cannot_answer": {measure: list(lacks) for measure, lacks in found.lacking.items() if lacks},
        "comparisons": {str(verdict): counted[verdict] for verdict in Verdict},
        "differences": [row.sentence for row in found.compared.comparisons if row.verdict is Verdict.FOUND],
    }


def _dumped(summary: Mapping[str, Any]) -> str:
    import json

    return json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _tell(summary: Mapping[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(_dumped(summary), nl=False)
        return
    click.echo(f"The record is {summary['seal']['sentence']}.")
    counted = summary["comparisons"]
    click.echo(f"{sum(counted.values())} comparisons: " + ", ".join(f"{n} {v}" for v, n in counted.items()))
    if summary["cannot_answer"]:
        lacks = ", ".join(f"{m} (no {', '.join(needs)})" for m, needs in summary["cannot_answer"].items())
        click.echo(f"Cannot tell: {lacks}")
    for column, lists in summary["groups_alike"].items():
        for groups in lists:
            click.echo(
                f"{column}: these values may be one group: {', '.join(groups)}. Join them in the mapping."
            )
    if not summary["groups"]:
        click.echo("Cannot tell: the record holds no group of anyone.")
    for sentence in summary["differences"]:
        click.echo(f"  {sentence}")
    click.echo(str(out / "report.html"))
