"""The geometry of a chart of horizontal bars; `bars.j2` draws it as SVG with its text alternative."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, _LABELS, _NUMBERS, _TOP = 640, 24, 250, 70, 4
_LETTERS = 38
"""So many letters of a label fit; the table beside the chart has it whole."""


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its number as text, and where it lies. `width` is 0 where there is no number."""

    label: str
    text: str
    y: int
    width: float


@dataclass(frozen=True)
class BarChart:
    """Bars in a box of `width` by `height`; `summary` says in words what they show."""

    bars: tuple[Bar, ...]
    summary: str
    height: int
    width: int = WIDTH
    left: int = _LABELS
    row: int = ROW


def bar_chart(rows: Sequence[tuple[str, float | None, str]], summary: str) -> BarChart:
    """Bars from (label, number or None, number as text)."""
    most = max((number for _, number, _ in rows if number is not None), default=0) or 1
    room = WIDTH - _LABELS - _NUMBERS
    bars = tuple(
        Bar(_cut(label), text, _TOP + n * ROW, round(room * (number or 0) / most, 1))
        for n, (label, number, text) in enumerate(rows)
    )
    return BarChart(bars, summary, 2 * _TOP + len(rows) * ROW)


def _cut(label: str) -> str:
    return label if len(label) <= _LETTERS else label[: _LETTERS - 1].rstrip() + "…"
