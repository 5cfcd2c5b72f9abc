"""List what a missed join would look like, for a reader: agreements that left beside those that came.

    .venv/bin/python tests/registry/list_possible_misses.py REGISTRY

First every agreement that is no longer listed, with each of its state and with a like name (by letters)
that was first listed within 60 days of its leaving; then every request that was dropped, with the agreements
of its state whose agencies have like names. REGISTRY is a folder that `evenhand registry build` wrote.
"""

import argparse
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
select g.state, g.name, r.model, r.first_listed, r.last_listed,
    list_sort(list(distinct a.agency || ' ' || a.model || ' ' || coalesce(a.signed::varchar, '-')))
from requests r join agencies g using (agency_id) left join agreements a on a.state = g.state
where r.outcome = 'dropped' group by all order by all
"""
LIKE = 70


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", type=Path)
    options = parser.parse_args()
    with duckdb.connect(str(options.registry / "registry.duckdb"), read_only=True) as connection:
        left = connection.execute(LEFT).fetchall()
        dropped = connection.execute(DROPPED).fetchall()
    shown = [row for row in left if fuzz.ratio(row[1].lower(), row[5].lower()) >= LIKE]
    print(f"{len(shown)} pairs of an agreement that left and one that came")
    for state, name, model, signed, last, other, other_model, other_signed, first in shown:
        print(f"{state} {name} {model} {signed} ..{last} | {other} {other_model} {other_signed} {first}..")
    print(f"{len(dropped)} requests dropped")
    for state, name, model, first, last, agreements in dropped:
        alike = sorted(agreements or [], key=lambda text: -fuzz.WRatio(name, text.rsplit(" ", 2)[0]))[:3]
        print(f"{state} {name} {model} {first}..{last} | {' ; '.join(alike)}")


if __name__ == "__main__":
    main()
