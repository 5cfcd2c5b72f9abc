"""What several rows with one key have in common."""

from dataclasses import dataclass

import pyarrow as pa

from evenhand.intake.duck import Duck
from evenhand.intake.suggest.look import Column


@dataclass(frozen=True)
class Repeats:
    """Keys with several rows. `keys`: their number; `rebooked`: those with several booking times; `releases`:
    those with several release times at one booking time; `places`: those with several facilities at several
    times. `example`: a key with several booking times, or else with several release times.
    """

    keys: int
    rebooked: int
    releases: int
    places: int
    example: str


def several_keys(key: Column, parts: list[Column], duck: Duck) -> int:
    """How many groups of rows that are alike in all `parts`, such as person and time, have several keys."""
    names = [f"p{n}" for n in range(len(parts))]
    table = pa.table({"k": key.texts, **{n: c.texts for n, c in zip(names, parts, strict=True)}})
    given = " AND ".join(f"{name} IS NOT NULL" for name in names)
    (found,) = duck.ask(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM t WHERE {given} GROUP BY {', '.join(names)} "
        "HAVING count(DISTINCT k) > 1)",
        t=table,
    )["n"].to_pylist()
    return int(found)


def repeats(
    key: Column, booked: Column, released: Column | None, facility: Column | None, duck: Duck
) -> Repeats:
    """Compare the rows of each key, in the rows that were kept."""
    table = {"k": key.texts, "b": booked.texts}
    nothing = pa.nulls(len(key.texts), pa.string())
    table["r"] = released.texts if released is not None else nothing
    table["f"] = facility.texts if facility is not None else nothing
    answer = duck.ask(
        "WITH s AS (SELECT k, b, count(DISTINCT coalesce(r, '')) AS r, count(*) AS n FROM t "
        "WHERE k IS NOT NULL AND b IS NOT NULL GROUP BY k, b), "
        "p AS (SELECT k, count(DISTINCT f) AS f FROM t GROUP BY k), "
        "h AS (SELECT k, count(*) AS b, max(r) AS r, sum(n) AS n FROM s GROUP BY k) "
        "SELECT count(*) FILTER (n > 1) AS keys, count(*) FILTER (b > 1) AS rebooked, "
        "count(*) FILTER (r > 1) AS releases, count(*) FILTER (b > 1 AND f > 1) AS places, "
        "coalesce(min(k) FILTER (b > 1), min(k) FILTER (r > 1), '') AS example FROM h JOIN p USING (k)",
        t=pa.table(table),
    ).to_pylist()[0]
    return Repeats(**answer)
