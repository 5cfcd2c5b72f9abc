"""The registry as Arrow tables, in the columns that `tables` documents."""

from collections import Counter
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.registry import arrow, tables
from evenhand.registry.agreements import document_day
from evenhand.registry.corpus import Corpus, Ints
from evenhand.registry.history import Status, first_missing
from evenhand.registry.lines import last
from evenhand.registry.reading import IN_FORCE, PENDING, Raw
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


def render_contents(registry: Registry) -> pa.Table:
    """Each distinct row once, by its number: the columns of the observations that it settles, `agreement_id`
    as in a sheet in force, and its agency's name as it was read (`words`, `body`, `core`)."""
    corpus, lines = registry.corpus, registry.lines
    cleans, line_of = corpus.cleans, lines.line_of.tolist()
    node_of = [lines.lines[line].node for line in line_of]
    columns: dict[str, list[Any]] = {
        "agreement_id": [registry.agreement_ids.get(registry.agreement_of_line[n]) for n in line_of],
        "agency_id": [registry.agency_ids[registry.agency_of_node[n]] for n in node_of],
        "state": [c.state for c in cleans],
        "agency": [c.agency for c in cleans],
        "agency_type": [c.type or None for c in cleans],
        "county": [c.county or None for c in cleans],
        "county_fips": [c.county_fips or None for c in cleans],
        "model": [c.model for c in cleans],
        "signed": [c.signed for c in cleans],
        "moa_url": [c.moa_url or None for c in cleans],
        "addendum_url": [c.addendum_url or None for c in cleans],
        "cleaning": ["; ".join(c.steps) or None for c in cleans],
        "problem": [c.problem or None for c in cleans],
        "content": list(range(len(cleans))),
        "words": [c.name.key for c in cleans],
        "body": [c.name.body for c in cleans],
        "core": [c.name.core for c in cleans],
    }
    raws = zip(*corpus.contents, strict=True) if corpus.contents else [[] for _ in Raw._fields]
    columns |= {f"{name}_raw": list(cells) for name, cells in zip(Raw._fields, raws, strict=True)}
    types = {c.name: c.type for c in tables.OBSERVATIONS.columns}
    ordered = [c for c in types if c in columns] + [c for c in columns if c not in types]
    return pa.table({c: arrow.array(columns[c], types.get(c, tables.TEXT)) for c in ordered})


def render_observations(corpus: Corpus, contents: pa.Table) -> pa.Table:
    """The observations, their repeating texts as dictionaries."""
    by_sheet: dict[str, list[Any]] = {
        "sheet": [s.name for s in corpus.sheets],
        "published": [p.day for p in corpus.published],
        "kind": [s.kind for s in corpus.sheets],
    }
    columns: dict[str, pa.Array] = {}
    for column in tables.OBSERVATIONS.columns:
        name = column.name
        if name == "row":
            columns[name] = arrow.of_numbers(corpus.row)
        elif name == "agreement_id":
            columns[name] = _of_kind(corpus, contents[name].combine_chunks())
        elif name in by_sheet:
            columns[name] = _spread(arrow.array(by_sheet[name], column.type), corpus.sheet)
        else:
            columns[name] = _spread(contents[name].combine_chunks(), corpus.content)
    return pa.table(columns)


def _spread(values: pa.Array, places: Ints) -> pa.Array:
    """`values[place]` for each place, texts kept as a dictionary of the distinct values."""
    if not pa.types.is_string(values.type):
        return values.take(arrow.of_numbers(places))
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(arrow.of_numbers(places)), encoded.dictionary)


def _of_kind(corpus: Corpus, values: pa.Array) -> pa.Array:
    """Agreement ids, which rows of pending sheets do not have."""
    own = values.dictionary_encode()
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
                "matched_on": agency.subject.text,
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
