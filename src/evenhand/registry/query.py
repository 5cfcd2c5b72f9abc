"""Questions to a registry that was built: in force on a day, what changed, one agency's history, and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

from evenhand.registry.ids import make_id

Row = dict[str, Any]


class NotBuiltError(ValueError):
    """The folder holds no registry; says how to build one."""


class NotFoundError(ValueError):
    """Nothing is meant by what was asked; says what is near it."""


@dataclass
class Built:
    """An open registry."""

    connection: "DuckDBPyConnection"

    def rows(self, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """The answer to a query, each row by column name."""
        given = parameters if isinstance(parameters, dict) else list(parameters)
        # Through Arrow, which needs no pytz for moments.
        relation = self.connection.sql(sql, params=given) if given else self.connection.sql(sql)
        rows: list[Row] = relation.to_arrow_table().to_pylist()
        return rows

    def close(self) -> None:
        self.connection.close()


def open_registry(folder: Path) -> Built:
    """Open what `registry build` wrote to a folder. Raises `NotBuiltError`."""
    import duckdb

    path = folder / "registry.duckdb"
    if not path.is_file():
        raise NotBuiltError(
            f"{folder} holds no registry: build one with `evenhand registry build SHEETS --out {folder}`"
        )
    try:
        return Built(duckdb.connect(str(path), read_only=True))
    except duckdb.Error as error:
        raise NotBuiltError(f"{path} cannot be opened ({_line(error)}): build it again") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


AS_OF = """
with cut as (
    select agreement_id,
        min(l.first_listed) as first_listed,
        max(least(l.last_listed, coalesce(
            (select max(published) from sheets where kind = 'in_force' and published <= $known
             and published < coalesce(l.missing_since, $known + 1)), l.last_listed))) as last_listed,
        max(case when l.missing_since <= $known then l.missing_since end) as missing_since
    from listings l where l.first_listed <= $known group by agreement_id
), latest as (select max(published) as day from sheets where kind = 'in_force' and published <= $known)
select a.agreement_id, a.agency_id, a.state, a.agency, a.model, a.signed, c.first_listed, c.last_listed,
    case
        when coalesce(a.signed, c.first_listed) > $day then 'not yet'
        when exists (select 1 from listings l where l.agreement_id = a.agreement_id
            and l.first_listed <= least($day, $known)
            and l.last_listed >= least($day, $known)) then 'in force'
        when c.last_listed < $day and c.missing_since is null then 'in force'
        when $day < c.first_listed then 'in force'
        when exists (select 1 from listings l where l.agreement_id = a.agreement_id
            and l.missing_since <= $known and l.last_listed < $day and $day < l.missing_since) then 'unclear'
        when exists (select 1 from listings b, listings e where b.agreement_id = a.agreement_id
            and e.agreement_id = a.agreement_id and b.last_listed < $day and e.first_listed > $day
            and e.first_listed <= $known) then 'unclear'
        else 'ended'
    end as standing,
    case
        when $day < c.first_listed then 'signed ' || a.signed || ', first listed on ' || c.first_listed
        when c.missing_since is null or $day <= c.last_listed then 'listed from ' || c.first_listed || ' to '
            || c.last_listed
        else 'last listed on ' || c.last_listed || ', missing since ' || c.missing_since
    end as reason
from agreements a join cut c using (agreement_id), latest
"""


def as_of(
    built: Built,
    day: date,
    *,
    known: date | None = None,
    state: str | None = None,
    model: str | None = None,
) -> list[Row]:
    """Agreements in force on a day, as the sheets published up to `known` (all, if not given) tell it.

    `standing` is `in force`, or `unclear` where the day falls in the window of an ending or a gap.
    """
    last = built.rows("select max(published) as day from sheets where kind = 'in_force'")[0]["day"]
    if last is None:
        return []
    rows = built.rows(AS_OF, {"day": day, "known": known or last})
    return [
        row
        for row in sorted(rows, key=lambda r: (r["state"], r["agency"], r["model"], str(r["signed"])))
        if row["standing"] in ("in force", "unclear")
        and (state is None or row["state"] == state.upper())
        and (model is None or row["model"].upper() == model.upper())
    ]


def sheet_of(built: Built, what: str) -> Row:
    """The sheet in force that a name or a day means: of a day, the last published on it or before."""
    rows = built.rows("select * from sheets where result = 'read' and sheet = ?", [what])
    if rows:
        return rows[0]
    day = parse_day(what)
    rows = built.rows(
        "select * from sheets where kind = 'in_force' and published <= ? "
        "order by published desc, case half_day when 'pm' then 2 when 'am' then 0 else 1 end desc, "
        "saved_at desc nulls last, sheet desc limit 1",
        [day],
    )
    if not rows:
        first = built.rows("select min(published) as day from sheets where kind = 'in_force'")[0]["day"]
        raise NotFoundError(f"no sheet was published on {day} or before; the first is of {first}")
    return rows[0]


def parse_day(text: str) -> date:
    """A day written as 2025-06-12. Raises `NotFoundError`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise NotFoundError(
            f"{text!r} is neither a sheet's name nor a day: write a day as 2025-06-12"
        ) from None


def diff(built: Built, before: str, after: str) -> dict[str, Any]:
    """What differs between two sheets of one kind: agreements that came, that went, values that changed."""
    old, new = sheet_of(built, before), sheet_of(built, after)
    if old["kind"] != new["kind"]:
        raise NotFoundError(
            f"{old['sheet']} lists agreements {_kind(old)} and {new['sheet']} {_kind(new)}: "
            "name two of one kind"
        )
    key = "agreement_id" if old["kind"] == "in_force" else "agency_id || '|' || model"
    rows = [
        {r["key"]: r for r in reversed(built.rows(_SHEET_ROWS.format(key=key), [sheet["sheet"]]))}
        for sheet in (old, new)
    ]
    came = [rows[1][k] for k in rows[1].keys() - rows[0].keys()]
    went = [rows[0][k] for k in rows[0].keys() - rows[1].keys()]
    changed: list[Row] = []
    for k in rows[0].keys() & rows[1].keys():
        for name in ("state", "agency", "agency_type", "county", "signed", "moa_url", "addendum_url"):
            a, b = rows[0][k][name], rows[1][k][name]
            if a != b:
                changed.append({**rows[1][k], "change": name, "before": a, "after": b})
    order = [sorted(x, key=lambda r: (r["state"], r["agency"], r["model"])) for x in (came, went, changed)]
    return {"before": old, "after": new, "came": order[0], "went": order[1], "changed": order[2]}


def _kind(sheet: Row) -> str:
    return "in force" if sheet["kind"] == "in_force" else "asked for"


_SHEET_ROWS = """
select {key} as key, agreement_id, agency_id, state, agency, agency_type, county, model, signed, moa_url,
    addendum_url, row from observations where sheet = ? order by row
"""


def find_agency(built: Built, what: str) -> Row:
    """The one agency that an id, an ORI or a name (with a state: `Lampasas County Sheriff, TX`) means.

    Raises `NotFoundError` that lists what is near, where none or several are meant.
    """
    rows = built.rows("select * from agencies where agency_id = ? or ori = ?", [what, what.upper()])
    if len(rows) == 1:
        return rows[0]
    found = re.fullmatch(r"(.*?)[,\s]+\(?([A-Za-z]{2})\)?", what.strip())
    agencies = built.rows("select * from agencies order by agency_id")
    states = {a["state"] for a in agencies}
    state = found.group(2).upper() if found and found.group(2).upper() in states else None
    name = found.group(1) if found and state else what
    from rapidfuzz import fuzz, process

    pool = [a for a in agencies if state is None or a["state"] == state]
    texts = {n: f"{a['name']} | {a['other_names'] or ''}" for n, a in enumerate(pool)}
    exact = [
        pool[n]
        for n, text in texts.items()
        if name.casefold() in [t.strip().casefold() for t in text.split(" | ")]
    ]
    if len(exact) == 1:
        return exact[0]
    hits = process.extract(name, texts, scorer=fuzz.WRatio, processor=str.casefold, score_cutoff=60, limit=8)
    near = exact or [pool[n] for _, _, n in hits]
    if not exact and hits and hits[0][1] >= 90 and (len(hits) == 1 or hits[1][1] < hits[0][1] - 3):
        return near[0]
    listed = "; ".join(f"{a['name']}, {a['state']} ({a['agency_id']})" for a in near[:8])
    raise NotFoundError(
        f"{what!r} means {'several agencies' if near else 'no agency that a sheet ever listed'}"
        + (f"; name one by its id: {listed}" if near else "")
    )


def show(built: Built, agency: Row) -> dict[str, Any]:
    """An agency's agreements, requests, changes and every decision about it."""
    key = agency["agency_id"]
    agreements = built.rows(
        "select * from agreements where agency_id = ? order by first_listed, model", [key]
    )
    ids = [a["agreement_id"] for a in agreements]
    marks = ", ".join("?" * len(ids)) or "null"
    return {
        "agency": agency,
        "agreements": agreements,
        "requests": built.rows("select * from requests where agency_id = ? order by first_listed", [key]),
        "changes": built.rows(
            "select * from changes where agency_id = ? order by published, sheet, change", [key]
        ),
        "decisions": built.rows(
            f"select * from decisions where left_id = ? or right_id = ? or left_id in ({marks}) "
            f'or right_id in ({marks}) order by subject, step, "left", "right"',
            [key, key, *ids, *ids],
        ),
    }


def why(built: Built, what: str) -> dict[str, Any]:
    """How the registry knows: of an agreement, an agency, a decision or a change, its rows and decisions.

    Of an id that was retired, as its rows were joined to another's: those of the other, and `retired`.
    """
    if (heir := _heir(built, what)) != what:
        return {"retired": f"{what} was retired: its rows were joined to {heir}", **why(built, heir)}
    if what.startswith("lea-"):
        agency = _one(built, "agencies", "agency_id", what)
        rows = built.rows(
            f"{_PROOF} where agency_id = ? group by all order by first_published, first_sheet", [what]
        )
        return {"agency": agency, **_decided(built, [what]), "rows": rows}
    if what.startswith("moa-"):
        agreement = _one(built, "agreements", "agreement_id", what)
        rows = built.rows(
            f"{_PROOF} where agreement_id = ? group by all order by first_published, first_sheet", [what]
        )
        ids = [what, agreement["agency_id"]]
        listings = built.rows("select * from listings where agreement_id = ? order by first_listed", [what])
        return {"agreement": agreement, "listings": listings, **_decided(built, ids), "rows": rows}
    if what.startswith("d-"):
        return {"decisions": built.rows("select * from decisions where decision_id = ?", [what])}
    if what.startswith("ch-"):
        return {"change": _one(built, "changes", "change_id", what)}
    raise NotFoundError(f"{what!r} is no id: ids begin with lea-, moa-, d- or ch-")


def _heir(built: Built, what: str) -> str:
    """The id that the rows of an id have now: itself, unless a decision joined its key to another's."""
    rows = built.rows(
        """select subject, "left" as key, left_id as id from decisions where verdict = 'same'
        union all select subject, "right", right_id from decisions where verdict = 'same'"""
    )
    ids = {make_id(row["subject"], row["key"]): row["id"] for row in rows}
    kept = set(ids.values())
    return what if what in kept else str(ids.get(what) or what)


_PROOF = """
select agency_raw, state_raw, county_raw, support_raw, signed_raw, moa_url, cleaning, count(*) as rows,
    min(published) as first_published, max(published) as last_published,
    arg_min(sheet || ' row ' || row, published) as first_sheet
from observations
"""


def _decided(built: Built, ids: list[str]) -> dict[str, Any]:
    marks = ", ".join("?" * len(ids))
    sql = (
        f"select * from decisions where left_id in ({marks}) or right_id in ({marks}) order by subject, step"
    )
    return {"decisions": built.rows(sql, [*ids, *ids])}


def _one(built: Built, table: str, column: str, value: str) -> Row:
    rows = built.rows(f"select * from {table} where {column} = ?", [value])
    if not rows:
        raise NotFoundError(f"no {column} {value!r} in this registry")
    return rows[0]


def review(built: Built) -> list[Row]:
    """What the rules would not decide, the likeliest first, each with both readings."""
    rows = built.rows(
        'select * from decisions where verdict = \'review\' order by score desc, "left", "right"'
    )
    for row in rows:
        noun = "agency" if row["subject"] == "agency" else "agreement"
        row["if_same"] = f"one {noun} listed in two ways: {row['reason']}"
        row["if_different"] = f"two {noun.replace('agency', 'agencie')}s, as the registry now has them"
        row["override"] = f"{row['subject']},{row['left']},{row['right']},same,REASON"
    return rows


def changes(built: Built, since: date, state: str | None = None, listings_only: bool = False) -> list[Row]:
    """Changes published on a day or after, the latest first."""
    rows = built.rows(
        "select * from changes where published >= ? "
        "order by published desc, sheet desc, state, agency, change",
        [since],
    )
    kinds = ("first listed", "listed again", "missing", "asked for", "request gone")
    return [
        r
        for r in rows
        if (state is None or r["state"] == state.upper()) and (not listings_only or r["change"] in kinds)
    ]
