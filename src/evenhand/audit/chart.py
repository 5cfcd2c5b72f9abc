"""The geometry of the report's two small charts; the templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.audit.figures import Figures, Period

WIDTH, HEIGHT = 640, 160
SMALL_HEIGHT = 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 24
_LABELS = 6
_WIDEST_BAR = 40
ROW, BAR, NAME_WIDTH, NUMBER_WIDTH = 24, 14, 190, 76


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """Bars and labels in a box of `width` by `height`; `lines` are the heights of horizontal lines."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    lines: tuple[float, ...]
    left: int
    right: int
    summary: str


def by_period(figures: Figures, *, small: bool = False) -> Chart:
    """Columns, one for each period."""
    height = SMALL_HEIGHT if small else HEIGHT
    periods = figures.periods
    top = _round_up(max(p.number for p in periods))
    room, tall = WIDTH - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    step = room / len(periods)
    thick = min(step * 0.8, _WIDEST_BAR)
    bars, labels = [], []
    every = -(-len(periods) // _LABELS)
    for n, period in enumerate(periods):
        middle = _LEFT + (n + 0.5) * step
        size = tall * period.number / top
        if period.number:
            # A single finding must be seen beside thousands.
            size = max(size, 1.5)
            bars.append(Bar(_r(middle - thick / 2), _r(_TOP + tall - size), _r(thick), _r(size)))
        if n % every == 0:
            labels.append(Label(_r(middle), height - 7, period.name))
    marks = (0, top) if small or top % 2 else (0, top // 2, top)
    lines = tuple(_r(_TOP + tall - tall * mark / top) for mark in marks)
    labels += [
        Label(_LEFT - 6, _r(y + 4), f"{mark:,}", "end") for mark, y in zip(marks, lines, strict=True)
    ]
    return Chart(
        WIDTH, height, tuple(bars), tuple(labels), lines, _LEFT, WIDTH - _RIGHT, _told(figures, periods)
    )


def by_place(figures: Figures) -> Chart:
    """Rows, one for each facility, the most first."""
    rows = [(place.name, place.number) for place in figures.places]
    if figures.other_places:
        rows.append(("all others", figures.other_places))
    most = max(number for _, number in rows)
    room = WIDTH - NAME_WIDTH - NUMBER_WIDTH
    bars, labels = [], []
    for n, (name, number) in enumerate(rows):
        y = n * ROW
        size = max(room * number / most, 1.5)
        bars.append(Bar(NAME_WIDTH, y + (ROW - BAR) / 2, _r(size), BAR))
        labels.append(Label(NAME_WIDTH - 8, y + 16, _short(name), "end"))
        labels.append(Label(_r(NAME_WIDTH + size + 6), y + 16, f"{number:,}", "start"))
    told = "; ".join(f"{_short(name)}: {number:,}" for name, number in rows)
    return Chart(WIDTH, len(rows) * ROW, tuple(bars), tuple(labels), (), 0, WIDTH, f"{told}.")


def _told(figures: Figures, periods: Sequence[Period]) -> str:
    """The chart over time in words."""
    most = max(periods, key=lambda p: p.number)
    if len(periods) == 1:
        return f"{_findings(figures.findings)}, all in {most.name}."
    return (
        f"{_findings(figures.findings)} from {periods[0].name} to {periods[-1].name}, by {figures.unit}; "
        f"the most in {most.name} ({most.number:,}); the last {figures.unit} has {periods[-1].number:,}."
    )


def _findings(number: int) -> str:
    return f"{number:,} finding{'' if number == 1 else 's'}"


def _round_up(number: int) -> int:
    """The next number that makes a plain axis: 1, 2, 4, 5 or 10 times a power of ten."""
    size = 1
    while True:
        for head in (1, 2, 4, 5, 10):
            if head * size >= number:
                return head * size
        size *= 10


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def _r(value: float) -> float:
    return round(value, 1)
