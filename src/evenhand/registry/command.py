"""`evenhand registry ...`: build, ask and keep up to date the registry of ICE's 287(g) agreements."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from evenhand.progress import steps
from evenhand.record.folder import FolderError
from evenhand.registry import feed, query
from evenhand.registry.decisions import OverrideError
from evenhand.registry.places import AgencyListError
from evenhand.registry.query import Built, NotBuiltError, NotFoundError

Row = dict[str, Any]

_FOLDER = click.Path(path_type=Path)
_registry = click.option(
    "--registry",
    "-r",
    "folder",
    type=_FOLDER,
    default=Path("registry"),
    show_default=True,
    help="The folder that `registry build` wrote.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")


@click.group("registry", context_settings={"help_option_names": ["-h", "--help"]})
def registry() -> None:
    """The history of the 287(g) agreements, rebuilt from ICE's sheets."""


@contextmanager
def _plainly() -> Iterator[None]:
    """Errors that a user can mend, as one line; Ctrl-C leaves what was there before."""
    try:
        yield
    except (NotBuiltError, NotFoundError, OverrideError, AgencyListError, FolderError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        raise click.ClickException("stopped; what was there before is unchanged") from None


@contextmanager
def _opened(folder: Path) -> Iterator[Built]:
    with _plainly():
        built = query.open_registry(folder)
        try:
            yield built
        finally:
            built.close()


@registry.command()
@click.argument("sheets", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="Folder for the result; replaced in one step.")
@click.option(
    "--overrides", type=_FOLDER, help="CSV of decisions that you make: subject,left,right,verdict,reason."
)
@click.option("--agencies", type=_FOLDER, help="Another edition of the FBI's list of agencies (CSV).")
def build(sheets: Path, out: Path, overrides: Path | None, agencies: Path | None) -> None:
    """Build the registry from all sheets in a folder.

    Sheets that OUT already holds are not read again; the result is the same as a build from nothing.
    """
    _build(sheets, out, overrides, agencies, keep=False)


@registry.command()
@click.argument("sheets", type=_FOLDER)
@click.option("--out", type=_FOLDER, required=True, help="The folder that `registry build` wrote.")
@click.option("--overrides", type=_FOLDER, help="CSV of decisions that you make.")
@click.option("--agencies", type=_FOLDER, help="Another edition of the FBI's list of agencies (CSV).")
def add(sheets: Path, out: Path, overrides: Path | None, agencies: Path | None) -> None:
    """Add a sheet, or a folder of sheets, to a registry."""
    if not (out / "datapackage.json").is_file():
        raise click.ClickException(f"{out} holds no registry: build one with `evenhand registry build`")
    _build(sheets, out, overrides, agencies, keep=True)


def _build(sheets: Path, out: Path, overrides: Path | None, agencies: Path | None, keep: bool) -> None:
    from evenhand.registry.build import build as build_folder

    with _plainly(), steps() as told:
        built, summary = build_folder(
            sheets, out, overrides=overrides, agencies=agencies, told=told, keep=keep
        )
    for bad in built.corpus.refused_sheets:
        click.echo(f"refused {bad.name}: {bad.reason}; {bad.remedy}", err=True)
    for name, run in built.corpus.refused[:20]:
        rows = f"row {run.first}" if run.first == run.last else f"rows {run.first} to {run.last}"
        click.echo(f"refused {name}, {rows}: {run.reason}", err=True)
    if len(built.corpus.refused) > 20:
        click.echo(f"and {len(built.corpus.refused) - 20} more: see {out}/refused.csv", err=True)
    click.echo(
        f"{summary['sheets_read']:,} sheets read, {summary['sheets_refused']:,} refused; "
        f"{summary['rows_read']:,} rows read, {summary['rows_observed']:,} observed, "
        f"{summary['rows_refused']:,} refused"
    )
    statuses = ", ".join(f"{n:,} {s}" for s, n in summary["agreements_by_status"].items())
    click.echo(f"{summary['agreements']:,} agreements ({statuses}) of {summary['agencies']:,} agencies")
    table = Table(title="What each identity step decided", title_justify="left")
    for heading in ("step", "same", "different", "review"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for step, verdicts in summary["decisions"].items():
        table.add_row(step, *(str(verdicts.get(v, "")) for v in ("same", "different", "review")))
    _print(table)
    click.echo(f"{summary['to_review']:,} to review: evenhand registry review -r {out}")


def _print(table: Table) -> None:
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(table)


def _table(rows: Sequence[Row], columns: Sequence[str], title: str = "") -> None:
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*("" if row[c] is None else str(row[c]) for c in columns))
    _print(table)


def _write_json(value: object) -> None:
    click.echo(json.dumps(value, indent=1, default=str, ensure_ascii=False))


@registry.command("as-of")
@click.argument("day")
@click.option("--state", help="Postal code, for example FL.")
@click.option("--model", help="JEM, WSO, TFM or TFM-Tribal.")
@click.option("--known", help="Answer as the sheets published up to this day would have.")
@_registry
@_as_json
def as_of(
    day: str, state: str | None, model: str | None, known: str | None, folder: Path, as_json: bool
) -> None:
    """Agreements in force on a DAY."""
    with _opened(folder) as built:
        when = query.parse_day(day)
        rows = query.as_of(
            built, when, known=query.parse_day(known) if known else None, state=state, model=model
        )
    if as_json:
        _write_json(rows)
        return
    columns = ("agreement_id", "state", "agency", "model", "signed", "standing", "reason")
    _table(rows, columns, f"In force on {when}")
    unclear = sum(row["standing"] == "unclear" for row in rows)
    click.echo(f"{len(rows) - unclear:,} in force, {unclear:,} unclear")


@registry.command()
@click.argument("before")
@click.argument("after")
@_registry
@_as_json
def diff(before: str, after: str, folder: Path, as_json: bool) -> None:
    """What differs between two days or two sheets."""
    with _opened(folder) as built:
        found = query.diff(built, before, after)
    if as_json:
        _write_json(found)
        return
    old, new = found["before"], found["after"]
    click.echo(f"{old['sheet']} ({old['published']}) against {new['sheet']} ({new['published']})")
    columns = ("agreement_id", "state", "agency", "model", "signed")
    _table(found["came"], columns, f"{len(found['came'])} came")
    _table(found["went"], columns, f"{len(found['went'])} went")
    _table(
        found["changed"],
        ("agreement_id", "state", "agency", "model", "change", "before", "after"),
        f"{len(found['changed'])} values changed",
    )


@registry.command()
@click.argument("agency")
@_registry
@_as_json
def show(agency: str, folder: Path, as_json: bool) -> None:
    """An AGENCY's timeline and every decision about it. Name it by id, ORI, or name and state."""
    with _opened(folder) as built:
        found = query.show(built, query.find_agency(built, agency))
    if as_json:
        _write_json(found)
        return
    one = found["agency"]
    click.echo(f"{one['name']}, {one['state']} ({one['agency_id']})")
    if one["other_names"]:
        click.echo(f"also written: {one['other_names']}")
    county = f"{one['county']} ({one['county_fips']})" if one["county_fips"] else "none"
    click.echo(f"body: {one['body']}; county: {county}: {one['county_rule']}")
    ori = f"{one['ori']} {one['ori_name']}, score {one['ori_score']:.0f}" if one["ori"] else "none"
    click.echo(f"FBI agency: {ori}: {one['ori_rule']}; runner-up: {one['runner_up'] or 'none'}")
    columns = ("agreement_id", "model", "signed", "status", "first_listed", "last_listed", "status_reason")
    _table(found["agreements"], columns, "Agreements")
    _table(found["requests"], ("model", "first_listed", "last_listed", "outcome", "reason"), "Requests")
    _table(found["changes"], ("published", "change", "before", "after", "sheet"), "Timeline")
    _decisions(found["decisions"])


def _decisions(rows: Sequence[Row]) -> None:
    columns = ("decision_id", "step", "verdict", "left", "right", "reason", "evidence", "overridden_by")
    _table(rows, columns, "Decisions")


@registry.command()
@click.argument("id_", metavar="ID")
@_registry
@_as_json
def why(id_: str, folder: Path, as_json: bool) -> None:
    """How the registry knows: the rows and decisions behind an ID."""
    with _opened(folder) as built:
        found = query.why(built, id_)
    if as_json:
        _write_json(found)
        return
    if "retired" in found:
        click.echo(found["retired"])
    for name in ("agency", "agreement", "change"):
        for key, value in found.get(name, {}).items():
            if value is not None:
                click.echo(f"{key.replace('_', ' ')}: {value}")
    if found.get("listings"):
        _table(found["listings"], ("first_sheet", "last_sheet", "first_listed", "last_listed"), "Listings")
    if "decisions" in found:
        _decisions(found["decisions"])
    if found.get("rows"):
        columns = ("agency_raw", "state_raw", "county_raw", "support_raw", "signed_raw", "rows")
        _table(
            found["rows"], (*columns, "first_published", "last_published", "first_sheet", "cleaning"), "Rows"
        )


@registry.command()
@_registry
@_as_json
def review(folder: Path, as_json: bool) -> None:
    """What the rules would not decide, ranked, with both readings and the line that would settle it."""
    with _opened(folder) as built:
        rows = query.review(built)
    if as_json:
        _write_json(rows)
        return
    for place, row in enumerate(rows, 1):
        click.echo(f"{place}. {row['left']}  /  {row['right']}  ({row['subject']}, {row['step']})")
        click.echo(f"   if the same: {row['if_same']}")
        click.echo(f"   if different: {row['if_different']}")
        click.echo(f"   evidence: {row['evidence'] or 'none'}; score {row['score']:.0f}")
        click.echo(f"   to settle it: {row['override']}")
    click.echo(f"{len(rows):,} to review")


@registry.command()
@click.option(
    "--since", help="Day from which changes are told; a month before the latest sheet if not given."
)
@click.option("--state", help="Postal code, for example FL.")
@click.option(
    "--listings", "listings_only", is_flag=True, help="Only what came and went, not values retyped."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "atom", "json-feed"]),
    default="table",
    show_default=True,
)
@click.option("--address", default="urn:evenhand:registry:changes", help="The feed's own address.")
@_registry
def changes(
    since: str | None, state: str | None, listings_only: bool, form: str, address: str, folder: Path
) -> None:
    """What changed from sheet to sheet, the latest first; also as a feed."""
    with _opened(folder) as built:
        rows = query.changes(built, _since(built, since), state, listings_only)
    if form == "atom":
        click.echo(feed.atom(rows, address), nl=False)
    elif form == "json-feed":
        click.echo(feed.json_feed(rows, address), nl=False)
    elif form == "json":
        _write_json(rows)
    else:
        _table(rows, ("published", "state", "agency", "change", "before", "after", "change_id"))
        click.echo(f"{len(rows):,} changes")


def _since(built: Built, since: str | None) -> date:
    if since:
        return query.parse_day(since)
    latest: date | None = built.rows("select max(published) as day from sheets")[0]["day"]
    return (latest or date.today()) - timedelta(days=31)


@registry.command()
@click.option(
    "--url", "urls", multiple=True, required=True, help="A sheet's address, or a page that links to sheets."
)
@click.option("--out", type=_FOLDER, required=True, help="Folder of sheets; every version is kept.")
@click.option("--pause", default=2.0, show_default=True, help="Seconds between requests.")
def fetch(urls: tuple[str, ...], out: Path, pause: float) -> None:
    """Fetch sheets over HTTP. What has not changed is not sent again; every version is kept by its hash."""
    from evenhand.registry.fetch import Archive, Fetcher

    failed = 0
    with _plainly(), Fetcher(Archive(out), pause=pause, told=lambda u: click.echo(u, err=True)) as fetcher:
        for url in urls:
            for found in fetcher.fetch(url):
                failed += found.result == "failed"
                told = f"{found.result}: {found.url}"
                told += f" as {found.path}" if found.path else ""
                click.echo(told + (f": {found.reason}" if found.reason else ""))
    if failed:
        raise SystemExit(1)
