"""`evenhand audit`: judge a record by the catalog and write the findings."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import duckdb

from evenhand.audit import findings, summary, terminal, truth
from evenhand.audit.choice import ChoiceError, choose_rules, set_bounds
from evenhand.audit.output import dump
from evenhand.audit.report import REPORT, write_report
from evenhand.audit.run import Audit, audit, scratch_connection
from evenhand.audit.spark import STEP, SparkError, on_spark
from evenhand.audit.why import record_from
from evenhand.audit.window import Window, window_of
from evenhand.audit.workers import Runner, local
from evenhand.page.place import InputError
from evenhand.progress import Report, steps
from evenhand.record.argument import RECORD_PATH
from evenhand.record.errors import RecordError
from evenhand.record.folder import Kind, check_replaceable, staged_folder
from evenhand.record.interrupt import interruptible
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.remote import AnyPath
from evenhand.record.seal_check import SealPolicy
from evenhand.record.store import Record, open_record
from evenhand.rules import promise
from evenhand.rules.rule import Rule, Severity

NEVER = "never"
SPARK = "spark"
ENGINES = ("local", SPARK)
BARS = (*(str(s) for s in Severity), NEVER)
_STOPPED = 130
_JUDGE_ALTERED = "To judge it all the same: --judge-altered."
_STEPS = {
    "report": "writing the report",
    "ledger": "comparing with the ledger",
    STEP: "judging on Spark",
}


@dataclass(frozen=True)
class _Job:
    """What was asked for, checked."""

    record: Record
    rules: tuple[Rule, ...]
    window: Window
    bar: str
    against_truth: bool


@dataclass(frozen=True)
class _Done:
    """What is left to say when the output stands in its place."""

    audit: Audit
    content: dict[str, Any]
    compared: tuple[truth.Comparison, ...]


class _AuditCommand(click.Command):
    """`evenhand audit RECORD`, and `evenhand audit why`, which looks into a finished audit."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["why"]:
            from evenhand.audit.why_command import why_command

            return why_command.make_context(f"{info_name} why", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)


@click.command(name="audit", cls=_AuditCommand)
@click.argument("record", type=RECORD_PATH)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--rule", "rule_ids", multiple=True, metavar="ID", help="Only this rule. May be repeated.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only this group, such as HLD.")
@click.option("--from", "since", metavar="DATE", help="Judge acts from this day on (2025-01-31).")
@click.option("--to", "until", metavar="DATE", help="Judge acts before this day. Histories stay whole.")
@click.option(
    "--fail-on",
    "bar",
    type=click.Choice(BARS),
    default=str(Severity.VIOLATION),
    show_default=True,
    help="The least severity of a finding that makes the exit status 1.",
)
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="RULE=LENGTH",
    help="Change a time limit that no source states, such as SUP-06=12h. May be repeated.",
)
@click.option(
    "--will-as-violation",
    is_flag=True,
    help='Treat a breach of a duty that an agreement states with "will" as a violation.',
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout, nothing else.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that judge the record. Default: one for each core.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="Where to judge: in processes of this machine, or on Spark.",
)
@click.option("--master", metavar="URL", help="Spark's master (spark://host:7077). Default: this machine.")
@click.option("--against-truth", is_flag=True, help="Compare with what a simulated record is known to break.")
@click.option("--key", "keys", multiple=True, metavar="VKEY", help="The ledger's verifier key.")
@click.option("--require-ledger", is_flag=True, help="Refuse a record that carries no ledger.")
@click.option(
    "--judge-altered", is_flag=True, help="Judge a record that does not match its ledger, and say so loudly."
)
def audit_command(
    record: AnyPath,
    out: Path,
    rule_ids: Sequence[str],
    groups: Sequence[str],
    since: str | None,
    until: str | None,
    bar: str,
    bounds: Sequence[str],
    will_as_violation: bool,
    as_json: bool,
    workers: int | None,
    engine: str,
    master: str | None,
    against_truth: bool,
    keys: Sequence[str],
    require_ledger: bool,
    judge_altered: bool,
) -> None:
    """Judge RECORD by the rules and write findings, a summary and a report.

    To explain a finding, run: evenhand audit why [FOLDER] FINDING

    DATE is midnight at the start of that day in the record's time zone (UTC if it has several). An act lies
    in the period if it happened in [--from, --to); what came before and after is still seen.

    Exit status: 0 no finding at or above the bar, 1 some, 2 bad usage or input. With
    --against-truth: 0 the findings are those known, 1 they differ.
    """
    if engine != SPARK and master:
        raise click.UsageError("--master is for --engine spark")
    if engine == SPARK and workers:
        raise click.UsageError("--workers is for --engine local: Spark's own settings say how many it uses")
    try:
        rules = set_bounds(choose_rules(rule_ids, groups), bounds)
        rules = promise.will_as_violation(rules) if will_as_violation else rules
        check_replaceable(out, Kind.AUDIT)
        seal = SealPolicy(tuple(keys), require_ledger, True, judge_altered, _JUDGE_ALTERED)
        with interruptible(), steps(_name_of) as progress:
            opened = open_record(record, seal, lambda done, total: progress("ledger", done, total))
            job = _job(opened, rules, since, until, bar, against_truth)
            runner = on_spark(master, progress) if engine == SPARK else local(workers)
            done = _run(job, out, progress, runner)
    except (RecordError, ChoiceError, LedgerError, SparkError) as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(_os_reason(error)) from None
    except duckdb.OutOfMemoryException:
        raise InputError("there is too little memory: name fewer rules with --rule or --group") from None
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} is as it was before.", err=True)
        sys.exit(_STOPPED)
    _tell(done, out, as_json=as_json)
    sys.exit(_status(done, bar))


def _job(
    record: Record,
    rules: tuple[Rule, ...],
    since: str | None,
    until: str | None,
    bar: str,
    against_truth: bool,
) -> _Job:
    if against_truth and (since or until):
        raise click.UsageError("--against-truth compares whole records: leave out --from and --to")
    if against_truth and not truth.has_truth(record):
        raise InputError(f"{record.folder} is not a simulated record. Use one from `evenhand simulate`.")
    try:
        window = window_of(since, until, record.manifest)
    except ValueError as error:
        raise InputError(str(error)) from None
    return _Job(record, rules, window, bar, against_truth)


def _run(job: _Job, out: Path, progress: Report, runner: Runner) -> _Done:
    """Audit into a folder beside `out`, which takes its place when everything is written."""
    with staged_folder(out, Kind.AUDIT) as folder:
        found = audit(
            job.record,
            job.rules,
            folder,
            window=job.window,
            progress=progress,
            runner=runner,
        )
        content = summary.summary(found, job.bar)
        content["record"] = record_from(job.record.folder, out)
        compared: tuple[truth.Comparison, ...] = ()
        with scratch_connection(folder) as connection:
            progress("report", 0, 1)
            content["findings"] = {s: n for s, (_, n) in findings.by_severity(connection, folder).items()}
            if job.against_truth:
                compared = truth.compare(connection, job.record, job.rules, folder)
                content["truth"] = [asdict(c) for c in compared]
            write_report(connection, found, folder)
            progress("report", 1, 1)
        (folder / summary.FILE).write_text(dump(content), encoding="utf-8")
        job.record.confirm()
    return _Done(found, content, compared)


def _name_of(step: str) -> str:
    return _STEPS.get(step, f"{step} histories")


def _os_reason(error: OSError) -> str:
    name = f"{error.filename}: " if error.filename else ""
    return f"{name}{error.strerror or error}"


def _tell(done: _Done, out: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(dump(done.content), nl=False)
        return
    terminal.show(done.audit)
    if done.compared:
        terminal.show_comparison(done.compared)
        differing = sum(not c.agrees for c in done.compared)
        click.echo(
            f"{differing} of {len(done.compared)} rules differ from what is known: {out / truth.FILE}"
            if differing
            else f"All {len(done.compared)} rules find exactly what is known to be broken."
        )
    for name in (REPORT, findings.PARQUET, findings.CSV, summary.FILE):
        click.echo(out / name)


def _status(done: _Done, bar: str) -> int:
    if done.compared:
        return int(not all(c.agrees for c in done.compared))
    if bar == NEVER:
        return 0
    order = list(Severity)
    counted = order[: order.index(Severity(bar)) + 1]
    return int(any(done.content["findings"].get(severity) for severity in counted))
