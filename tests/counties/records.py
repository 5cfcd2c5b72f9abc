"""Whole records of the simulator next to the counties made of their sufficient statistics."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from scipy.stats import chi2, chisquare

from counties.fixed import ALPHA
from counties.process import HISPANIC, NAMES, Floats, Ints, Process, minutes
from counties.rates import Rate, rate
from evenhand.record.store import Record
from evenhand.simulate.biases.bias import CHARGES
from evenhand.simulate.biases.read import read_biases
from evenhand.simulate.simulation import Settings, Simulation
from evenhand.uniformity.measures import STEPS, TIMES
from evenhand.uniformity.run import run
from evenhand.uniformity.watch.cases import read_cases
from evenhand.uniformity.watch.monitor import look

_TIMES = {time.id for time in TIMES}


@dataclass
class Seen:
    """Counts over several records: cases and events by group and charge, minutes to screening by group; and
    of each record whether the tests alarmed."""

    cases: Ints = field(default_factory=lambda: np.zeros((len(NAMES), len(CHARGES)), dtype=np.int64))
    events: Ints = field(default_factory=lambda: np.zeros((len(NAMES), len(CHARGES)), dtype=np.int64))
    minutes: Ints = field(default_factory=lambda: np.zeros((len(NAMES), 64), dtype=np.int64))
    shares: list[bool] = field(default_factory=list)
    times: list[bool] = field(default_factory=list)
    reports: list[bool] = field(default_factory=list)
    watched: list[bool] = field(default_factory=list)


def simulate(records: int, bookings: int, *biases: str, first_seed: int = 1000) -> Seen:
    """Write, read and test records one after another."""
    seen = Seen()
    chosen = read_biases(None, biases)
    for seed in range(first_seed, first_seed + records):
        with TemporaryDirectory() as folder:
            out = Path(folder) / "record"
            settings = Settings(bookings, seed, date(2024, 1, 1), 1.0, {}, chosen)
            Simulation(settings).write(out, lambda _done: None)
            _test(Record(out), seen)
    return seen


def count(folder: Path, seen: Seen) -> None:
    """Add up a record's cases, events and minutes to screening."""
    with duckdb.connect() as connection:
        read_cases(Record(folder), connection)
        _count(connection, seen)


def _count(connection: duckdb.DuckDBPyConnection, seen: Seen) -> None:
    for group, charge, count, events in connection.execute(
        f"SELECT race_ethnicity, class, count(*), count(*) FILTER ({STEPS.event}) FROM cases "
        "WHERE race_ethnicity IS NOT NULL GROUP BY ALL"
    ).fetchall():
        at = NAMES.index(group), CHARGES.index(charge)
        seen.cases[at] += count
        seen.events[at] += events
    for group, minute, count in connection.execute(
        "SELECT race_ethnicity, epoch(opened_at - booked_at)::BIGINT // 60, count(*) FROM cases "
        "WHERE race_ethnicity IS NOT NULL GROUP BY ALL"
    ).fetchall():
        seen.minutes[NAMES.index(group), minute] += count


def _test(record: Record, seen: Seen) -> None:
    with duckdb.connect() as connection:
        cases = read_cases(record, connection)
        _count(connection, seen)
        found = look(record, cases, ALPHA, ("race_ethnicity", "sex", "age_group"), {}, None)
        seen.watched.append(any(each.kept.alert for each in found.found))
    with duckdb.connect() as connection:
        whole = run(record, connection, {}).compared.comparisons
    for each in whole:
        if each.p is not None:
            (seen.times if each.measure in _TIMES else seen.shares).append(each.p <= ALPHA)
    seen.reports.append(any(each.q is not None and each.q <= ALPHA for each in whole))


def agreement(seen: Seen, made: Process, delay: int = 0) -> Iterator[tuple[str, float]]:
    """Chi-squared p-values of the records' counts under the probabilities of the fast counties."""
    shape = (len(NAMES), -1, len(CHARGES))
    mix = made.mix.reshape(shape).sum(axis=1)
    share = (made.share * made.mix).reshape(shape).sum(axis=1) / mix
    for group, name in enumerate(NAMES):
        yield f"first charges, {name}", _p(seen.cases[group], mix[group])
    with_event, expected = seen.events.ravel(), (seen.cases * share).ravel()
    both = np.r_[with_event, seen.cases.ravel() - with_event]
    yield "all steps by group and charge", _p_given(both, np.r_[expected, seen.cases.ravel() - expected])
    for group, law in ((0, minutes()), (HISPANIC, minutes(delay))):
        yield f"minutes to screening, {NAMES[group]}", _p(seen.minutes[group], law)


def _p(counts: Ints, chances: Floats) -> float:
    """Cells with fewer than five expected are put together."""
    expected = chances / chances.sum() * counts.sum()
    rare = expected < 5
    joined = np.r_[counts[~rare], counts[rare].sum()], np.r_[expected[~rare], expected[rare].sum()]
    keep = joined[1] > 0
    if joined[0][~keep].any():
        return 0.0
    return float(chisquare(joined[0][keep], joined[1][keep]).pvalue)


def _p_given(counts: Ints, expected: Floats) -> float:
    """With the cases of each cell given: one degree of freedom a cell."""
    half = len(counts) // 2
    use = np.minimum(expected[:half], expected[half:]) >= 5
    o, e = (np.stack([c[:half][use], c[half:][use]]) for c in (counts, expected))
    statistic = float(((o - e) ** 2 / e).sum())
    return float(chi2.sf(statistic, int(use.sum())))


def rates(seen: Seen) -> Iterator[Rate]:
    """How many of the comparisons, and of the records, alarmed; without a bias."""
    yield rate("whole records: Cochran-Mantel-Haenszel, each share by group", seen.shares, ALPHA)
    yield rate("whole records: log-rank, each time by group", seen.times, ALPHA)
    yield rate("whole records: any discovery of a report", seen.reports, ALPHA, "at most")
    yield rate("whole records: any alert of the monitor", seen.watched, ALPHA, "at most")
