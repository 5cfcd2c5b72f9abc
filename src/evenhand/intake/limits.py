"""How much a source may ask of the machine before it is refused."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on one source.

    `record_bytes`: the longest row; a longer one is quarantined. `ratio`: how many times a compressed
    source may grow, looked at once it has grown past `free_bytes`; beyond it the source is refused.
    `cells`: the largest area of a workbook's sheet, which is read whole. `batch_bytes`: how much text
    is worked on at once.
    """

    record_bytes: int = MIB
    ratio: float = 200.0
    free_bytes: int = 256 * MIB
    cells: int = 40_000_000
    batch_bytes: int = 8 * MIB
