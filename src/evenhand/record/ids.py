"""Event ids in bulk: 16 bytes each, and the text of a UUID that people read."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="S2")
_DIGITS = np.setdiff1d(np.arange(36), (8, 13, 18, 23))


def id_text(raw: npt.NDArray[np.uint8]) -> pa.Array:
    """Return ids (one row of 16 bytes each) as an Arrow column of UUIDs in text."""
    rows, width = len(raw), 36
    text = np.full((rows, width), ord("-"), dtype=np.uint8)
    text[:, _DIGITS] = _HEX[raw].view(np.uint8).reshape(rows, 32)
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.string(), rows, buffers)
