"""List what a missed join would look like, for a reader: agreements that left beside those that came.

    .venv/bin/python tests/registry/list_possible_misses.py REGISTRY

First every agreement that is no longer listed, with each of its state and with a like name (by letters)
that was first listed within 60 days of its leaving; then every request that was dropped. REGISTRY is a
folder that `evenhand registry build` wrote. `data/possible_misses.csv` says of each what it is.
"""

import argparse
import csv
import sys
from pathlib import Path

import duckdb
from rapidfuzz import fuzz

LEFT = """
select a.state, a.agency, a.model, a.signed, a.last_listed, b.agency, b.model, b.signed, b.first_listed
from agreements a join agreements b on a.state = b.state and a.agreement_id <> b.agreement_id
where a.status <> 'active' and abs(date_diff('day', a.last_listed, b.first_listed)) <= 60
order by all
"""
DROPPED = """
select g.state, g.name, r.model, r.first_listed, r.last_listed
from requests r join agencies g using (agency_id) where r.outcome = 'dropped' order by all
"""
LIKE = 70


def possible_misses(registry: Path) -> list[tuple[str, str, str]]:
    """What left (`agreement` or `request`), what it was, and what came (empty for a request)."""
    with duckdb.connect(str(registry / "registry.duckdb"), read_only=True) as connection:
        left = connection.execute(LEFT).fetchall()
        dropped = connection.execute(DROPPED).fetchall()
    found = [
        (
            "agreement",
            f"{state}: {name} / {model} / {signed}, until {last}",
            f"{other} / {like}, from {first}",
        )
        for state, name, model, signed, last, other, *rest, first in left
        if fuzz.ratio(name.lower(), other.lower()) >= LIKE
        for like in [" / ".join(map(str, rest))]
    ]
    found += [
        ("request", f"{state}: {name} / {model}, from {first} to {last}", "")
        for state, name, model, first, last in dropped
    ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", type=Path)
    options = parser.parse_args()
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("what_left", "left", "came"))
    table.writerows(possible_misses(options.registry))


if __name__ == "__main__":
    main()
