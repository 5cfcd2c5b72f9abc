"""`evenhand ledger`: keeping a ledger, and checking one without trusting who keeps it."""

import click

from evenhand.lazy_commands import Lazy, LazyGroup

_KEEP, _TRUST = "evenhand.record.ledger.command.keep", "evenhand.record.ledger.command.trust"
COMMANDS = {
    "init": Lazy(f"{_KEEP}:init", "Make a ledger: its folder, its store and its first key."),
    "append": Lazy(f"{_KEEP}:append", "Append the events in FILE (JSON lines; - for standard input)."),
    "checkpoint": Lazy(
        f"{_KEEP}:checkpoint",
        "Sign a checkpoint over all that was appended, and bring the published tiles up to date.",
    ),
    "rotate": Lazy(
        f"{_KEEP}:rotate",
        "Make a new key; checkpoints are signed with old and new until the old one is retired.",
    ),
    "erase": Lazy(
        f"{_KEEP}:erase", "Erase the personal parts and salts of the events ID... under a court's order."
    ),
    "migrate": Lazy(
        f"{_KEEP}:migrate_command", "Carry the ledger OLD, of format 1, over into the new ledger NEW."
    ),
    "export": Lazy(
        f"{_KEEP}:export_command",
        "Write tiles, public leaves, checkpoint and verifier keys anew from the store.",
    ),
    "status": Lazy(f"{_KEEP}:status", "Say what the ledger holds and what is not under a checkpoint yet."),
    "prove": Lazy(
        f"{_TRUST}:prove",
        "Prove that event ID (or the leaf of that number) is in the log, or that it only grew from A to B.",
    ),
    "verify": Lazy(
        f"{_TRUST}:verify",
        "Verify the tiles and leaves in DIR against the signed checkpoint; no database is needed.",
    ),
    "verify-proof": Lazy(
        f"{_TRUST}:verify_proof",
        "Check a proof file with nothing but the log's key (and for consistency the older checkpoint).",
    ),
    "witness": Lazy(
        f"{_TRUST}:witness", "Compare the log in DIR with what this witness saw of it before, and cosign it."
    ),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def ledger() -> None:
    """A record that nobody can quietly change.

    Exit codes: 0 all is well; 1 something does not verify, and the first bad leaf or tile is named;
    2 wrong use or unusable input.
    """
