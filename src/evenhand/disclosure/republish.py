"""Protecting a new edition of tables together with those published before.

Someone who has two editions subtracts them. A difference of 1 up to the threshold less one is a small number
of people: those whose cases came, left or changed in between. So a number changes only if it changed by the
threshold or more; otherwise the new edition repeats the old number. What was withheld stays withheld.

The strictest reader assumes that whatever did not visibly change did not change at all. Therefore the new
edition is made to agree with that: the repeated numbers, taken as exact, and the changed ones must together
be possible as one table (or else someone could tell that, and by how much, something small changed), and in
all such tables each withheld cell has a wide range. Changed numbers are withheld until both hold. See
docs/decisions/0013-editions.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np

from evenhand.disclosure.alternatives import Alternatives, Floats, Ints, Mask
from evenhand.disclosure.linked import Cell, Linked
from evenhand.disclosure.protect import AT_ONCE, Search

_SECONDS = 60.0
"""How long the solver may look for a table that agrees with an edition. After it, all is withheld."""
_REPEATED_COST, _CHANGED_COST, _WITHHELD_COST = 1e3, 1.0, 1e-3
_SHARE = 2


class State(Enum):
    """What the new edition does with a cell."""

    REPEATED = auto()
    CHANGED = auto()
    WITHHELD = auto()


@dataclass(frozen=True)
class Before:
    """What one edition says of a cell: a number, or None where it is withheld. `slack`: half its rounding."""

    number: int | None
    slack: int = 0


@dataclass(frozen=True)
class Republished:
    """For each cell of the linked tables its state, and the number that is repeated where it is repeated."""

    states: tuple[State, ...]
    repeated: tuple[int, ...]
    alternatives: int


def republish(
    linked: Linked,
    before: Sequence[Sequence[Before]],
    threshold: int,
    slack: int = 0,
    known: Mapping[Cell, int] | None = None,
    keep: Collection[Cell] = (),
) -> Republished:
    """Decide for each cell whether it is repeated, changed or withheld.

    `before` has, for each cell, what each edition says of it, oldest first; nothing where no edition has the
    cell. `slack` is half of the new edition's rounding. `known` and `keep` are those of `protect`. Should the
    solver fail or take too long, every cell but the known zeros is withheld.
    """
    states = [_state(value, told, threshold) for value, told in zip(linked.values, before, strict=True)]
    repeated = tuple(_last(told) for told in before)
    first = Republished(tuple(states), repeated, 0)
    if _nothing_new(linked, before, states):
        return first
    try:
        return _protected(linked, before, first, threshold, slack, known or {}, keep)
    except ArithmeticError:
        return replace(first, states=tuple(_withheld(s, n) for s, n in zip(states, repeated, strict=True)))


def _last(told: Sequence[Before]) -> int:
    shown = [one.number for one in told if one.number is not None]
    return shown[-1] if shown else 0


def _state(value: int, told: Sequence[Before], threshold: int) -> State:
    if not told:
        return State.WITHHELD if 0 < value < threshold else State.CHANGED
    if any(one.number is None for one in told):
        return State.WITHHELD
    near = [one for one in told if abs(value - (one.number or 0)) < threshold + one.slack]
    if told[-1] in near:
        return State.WITHHELD if 0 < _last(told) < threshold else State.REPEATED
    # An older edition that is nearer than the last one would tell of a small difference.
    small = 0 < value < threshold or any(value != one.number for one in near)
    return State.WITHHELD if small else State.CHANGED


def _nothing_new(linked: Linked, before: Sequence[Sequence[Before]], states: Sequence[State]) -> bool:
    """Whether the new edition says nothing that the old ones do not say."""
    return all(
        state is State.REPEATED or (told and told[-1].number is None) or not (told or value)
        for value, told, state in zip(linked.values, before, states, strict=True)
    )


def _withheld(state: State, repeated: int) -> State:
    return state if state is State.REPEATED and not repeated else State.WITHHELD


def _protected(
    linked: Linked,
    before: Sequence[Sequence[Before]],
    first: Republished,
    threshold: int,
    slack: int,
    known: Mapping[Cell, int],
    keep: Collection[Cell],
) -> Republished:
    states = np.array([state.value for state in first.states])
    repeated, changed = states == State.REPEATED.value, states == State.CHANGED.value
    secret = ~repeated & ~changed
    slacks = np.array([told[-1].slack if told else slack for told in before])
    slacks[changed] = slack
    goals = np.where(repeated, np.array(first.repeated), np.array(linked.values))
    numbers = _table(linked, goals, slacks, repeated, changed, known)
    # Numbers that do not fit together are withheld.
    off = ~secret & (np.abs(numbers - goals) > slacks)
    fixed = ~secret & ~off & (repeated | (numbers == 0))

    def around(fixed: Mask) -> Alternatives:
        table = replace(linked, values=tuple(numbers.tolist()))
        return Alternatives(table, 2 * AT_ONCE * threshold, known, keep, fixed)

    least, most = _ranges(around(fixed), threshold)
    wide = (most - least >= threshold - 1) & (most >= threshold)
    if (secret & ~wide).any():
        raise ArithmeticError("what is withheld is known from earlier editions")
    reach = threshold // 2
    low = np.clip(numbers - reach, least, np.maximum(most - (threshold - 1), least))
    high = np.minimum(np.maximum(low + threshold - 1, threshold), most)
    low, high = np.minimum(low, numbers), np.maximum(high, numbers)
    # A number that the repeated ones settle anyway protects nothing, whether it is shown or not.
    search = Search(around(fixed | ~wide), (secret | off) & wide, low, high, threshold, _SHARE)
    search.run()
    hidden = search.withheld | off
    new = changed & ~hidden
    if _tells_if_unchanged(linked, before, new, slacks, threshold, keep):
        # Without changed numbers, the edition reveals nothing beyond the earlier ones.
        hidden |= new & np.array(
            [bool(told) or value > 0 for told, value in zip(before, linked.values, strict=True)]
        )
    final = [
        State.WITHHELD if h else State.REPEATED if r else State.CHANGED
        for h, r in zip(hidden, repeated, strict=True)
    ]
    return Republished(tuple(final), first.repeated, search.found)


def _tells_if_unchanged(
    linked: Linked,
    before: Sequence[Sequence[Before]],
    new: Mask,
    slacks: Ints,
    threshold: int,
    keep: Collection[Cell],
) -> bool:
    """Check whether the changed numbers narrow a withheld cell if nothing else changed.

    The reader gives a newly withheld cell its old number, or 0 if no edition had the cell. If these numbers
    fit no table, the reader learns nothing.
    """
    if not new.any():
        return False
    old = [(told[-1].number if told else 0) for told in before]
    always = np.array([number is None for number in old]) & ~new
    goals = np.where(new, np.array(linked.values), np.array([number or 0 for number in old]))
    anything = dict.fromkeys(linked.cells, 0)
    try:
        numbers = _table(linked, goals, slacks, ~always, np.zeros_like(new), anything)
    except ArithmeticError:
        return True
    if (~always & (np.abs(numbers - goals) > slacks)).any():
        return False
    table = replace(linked, values=tuple(numbers.tolist()))
    around = Alternatives(table, 2 * AT_ONCE * threshold, anything, keep, ~always)
    least, most = _ranges(around, threshold)
    return bool((always & (most - least < threshold // 2)).any())


def _ranges(alternatives: Alternatives, threshold: int) -> tuple[Ints, Ints]:
    """The least and the greatest number of each cell that is not fixed, if only the fixed ones are known.

    A cell's search ends where its range is known to be wide enough on both sides of its number.
    """
    least, most = alternatives.values.copy(), alternatives.values.copy()
    for cell in np.flatnonzero(~alternatives.fixed):
        for rising in (True, False):
            value, floor = alternatives.values[cell], alternatives.floors[cell]
            if rising and most[cell] >= value + threshold:
                continue
            if not rising and least[cell] <= max(value - threshold, floor):
                continue
            table = alternatives.farthest(int(cell), rising=rising)
            least, most = np.minimum(least, table), np.maximum(most, table)
    return least, most


def _table(
    linked: Linked, goals: Ints, slacks: Ints, repeated: Mask, changed: Mask, known: Mapping[Cell, int]
) -> Ints:
    """The table of whole numbers nearest to the goals. `ArithmeticError` if the solver finds none in time."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack

    count = len(goals)
    signs: list[tuple[int, int, int]] = []
    for row, (parent, children) in enumerate(linked.equations):
        signs += [(row, parent, -1), *((row, child, 1) for child in children)]
    rows, cells, values = np.array(signs, dtype=np.int64).reshape(-1, 3).T
    sums = csr_array((values, (rows, cells)), shape=(len(linked.equations), count))
    one = eye_array(count)
    # Each cell, then how far each is beyond its goal.
    zeros = csr_array((len(linked.equations), count))
    constraints = [
        LinearConstraint(hstack([sums, zeros]), 0, 0),
        LinearConstraint(hstack([one, -one]), -np.inf, goals + slacks),
        LinearConstraint(hstack([one, one]), goals - slacks, np.inf),
    ]
    cost: Floats = np.full(count, _WITHHELD_COST)
    summed = np.array([sum(not path for path in cell) for cell in linked.cells])
    cost[changed] = _CHANGED_COST * 2.0 ** summed[changed]
    cost[repeated] = _REPEATED_COST * 2.0 ** summed[repeated]
    free = ~repeated & ~changed
    floors = np.array([known.get(cell, 1) for cell in linked.cells])
    least = np.where(free, floors, 0)
    answer = milp(
        np.concatenate([np.zeros(count), cost]),
        constraints=constraints,
        bounds=Bounds(np.concatenate([least, np.zeros(count)]), np.inf),
        integrality=np.concatenate([np.ones(count), np.zeros(count)]),
        options={"time_limit": _SECONDS, "mip_rel_gap": 0.02},
    )
    if answer.x is None:
        raise ArithmeticError(f"no table agrees with the earlier editions: {answer.message}")
    table: Ints = np.rint(answer.x[:count]).astype(np.int64)
    if (sums @ table).any() or (table < least).any():
        raise ArithmeticError("the solver gave a table that does not agree with its sums")
    return table
