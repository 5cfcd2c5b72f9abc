"""Writing a registry to a folder, and taking up again what an earlier build read."""

import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from evenhand.record.folder import staged_folder
from evenhand.registry import arrow
from evenhand.registry.ids import issued_text
from evenhand.registry.observed_csv import write_observations
from evenhand.registry.reading import Pool, Raw, RefusedRows, SheetFile
from evenhand.registry.registry import Registry
from evenhand.registry.render import render, render_observations
from evenhand.registry.tables import TABLES

FORMAT = 2
"""Version of the folder's layout; an earlier build of another version is read anew."""


def write_registry(registry: Registry, out: Path) -> dict[str, Any]:
    """Write all tables as Parquet, CSV and DuckDB, with dictionary, package and summary; replaces `out` in
    one step. Returns the summary."""
    summary = summarize(registry)
    with staged_folder(out) as folder, ThreadPoolExecutor(2) as threads:
        # The largest table is written while the others are still made.
        observed = render_observations(registry)
        tasks = [
            threads.submit(_write_parquet, observed, folder / "observations.parquet"),
            threads.submit(write_observations, observed, folder / "observations.csv"),
        ]
        rendered = render(registry)
        for name, table in rendered.items():
            _write_parquet(table, folder / f"{name}.parquet")
            pyarrow.csv.write_csv(table, folder / f"{name}.csv")
        tasks[0].result()
        tasks.append(threads.submit(_write_duckdb, observed, folder))
        rows = {name: table.num_rows for name, table in {**rendered, "observations": observed}.items()}
        (folder / "ids.csv").write_text(issued_text(registry.issued, *registry.used_keys()))
        (folder / "dictionary.md").write_text(dictionary())
        package = json.dumps(data_package(rows), indent=1, ensure_ascii=False)
        (folder / "datapackage.json").write_text(package + "\n")
        (folder / "summary.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
        for task in tasks:
            task.result()
    return summary


def _write_parquet(table: pa.Table, path: Path) -> None:
    # Least and greatest value cost more than all else in so large a table, and help on these columns alone.
    measured: bool | list[str] = ["sheet", "published"] if table.num_rows > 1 << 16 else True
    pyarrow.parquet.write_table(table, path, compression="zstd", write_statistics=measured)


def _write_duckdb(observations: pa.Table, folder: Path) -> None:
    """One file with all tables, from the Parquet files beside it. Distinct rows stand once, in `contents`;
    `observations` is a view of them."""
    own = ("sheet", "row", "published", "kind", "agreement_id", "content")
    contents = observations.take(_first_of_each(observations["content"]))
    contents = contents.drop_columns([c for c in own if c != "content"])
    # Through Parquet and not Arrow, for which DuckDB would import pandas.
    distinct = folder / "contents.parquet"
    _write_parquet(contents, distinct)
    sources = {t.name: (folder / f"{t.name}.parquet", "*") for t in TABLES if t.name != "observations"}
    sources |= {
        "contents": (distinct, "*"),
        "observed": (folder / "observations.parquet", ", ".join(map(_quoted, own))),
    }
    columns = ", ".join(
        f"o.{_quoted(c)}" if c in own else f"c.{_quoted(c)}" for c in observations.column_names
    )
    with duckdb.connect(str(folder / "registry.duckdb")) as connection:
        connection.begin()
        for name, (path, chosen) in sources.items():
            connection.execute(
                f"create table {name} as select {chosen} from read_parquet({_text(str(path))})"
            )
        connection.execute(
            f"create view observations as select {columns} from observed o join contents c using (content)"
        )
        connection.execute(_comments())
        connection.commit()
    distinct.unlink()


def _comments() -> str:
    """The statements that give each table and column its meaning."""
    found = []
    for table in TABLES:
        kind = "view" if table.name == "observations" else "table"
        found.append(f"comment on {kind} {table.name} is {_text(table.row)}")
        if kind == "table":
            found += [
                f"comment on column {table.name}.{_quoted(c.name)} is {_text(c.meaning)}"
                for c in table.columns
            ]
    return ";\n".join(found)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_of_each(content: pa.ChunkedArray) -> pa.Array:
    _, places = np.unique(arrow.numbers_of(content), return_index=True)
    return arrow.of_numbers(np.sort(places))


def summarize(registry: Registry) -> dict[str, Any]:
    """The figures of a build."""
    corpus = registry.corpus
    refused = sum(run.count for _, run in corpus.refused)
    steps: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for decision in registry.decisions:
        steps[f"{decision.subject}: {decision.step}"][str(decision.verdict)] += 1
    statuses: dict[str, int] = defaultdict(int)
    models: dict[str, int] = defaultdict(int)
    for agreement in registry.agreements.values():
        statuses[str(agreement.status)] += 1
        if agreement.status == "active":
            models[str(agreement.model)] += 1
    matches = [a.match for a in registry.agencies.values()]
    corrected = [p for p in corpus.published if p.basis not in ("file name", "capture")]
    return {
        "sheets_read": len(corpus.sheets),
        "sheets_refused": len(corpus.refused_sheets),
        "sheets_repeated": len(corpus.repeats),
        "sheets_redated": len(corrected),
        "first_published": str(min((p.day for p in corpus.published), default="")),
        "last_published": str(max((p.day for p in corpus.published), default="")),
        "rows_read": corpus.rows_read,
        "rows_observed": len(corpus.content),
        "rows_refused": refused,
        "distinct_rows": len(corpus.contents),
        "agreements": len(registry.agreements),
        "agreements_by_status": dict(sorted(statuses.items())),
        "active_by_model": dict(sorted(models.items())),
        "agencies": len(registry.agencies),
        "agencies_with_ori": sum(bool(m.ori) for m in matches),
        "agencies_with_county": sum(bool(m.county_fips) for m in matches),
        "requests": len(registry.requests),
        "changes": len(registry.changes),
        "decisions": {k: dict(sorted(v.items())) for k, v in sorted(steps.items())},
        "to_review": len(registry.review),
    }


def dictionary() -> str:
    """The data dictionary, as Markdown."""
    parts = ["# Data dictionary\n"]
    for table in TABLES:
        parts.append(f"\n## {table.name}\n\nOne row is {table.row}. Key: {', '.join(table.key)}.\n")
        parts.append("| column | type | meaning |\n|---|---|---|")
        parts += [f"| {c.name} | {_type_name(c.type)} | {c.meaning} |" for c in table.columns]
    parts.append(
        "\n## registry.duckdb\n\nThe same tables in one file. `observations` is a view of `observed` (one "
        "row of one sheet) and `contents` (each distinct row once).\n"
    )
    return "\n".join(parts)


def _type_name(type_: pa.DataType) -> str:
    if pa.types.is_string(type_):
        return "string"
    if pa.types.is_integer(type_):
        return "integer"
    if pa.types.is_date(type_):
        return "date"
    if pa.types.is_timestamp(type_):
        return "datetime"
    return "number" if pa.types.is_floating(type_) else "boolean"


def data_package(rows: dict[str, int]) -> dict[str, Any]:
    """A Frictionless data package (v1) over the CSV files, with each table's number of rows."""
    resources = []
    for table in TABLES:
        fields = [
            {"name": c.name, "type": _type_name(c.type), "description": c.meaning}
            | ({"format": "any"} if pa.types.is_timestamp(c.type) else {})
            for c in table.columns
        ]
        foreign = [
            {"fields": [column], "reference": {"resource": other, "fields": [target]}}
            for column, other, target in table.references
        ]
        resources.append(
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "description": f"One row is {table.row}.",
                "rows": rows[table.name],
                "schema": {
                    "fields": fields,
                    "primaryKey": list(table.key),
                    "foreignKeys": foreign,
                    "missingValues": [""],
                },
            }
        )
    return {
        "profile": "tabular-data-package",
        "name": "287g-agreements",
        "title": "History of 287(g) agreements, rebuilt from ICE's published sheets",
        "sources": [
            {"title": "U.S. Immigration and Customs Enforcement, participating and pending agencies"}
        ],
        "licenses": [{"name": "public-domain", "title": "Works of the U.S. government"}],
        "evenhand_format": FORMAT,
        "resources": resources,
    }


@dataclass
class Earlier:
    """What an earlier build read: its sheets and their rows."""

    sheets: list[SheetFile]
    pool: Pool


def load_earlier(out: Path) -> Earlier | None:
    """The sheets that a build in `out` had read; `None` if there is none that can be taken up."""
    raw_columns = [f"{name}_raw" for name in Raw._fields]
    try:
        package = json.loads((out / "datapackage.json").read_text())
        if package.get("evenhand_format") != FORMAT:
            return None
        sheets = arrow.rows_of(_read_parquet(out / "sheets.parquet"))
        refused = arrow.rows_of(_read_parquet(out / "refused.parquet"))
        observed = _read_parquet(out / "observations.parquet", ["sheet", "row", "content", *raw_columns])
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    pool = Pool()
    first = _first_of_each(observed["content"])
    places: dict[int, int] = {}
    kept = observed.select(["content", *raw_columns]).take(first)
    values = [["" if v is None else v for v in arrow.values_of(kept[name])] for name in raw_columns]
    for content, *cells in zip(arrow.values_of(kept["content"]), *values, strict=True):
        places[content] = pool.add(Raw(*cells))
    found = {row["sheet"]: _sheet(row) for row in sheets if row["result"] == "read"}
    _take_rows(found, observed, places)
    for row in refused:
        run = RefusedRows(row["worksheet"], row["first_row"], row["last_row"], row["reason"])
        found[row["sheet"]].refused.append(run)
    return Earlier(list(found.values()), pool)


def _read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    # Not `read_table`, which imports pandas.
    with pyarrow.parquet.ParquetFile(path) as file:
        return file.read(columns)


def _sheet(row: dict[str, Any]) -> SheetFile:
    return SheetFile(
        row["sheet"],
        row["sha256"],
        row["bytes"],
        row["kind"],
        row["kind_reason"],
        row["saved_at"],
        row["captured_at"],
        row["worksheet"],
        tuple(row["columns"].split(", ")),
        notes=row["notes"].split("; ") if row["notes"] else [],
    )


def _take_rows(found: dict[str, SheetFile], observed: pa.Table, places: dict[int, int]) -> None:
    names = observed["sheet"].combine_chunks()
    names = names.dictionary_encode() if not pa.types.is_dictionary(names.type) else names
    codes = arrow.numbers_of(names.indices)
    rows = arrow.numbers_of(observed["row"])
    contents = arrow.numbers_of(observed["content"])
    place = np.zeros(max(places, default=0) + 1, np.int32)
    place[list(places)] = list(places.values())
    mapped = place[contents]
    starts = [0, *(n + 1 for n in (codes[1:] != codes[:-1]).nonzero()[0]), len(codes)]
    labels = arrow.values_of(names.dictionary)
    for start, end in pairwise(starts):
        if start < end:
            sheet = found[labels[codes[start]]]
            sheet.rows.frombytes(rows[start:end].tobytes())
            sheet.contents.frombytes(mapped[start:end].tobytes())
