"""Arrow columns as arrays: numbers, instants in microseconds, codes of words, each with what is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from evenhand.rules.algebra import Op

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ID = np.dtype([("high", np.uint64), ("low", np.uint64)])
YES, NO = np.True_, np.False_
"""A truth that is the same everywhere. NumPy's own: `~True` of Python is -2."""


def micros(moment: datetime) -> int:
    """An aware moment in microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def distinct(numbers: Array) -> Array:
    """The distinct numbers, in order.

    `numpy.unique` finds them by hashing, which takes a hundred times as long where most are distinct.
    """
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


class Words:
    """The distinct texts of a column, by code."""

    def __init__(self, words: list[str]) -> None:
        self.words = words

    @cached_property
    def codes(self) -> dict[str, int]:
        return {word: code for code, word in enumerate(self.words)}

    def lookup(self, value_of: Callable[[str], Any], kind: type, absent: Any) -> Array:
        """An array that gives a value for each code; the last, -1, stands for no word."""
        return np.array([*(value_of(w) for w in self.words), absent], kind)

    def among(self, wanted: Iterable[Any]) -> Mask:
        """Whether each word is one of those wanted."""
        chosen = set(wanted)
        return self.lookup(chosen.__contains__, bool, False)


@dataclass(frozen=True, eq=False)
class Values:
    """A value in each of some places: data, and where they are known; data mean nothing elsewhere.

    Both may be one value that holds everywhere. For text the data are codes of `words`; for lists they are
    numbers of rows in `lists`; for ids they are of type `ID`.
    """

    data: Any
    known: Any
    words: Words | None = None
    lists: "Lists | None" = None

    @property
    def nowhere(self) -> bool:
        """Whether no place is known to have a value, so that the data may be of any type."""
        return not np.ndim(self.known) and not self.known

    def take(self, places: Array, found: Any = YES) -> "Values":
        """The values in these places; unknown where not `found` (there the place may be -1)."""
        if np.ndim(self.data) and not len(self.data):
            return Values(np.zeros((), self.data.dtype)[()], NO, self.words, self.lists)
        data = self.data[places] if np.ndim(self.data) else self.data
        known = self.known[places] if np.ndim(self.known) else self.known
        return Values(data, known & found, self.words, self.lists)

    def where(self, mask: Any) -> "Values":
        """The same values, known only where the mask is set as well."""
        return Values(self.data, self.known & mask, self.words, self.lists)

    def spread(self, size: int) -> tuple[Array, Mask]:
        """Data and what is known, one for each of so many places."""
        data = self.data if np.ndim(self.data) else np.full(size, self.data)
        return data, self.known if np.ndim(self.known) else np.full(size, self.known)


NOTHING = Values(np.int64(0), NO)
"""A value that is known nowhere."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Lists of texts: where each begins among all their items, and the items."""

    offsets: Array
    items: Values

    def hold(self, rows: Array, known: Mask, wanted: Values) -> Mask:
        """Whether the list in each row holds the text; for rows that are known."""
        begin = self.offsets[rows]
        size = np.where(known, self.offsets[rows + 1] - begin, 0)
        owner = np.repeat(np.arange(len(size)), size)
        place = np.arange(len(owner)) + np.repeat(begin - (np.cumsum(size) - size), size)
        items = self.items.take(place)
        if items.nowhere or not len(place):
            return np.zeros(len(size), bool)
        # A constant is the same for all.
        each = Values(wanted.data[owner], YES, wanted.words) if np.ndim(wanted.data) else wanted
        found = same(each, items)
        return np.bincount(owner[found], minlength=len(size)) > 0


def values_of(column: pa.ChunkedArray | pa.Array) -> Values:
    """The values of an Arrow column."""
    array = _whole(column)
    if array.null_count == len(array):
        return NOTHING
    if pa.types.is_dictionary(array.type):
        known, codes = _known(array), _numbers(array.indices)
        return Values(np.where(known, codes, -1) if array.null_count else codes, known, _words(array))
    if pa.types.is_list(array.type):
        offsets = array.offsets.to_numpy().astype(np.int64)
        return Values(np.arange(len(array)), _known(array), lists=Lists(offsets, values_of(array.values)))
    if pa.types.is_fixed_size_binary(array.type):
        ids = np.frombuffer(array.buffers()[1], ID)
        return Values(ids[array.offset : array.offset + len(array)], _known(array))
    if pa.types.is_boolean(array.type):
        return Values(_bits(array.buffers()[1], array), _known(array))
    return Values(_numbers(array), _known(array))


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column in one piece, texts as codes, ids as bytes."""
    if isinstance(column, pa.ChunkedArray):
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column.dictionary_encode() if pa.types.is_string(column.type) else column


def _words(array: pa.DictionaryArray) -> Words:
    return Words(array.dictionary.to_pylist())


def _numbers(array: pa.Array) -> Array:
    kind = np.int64 if pa.types.is_timestamp(array.type) else array.type.to_pandas_dtype()
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def _known(array: pa.Array) -> Any:
    return YES if not array.null_count else _bits(array.buffers()[0], array)


def _bits(bits: pa.Buffer, array: pa.Array) -> Mask:
    plain = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little", count=array.offset + len(array))
    return plain[array.offset :].view(np.bool_)


# --- comparing ---------------------------------------------------------------------------------------------

_COMPARE: dict[Op, Callable[[Any, Any], Any]] = {
    Op.EQ: np.equal,
    Op.NE: np.not_equal,
    Op.LE: np.less_equal,
    Op.LT: np.less,
    Op.GE: np.greater_equal,
    Op.GT: np.greater,
}


def compare(left: Values, op: Op, right: Values) -> Any:
    """The comparison where both are known; it means nothing elsewhere."""
    if left.nowhere or right.nowhere:
        return NO
    if left.words is None and right.words is None:
        if isinstance(left.data, str) != isinstance(right.data, str):
            # The other one is a text that is not known anywhere.
            return NO
        return _COMPARE[op](left.data, right.data)
    if op not in (Op.EQ, Op.NE):
        if left.words is None or right.words is not None:
            raise TypeError("a text has an order only against a constant")
        return left.words.lookup(lambda w: _COMPARE[op](w, right.data), bool, False)[left.data]
    equal = same(left, right)
    return equal if op is Op.EQ else ~equal


def same(left: Values, right: Values) -> Any:
    """Where two known texts are the same word, whatever columns they come from; one may be a constant."""
    if left.words is None or right.words is None:
        texts, constant = (left, right) if left.words else (right, left)
        assert texts.words is not None
        return texts.data == texts.words.codes.get(constant.data, -2)
    if left.words is right.words:
        return left.data == right.data
    translated = right.words.lookup(lambda w: left.words.codes.get(w, -2), np.int64, -2)  # type: ignore[union-attr]
    return left.data == translated[right.data]


def among(values: Values, codes: Iterable[Any]) -> Any:
    """Where a known value is one of the codes."""
    if values.nowhere:
        return NO
    if values.words is not None:
        return values.words.among(codes)[values.data]
    return np.isin(values.data, [code for code in codes if not isinstance(code, str)])


def filled(values: Values) -> Any:
    """Where a known value is other than an empty text or list."""
    if values.lists is not None:
        return np.diff(values.lists.offsets)[values.data] > 0
    if values.words is not None and "" in values.words.codes:
        return values.data != values.words.codes[""]
    return YES


def either(pick: Callable[[Any, Any], Any], left: Values, right: Values) -> Values:
    """What `pick` takes of two numbers, or the one of them that is known."""
    if left.nowhere or right.nowhere:
        return right if left.nowhere else left
    both = np.where(left.known & right.known, pick(left.data, right.data), right.data)
    return Values(np.where(left.known & ~right.known, left.data, both), left.known | right.known)


def merged(pieces: list[tuple[Array, Values]], size: int) -> Values:
    """One column from the columns of several event types, each with its places; unknown elsewhere."""
    if not pieces:
        return NOTHING
    first = pieces[0][1]
    if first.lists is not None:
        raise TypeError("lists of several event types do not make one column")
    words: dict[str, int] = {}
    data = np.zeros(size, np.int64 if first.words else first.data.dtype)
    known = np.zeros(size, bool)
    for places, values in pieces:
        found = values.data
        if values.words is not None:
            codes = values.words.lookup(lambda w: words.setdefault(w, len(words)), np.int64, -1)
            found = codes[found]
        data[places], known[places] = found, values.known
    return Values(data, known, Words(list(words)) if first.words else None)
