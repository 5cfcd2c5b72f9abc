"""Event ids that a second intake of the same file gives again."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def made_ids(
    digests: list[str],
    source: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
    block: npt.NDArray[np.int64],
    part: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint64]:
    """UUIDs of version 8 (RFC 9562), as two big-endian halves in columns 0 and 1.

    The first half is of the source's SHA-256, the second is the row (40 bits), the block of the mapping
    (8) and the item of a split cell (14): two events of one source never share an id.
    """
    high = np.array([int(d[:16], 16) for d in digests], dtype=np.uint64)
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x8000)
    low = (row.astype(np.uint64) << np.uint64(22)) | (block.astype(np.uint64) << np.uint64(14))
    low = (low | part.astype(np.uint64)) & np.uint64(0x3FFFFFFFFFFFFFFF) | np.uint64(0x8000000000000000)
    return np.stack([high[source], low], axis=1)


def halves(ids: pa.Array) -> npt.NDArray[np.uint64]:
    """UUIDs as two big-endian halves; nulls as zeros."""
    storage = ids.storage if isinstance(ids, pa.ExtensionArray) else ids
    filled = storage.fill_null(b"\0" * 16)
    data = np.frombuffer(filled.buffers()[1], dtype=">u8", count=2 * len(filled), offset=16 * filled.offset)
    return data.reshape(-1, 2).astype(np.uint64)


def as_uuids(ids: npt.NDArray[np.uint64]) -> pa.Array:
    """Two big-endian halves as an Arrow UUID column."""
    data = pa.py_buffer(ids.astype(">u8").tobytes())
    storage = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(ids), [None, data])
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)
