"""Writing a registry to a folder, and taking up again what an earlier build read."""

import json
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from evenhand.record.folder import Place
from evenhand.registry.database import begin_database, finish_database
from evenhand.registry.earlier import seal
from evenhand.registry.ids import issued_text
from evenhand.registry.observed_csv import write_observations
from evenhand.registry.registry import Registry
from evenhand.registry.render import render, render_contents, render_observations
from evenhand.registry.tables import TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def write_registry(registry: Registry, place: Place, agencies: str = "") -> dict[str, Any]:
    """Write all tables as Parquet, CSV and DuckDB, with dictionary, package and summary; return the summary.

    The place's folder is replaced in one step. `agencies` is the `list_digest` of the list that was matched
    against.
    """
    with place.staged() as folder, ThreadPoolExecutor(3) as threads:
        # The largest table goes into the database while the others are made, and they while it is text.
        contents = render_contents(registry)
        observed = render_observations(registry.corpus, contents)
        begun = threads.submit(_begin_database, observed, contents, folder)
        rendered = render(registry)
        for name, table in rendered.items():
            _write_parquet(table, folder / f"{name}.parquet")
            pyarrow.csv.write_csv(table, folder / f"{name}.csv")
        database = threads.submit(lambda: finish_database(begun.result(), folder))
        write_observations(observed, folder / "observations.csv")
        threads.submit(_to_disk, folder / "observations.csv")
        rows = {name: table.num_rows for name, table in {**rendered, "observations": observed}.items()}
        (folder / "ids.csv").write_text(issued_text(registry.issued, *registry.used_keys()))
        (folder / "dictionary.md").write_text(dictionary())
        summary = summarize(registry)
        (folder / "summary.json").write_text(_json(summary))
        database.result()
        (folder / "datapackage.json").write_text(_json(data_package(rows, seal(folder, agencies))))
    return summary


def _to_disk(path: Path) -> None:
    """Bring a large file to disk while there is more to do: before the folder is put in place, it must be."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _begin_database(observed: pa.Table, contents: pa.Table, folder: Path) -> "DuckDBPyConnection":
    """Write the observations, each distinct row of them, and a database that holds both."""
    # Through Parquet and not Arrow, for which DuckDB would import pandas.
    _write_parquet(contents, folder / "contents.parquet")
    _write_parquet(observed, folder / "observations.parquet")
    return begin_database(folder)


def _write_parquet(table: pa.Table, path: Path) -> None:
    # Least and greatest value cost more than all else in so large a table, and help on these columns alone.
    measured: bool | list[str] = ["sheet", "published"] if table.num_rows > 1 << 16 else True
    pyarrow.parquet.write_table(table, path, compression="zstd", write_statistics=measured)


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


def data_package(rows: dict[str, int], build: dict[str, Any]) -> dict[str, Any]:
    """A Frictionless data package (v1) over the CSV files, with each table's number of rows and the `seal` of
    the build."""
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
        "evenhand_build": build,
        "resources": resources,
    }
