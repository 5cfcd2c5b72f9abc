"""`evenhand ledger`: keeping a ledger, and checking one without trusting who keeps it."""

import click

from evenhand.record.ledger.command import keep, trust


@click.group()
def ledger() -> None:
    """A record that nobody can quietly change.

    Exit codes: 0 all is well; 1 something does not verify, and the first bad leaf or tile is named;
    2 wrong use or unusable input.
    """


for command in (*keep.COMMANDS, *trust.COMMANDS):
    ledger.add_command(command)
