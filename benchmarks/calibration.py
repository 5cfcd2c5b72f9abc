"""Calibration of uniformity: false alarms and power over thousands of simulated counties, as Markdown.

    .venv/bin/python benchmarks/calibration.py [--counties N] [--records N] [--parts once daily bias records]

Takes about a quarter of an hour on two cores. Ends with status 1 if a rate is not what it should be.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# The counties are shared with the tests.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from counties import fixed, records, sequential
from counties.process import confounded, process
from counties.rates import Rate

BOOKINGS = 6000
YEARS = 5
HEAD = "| what | trials | observed | 95 percent interval | should be |\n|---|---:|---:|---:|---:|"
SIZES = (-0.02, -0.03, -0.04, -0.05, -0.06)
MIXED = (
    "charge=35:race_ethnicity=hispanic:0.4",
    "steps:charge=35:-0.15",
    "time_to_screening:race_ethnicity=hispanic:2",
)


def looking_once(counties: int) -> list[Rate]:
    return [*fixed.false_alarms(1, counties, BOOKINGS), *fixed.intervals(2, counties, BOOKINGS)]


def looking_once_with_bias(counties: int) -> list[Rate]:
    return list(fixed.powers(3, counties, BOOKINGS, SIZES, (1, 2), SIZES[:2]))


def looking_daily(counties: int) -> list[Rate]:
    made = (
        sequential.false_alarms(4, counties, BOOKINGS, YEARS),
        sequential.mixed(5, counties, BOOKINGS, YEARS),
        sequential.powers(6, counties, BOOKINGS, YEARS, SIZES[:2]),
    )
    return [each for part in made for each in part]


def whole_records(count: int) -> tuple[list[Rate], list[tuple[str, float]]]:
    clean = records.simulate(count, 8000)
    biased = records.simulate(count, 8000, *MIXED, first_seed=5000)
    agreed = [
        *((f"no bias: {what}", p) for what, p in records.agreement(clean, process())),
        *((f"mix and bias: {what}", p) for what, p in records.agreement(biased, confounded(), 2)),
    ]
    return list(records.rates(clean)), agreed


PARTS = {
    "once": ("Looking once", looking_once),
    "daily": ("Looking daily for five years", looking_daily),
    "bias": ("Looking once, with a bias", looking_once_with_bias),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--counties", type=int, default=2000)
    parser.add_argument("--records", type=int, default=30)
    parser.add_argument("--parts", nargs="+", choices=[*PARTS, "records"], default=[*PARTS, "records"])
    chosen = parser.parse_args()
    begun = time.monotonic()
    wrong = 0
    with ProcessPoolExecutor(2) as pool:
        parts = [
            (title, pool.submit(make, chosen.counties))
            for name, (title, make) in PARTS.items()
            if name in chosen.parts
        ]
        of_records = pool.submit(whole_records, chosen.records) if "records" in chosen.parts else None
        for title, part in parts:
            wrong += shown(title, part.result())
        if of_records:
            rates, agreed = of_records.result()
            wrong += shown(f"Whole records, {chosen.records} of 8,000 bookings", rates) + compared(agreed)
    print(f"\n{time.monotonic() - begun:,.0f} s, {wrong} not as they should be", file=sys.stderr)
    return 1 if wrong else 0


def shown(title: str, rates: list[Rate]) -> int:
    """Print a table; gives how many of its rates are not what they should be."""
    print(f"\n#### {title}\n\n{HEAD}")
    for each in rates:
        print(each.row() + ("" if each.agrees() else " **not so** |"), flush=True)
    return sum(not each.agrees() for each in rates)


def compared(agreed: list[tuple[str, float]]) -> int:
    """Print p-values; gives how many are too small to be chance."""
    print("\n| whole records under the probabilities of the counties above | chi-squared p |\n|---|---:|")
    for what, p in agreed:
        print(f"| {what} | {p:.3f} |")
    return sum(p < 0.001 for _, p in agreed)


if __name__ == "__main__":
    sys.exit(main())
