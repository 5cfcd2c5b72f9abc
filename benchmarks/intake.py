"""Intake of a CSV file next to DuckDB's read of it into Parquet; of a small file next to the bare imports.

    .venv/bin/python benchmarks/intake.py [ROWS ...]

CPU time of whole processes, taking turns. The file has ten columns and gives up to three events a row.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MAPPING = """
name = "benchmark"
agency = "WA0270000"
zone = "America/Los_Angeles"
subject = "Booking No"
facility = "Site"
dates = ["%m/%d/%Y %H:%M"]

[[event]]
type = "person.booked"
at = "Booked"
[event.fields]
person_key = "SO No"
sex = "Sex"
race_ethnicity = "Race"

[[event]]
type = "charge.recorded"
at = "Booked"
[event.fields]
charge_no = { count = true }
statute = "Charge"
level = { column = "Level", values = { F = "felony", M = "misdemeanor" } }

[[event]]
type = "custody.departed"
at = "Released"
when = [{ column = "Reason", is = "TO ICE" }]
[event.fields]
destination = { value = "ice" }

[[event]]
type = "custody.released"
at = "Released"
when = [{ column = "Reason", is_not = "TO ICE" }]
[event.fields]
cause = { column = "Reason", values = { BOND = "bond", SERVED = "served", DISMISSED = "dismissed" } }
"""
ROWS = """
SELECT 'B' || lpad(i::VARCHAR, 9, '0') AS "Booking No", 'P' || (hash(i) % {rows})::VARCHAR AS "SO No",
    strftime(begun, '%m/%d/%Y %H:%M') AS "Booked",
    CASE WHEN i % 10 > 0 THEN strftime(begun + INTERVAL (hash(i) % 500000) SECOND, '%m/%d/%Y %H:%M') END
        AS "Released",
    ['BOND', 'SERVED', 'TO ICE', 'DISMISSED'][1 + (hash(i + 1) % 4)::INTEGER] AS "Reason",
    ['DUI', 'THEFT 2', 'ASSAULT 4', 'DWLS 3'][1 + (hash(i + 2) % 4)::INTEGER] AS "Charge",
    ['F', 'M'][1 + (hash(i + 3) % 2)::INTEGER] AS "Level",
    ['M', 'F'][1 + (hash(i + 4) % 2)::INTEGER] AS "Sex",
    ['W', 'B', 'H'][1 + (hash(i + 5) % 3)::INTEGER] AS "Race", 'MAIN' AS "Site"
FROM (
    SELECT i, TIMESTAMP '2022-01-01' + INTERVAL (i * 31536000 // {rows}) SECOND AS begun
    FROM range({rows}) t(i)
)
"""
BARE = "import duckdb, numpy, pyarrow.parquet, pydantic, rich"
TURNS = 3


def cpu(*command: str) -> float:
    """The CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(rows: int, folder: Path) -> None:
    import duckdb

    source, mapping, copy = folder / "rows.csv", folder / "mapping.toml", folder / "rows.parquet"
    duckdb.sql(f"COPY ({ROWS.format(rows=rows)}) TO '{source}' (HEADER)")
    mapping.write_text(MAPPING)
    read = f"import duckdb; duckdb.sql(\"COPY (FROM read_csv('{source}', all_varchar = true)) TO '{copy}'\")"
    peer = BARE if rows < 100_000 else read
    evenhand = str(Path(sys.executable).with_name("evenhand"))
    taken = ("intake", str(source), "--mapping", str(mapping), "--out", str(folder / "record"))
    ours, theirs = [], []
    for _ in range(TURNS):
        theirs.append(cpu(sys.executable, "-c", peer))
        ours.append(cpu(evenhand, *taken))
    mine, other = statistics.median(ours), statistics.median(theirs)
    name = "bare imports" if peer is BARE else "DuckDB, CSV to Parquet"
    print(
        f"{rows:,} rows: intake {mine:.2f} s of CPU, {rows / mine:,.0f} rows a second of CPU; "
        f"{name} {other:.2f} s; {mine / other:.1f} times",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as name:
        for rows in [int(given) for given in sys.argv[1:]] or [1_000, 1_000_000]:
            compare(rows, Path(name))


if __name__ == "__main__":
    main()
