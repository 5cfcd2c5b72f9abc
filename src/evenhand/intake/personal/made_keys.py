"""Keys made from columns by a keyed hash, where an export has no number that may be public.

A key is `k-` and 80 bits in base 32 of BLAKE2b over the columns' normalized text. Without the secret nobody
can compute the key of a person whose name and birth date they know, or find out whom a key stands for.
"""

import base64
import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_BYTES = 10
"""80 bits: among 10 million keys two are equal by chance once in 24 billion records."""
_LETTERS = 16
_PREFIX = "k-"


class KeyMaker:
    """Makes keys under one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._begun = hashlib.blake2b(digest_size=_BYTES, key=secret, person=b"evenhand-key")

    def make(self, columns: list[pa.Array]) -> pa.Array:
        """The key of each row; null where every column is empty (null)."""
        coded = pc.dictionary_encode(_statement(columns))
        keys = self._hashed(coded.dictionary).take(coded.indices)
        return pc.if_else(pa.array(_empty(columns).all(axis=0)), pa.scalar(None, pa.string()), keys)

    def _hashed(self, texts: pa.Array) -> pa.Array:
        digests = []
        for text in texts.cast(pa.binary()).to_pylist():
            digest = self._begun.copy()
            digest.update(text)
            digests.append(digest.digest())
        # Each digest of 10 bytes is 16 letters, so all of them can be encoded together.
        letters = base64.b32encode(b"".join(digests)).lower()
        fixed = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(_LETTERS), len(digests), [None, pa.py_buffer(letters)]
        )
        return pc.binary_join_element_wise(_PREFIX, fixed.cast(pa.binary()).cast(pa.string()), "")


def partly_empty(columns: list[pa.Array]) -> npt.NDArray[np.bool_]:
    """Rows in which some of the columns are empty, but not all."""
    count = _empty(columns).sum(axis=0)
    return np.asarray((count > 0) & (count < len(columns)), dtype=bool)


def _empty(columns: list[pa.Array]) -> npt.NDArray[np.bool_]:
    return np.array([pc.is_null(c).to_numpy(zero_copy_only=False) for c in columns])


def _statement(columns: list[pa.Array]) -> pa.Array:
    """The rows' normalized texts, each with its length before it, so that `ab, c` is not `a, bc`."""
    pieces = []
    for column in columns:
        text = pc.utf8_lower(pc.utf8_normalize(column, form="NFKC"))
        text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[\s\p{Z}]+", " "))
        length = pc.binary_length(text).cast(pa.string())
        pieces.append(pc.fill_null(pc.binary_join_element_wise(length, text, ":"), "-"))
    return pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0]
