"""The cells of a suggested mapping that hold times, and what is to be asked of them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.intake.build.times import moments
from evenhand.intake.build.view import View
from evenhand.intake.duck import Duck
from evenhand.intake.header_words import words
from evenhand.intake.mapping.model import ISO, Cell, Policies
from evenhand.intake.suggest.dates import Dates, day_first, unsure_centuries
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.look import Column, Look
from evenhand.intake.suggest.roles import Roles

_ORDERS = "day and month"
_SHOWN, _COMPARED = 40, 20_000
_CLOCK = {"time", "hour", "clock"}


class Times:
    """Makes the cell of a column of times, with its formats in `dates` or in the cell itself."""

    def __init__(self, seen: Look, roles: Roles, doubts: Doubts, duck: Duck) -> None:
        self._seen, self._roles, self._doubts, self._duck = seen, roles, doubts, duck
        self._formats: list[str] = []
        self._day_first: list[str] = []
        orders = {d.order for d in roles.dates.values()}
        self._proved = orders & {"month", "day"}
        self._open = "open" in orders and not self._proved and "mixed" not in orders

    def cell(self, column: Column) -> Any:
        """The cell that reads a column of dates, with its column of times of day where there is one."""
        dates = self._roles.dates[column.name]
        clock = self._clock_of(column) if dates.day_only or self._midnights(column) else None
        made: dict[str, Any] = {"column": column.name}
        formats = dates.formats
        if clock is not None:
            form, pad = self._roles.clocks[clock.name]
            with_time = _composed(dates.formats, form)
            composed = {"date": column.name, "time": clock.name, **({"pad": 4} if pad else {})}
            if not self._reads(composed, with_time, column):
                return self._ask_clock(column, clock, composed, with_time)
            made, formats = composed, with_time
        made |= self._format_keys(column, dates, formats)
        null = self._null(column, dates)
        if null:
            made["null"] = null
        return column.name if made == {"column": column.name} else made

    def dates(self) -> Any:
        """The value of the mapping's `dates`: formats, or the question of the order of day and month."""
        month_first = list(dict.fromkeys(self._formats)) or [ISO]
        if not self._open:
            return month_first
        columns = [n for n, d in self._roles.dates.items() if d.order == "open"]
        example = next(
            t for n in columns for t in self._seen.named(n).counts if re.match(r"\d{1,2}[-/.]\d|\d{8}$", t)
        )
        return self._doubts.ask(
            _ORDERS,
            f"Is the month or the day first in dates such as {example!r}?",
            [
                reading("month first", gives=month_first),
                reading("day first", gives=list(dict.fromkeys(self._day_first))),
            ],
            saw=[f"no date in {', '.join(columns)} has a day above 12, in {self._seen.extent()}"],
            free="formats",
        )

    def pivot(self) -> Any:
        """The value of `two_digit_year_pivot`, or None where the default reads every year."""
        pivots = None
        for name, dates in self._roles.dates.items():
            unsure, now = unsure_centuries(dates.short_years, birth="birth" in words(name))
            if any(now < y <= 50 for y in dates.short_years) and "birth" in words(name):
                pivots = now
            elif unsure:
                shown = ", ".join(f"{y:02}" for y in unsure[:8])
                return self._doubts.ask(
                    "century",
                    f"{name} has years of two digits after the present year. Which century are they in?",
                    [
                        reading("1900s", f"{unsure[0]:02} is 19{unsure[0]:02}", gives=now),
                        reading("2000s", f"{unsure[0]:02} is 20{unsure[0]:02}", gives=50),
                    ],
                    saw=[f"{name}: {shown}"],
                )
        return pivots

    def span(self, column: Column) -> tuple[datetime, datetime] | None:
        """The earliest and the latest time in a column, or None where its order is open."""
        dates = self._roles.dates[column.name]
        if dates.order in ("open", "mixed"):
            return None
        texts = list(column.counts)
        view = View(pa.table({"x": pa.array(texts, pa.string())}), np.arange(len(texts)), (), self._duck)
        found = moments(view, Cell(column="x"), dates.formats, Policies())
        if not found.ok.any():
            return None
        micros = found.micros[found.ok]
        low, high = (datetime.fromtimestamp(int(m) / 1e6, UTC) for m in (micros.min(), micros.max()))
        return low, high

    def columns_of(self, cell: Any) -> list[str]:
        """The columns that a time's cell reads."""
        if isinstance(cell, str):
            return [cell]
        return [cell[name] for name in ("column", "date", "time") if name in cell]

    def _format_keys(self, column: Column, dates: Dates, formats: tuple[str, ...]) -> dict[str, Any]:
        """The cell's own formats, where the file's do not fit it."""
        swapped = tuple(day_first(form) for form in formats)
        lost = [t for t in dates.unread if re.search(r"\d", t)]
        if sum(column.counts[t] for t in lost) > 0.05 * column.given:
            return {"formats": self._ask_formats(column, formats, lost)}
        if dates.order == "mixed":
            return {"formats": self._ask_order(column, dates, formats, swapped)}
        if dates.order == "open" and len(self._proved) == 2:
            return {"formats": self._ask_order(column, dates, formats, swapped)}
        if dates.order == "open" and self._proved == {"day"}:
            self._formats += swapped
            return {}
        if len(self._proved) == 2 and dates.order:
            return {"formats": list(formats)}
        self._formats += formats
        self._day_first += swapped
        return {}

    def _ask_order(
        self, column: Column, dates: Dates, formats: tuple[str, ...], swapped: tuple[str, ...]
    ) -> dict[str, str]:
        saw = [f"{text!r} can only have the {first} first" for first, text in sorted(dates.proofs.items())]
        saw = saw or ["other columns of the file prove both orders; no value of this one proves any"]
        return self._doubts.ask(
            f"{_ORDERS} in {column.name}",
            f"Is the month or the day first in {column.name}? "
            "Dates that only the other order reads are quarantined.",
            [
                reading("month first", gives=list(formats)),
                reading("day first", gives=list(swapped)),
            ],
            saw=saw,
            free="formats",
        )

    def _ask_formats(self, column: Column, formats: tuple[str, ...], lost: list[str]) -> dict[str, str]:
        rows = sum(column.counts[t] for t in lost)
        return self._doubts.ask(
            f"date format of {column.name}",
            f"Which formats do the dates in {column.name} have?",
            [reading("these", f"{' | '.join(formats)}; other values are quarantined", gives=list(formats))],
            saw=[f"{rows:,} rows are in no known format: {', '.join(map(repr, lost[:5]))}"],
            free="formats",
        )

    def _null(self, column: Column, dates: Dates) -> list[Any]:
        """The words in a column of times that are no time, as the answers say; none if there are no words."""
        odd = [t for t in dates.unread if not re.search(r"\d", t)][:_SHOWN]
        if not odd:
            return []
        asked = self._doubts.ask_of_texts(
            f"texts in {column.name}",
            f"What do these texts in {column.name} mean?",
            column.name,
            {text: column.seen(text) for text in odd},
            [
                reading("nothing", "there is no such time", gives=True),
                reading("quarantine", "a time should be there; quarantine it"),
            ],
        )
        return [asked]

    def _midnights(self, column: Column) -> bool:
        texts = list(column.counts)[:200]
        return all(re.search(r"[ T]0?0:00(:00)?$|[ T]12:00(:00)? ?[Aa][Mm]$", t) for t in texts)

    def _reads(self, cell: dict[str, Any], formats: tuple[str, ...], column: Column) -> bool:
        """Whether the formats read a date and a time of day in two columns on nearly every row."""
        if self._roles.dates[column.name].order in ("open", "mixed", "day"):
            formats = (*formats, *(day_first(f) for f in formats))
        clock = self._seen.named(cell["time"])
        if len(clock.texts) != len(column.texts):
            return False
        table = pa.table({column.name: column.texts, clock.name: clock.texts})
        view = View(table.slice(0, _COMPARED), np.arange(min(len(column.texts), _COMPARED)), (), self._duck)
        found = moments(view, Cell(**cell), formats, Policies())
        return int(found.ok.sum()) >= 0.99 * int(found.given.sum())

    def _ask_clock(
        self, column: Column, clock: Column, cell: dict[str, Any], formats: tuple[str, ...]
    ) -> dict[str, str]:
        day = {"column": column.name, "formats": list(self._roles.dates[column.name].formats)}
        pairs = zip(column.texts.to_pylist()[:3], clock.texts.to_pylist()[:3], strict=True)
        return self._doubts.ask(
            f"time of {column.name}",
            f"Does {clock.name} have the time of day of {column.name}? Not every pair reads as a time.",
            [
                reading("day", "use the day only", gives=day),
                reading("both", "quarantine what is not a time", gives={**cell, "formats": list(formats)}),
            ],
            saw=[f"{day} with {time}" for day, time in pairs],
        )

    def _clock_of(self, column: Column) -> Column | None:
        """The column of times that goes with a column of dates: the one whose name is most like it."""
        own = words(column.name) - {"date"}
        near = [name for name in self._roles.clocks if (words(name) - _CLOCK) & own]
        exact = [name for name in near if words(name) - _CLOCK == own]
        alone = [name for name in self._roles.clocks if not words(name) - _CLOCK]
        if not near and len(self._roles.clocks) == len(alone) == 1 and column is self._roles.first("booked"):
            near = alone
        fitting = exact or near
        return self._seen.named(fitting[0]) if len(fitting) == 1 else None


def _composed(days: Iterable[str], form: str) -> tuple[str, ...]:
    """The formats of a date and a time of day in two columns; midnight behind a date does not count."""
    formats = []
    for day in days:
        base = re.split(r" (?=%H|%I|at)", day)[0]
        with_time = base if day == ISO and form in (" %H:%M", " %H:%M:%S") else None
        formats += [with_time or ("%Y-%m-%d" if day == ISO else base) + form, base]
    return tuple(dict.fromkeys(formats))
