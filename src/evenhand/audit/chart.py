"""The geometry of the report's chart over time; the templates draw it as SVG."""

from dataclasses import dataclass

from evenhand.audit.figures import Figures

WIDTH, HEIGHT, SMALL_HEIGHT = 460, 150, 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 10, 10, 24
_LABELS = 4
_WIDEST_BAR = 36


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
    """Bars and labels in a box of `WIDTH` by `height`; `lines` are the heights of the grid's lines."""

    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    lines: tuple[float, ...]
    summary: str
    width: int = WIDTH
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def by_period(figures: Figures, *, small: bool = False) -> Chart:
    """Columns, one for each period."""
    height = SMALL_HEIGHT if small else HEIGHT
    periods = figures.periods
    top = round_up(max(p.number for p in periods))
    room, tall = WIDTH - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    step = room / len(periods)
    thick = min(step * 0.8, _WIDEST_BAR)
    bars, labels = [], []
    every = -(-len(periods) // _LABELS)
    for n, period in enumerate(periods):
        middle = _LEFT + (n + 0.5) * step
        if period.number:
            # A single finding must be seen beside thousands.
            size = max(tall * period.number / top, 1.5)
            bars.append(Bar(_r(middle - thick / 2), _r(_TOP + tall - size), _r(thick), _r(size)))
        if n % every == 0:
            labels.append(Label(_r(middle), height - 7, period.name))
    marks = (0, top) if small or top % 2 else (0, top // 2, top)
    lines = tuple(_r(_TOP + tall - tall * mark / top) for mark in marks)
    labels += [Label(_LEFT - 6, _r(y + 4), f"{mark:,}", "end") for mark, y in zip(marks, lines, strict=True)]
    return Chart(height, tuple(bars), tuple(labels), lines, in_words(figures))


def in_words(figures: Figures) -> str:
    """What the chart over time shows."""
    periods, total = figures.periods, f"{figures.findings:,} finding{'' if figures.findings == 1 else 's'}"
    most = max(periods, key=lambda p: p.number)
    if len(periods) == 1:
        return f"{total}, all in {most.name}."
    return (
        f"{total} from {periods[0].name} to {periods[-1].name}; the most in {most.name} ({most.number:,}); "
        f"the last {figures.unit} has {periods[-1].number:,}."
    )


def round_up(number: int) -> int:
    """The next number that makes a plain axis: 1, 2, 4, 5 or 10 times a power of ten."""
    size = 1
    while True:
        for head in (1, 2, 4, 5, 10):
            if head * size >= number:
                return head * size
        size *= 10


def _r(value: float) -> float:
    return round(value, 1)
