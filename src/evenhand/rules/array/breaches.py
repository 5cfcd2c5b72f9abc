"""Acts that broke a rule as an Arrow table, each with its evidence, deadline and delay."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from evenhand.record.events.arrow import INSTANT
from evenhand.record.ids import id_text
from evenhand.rules.algebra import AGREEMENT, FACILITY, OFFICER, Value, selection
from evenhand.rules.array.columns import Array, Mask, Values, micros
from evenhand.rules.array.truth import View
from evenhand.rules.array.values import mask_of
from evenhand.rules.rule import Rule, Term

BREACHES = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("activation", pa.string(), nullable=False),
        pa.field("when", INSTANT, nullable=False),
        pa.field("agency", pa.string(), nullable=False),
        pa.field("facility", pa.string()),
        pa.field("officer", pa.string()),
        pa.field("evidence", pa.list_(pa.string()), nullable=False),
        pa.field("deadline", INSTANT),
        pa.field("missed_by", pa.duration("us")),
        pa.field("still_open", pa.bool_(), nullable=False),
        pa.field("first_deadline", INSTANT),
        pa.field("stated_reason", pa.string()),
        pa.field("severity", pa.string(), nullable=False),
    ]
)
"""One row for each act that broke a rule, with the meaning of `answer.Breach`; ids as text."""


_SHOWN = ("id", "subject", "agency", "facility", "actor")
"""The columns of an act that its finding shows."""


def breaches(view: View, rule: Rule) -> pa.Table:
    """What a finding says of each of the view's acts, all of which broke the rule. Shape: `BREACHES`."""
    acts, size = view.acts, len(view.acts)
    acts.read(_SHOWN)
    own = _ids(acts.values("id"), size)
    due, done, first = (
        _stated(view, rule, name, earliest=name == "done") for name in ("deadline", "done", "first_deadline")
    )
    until = micros(view.plan.context.observed_until)
    late = np.where(done.known, done.data, until) - due.data
    columns = [
        pa.repeat(rule.id, size),
        acts.texts("subject"),
        id_text(own),
        _instants(Values(acts.part.moment[acts.rows], np.True_), size),
        acts.texts("agency"),
        acts.texts("facility"),
        acts.texts("actor"),
        _evidence(view, rule, own),
        _instants(due, size),
        _instants(due, size, late).view(pa.int64()).view(pa.duration("us")),
        pa.array(np.ascontiguousarray(mask_of(due.known & ~done.known, size))),
        _instants(first.where(~(due.known & (first.data == due.data))), size),
        _stated_text(view, rule, "stated_reason"),
        _severities(view, rule),
    ]
    return pa.table(columns, schema=BREACHES)


def _evidence(view: View, rule: Rule, own: Array) -> pa.Array:
    """The ids of the events that show each breach, the act first, none twice."""
    size = len(own)
    each: list[tuple[Array, Mask]] = [(own, np.ones(size, bool))]
    for ref in rule.refs:
        found = view.acts.part.selected(selection(ref)).take("id", view.places(ref), view.certain(ref))
        each.append((_ids(found, size), mask_of(found.known, size)))
    for reads, standing in (
        (rule.reads_officer, OFFICER),
        (rule.reads_agreement, AGREEMENT),
        (rule.reads_facility, FACILITY),
    ):
        if reads:
            rows = view.places(standing)
            events = view.plan.tables.of(standing).events
            raw = b"".join(events[row].bytes if row >= 0 else bytes(16) for row in rows)
            each.append((np.frombuffer(raw, np.uint8).reshape(-1, 16), rows >= 0))
    ids, known = np.stack([i for i, _ in each], 1), np.stack([k for _, k in each], 1)
    pairs = ids.view(np.uint64)
    for later in range(1, len(each)):
        again = (pairs[:, :later] == pairs[:, later : later + 1]).all(2) & known[:, :later]
        known[:, later] &= ~again.any(1)
    offsets = np.concatenate([[0], np.cumsum(known.sum(1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), id_text(ids[known]))


def _ids(values: Values, size: int) -> Array:
    """Ids as rows of 16 bytes; zeros where the column has none."""
    if not np.ndim(values.data):
        return np.zeros((size, 16), np.uint8)
    return np.ascontiguousarray(values.data).view(np.uint8).reshape(-1, 16)


def _broken_terms(view: View, rule: Rule) -> Iterator[tuple[Mask, Term]]:
    """The terms that are broken, each with the acts at which it is the first broken one."""
    size = len(view.acts)
    settled = np.zeros(size, bool)
    for when, term in view.plan.terms[rule.id]:
        broken = mask_of(view.truth(when)[0] & view.truth(term.holds)[1], size)
        if (here := broken & ~settled).any():
            yield here, term
        settled = settled | broken


def _stating(view: View, rule: Rule, name: str) -> Iterator[tuple[Mask, Value]]:
    """What broken terms state under that name, each with the acts at which it is the first broken one."""
    for here, term in _broken_terms(view, rule):
        node: Value | None = getattr(term, name)
        if node is not None:
            yield here, node


def _severities(view: View, rule: Rule) -> pa.Array:
    """The severity of the first broken term, at each act."""
    texts = np.full(len(view.acts), str(rule.severity), object)
    for here, term in _broken_terms(view, rule):
        texts[here] = str(rule.severity_of(term))
    return pa.array(texts, pa.string())


def _stated(view: View, rule: Rule, name: str, *, earliest: bool) -> Values:
    """The moment that the first broken term states, at each act; unknown where it states none.

    Where the moment is a range, its earliest or its latest end.
    """
    size = len(view.acts)
    data, known = np.zeros(size, np.int64), np.zeros(size, bool)
    for here, node in _stating(view, rule, name):
        found, there = view.range(node)[not earliest].spread(size)
        data = np.where(here & there, found, data)
        known = known | (here & there)
    return Values(data, known)


def _stated_text(view: View, rule: Rule, name: str) -> pa.Array:
    """The text that the first broken term states, at each act; null where it states none."""
    size = len(view.acts)
    texts = np.full(size, None, object)
    for here, node in _stating(view, rule, name):
        values = view.value(node)
        codes, there = values.spread(size)
        if values.words is not None:
            texts[here & there] = np.array(values.words.words, object)[codes[here & there]]
    return pa.array(texts, pa.string())


def _instants(values: Values, size: int, data: Array | None = None) -> pa.Array:
    """Instants in microseconds as Arrow's, null where unknown; `data` stands in for the values' own."""
    numbers, known = values.spread(size)
    numbers = np.ascontiguousarray(numbers if data is None else np.broadcast_to(data, size), np.int64)
    bits = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(INSTANT, size, [bits, pa.py_buffer(numbers)])
