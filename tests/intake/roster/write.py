"""Writes a drawn roster to a file, and says what its readers can know from it."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import openpyxl

from intake.roster.draw import EXPORTED, Away, Booking, Layout
from intake.roster.history import EXIT, Happened, History, Stay

Cells = dict[str, object]
MOVEMENTS = {
    "BOOKED": "booked",
    "TO COURT": "court",
    "TO HOSPITAL": "hospital",
    "RETURNED TO JAIL": "returned",
    "MOVED WITHIN JAIL": "moved",
}
"""The words of an event log, by what they mean; other words are those of `REASONS`."""


def write_roster(folder: Path, bookings: list[Booking], layout: Layout) -> tuple[Path, History]:
    """The file, and the history that it shows with the rows of each stay."""
    rows: list[tuple[int, Cells]] = []
    for number, booking in enumerate(bookings):
        rows += [(number, cells) for cells in _ROWS[layout.rows](number, booking, layout)]
    path = folder / f"roster.{layout.file}"
    _FILES[layout.file](path, [cells for _, cells in rows], layout.titles)
    first = 1 if layout.file in ("json", "jsonl") else 2 + layout.titles
    stays = tuple(
        Stay(
            _number(number) if layout.numbers else "",
            str(booking.person),
            _shown(booking, layout),
            frozenset(row + first for row, (n, _) in enumerate(rows) if n == number),
        )
        for number, booking in enumerate(bookings)
    )
    return path, History(layout.zone, EXPORTED.date().isoformat(), stays)


def _number(booking: int) -> str:
    return f"24-{booking + 101:05}"


def _shown(booking: Booking, layout: Layout) -> tuple[Happened, ...]:
    events = [Happened("person.booked", booking.booked)]
    if layout.rows != "event":
        for text, level in booking.charges:
            events.append(Happened("charge.recorded", booking.booked, {"statute": text, "level": level}))
    else:
        for away in booking.away:
            fields = {"destination": away.code} if away.type == "custody.departed" else {}
            events.append(Happened(away.type, away.at, fields))
    if booking.left is not None:
        left = booking.left
        if layout.rows == "event" or layout.reasons:
            name = "cause" if left.type == "custody.released" else "destination"
            events.append(Happened(left.type, left.at, {name: left.code}))
        else:
            events.append(Happened(EXIT, left.at))
    return tuple(events)


def _moment(role: str, at: datetime | None, layout: Layout) -> Cells:
    """The cell or the two cells of a time; `open` where there is none."""
    if layout.moment is not None:
        return {layout.headers[role]: layout.open if at is None else layout.moment(at)}
    assert layout.clock is not None
    return {
        layout.headers[role]: layout.open if at is None else layout.day(at),
        layout.headers[f"{role} time"]: "" if at is None else layout.clock(at),
    }


def _head(number: int, booking: Booking, layout: Layout) -> Cells:
    names = layout.headers
    cells: Cells = {names["number"]: _number(number)} if layout.numbers else {}
    return cells | {
        names["person"]: f"P{booking.person:04}",
        names["name"]: f"MADEUP{'ABCDEFGH'[booking.person]}, TEST",
        names["sex"]: "MF"[booking.person % 2],
    }


def _tail(booking: Booking, layout: Layout) -> Cells:
    cells = _moment("left", booking.left.at if booking.left else None, layout)
    if layout.reasons:
        cells[layout.headers["reason"]] = booking.left.text if booking.left else ""
    return cells


def _beside(number: int, booking: Booking, layout: Layout) -> Cells:
    def at(moment: datetime) -> object:
        return layout.moment(moment) if layout.moment else layout.day(moment)

    cells: dict[str, tuple[str, object]] = {
        "arrest": ("Arrest Date", at(booking.booked - timedelta(hours=2))),
        "court": ("Next Court Date", at(booking.booked + timedelta(days=60))),
        "birth": ("DOB", layout.day(datetime(1970 + booking.person, 5, 6))),
        "due": ("Projected Release", at(booking.booked + timedelta(days=400))),
        "facility": ("Jail", ("MAIN", "ANNEX")[number % 2]),
        "bond": ("Bond Amount", 500 * number),
        "officer": ("Booking Officer", f"OFFICER {number % 3}"),
    }
    return dict(cells[name] for name in layout.beside)


def _charges(charges: tuple[tuple[str, str], ...], layout: Layout) -> Cells:
    names = layout.headers
    cells: Cells = {names["charge"]: layout.separator.join(text for text, _ in charges)}
    if layout.levels is not None:
        cells[names["level"]] = layout.separator.join(layout.levels[level] for _, level in charges)
    return cells


def _row_a_booking(number: int, booking: Booking, layout: Layout) -> list[Cells]:
    return [
        _head(number, booking, layout)
        | _moment("booked", booking.booked, layout)
        | _tail(booking, layout)
        | _charges(booking.charges, layout)
        | _beside(number, booking, layout)
    ]


def _row_a_charge(number: int, booking: Booking, layout: Layout) -> list[Cells]:
    return [
        _head(number, booking, layout)
        | _moment("booked", booking.booked, layout)
        | _tail(booking, layout)
        | _charges((charge,), layout)
        | _beside(number, booking, layout)
        for charge in booking.charges
    ]


def _row_an_event(number: int, booking: Booking, layout: Layout) -> list[Cells]:
    moves = [("BOOKED", booking.booked)]
    moves += [(_word(away), away.at) for away in booking.away]
    if booking.left is not None:
        moves.append((booking.left.text, booking.left.at))
    time = _as_movement(layout)
    return [_head(number, booking, layout) | {"Movement": word} | time(at) for word, at in moves]


def _word(away: Away) -> str:
    code = {"custody.moved": "moved", "custody.returned": "returned"}.get(away.type, away.code)
    return next(word for word, means in MOVEMENTS.items() if means == code)


def _as_movement(layout: Layout) -> Callable[[datetime], Cells]:
    def cells(at: datetime) -> Cells:
        if layout.moment is not None:
            return {"Movement Date": layout.moment(at)}
        assert layout.clock is not None
        return {"Movement Date": layout.day(at), "Movement Time": layout.clock(at)}

    return cells


_ROWS = {"booking": _row_a_booking, "charge": _row_a_charge, "event": _row_an_event}


_TITLES = [["Madeup County Sheriff"], ["Roster of all bookings"]]


def _write_text(path: Path, rows: list[Cells], titles: int, delimiter: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writer.writerows([*_TITLES[:titles], list(rows[0]), *(row.values() for row in rows)])


def _write_workbook(path: Path, rows: list[Cells], titles: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in [*_TITLES[:titles], list(rows[0]), *(row.values() for row in rows)]:
        sheet.append([None if cell == "" else cell for cell in line])
    book.save(path)


def _write_lines(path: Path, rows: list[Cells], titles: int) -> None:
    lines = (json.dumps(row, default=str) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _write_object(path: Path, rows: list[Cells], titles: int) -> None:
    path.write_text(json.dumps({"count": len(rows), "data": {"bookings": rows}}, default=str, indent=1))


_FILES = {
    "csv": partial(_write_text, delimiter=","),
    "tsv": partial(_write_text, delimiter="\t"),
    "jsonl": _write_lines,
    "json": _write_object,
    "xlsx": _write_workbook,
}
