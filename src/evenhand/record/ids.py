"""Event ids in bulk: 16 bytes each, and the text of a UUID that people read."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="S2")
_DIGITS = np.setdiff1d(np.arange(36), (8, 13, 18, 23))


def hex_text(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Rows of bytes as rows of lower-case hexadecimal ASCII."""
    text: npt.NDArray[np.uint8] = _HEX[raw].view(np.uint8).reshape(len(raw), -1)
    return text


def fixed_text(text: npt.NDArray[np.uint8]) -> pa.Array:
    """An Arrow column of strings, all of the same length, from rows of ASCII bytes."""
    rows, width = text.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text))]
    return pa.Array.from_buffers(pa.string(), rows, buffers)


def id_text(raw: npt.NDArray[np.uint8]) -> pa.Array:
    """Ids (one row of 16 bytes each) as an Arrow column of UUIDs in text."""
    text = np.full((len(raw), 36), ord("-"), dtype=np.uint8)
    text[:, _DIGITS] = hex_text(raw)
    return fixed_text(text)
