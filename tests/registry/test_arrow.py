"""Arrow arrays made from and turned into Python values, against Arrow's own conversions."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.registry import arrow

MOMENTS = st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
KINDS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), st.text()),
    (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    (pa.float64(), st.floats(allow_nan=False)),
    (pa.date32(), st.dates()),
    (pa.timestamp("s", tz="UTC"), MOMENTS),
]


@pytest.mark.parametrize(("type_", "values"), KINDS, ids=lambda k: str(k))
@given(data=st.data(), cut=st.integers(0, 3))
def test_as_arrow_does(
    type_: pa.DataType, values: st.SearchStrategy[Any], data: st.DataObject, cut: int
) -> None:
    given_ = data.draw(st.lists(st.none() | values))
    made = arrow.array(given_, type_)
    made.validate(full=True)
    assert made.equals(pa.array(given_, type_))
    assert arrow.values_of(pa.array(given_, type_)[cut:]) == given_[cut:]
    assert arrow.values_of(pa.chunked_array([made, made])) == given_ * 2
    if pa.types.is_string(type_):
        assert arrow.values_of(made.dictionary_encode()) == given_


def test_whole_numbers_share_memory() -> None:
    numbers = np.arange(5, dtype=np.int32)
    made = arrow.of_numbers(numbers)
    assert made.equals(pa.array([0, 1, 2, 3, 4], pa.int32()))
    assert np.shares_memory(arrow.numbers_of(made[1:]), numbers)
    with pytest.raises(ValueError, match="missing"):
        arrow.numbers_of(pa.array([1, None], pa.int32()))


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="binary"):
        arrow.array([b""], pa.binary())
