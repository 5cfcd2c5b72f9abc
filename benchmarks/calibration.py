"""Calibration of uniformity: false alarms and power over thousands of simulated counties, as Markdown.

    .venv/bin/python benchmarks/calibration.py [--counties 2000] [--records 30]

Takes about a quarter of an hour on two cores. Ends with status 1 if a rate is not what it should be.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

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
    return list(fixed.powers(3, counties, BOOKINGS, SIZES, (1, 2)))


def looking_daily(counties: int) -> list[Rate]:
    made = (
        sequential.false_alarms(4, counties, BOOKINGS, YEARS),
        sequential.mixed(5, counties, BOOKINGS, YEARS),
        sequential.powers(6, counties, BOOKINGS, YEARS, SIZES[:4]),
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--counties", type=int, default=2000)
    parser.add_argument("--records", type=int, default=30)
    chosen = parser.parse_args()
    begun = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        parts = {
            "Looking once": pool.submit(looking_once, chosen.counties),
            "Looking daily for five years": pool.submit(looking_daily, chosen.counties),
            "Looking once, with a bias": pool.submit(looking_once_with_bias, chosen.counties),
        }
        of_records = pool.submit(whole_records, chosen.records)
        wrong = 0
        for title, part in parts.items():
            wrong += shown(title, part.result())
        rates, agreed = of_records.result()
    wrong += shown(f"Whole records, {chosen.records} of 8,000 bookings", rates)
    print("\n| whole records under the probabilities of the counties above | chi-squared p |\n|---|---:|")
    for what, p in agreed:
        print(f"| {what} | {p:.3f} |")
        wrong += p < 0.001
    print(f"\n{time.monotonic() - begun:,.0f} s, {wrong} not as they should be", file=sys.stderr)
    return 1 if wrong else 0


def shown(title: str, rates: list[Rate]) -> int:
    """Print a table; gives how many of its rates are not what they should be."""
    print(f"\n#### {title}\n\n{HEAD}")
    for each in rates:
        print(each.row() + ("" if each.agrees() else " **not so** |"), flush=True)
    return sum(not each.agrees() for each in rates)


if __name__ == "__main__":
    sys.exit(main())
