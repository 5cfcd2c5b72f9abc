"""The console script. Each command lives in its own room and is imported only when it is called."""

import os

import click

from evenhand.lazy_commands import Lazy, LazyGroup

COMMANDS = {
    "audit": Lazy(
        "evenhand.audit.command:audit_command",
        "Judge RECORD by the rules and write findings, a summary and a report.",
    ),
    "case": Lazy("evenhand.casefile.command:case", "Judge one case that you write by hand in a YAML file."),
    "claims": Lazy(
        "evenhand.claims.command:claims_command",
        "Claims made of the program, such as C05, with measure, result, interval, source and limits.",
    ),
    "desk": Lazy("evenhand.desk.command:desk", "Run and keep the desk, the web app of a jail's program."),
    "detainers": Lazy(
        "evenhand.figures.detainers.command:detainers_command",
        "Detainers of RECORD by fiscal year, facility and lift reason.",
    ),
    "figures": Lazy(
        "evenhand.figures.command:figures_command",
        "Tables of RECORD for a fiscal year: encounters, determinations, holds, releases, complaints, "
        "officers.",
    ),
    "intake": Lazy(
        "evenhand.intake.command:intake", "Take jail exports into a record: evenhand intake SOURCE..."
    ),
    "ledger": Lazy("evenhand.record.ledger.command:ledger", "A record that nobody can quietly change."),
    "rebooking": Lazy(
        "evenhand.figures.rebooking.command:rebooking",
        "Share of people in RECORD who are booked again within a time of their release (Kaplan-Meier).",
    ),
    "rebuild": Lazy(
        "evenhand.desk.command:rebuild", "Replay the desk's ledger into empty read tables and compare."
    ),
    "record": Lazy(
        "evenhand.record.command:record", "Look into a record: what it holds, and whether it is whole."
    ),
    "registry": Lazy(
        "evenhand.registry.command:registry",
        "The history of the 287(g) agreements, rebuilt from ICE's sheets.",
    ),
    "rules": Lazy(
        "evenhand.audit.rules_command:rules",
        "The catalog of rules: each with its sentence, sources and examples.",
    ),
    "serve": Lazy("evenhand.desk.command:serve", "Start the desk."),
    "simulate": Lazy(
        "evenhand.simulate.command:simulate",
        "Write a synthetic record: made-up counties, officers, agreements and bookings.",
    ),
    "uniformity": Lazy("evenhand.uniformity.command:uniformity", "Compare how the process treats groups."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evenhand")
@click.pass_context
def main(context: click.Context) -> None:
    """The record and the check of 287(g) jail programs."""
    # What a command writes may be about people: only its owner may read it, temporary files included.
    before = os.umask(0o077)
    context.call_on_close(lambda: os.umask(before))
