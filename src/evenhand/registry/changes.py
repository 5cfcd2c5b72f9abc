"""What changed from sheet to sheet: listings, endings and every cleaned value that a sheet gave otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.registry.cleaning import Clean
from evenhand.registry.corpus import Corpus
from evenhand.registry.history import Agreement, Request
from evenhand.registry.lines import Lines
from evenhand.registry.reading import IN_FORCE, PENDING

COMPARED = (
    ("state", "state"),
    ("agency", "name"),
    ("type", "type"),
    ("county", "county"),
    ("model", "model"),
    ("signed", "signing day"),
    ("moa_url", "agreement's link"),
    ("addendum_url", "addendum's link"),
)
"""The cleaned values that are compared from one sheet to the next, and what a change of each is called."""


@dataclass(frozen=True)
class Change:
    """One change. `sheet` (its place among all sheets) is the first that shows it, `before_sheet` the one
    before in its series; `before` and `after` are the values. `agreement` and `agency` are keys."""

    sheet: int
    before_sheet: int | None
    what: str
    agreement: str
    agency: str
    before: str = ""
    after: str = ""


def find_changes(
    corpus: Corpus,
    lines: Lines,
    agency_of_node: Sequence[str],
    agreement_of_line: Sequence[str],
    agreements: Sequence[Agreement],
    requests: Sequence[Request],
) -> list[Change]:
    """All changes, by sheet, then agency."""
    force, pending = corpus.series(IN_FORCE), corpus.series(PENDING)
    found = _listings(agreements, force)
    found += _asked(requests, pending)
    found += _values(corpus, lines, agency_of_node, agreement_of_line, force)
    order = {what: n for n, what in enumerate(_ORDER)}
    return sorted(
        found, key=lambda c: (c.sheet, c.agency, c.agreement, order.get(c.what, 9), c.what, c.before, c.after)
    )


_ORDER = ("first listed", "listed again", "missing", "asked for", "asked for again", "request gone")


def _listings(agreements: Sequence[Agreement], force: list[int]) -> list[Change]:
    found: list[Change] = []
    for agreement in agreements:
        day = str(agreement.signed or "")
        for number, span in enumerate(agreement.spans):
            before = force[span.first - 1] if span.first else None
            what = "listed again" if number else "first listed"
            after = f"{agreement.model} signed {day}" if day else str(agreement.model)
            found.append(Change(force[span.first], before, what, agreement.key, agreement.agency, "", after))
            if span.last + 1 < len(force):
                text = (
                    agreement.reason
                    if number == len(agreement.spans) - 1
                    else "not an ending: listed again later"
                )
                found.append(
                    Change(
                        force[span.last + 1],
                        force[span.last],
                        "missing",
                        agreement.key,
                        agreement.agency,
                        after,
                        text,
                    )
                )
    return found


def _asked(requests: Sequence[Request], pending: list[int]) -> list[Change]:
    found: list[Change] = []
    for request in requests:
        for number, span in enumerate(request.spans):
            before = pending[span.first - 1] if span.first else None
            what = "asked for again" if number else "asked for"
            found.append(
                Change(
                    pending[span.first],
                    before,
                    what,
                    request.agreement,
                    request.agency,
                    "",
                    str(request.model),
                )
            )
            if span.last + 1 < len(pending):
                ended = number == len(request.spans) - 1
                found.append(
                    Change(
                        pending[span.last + 1],
                        pending[span.last],
                        "request gone",
                        request.agreement,
                        request.agency,
                        str(request.model),
                        f"{request.outcome}: {request.reason}" if ended else "listed again later",
                    )
                )
    return found


def _values(
    corpus: Corpus,
    lines: Lines,
    agency_of_node: Sequence[str],
    agreement_of_line: Sequence[str],
    force: list[int],
) -> list[Change]:
    """Values that differ between two sheets in succession that list an agreement (its first row in each)."""
    if not force:
        return []
    number = {key: n for n, key in enumerate(sorted(set(agreement_of_line) - {""}))}
    keys = list(number)
    by_line = np.array([number.get(key, -1) for key in agreement_of_line], np.int32)
    agreement = by_line[lines.line_of[corpus.content]]
    in_force = np.zeros(len(corpus.sheets), bool)
    in_force[force] = True
    chosen = np.flatnonzero(in_force[corpus.sheet] & (agreement >= 0))
    order = chosen[np.lexsort((corpus.row[chosen], corpus.sheet[chosen], agreement[chosen]))]
    same = (np.diff(agreement[order], prepend=-1) == 0) & (np.diff(corpus.sheet[order], prepend=-1) == 0)
    order = order[~same]
    changed = np.flatnonzero(
        (np.diff(agreement[order], prepend=-1) == 0) & (np.diff(corpus.content[order], prepend=-1) != 0)
    )
    place = {sheet: n for n, sheet in enumerate(force)}
    found: list[Change] = []
    now = order[changed]
    for before, after, sheet, key, line in zip(
        corpus.content[order[changed - 1]].tolist(),
        corpus.content[now].tolist(),
        corpus.sheet[now].tolist(),
        agreement[now].tolist(),
        lines.line_of[corpus.content[now]].tolist(),
        strict=True,
    ):
        agency = agency_of_node[lines.lines[line].node]
        for what, a, b in _differences(corpus.cleans[before], corpus.cleans[after]):
            found.append(Change(sheet, force[place[sheet] - 1], what, keys[key], agency, a, b))
    return found


def _differences(before: Clean, after: Clean) -> list[tuple[str, str, str]]:
    found = []
    for name, what in COMPARED:
        a, b = getattr(before, name), getattr(after, name)
        if a != b:
            found.append((what, str(a or ""), str(b or "")))
    return found
