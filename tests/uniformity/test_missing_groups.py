"""Bounds over the bookings of unknown group: attained and never passed, however they belong."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from evenhand.uniformity.statistics.estimate import Cannot
from evenhand.uniformity.statistics.missing import difference_bounds, share_bounds


@given(
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(0, 4).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
)
def test_bounds_are_the_extremes_of_all_assignments(own, reference, missing):
    (n1, x1), (n0, x0), (m, e) = own, reference, missing
    cases = [True] * e + [False] * (m - e)
    shares, differences = [], []
    # Each missing booking belongs to the group, the reference, or neither.
    for belongs in product((0, 1, 2), repeat=m):
        ours = [c for c, b in zip(cases, belongs, strict=True) if b == 1]
        theirs = [c for c, b in zip(cases, belongs, strict=True) if b == 0]
        share = (x1 + sum(ours)) / (n1 + len(ours))
        shares.append(share)
        differences.append(share - (x0 + sum(theirs)) / (n0 + len(theirs)))
    found = share_bounds(x1, n1, e, m)
    assert (found.low, found.high) == (min(shares), max(shares))
    both = difference_bounds(x1, n1, x0, n0, e, m)
    assert abs(both.low - min(differences)) < 1e-12
    assert abs(both.high - max(differences)) < 1e-12


def test_no_cases_have_no_bounds():
    assert isinstance(share_bounds(0, 0, 1, 2), Cannot)
    assert isinstance(difference_bounds(0, 0, 1, 2, 0, 0), Cannot)
