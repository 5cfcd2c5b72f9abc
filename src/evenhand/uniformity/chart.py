"""The geometry of the report's charts; the templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from evenhand.uniformity.results import CurvePoint, GroupShare
from evenhand.uniformity.wording import percent

WIDTH = 640
_LEFT, _RIGHT, _ROW, _TOP, _BOTTOM = 190, 36, 24, 8, 30
_CURVE_HEIGHT, _CURVE_LEFT = 240, 48
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 5", "4 2", "1 4", "6 2 1 2 1 2")
"""Line patterns, so that curves are told apart without colour."""


@dataclass(frozen=True)
class Mark:
    """A group's share at `x` with its interval from `low` to `high`, on the line `y`."""

    name: str
    y: float
    x: float
    low: float
    high: float


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Dots:
    """Shares with intervals, one line a group."""

    height: float
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    summary: str
    width: int = WIDTH
    left: int = _LEFT
    bottom: int = _BOTTOM


@dataclass(frozen=True)
class Line:
    name: str
    path: str
    dash: str
    label_y: float


@dataclass(frozen=True)
class Curves:
    """Curves of the share without the event over time; `table` has each group at the marked times."""

    lines: tuple[Line, ...]
    table: tuple[tuple[str, tuple[float, ...]], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    summary: str
    unit: str
    width: int = WIDTH
    height: int = _CURVE_HEIGHT
    left: int = _CURVE_LEFT
    right: int = WIDTH - _RIGHT - 150


def dots(rows: Sequence[GroupShare]) -> Dots | None:
    """A chart of the groups that have a share; none without any."""
    shown = [
        r for r in rows if r.share is not None and r.wilson_low is not None and r.wilson_high is not None
    ]
    if not shown:
        return None
    low = min(r.wilson_low or 0 for r in shown)
    high = max(r.wilson_high or 0 for r in shown)
    room = max(high - low, 0.002)
    low, high = max(0.0, low - room * 0.1), min(1.0, high + room * 0.1)

    def x(share: float | None) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * ((share or 0) - low) / (high - low), 1)

    marks = tuple(
        Mark(r.group, _TOP + _ROW * (n + 0.5), x(r.share), x(r.wilson_low), x(r.wilson_high))
        for n, r in enumerate(shown)
    )
    digits = 1 if high - low > 0.02 else 2
    ticks = tuple(Tick(x(v), percent(v, digits)) for v in (low + (high - low) * k / 4 for k in range(5)))
    said = "; ".join(
        f"{r.group} {percent(r.share, 2)} ({percent(r.wilson_low, 2)} to {percent(r.wilson_high, 2)})"
        for r in shown
    )
    return Dots(_TOP + _ROW * len(shown) + _BOTTOM, marks, ticks, f"{said}.")


def curves(points: Sequence[CurvePoint]) -> Curves | None:
    """A chart of one measure and column, up to the time by which 98 percent have had the event."""
    if not points:
        return None
    unit = points[0].unit
    longest = max((p.time for p in points if p.share > 0.02), default=0) or max(p.time for p in points) or 1
    right = WIDTH - _RIGHT - 150

    def x(time: float) -> float:
        return round(_CURVE_LEFT + (right - _CURVE_LEFT) * min(time / longest, 1), 1)

    def y(share: float) -> float:
        return round(_TOP + (_CURVE_HEIGHT - _TOP - _BOTTOM) * (1 - share), 1)

    ticks = [longest * k / 4 for k in range(5)]
    lines, table = [], []
    for n, (name, members) in enumerate(groupby(points, key=lambda p: p.group)):
        within = [p for p in members if p.time <= longest]
        table.append((name, tuple(_share_at(within, at) for at in ticks)))
        path = f"M{x(within[0].time)} {y(within[0].share)}" + "".join(
            f"H{x(p.time)}V{y(p.share)}" for p in within[1:]
        )
        lines.append(Line(name, path, DASHES[n % len(DASHES)], _TOP + 16 * (n + 1)))
    x_ticks = tuple(Tick(x(at), f"{at:,.4g}") for at in ticks)
    y_ticks = tuple(Tick(y(k / 4), f"{25 * k} %") for k in range(5))
    names = ", ".join(line.name for line in lines)
    said = f"Share without the event by {unit}, for {names}; the table below gives it at the marked times."
    return Curves(tuple(lines), tuple(table), x_ticks, y_ticks, said, unit)


def _share_at(points: Sequence[CurvePoint], time: float) -> float:
    """The share of the last step at or before the time."""
    return [p.share for p in points if p.time <= time][-1]
