"""Merges against 1,144 pairs of rows of the close kinds, drawn without the rules and judged blind."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from scipy.stats import binomtest

from evenhand.registry.ids import Issued
from registry.close_pairs import load_pairs, rate, score
from registry.draw_close_pairs import KINDS, MORE, differ, draw, question_of, read_statements
from registry.list_possible_misses import possible_misses
from registry.sheets import Ice

PAIRS = load_pairs()

JOINED_THOUGH_DIFFERENT = {706}
"""Jacksonville's JEM: a document of 2026 behind a row that still has the day of 2020."""

DEPARTMENT_AND_DIVISION = {912}
"""Florida's environment department, listed beside its division; the bundled overrides join them."""

SEED = 1357


def test_the_set_is_large_and_reasoned() -> None:
    assert sum(pair.same for pair in PAIRS) >= 350
    assert sum(not pair.same for pair in PAIRS) >= 350
    assert {pair.kind for pair in PAIRS} == {*KINDS, *MORE}
    assert all(len(pair.reason) >= 30 for pair in PAIRS)
    assert len({(pair.left_at, pair.right_at) for pair in PAIRS}) == len(PAIRS)


def test_in_each_pair_something_that_identifies_differs() -> None:
    for pair in PAIRS:
        left, right = pair.cells("left"), pair.cells("right")
        in_cells = left[1] != right[1] or any(differ(a, b) for a, b in zip(left, right, strict=True))
        assert in_cells or pair.question == "request", pair.number


def test_rules_alone(ice: Ice) -> None:
    found = score(ice.again(overrides=(), issued=Issued()), PAIRS)
    assert {pair.number for pair in found.joined_different} == JOINED_THOUGH_DIFFERENT
    assert {pair.number for pair in found.apart_same} == DEPARTMENT_AND_DIVISION
    assert all(pair.note for pair in found.missed)
    assert min(found.precision().share, found.precision(weighted=True).share) >= 0.99
    assert min(found.recall().share, found.recall(weighted=True).share) >= 0.99


def test_rules_with_the_bundled_overrides(ice: Ice) -> None:
    found = score(ice.again(issued=Issued()), PAIRS)
    assert {pair.number for pair in found.missed} == JOINED_THOUGH_DIFFERENT


def test_a_rate_has_the_exact_interval_and_weights_widen_it() -> None:
    plain = rate([1.0] * 400, [1.0] * 2)
    exact = binomtest(400, 402).proportion_ci(0.95, method="exact")
    assert (plain.low, plain.high) == pytest.approx((exact.low, exact.high))
    assert rate([1.0] * 10, []).high == 1.0
    assert rate([], [1.0]).low == 0.0
    uneven = rate([1.0] * 380 + [20.0] * 20, [1.0] * 2)
    assert uneven.of < plain.of
    assert uneven.high - uneven.low > plain.high - plain.low


@pytest.mark.trial
def test_the_pairs_are_those_that_the_seed_draws(ice: Ice) -> None:
    corpus = ice.registry.corpus
    drawn = list(draw(read_statements(corpus), random.Random(SEED)))
    assert Counter(kind for kind, *_ in drawn) == Counter(pair.kind for pair in PAIRS)
    for pair, (kind, weight, left, right) in zip(PAIRS, drawn, strict=True):
        at = tuple(f"{corpus.sheets[s.rows[0][0]].name} row {s.rows[0][1]}" for s in (left, right))
        assert (pair.kind, pair.question, pair.left_at, pair.right_at) == (
            kind,
            question_of(left, right),
            *at,
        )
        assert pair.weight == pytest.approx(weight, abs=0.001)


def test_every_possible_miss_has_been_read(ice: Ice) -> None:
    data = Path(__file__).parent / "data" / "possible_misses.csv"
    with data.open(encoding="utf-8", newline="") as lines:
        read = {(row["what_left"], row["left"], row["came"]): row for row in csv.DictReader(lines)}
    assert set(possible_misses(ice.out)) == set(read)
    assert all(row["what_it_is"] and len(row["reading"]) >= 20 for row in read.values())
    assert not [row for row in read.values() if row["what_it_is"] == "missed join"]
