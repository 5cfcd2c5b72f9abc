"""Making simulated records in tests."""

from datetime import date
from pathlib import Path

from evenhand.record.manifest import Manifest
from evenhand.simulate.faults.rates import shipped_rates
from evenhand.simulate.irregular.kinds import Precision
from evenhand.simulate.irregular.shares import shipped_shares
from evenhand.simulate.simulation import Settings, Simulation

START = date(2024, 1, 1)


def make(
    out: Path,
    bookings: int,
    *,
    seed: int = 1,
    start: date = START,
    years: float = 2.0,
    rates: dict[str, float] | None = None,
    irregular: dict[str, float] | None = None,
    precision: Precision = Precision.SECOND,
    export: Path | None = None,
) -> Manifest:
    """A record at `out`, with the shipped faults and irregular histories unless others are given."""
    chosen = shipped_rates() if rates is None else rates
    shares = shipped_shares() if irregular is None else irregular
    settings = Settings(bookings, seed, start, years, chosen, irregular=shares, precision=precision)
    return Simulation(settings).write(out, lambda _done: None, export)
