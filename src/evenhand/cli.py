"""The console script. Each command lives in its own room and is imported only when called."""

import importlib

import click

COMMANDS: dict[str, str] = {
    "audit": "evenhand.audit.command:audit_command",
    "rebooking": "evenhand.figures.rebooking.command:rebooking",
    "record": "evenhand.record.command:record",
    "simulate": "evenhand.simulate.command:simulate",
    "claims": "evenhand.claims.command:claims_command",
    "figures": "evenhand.figures.command:figures_command",
    "intake": "evenhand.intake.command:intake",
    "rules": "evenhand.audit.rules_command:rules",
    "registry": "evenhand.registry.command:registry",
    "desk": "evenhand.desk.command:desk",
    "serve": "evenhand.desk.command:serve",
    "rebuild": "evenhand.desk.command:rebuild",
    "ledger": "evenhand.record.ledger.command:ledger",
    "uniformity": "evenhand.uniformity.command:uniformity",
}


class LazyGroup(click.Group):
    """A group whose commands are imported on first use, so that `evenhand --help` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evenhand")
def main() -> None:
    """The record and the check of 287(g) jail programs."""
