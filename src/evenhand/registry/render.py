"""The registry as Arrow tables, in the columns that `tables` documents."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.registry import arrow, tables
from evenhand.registry.agreements import document_day
from evenhand.registry.corpus import Corpus, Ints
from evenhand.registry.history import Status, first_missing
from evenhand.registry.lines import last
from evenhand.registry.reading import IN_FORCE, PENDING
from evenhand.registry.registry import Registry
from evenhand.registry.tables import Table

Rows = list[dict[str, Any]]


def render(registry: Registry) -> dict[str, pa.Table]:
    """All tables but the observations, by name."""
    rows: dict[Table, Rows] = {
        tables.SHEETS: _sheets(registry.corpus),
        tables.REFUSED: _refused(registry.corpus),
        tables.AGREEMENTS: _agreements(registry),
        tables.AGENCIES: _agencies(registry),
        tables.LISTINGS: _listings(registry),
        tables.REQUESTS: _requests(registry),
        tables.CHANGES: _changes(registry),
        tables.DECISIONS: _decisions(registry),
    }
    return {t.name: arrow.table(r, t.schema) for t, r in rows.items()}


def _sheets(corpus: Corpus) -> Rows:
    refused = Counter[str]()
    for name, run in corpus.refused:
        refused[name] += run.count
    rows: Rows = []
    for sheet, published in zip(corpus.sheets, corpus.published, strict=True):
        rows.append(
            {
                "sheet": sheet.name,
                "sha256": sheet.sha256,
                "bytes": sheet.size,
                "result": "read",
                "kind": sheet.kind,
                "kind_reason": sheet.kind_reason,
                "published": published.day,
                "half_day": published.half or None,
                "published_basis": published.basis,
                "published_reason": published.reason,
                "saved_at": sheet.modified,
                "captured_at": sheet.captured,
                "worksheet": sheet.worksheet,
                "columns": ", ".join(sheet.columns),
                "rows_read": sheet.rows_read,
                "rows_observed": sheet.rows_read - refused[sheet.name],
                "rows_refused": refused[sheet.name],
                "notes": "; ".join(sheet.notes) or None,
            }
        )
    for bad in sorted(corpus.refused_sheets, key=lambda s: (s.name, s.sha256)):
        entry = {"sheet": bad.name, "sha256": bad.sha256, "result": "refused"}
        rows.append({**entry, "reason": bad.reason, "remedy": bad.remedy})
    for name, kept in sorted(corpus.repeats):
        rows.append({"sheet": name, "result": "repeat", "reason": f"the same file as {kept}"})
    return rows


def _refused(corpus: Corpus) -> Rows:
    return [
        {
            "sheet": name,
            "worksheet": run.worksheet,
            "first_row": run.first,
            "last_row": run.last,
            "rows": run.count,
            "reason": run.reason,
        }
        for name, run in corpus.refused
    ]


def render_observations(registry: Registry) -> pa.Table:
    """The observations, their repeating texts as dictionaries."""
    corpus, lines = registry.corpus, registry.lines
    line_of = lines.line_of
    agreement = [registry.agreement_ids.get(registry.agreement_of_line[line], "") or None for line in line_of]
    agency = [registry.agency_ids[registry.agency_of_node[lines.lines[line].node]] for line in line_of]
    kinds = [s.kind for s in corpus.sheets]
    by_content: dict[str, Callable[[int], Any]] = {
        "agency_id": lambda n: agency[n],
        "state": lambda n: corpus.cleans[n].state,
        "agency": lambda n: corpus.cleans[n].agency,
        "agency_type": lambda n: corpus.cleans[n].type or None,
        "county": lambda n: corpus.cleans[n].county or None,
        "county_fips": lambda n: corpus.cleans[n].county_fips or None,
        "model": lambda n: str(corpus.cleans[n].model),
        "signed": lambda n: corpus.cleans[n].signed,
        "moa_url": lambda n: corpus.cleans[n].moa_url or None,
        "addendum_url": lambda n: corpus.cleans[n].addendum_url or None,
        "cleaning": lambda n: "; ".join(corpus.cleans[n].steps) or None,
        "problem": lambda n: corpus.cleans[n].problem or None,
    }
    for name in ("state", "agency", "type", "county", "support", "signed", "moa", "addendum", "extra"):
        by_content[f"{name}_raw"] = _raw_value(corpus, name)
    for name in ("moa_link", "addendum_link"):
        by_content[f"{name}_raw"] = _raw_value(corpus, name)
    by_sheet: dict[str, list[Any]] = {
        "sheet": [s.name for s in corpus.sheets],
        "published": [p.day for p in corpus.published],
        "kind": kinds,
    }
    columns: list[pa.Array] = []
    fields: list[pa.Field] = []
    for column in tables.OBSERVATIONS.columns:
        if column.name == "row":
            array = arrow.of_numbers(corpus.row)
        elif column.name == "content":
            array = arrow.of_numbers(corpus.content)
        elif column.name == "agreement_id":
            array = _of_kind(corpus, agreement, column.type)
        elif column.name in by_sheet:
            array = _spread(by_sheet[column.name], corpus.sheet, column.type)
        else:
            get = by_content[column.name]
            array = _spread([get(n) for n in range(len(corpus.contents))], corpus.content, column.type)
        columns.append(array)
        fields.append(pa.field(column.name, array.type))
    return pa.table(columns, schema=pa.schema(fields))


def _raw_value(corpus: Corpus, name: str) -> Callable[[int], Any]:
    return lambda n: getattr(corpus.contents[n], name)


def _spread(values: Sequence[Any], places: Ints, type_: pa.DataType) -> pa.Array:
    """`values[place]` for each place, kept as a dictionary of the distinct values."""
    if not pa.types.is_string(type_):
        return arrow.array(values, type_).take(arrow.of_numbers(places))
    encoded = arrow.array(values, type_).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(arrow.of_numbers(places)), encoded.dictionary)


def _of_kind(corpus: Corpus, values: Sequence[str | None], type_: pa.DataType) -> pa.Array:
    """Agreement ids, which rows of pending sheets do not have."""
    own = arrow.array(values, type_).dictionary_encode()
    codes = arrow.array([*arrow.values_of(own.indices), None], pa.int32())
    pending = np.array([s.kind == PENDING for s in corpus.sheets], bool)
    places = np.where(pending[corpus.sheet], len(values), corpus.content).astype(np.int32)
    return pa.DictionaryArray.from_arrays(codes.take(arrow.of_numbers(places)), own.dictionary)


def _agreements(registry: Registry) -> Rows:
    days = registry.evidence.force_days
    rows: Rows = []
    members: dict[str, list[int]] = {}
    for n, key in enumerate(registry.agreement_of_line):
        if key:
            members.setdefault(key, []).append(n)
    for key, agreement in registry.agreements.items():
        own = [registry.lines.lines[n] for n in members[key]]
        moa, addendum = _latest_links(registry, members[key])
        agency = registry.agencies[agreement.agency]
        rows.append(
            {
                "agreement_id": registry.agreement_ids[key],
                "agency_id": agency.id,
                "state": agency.node.state,
                "agency": agency.name,
                "model": str(agreement.model),
                "signed": agreement.signed,
                "other_signed": ", ".join(map(str, agreement.other_days)) or None,
                "status": str(agreement.status),
                "status_reason": agreement.reason,
                "superseded_by": registry.agreement_ids.get(agreement.superseded_by),
                "first_listed": days[agreement.first],
                "last_listed": days[agreement.last],
                "first_missing": first_missing(agreement, days),
                "sheets_listed": agreement.listed.bit_count(),
                "listings": len(agreement.spans),
                "gaps_bridged": agreement.bridged,
                "pending_first": agreement.first_pending,
                "pending_last": agreement.last_pending,
                "moa_url": moa,
                "moa_day": document_day(moa) if moa else None,
                "addendum_url": addendum,
                "names": len({line.node for line in own}),
                "key": key,
            }
        )
    return rows


def _latest_links(registry: Registry, own: list[int]) -> tuple[str | None, str | None]:
    """The document and the addendum that the latest sheets link: of the line listed last, its last row."""
    found: list[str | None] = [None, None]
    latest = registry.latest_contents
    lines = sorted(own, key=lambda n: (last(registry.lines.lines[n].listed), n))
    contents = [c for n in lines for c in registry.lines.lines[n].contents]
    for content in sorted(contents, key=lambda c: (latest[c], c)):
        clean = registry.corpus.cleans[content]
        found = [clean.moa_url or found[0], clean.addendum_url or found[1]]
    return found[0], found[1]


def _agencies(registry: Registry) -> Rows:
    own: dict[str, list[Any]] = {}
    for agreement in registry.agreements.values():
        own.setdefault(agreement.agency, []).append(agreement)
    rows: Rows = []
    for key, agency in registry.agencies.items():
        found = agency.match
        mine = own.get(key, [])
        active = sorted({str(a.model) for a in mine if a.status is Status.ACTIVE})
        rows.append(
            {
                "agency_id": agency.id,
                "state": agency.node.state,
                "name": agency.name,
                "other_names": " | ".join(n for n in agency.names if n != agency.name) or None,
                "body": str(found.body),
                "agency_type": agency.node.type or None,
                "county_fips": found.county_fips or None,
                "county": found.county_name or None,
                "county_rule": found.county_rule,
                "ori": found.ori or None,
                "ori_name": found.ori_name or None,
                "ori_rule": found.ori_rule,
                "ori_score": found.ori_score,
                "runner_up": found.runner_up or None,
                "runner_up_score": found.runner_up_score,
                "agreements": len(mine),
                "active": ", ".join(active) or None,
                "first_listed": agency.first_listed,
                "last_listed": agency.last_listed,
                "key": key,
            }
        )
    return rows


def _listings(registry: Registry) -> Rows:
    force = registry.corpus.series(IN_FORCE)
    days, names = registry.evidence.force_days, [registry.corpus.sheets[n].name for n in force]
    return [
        {
            "agreement_id": registry.agreement_ids[key],
            "first_sheet": names[span.first],
            "last_sheet": names[span.last],
            "first_listed": days[span.first],
            "last_listed": days[span.last],
            "missing_since": days[span.last + 1] if span.last + 1 < len(days) else None,
        }
        for key, agreement in registry.agreements.items()
        for span in agreement.spans
    ]


def _requests(registry: Registry) -> Rows:
    days = registry.evidence.pending_days
    return [
        {
            "agency_id": registry.agency_ids[request.agency],
            "model": str(request.model),
            "first_listed": days[request.spans[0].first],
            "last_listed": days[request.spans[-1].last],
            "missing_since": days[end + 1] if (end := request.spans[-1].last) + 1 < len(days) else None,
            "listings": len(request.spans),
            "outcome": request.outcome,
            "reason": request.reason,
            "agreement_id": registry.agreement_ids.get(request.agreement),
        }
        for request in registry.requests
    ]


def _changes(registry: Registry) -> Rows:
    corpus = registry.corpus
    rows: Rows = []
    for change in registry.changes:
        agency = registry.agencies[change.agency]
        sheet = corpus.sheets[change.sheet]
        agreement = registry.agreement_ids.get(change.agreement)
        parts = (sheet.sha256, change.what, agreement or agency.id, change.before, change.after)
        rows.append(
            {
                "change_id": "ch-" + sha256("\x1f".join(parts).encode()).hexdigest()[:12],
                "published": corpus.published[change.sheet].day,
                "sheet": sheet.name,
                "before_sheet": corpus.sheets[change.before_sheet].name
                if change.before_sheet is not None
                else None,
                "change": change.what,
                "agreement_id": agreement,
                "agency_id": agency.id,
                "state": agency.node.state,
                "agency": agency.name,
                "before": change.before or None,
                "after": change.after or None,
            }
        )
    return rows


def _decisions(registry: Registry) -> Rows:
    agency_of = {
        node.key: registry.agency_ids[key]
        for node, key in zip(registry.lines.nodes, registry.agency_of_node, strict=True)
    }
    agreement_of = {
        line: registry.agreement_ids[key] for key, a in registry.agreements.items() for line in a.keys
    }
    rows: Rows = []
    for decision in registry.decisions:
        owner = agency_of if decision.subject == "agency" else agreement_of
        right = owner.get(decision.right)
        rows.append(
            {
                "decision_id": decision.id,
                "subject": decision.subject,
                "step": decision.step,
                "verdict": str(decision.verdict),
                "left": decision.left,
                "right": decision.right,
                "left_id": owner.get(decision.left, right),
                "right_id": right,
                "reason": decision.reason,
                "evidence": decision.evidence or None,
                "score": decision.score,
                "overridden_by": decision.overridden_by or None,
            }
        )
    return rows
