"""Finding one occurrence from another: the first, last, previous or next selected event of a history."""

import numpy as np

from evenhand.rules.algebra import Count, First, Last, Next, Prev
from evenhand.rules.array.columns import YES, Array, Values, same
from evenhand.rules.array.part import Acts, Selection

Occurrence = Prev | Next | First | Last


def find(ref: Occurrence, chosen: Selection, acts: Acts) -> Array:
    """For each act the place, among the selected events, of the occurrence; -1 where there is none."""
    if not len(chosen):
        return np.full(len(acts), -1, np.int32)
    if chosen.by_case is not None:
        return _only(ref, chosen, acts)
    keys = getattr(ref, "on", ())
    return _of_equal_fields(ref, chosen, acts, keys) if keys else _of_several(ref, chosen, acts)


def _only(ref: Occurrence, chosen: Selection, acts: Acts) -> Array:
    """Where a history has at most one selected event."""
    assert chosen.by_case is not None
    place = chosen.by_case[acts.case]
    if isinstance(ref, First | Last) and not getattr(ref, "on", ()):
        return place
    row = chosen.rows[place]
    good = row != acts.rows
    match ref:
        case Prev():
            good &= row < acts.tie_end
        case Next(strictly=True):
            good &= row >= acts.tie_end
        case Next():
            good &= row >= acts.tie_begin
    for name in getattr(ref, "on", ()):
        good &= equal_fields(acts.values(name), chosen.take(name, place))
    return np.where(good, place, np.int32(-1))


def equal_fields(left: Values, right: Values) -> Array:
    """Where both fields are known and equal."""
    if left.words is not None or right.words is not None:
        equal = same(left, right) if left.words and right.words else False
    else:
        equal = left.data == right.data
    return left.known & right.known & equal  # type: ignore[no-any-return]


def _of_several(ref: Occurrence, chosen: Selection, acts: Acts) -> Array:
    """By the bounds of the act's history among the selected events, and by a search on their rows."""
    begin, end = chosen.bounds[acts.case], chosen.bounds[acts.case + 1]
    rows = chosen.line
    match ref:
        case First():
            place = begin
        case Last():
            place = end - np.int32(1)
        case Prev():
            place = np.searchsorted(rows, acts.tie_end) - 1
            place = place - (rows[place] == acts.rows)
        case Next(strictly=True):
            place = np.searchsorted(rows, acts.tie_end)
        case Next():
            place = np.searchsorted(rows, acts.tie_begin)
            place = place + (rows[place] == acts.rows)
    return np.where((begin <= place) & (place < end), place, -1).astype(np.int32)


def _of_equal_fields(ref: Occurrence, chosen: Selection, acts: Acts, keys: tuple[str, ...]) -> Array:
    """The same among the events with these fields equal to the act's: each value has a stretch of rows."""
    size = len(acts.part.case) + 2
    stretch, act_stretch = stretches(chosen, acts, keys)
    order = np.argsort(stretch * size + chosen.rows, kind="stable")
    line = (stretch * size + chosen.rows)[order]
    here = act_stretch * size
    begin = np.searchsorted(line, here + acts.part.case_begin[acts.case])
    end = np.searchsorted(line, here + acts.part.case_begin[acts.case + 1])
    line = np.append(line, np.iinfo(np.int64).max)
    itself = here + acts.rows
    match ref:
        case Last():
            place = end - 1
            place = place - (line[place] == itself)
        case Prev():
            place = np.searchsorted(line, here + acts.tie_end) - 1
            place = place - (line[place] == itself)
        case Next(strictly=True):
            place = np.searchsorted(line, here + acts.tie_end)
        case Next():
            place = np.searchsorted(line, here + acts.tie_begin)
            place = place + (line[place] == itself)
        case _:
            raise TypeError(ref)
    good = (begin <= place) & (place < end) & (act_stretch >= 0)
    return np.where(good, order[np.where(good, place, 0)], -1).astype(np.int32)


def stretches(chosen: Selection, acts: Acts, keys: tuple[str, ...]) -> tuple[Array, Array]:
    """A number for each distinct combination of the fields' values; below zero where one is unknown."""
    total, act_total = np.zeros(len(chosen), np.int64), np.zeros(len(acts), np.int64)
    known, act_known = np.ones(len(chosen), bool), np.ones(len(acts), bool)
    for name in keys:
        theirs, ours = chosen.take(name, None), acts.values(name)
        data, act_data, count = _alike(theirs, ours, len(chosen), len(acts))
        total, act_total = total * count + data, act_total * count + act_data
        known, act_known = known & theirs.known, act_known & ours.known
    return np.where(known, total, -1), np.where(act_known, act_total, -2)


def _alike(theirs: Values, ours: Values, size: int, act_size: int) -> tuple[Array, Array, int]:
    """Two columns as numbers, equal where the values are, and how many numbers there are."""
    if theirs.words is not None and ours.words is not None:
        words = {w: n for n, w in enumerate(dict.fromkeys([*theirs.words.words, *ours.words.words]))}
        theirs, ours = (
            Values(v.words.lookup(words.__getitem__, np.int64, 0)[v.data], v.known)  # type: ignore[union-attr]
            for v in (theirs, ours)
        )
        return theirs.spread(size)[0], ours.spread(act_size)[0], max(len(words), 1)
    both = np.concatenate([theirs.spread(size)[0], ours.spread(act_size)[0]])
    distinct, numbers = np.unique(both, return_inverse=True)
    return numbers[:size], numbers[size:], max(len(distinct), 1)


def count(node: Count, chosen: Selection, acts: Acts, since: tuple[Selection, Array] | None) -> Values:
    """How many events are selected, of the act's history or from an occurrence up to the act's moment."""
    if since is None:
        if chosen.by_case is not None:
            return Values((chosen.by_case[acts.case] >= 0).astype(np.int64), YES)
        return Values(np.diff(chosen.bounds)[acts.case].astype(np.int64), YES)
    of, place = since
    begin = acts.part.case_begin[acts.case]
    if len(of):
        begin = np.where(place >= 0, acts.part.tie_begin(of.rows[place]), begin)
    found = np.searchsorted(chosen.rows, acts.tie_end) - np.searchsorted(chosen.rows, begin)
    return Values(np.maximum(found, 0), YES)
