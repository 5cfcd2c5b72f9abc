"""`evenhand simulate`: write a synthetic record."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evenhand.record.argument import replace_sealed_option
from evenhand.record.errors import RecordError
from evenhand.record.ledger.errors import LedgerError
from evenhand.record.ledger.options import sealing_options

if TYPE_CHECKING:
    from evenhand.record.ledger.seal import Seal
    from evenhand.simulate.biases.bias import Bias

FIRST_START, LAST_START = date(2021, 1, 1), date(2050, 1, 1)


def _rates(faults: str | None) -> dict[str, float]:
    from evenhand.simulate.faults.rates import RatesError, read_rates, shipped_rates

    try:
        if faults == "none":
            return {}
        return read_rates(Path(faults)) if faults else shipped_rates()
    except RatesError as error:
        raise click.UsageError(str(error)) from None


def _shares(irregular: str | None) -> dict[str, float]:
    from evenhand.simulate.irregular.shares import SharesError, read_shares, shipped_shares

    try:
        if irregular == "none":
            return {}
        return read_shares(Path(irregular)) if irregular else shipped_shares()
    except SharesError as error:
        raise click.UsageError(str(error)) from None


def _biases(path: Path | None, texts: tuple[str, ...]) -> "tuple[Bias, ...]":
    from evenhand.simulate.biases.bias import BiasError
    from evenhand.simulate.biases.read import read_biases

    try:
        return read_biases(path, texts)
    except BiasError as error:
        raise click.UsageError(str(error)) from None


def _sealing(asked: bool, key: Path | None) -> "Seal | None":
    if not (asked or key):
        return None
    from evenhand.record.ledger.seal import sealing

    return sealing(asked, key)


@click.command()
@click.option("--bookings", type=click.IntRange(min=0), required=True, help="How many bookings.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed, the same bytes."
)
@click.option(
    "--faults", default=None, help="A TOML file of rates; 'none' for a clean record. [default: shipped]"
)
@click.option(
    "--biases", type=click.Path(path_type=Path), help="A file of biases, one a line. [default: none]"
)
@click.option(
    "--bias", multiple=True, help="A bias, such as screening:race_ethnicity=hispanic:-0.05; may be repeated."
)
@click.option(
    "--irregular",
    default=None,
    help="A TOML file of shares of irregular histories; 'none' for no such history. [default: shipped]",
)
@click.option(
    "--precision",
    type=click.Choice(["second", "minute", "day"]),
    default="second",
    show_default=True,
    help="How exactly the record states when things happened.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The record's folder.")
@click.option(
    "--start", type=click.DateTime(["%Y-%m-%d"]), default="2024-01-01", show_default=True, help="First day."
)
@click.option(
    "--years",
    type=click.FloatRange(min=1, max=8),
    default=2.0,
    show_default=True,
    help="Length of the period.",
)
@click.option(
    "--export",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the bookings' events as CSV.",
)
@sealing_options
@replace_sealed_option
def simulate(
    bookings: int,
    seed: int,
    faults: str | None,
    biases: Path | None,
    bias: tuple[str, ...],
    irregular: str | None,
    precision: str,
    out: Path,
    start: datetime,
    years: float,
    export: Path | None,
    ledger: bool,
    ledger_key: Path | None,
    replace_sealed: bool,
) -> None:
    """Write a synthetic record: made-up counties, officers, agreements and bookings.

    Nobody in it exists. Faults are put in at stated rates and biases at stated sizes; what is broken, and
    which bookings a bias changed, is written beside the manifest (truth.parquet).
    """
    from evenhand.simulate.irregular.kinds import Precision
    from evenhand.simulate.progress import bookings_bar
    from evenhand.simulate.simulation import Settings, Simulation

    if not FIRST_START <= start.date() <= LAST_START:
        raise click.UsageError(
            f"--start {start.date()} is out of range: choose a day from {FIRST_START} to {LAST_START}."
        )
    settings = Settings(
        bookings,
        seed,
        start.date(),
        years,
        _rates(faults),
        _biases(biases, bias),
        _shares(irregular),
        Precision[precision.upper()],
    )
    simulation = Simulation(settings)
    try:
        with bookings_bar(bookings) as progress:
            manifest = simulation.write(
                out, progress, export, seal=_sealing(ledger, ledger_key), replace_sealed=replace_sealed
            )
    except (RecordError, LedgerError, OSError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} is as it was before.", err=True)
        raise click.exceptions.Exit(130) from None
    events = sum(manifest.counts.events.values())
    click.echo(f"{out}: {bookings:,} bookings, {events:,} events, {len(manifest.agencies)} agencies")
