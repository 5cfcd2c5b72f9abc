"""Measures of claims on a record, the registry and a report of uniformity."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evenhand.claims.answer import THRESHOLD, Answer, Result, parts, share
from evenhand.claims.claim import Claim
from evenhand.claims.record_sql import (
    CERTIFIED,
    COVERAGE,
    FOLLOWED,
    LEVELS,
    ORDER_NOT_KNOWN,
    REVIEWED,
    open_record,
)
from evenhand.disclosure.rounding import about
from evenhand.figures.lacking import lacks
from evenhand.figures.measures.encounters import CHARGE, CONVICTION, NEITHER, NONE_MADE
from evenhand.figures.publish import Control, Published
from evenhand.figures.rebooking.study import study
from evenhand.figures.run import covers, figures, years_of
from evenhand.figures.year import fiscal_year
from evenhand.record.damage import naming_damage
from evenhand.record.ledger.check import check
from evenhand.record.local_copy import local_folder
from evenhand.record.store import Record
from evenhand.registry.query import open_registry

_CONVICTION = (
    "interview.held",
    "determination.made.conviction_class",
    "determination.made.pending_class",
)
_ACTORS = tuple(
    f"{act}.{field}" for act in ("interview.held", "determination.made") for field in ("actor", "actor_role")
)
_STATUSES = (CONVICTION, CHARGE, NEITHER, NONE_MADE)
_ENDED = "SELECT model, count(*) AS n FROM agreements WHERE status = 'ended' GROUP BY model"
_LISTED = "SELECT min(published) AS a, max(published) AS b FROM sheets WHERE kind = 'in_force'"


class SourceError(ValueError):
    """A folder that is not what it was named as; the message says what to name."""


def _date(record: Record) -> str:
    manifest = record.manifest
    if not manifest.observed_from or not manifest.observed_until:
        return ""
    return f"{manifest.observed_from:%Y-%m-%d} to {manifest.observed_until:%Y-%m-%d}"


def _answer(record: Record, *results: Result, missing: tuple[str, ...] = ()) -> Answer:
    kind = "simulated record" if record.manifest.kind == "simulation" else "record"
    agencies = record.manifest.agencies
    where = ", ".join(agencies) or "no agency" if len(agencies) <= 3 else f"{len(agencies)} agencies"
    return Answer(f"{kind} of {where} ({record.standing.sentence})", _date(record), results, missing)


def _share(record: Record, measure: str, sql: str, needs: tuple[str, ...]) -> Answer:
    """A share from a query that gives the number and the whole, where the record has what it needs."""
    if missing := lacks(record.manifest, needs):
        return _answer(record, missing=missing)
    with open_record(record) as connection:
        number, of = connection.execute(sql).fetchall()[0]
    return _answer(record, share(measure, number or 0, of or 0))


def training_and_supervision(record: Record) -> list[Answer]:
    """C02: acts by certified officers, and determinations reviewed."""
    return [
        _share(
            record,
            "Interviews and determinations, not of federal officers, by one certified at that moment",
            CERTIFIED,
            (*_ACTORS, "officer.certified"),
        ),
        _share(
            record,
            "Determinations that ICE reviewed afterwards",
            REVIEWED,
            ("determination.made", "determination.reviewed"),
        ),
    ]


def booked_on_a_charge(record: Record) -> list[Answer]:
    """C03: interviews after a booking and a charge, by the highest level of the charge."""
    if missing := lacks(record.manifest, ("person.booked", "charge.recorded.level", "interview.held")):
        return [_answer(record, missing=missing)]
    with open_record(record) as connection:
        rows = dict(connection.execute(LEVELS).fetchall())
    of = sum(rows.values()) - rows.get(ORDER_NOT_KNOWN, 0)
    charged = of - rows.get("no earlier charge", 0)
    results = [share("Interviews after a booking and a charge of that booking", charged, of)]
    return [_answer(record, *results, *parts("Highest level of the earlier charges", rows))]


def coverage(record: Record) -> list[Answer]:
    """C04: the share of bookings with a closed screening."""
    needs = ("person.booked", "screening.closed.closing_reason")
    measure = "Bookings whose screening was closed, by completion or with a recorded reason"
    return [_share(record, measure, COVERAGE, needs)]


def uniform(folder: Path) -> Answer:
    """C04: what a report of uniformity found, by measure and group column."""
    path = folder / "comparisons.json"
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    try:
        for row in json.loads(path.read_text(encoding="utf-8")):
            str(row["verdict"])
            groups.setdefault((row["measure"], row["column"]), []).append(row)
    except FileNotFoundError:
        raise SourceError(
            f"{folder} holds no report of uniformity: make one with "
            f"`evenhand uniformity RECORD --out {folder}`"
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError(
            f"{path} is no table of comparisons with the columns measure, column and verdict: make the "
            "report again with `evenhand uniformity`"
        ) from None
    results = [
        _compared(measure.replace("_", " "), column, rows) for (measure, column), rows in groups.items()
    ]
    return Answer(f"uniformity report {folder.name}", "", tuple(results))


def _compared(measure: str, column: str, rows: list[dict[str, Any]]) -> Result:
    """How many comparisons say what, and the smallest difference that those without one could have found."""
    counts = Counter(str(row["verdict"]) for row in rows)
    words = "; ".join(f"{verdict}: {number}" for verdict, number in sorted(counts.items()))
    unseen = [row for row in rows if row["verdict"] == "no difference found" and row.get("smallest")]
    tail = ""
    if unseen:
        least, most = (pick(row["smallest"] for row in unseen) for pick in (min, max))
        if unseen[0].get("difference") is None:
            tail = f"; they could have found a hazard ratio of {least:.2f} to {most:.2f} or more"
        else:
            tail = f"; they could have found {100 * least:.2g} to {100 * most:.2g} percentage points or more"
    label = f"{measure} by {column}"
    return Result(label, f"Comparisons of {label}: {words}{tail}.")


def encounters_by_conviction(claim: Claim, record: Record) -> list[Answer]:
    """C05: the same classes in the record, for the published year or else the last that it tells of."""
    assert claim.published is not None
    years = years_of(record)
    if not years:
        return [_answer(record, missing=("any act",))]
    wanted = fiscal_year(claim.published.year)
    whole = [year for year in years if covers(record, year)]
    year = wanted if wanted in years else (whole or years)[-1]
    with tempfile.TemporaryDirectory(prefix="evenhand-") as scratch:
        found = figures(record, year, Control(THRESHOLD), Path(scratch)).of("encounters")
    if found.figure.missing or "encounters_by_offense" not in {t.id for t in found.cube.tables}:
        return [_answer(record, missing=lacks(record.manifest, _CONVICTION))]
    note = "" if year == wanted else f" (not {wanted.name}: the record does not cover it)"
    results = [_shown(found, f"Encounters of {year.name}{note}", ())]
    for published in claim.published.classes:
        for code in published.ncic:
            path = next((p for p in _classes(found) if p[1].startswith(code)), (CONVICTION, code))
            results.append(_shown(found, f"Most serious conviction {path[1]}", path))
    results += [_shown(found, f"All by status, {status}", (status,)) for status in _STATUSES]
    return [_answer(record, *results)]


def _classes(found: Published) -> list[tuple[str, ...]]:
    table = next(t for t in found.cube.tables if t.id == "encounters_by_offense")
    return [p for p in found.paths(table, 2) if len(p) == 2 and p[0] == CONVICTION]


def _shown(found: Published, measure: str, path: tuple[str, ...]) -> Result:
    """A number of the figures, about: an answer knows of no earlier one to be protected against."""
    value = found.value(((), (), path, (), ()))
    words = "withheld" if value is None else "none" if not value else f"about {about(value):,}"
    return Result(measure, f"{measure}: {words}.")


def after_the_encounter(record: Record) -> list[Answer]:
    """C06: how custody ended after an encounter."""
    needs = ("interview.held", "custody.departed.destination", "custody.released")
    if missing := lacks(record.manifest, needs):
        return [_answer(record, missing=missing)]
    with open_record(record, with_stays=True) as connection:
        rows = connection.execute(FOLLOWED).fetchall()
    return [_answer(record, *parts("After the encounter", dict(rows)))]


def endings(folder: Path) -> Answer:
    """C08: agreements that ICE's lists show as ended."""
    registry = open_registry(folder)
    try:
        ended = registry.rows(
            "SELECT model, count(*) AS n FROM agreements WHERE status = 'ended' GROUP BY model"
        )
        span = registry.rows(
            "SELECT min(published) AS a, max(published) AS b FROM sheets WHERE kind = 'in_force'"
        )
    finally:
        registry.close()
    first, last = span[0]["a"], span[0]["b"]
    total = sum(row["n"] for row in ended)
    by_model = ", ".join(f"{row['n']} {row['model']}" for row in sorted(ended, key=lambda r: str(r["model"])))
    return Answer(
        "ICE's published lists of agreements (registry)",
        f"{first} to {last}",
        (
            Result("Agreements ended", f"Agreements that left the lists: {total} ({by_model or 'none'})."),
            Result("Reasons", "Stated reasons: none. The lists give no reason, and not which side ended it."),
        ),
    )


def rebooked(record: Record) -> list[Answer]:
    """C12: the share booked again."""
    found = study(record, THRESHOLD)
    if found.cannot_tell:
        return [_answer(record, missing=(found.cannot_tell.removeprefix("cannot tell: the record lacks "),))]
    results = []
    for curve in found.curves:
        for e in curve.estimates:
            measure = f"Booked again within {e.days:,} days, {curve.group}"
            interval = (
                "" if e.low is None or e.high is None else f" (95% interval {e.low:.1%} to {e.high:.1%})"
            )
            text = f"{measure}: {e.share:.1%} of about {curve.people:,}{interval}."
            results.append(Result(measure, text, e.share, e.low, e.high, curve.people))
    return [_answer(record, *results)]


def proof(record: Record) -> list[Answer]:
    """C14: whether the record carries a ledger and matches it."""
    with local_folder(record.folder) as folder:
        found = check(folder)
    results = [Result("Record", f"The record's manifest has the SHA-256 {record.manifest_sha256}.")]
    if found is None:
        results.append(Result("Ledger", "It carries no ledger: that nothing was altered cannot be shown."))
    else:
        results.append(Result("Ledger", found.sentence))
    return [_answer(record, *results)]


OF_RECORD: dict[str, Callable[[Record], list[Answer]]] = {
    "C02": training_and_supervision,
    "C03": booked_on_a_charge,
    "C04": coverage,
    "C06": after_the_encounter,
    "C12": rebooked,
    "C14": proof,
}


def on_record(claim: Claim, record: Record) -> list[Answer]:
    """The answers of a record to a claim; empty where no record can tell of it.

    Raises `RecordError` where a part cannot be read.
    """
    with naming_damage(record):
        if claim.published is not None:
            return encounters_by_conviction(claim, record)
        measure = OF_RECORD.get(claim.id)
        return measure(record) if measure else []
