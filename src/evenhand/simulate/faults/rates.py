"""Rates of faults: the shipped ones, or those of a TOML file."""

import tomllib
from importlib.resources import files
from pathlib import Path

from evenhand.simulate.faults.bookings import FAULTS
from evenhand.simulate.faults.rows import ROW_FAULTS

BOOKING_RULES: tuple[str, ...] = tuple(dict.fromkeys(f.rule for f in FAULTS))
"""Rules whose faults befall bookings; the others' befall officers, agreements, complaints or reviews."""
RULES: tuple[str, ...] = tuple(sorted({*BOOKING_RULES, *(f.rule for f in ROW_FAULTS)}))
MOST = 0.5
"""The largest share of all bookings that may take a fault."""
ALWAYS_FROM = 1000
"""From so many bookings on, every rate above zero puts in at least one fault."""


class RatesError(Exception):
    """A file of rates that cannot be used; the message names file, key, value and remedy."""


def shipped_rates() -> dict[str, float]:
    """A rate for every coded rule."""
    text = files("evenhand.simulate.faults").joinpath("faults.toml").read_text(encoding="utf-8")
    return _checked("the shipped faults.toml", tomllib.loads(text))


def read_rates(path: Path) -> dict[str, float]:
    """The rates of a file: a table `[rates]` of rule ids. Rules not named have none."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise RatesError(f"{path}: cannot be read ({error.strerror}). Name a TOML file, or 'none'.") from None
    except UnicodeDecodeError as error:
        raise RatesError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise RatesError(f"{path}: is not TOML: {error}.") from None
    return _checked(str(path), content)


def _checked(name: str, content: dict[str, object]) -> dict[str, float]:
    for key in content:
        if key != "rates":
            raise RatesError(f"{name}: {key} is not known. Put the rates into one table, [rates].")
    table = content.get("rates", {})
    if not isinstance(table, dict):
        raise RatesError(f"{name}: rates is {table!r}. Write a table [rates] with a line for each rule.")
    rates: dict[str, float] = {}
    for rule, rate in table.items():
        where = f"{name}: rates.{rule}"
        if rule not in RULES:
            raise RatesError(f"{where}: no such rule has faults. Use one of {', '.join(RULES)}.")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise RatesError(f"{where} = {rate!r}: write a number from 0 to 1, such as 0.001.")
        rates[rule] = float(rate)
    total = sum(rates.get(rule, 0) for rule in BOOKING_RULES)
    if total > MOST:
        raise RatesError(
            f"{name}: the rates of faults of bookings add up to {total:.3g}, more than {MOST}: a booking "
            "takes one fault at most. Lower some."
        )
    return rates


def booking_counts(rates: dict[str, float], bookings: int) -> dict[str, int]:
    """How many bookings take each rule's faults."""
    least = 1 if bookings >= ALWAYS_FROM else 0
    counts = {r: max(least, round(rates[r] * bookings)) for r in BOOKING_RULES if rates.get(r)}
    return {rule: count for rule, count in counts.items() if count}
