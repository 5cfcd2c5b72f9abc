"""The `when` of an event block, as a mask over rows."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.view import Mask, View, mask_of
from evenhand.intake.mapping.model import Condition


def holds(view: View, conditions: tuple[Condition, ...]) -> Mask:
    """Rows on which every condition holds. An empty cell meets only `given = false` and the `not` tests."""
    result = np.ones(len(view), dtype=bool)
    for condition in conditions:
        text = view.text(condition.column)
        if condition.given is not None:
            result &= mask_of(pc.is_valid(text)) == condition.given
        if condition.is_ is not None:
            result &= mask_of(pc.equal(text, condition.is_))
        if condition.is_not is not None:
            result &= ~mask_of(pc.equal(text, condition.is_not))
        if condition.in_ is not None:
            result &= mask_of(pc.is_in(text, value_set=pa.array(condition.in_, pa.string())))
        if condition.not_in is not None:
            result &= ~mask_of(pc.is_in(text, value_set=pa.array(condition.not_in, pa.string())))
        if condition.matches is not None:
            result &= mask_of(pc.match_substring_regex(text, condition.matches))
        if condition.not_matches is not None:
            result &= ~mask_of(pc.match_substring_regex(text, condition.not_matches))
    return result
