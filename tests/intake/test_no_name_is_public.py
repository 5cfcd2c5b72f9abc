"""No personal value of a roster is in any file that is not in the personal part of its record."""

import gzip
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from evenhand.cli import main

EXPORTS = Path(__file__).parent / "exports"
APART = ("personal", "openings", "salts")
"""The folders of a record that are not published."""

HEAD = """\
name = "roster"
agency = "WA0270000"
zone = "America/Los_Angeles"
dates = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d-%b-%Y %H:%M"]
tells = ["person.booked", "custody.release_due", "custody.released", "custody.departed", "custody.transferred_in_place"]
"""
PEOPLE = [
    ("Fakely-O'Unreal", "Testandra", "1971-04-09", "900-12-3456", "17 Nonesuch Lane", "206-555-0134", "t.fakely@example.org"),
    ("Muñozfict", "Irrealía", "1988-11-23", "900-23-4567", "4 Mockery Ct, Apt 9", "(206) 555-0199", "i@nowhere.example"),
    ("MC MOCKNAME", "DUMMYSON", "1990-06-30", "900-34-5678", "Rural Rt 99", "206.555.0111", "dummyson@example.net"),
    ("Sampleton", "Nobodicus", "2001-02-28", "900-45-6789", "88 Invented Way", "+1 206 555 0122", "s@example.com"),
]  # fmt: skip
BOOKED = ["2022-03-01 10:00", "2022-03-03 11:00", "2022-03-05 12:30", "2022-03-07 01:15"]
RELEASED = ["2022-03-06 09:00", "", "2022-03-09 08:15", "2022-03-12 23:45"]


@dataclass
class Roster:
    """An export as a jail gives it, the mapping that takes it in, and the personal values in it."""

    source: Path
    mapping: str
    personal: list[str]


def _blocks(booked: str, released: str, *, fields: str = "", charge: str | None = None) -> str:
    """A booking, a release that a hold delays for longer than it may, and a charge: the audit finds something."""
    text = f"""
[[event]]
type = "person.booked"
at = "{booked}"
[event.fields]
{fields}

[[event]]
type = "custody.release_due"
at = "{booked}"

[[event]]
type = "custody.hold_started"
at = "{booked}"
[event.fields]
basis = {{ value = "detainer" }}

[[event]]
type = "custody.released"
at = "{released}"
"""
    if charge:
        text += f"""
[[event]]
type = "charge.recorded"
at = "{booked}"
when = [{{ column = "{charge}", given = true }}]
[event.fields]
charge_no = {{ count = true }}
statute = "{charge}"
"""
    return text


def _csv(
    path: Path, header: list[str], rows: list[list[str]], *, by: str = ",", encoding: str = "utf-8"
) -> Path:
    quote = lambda cell: '"' + cell.replace('"', '""') + '"'  # noqa: E731
    text = "".join(by.join(map(quote, row)) + "\n" for row in [header, *rows])
    path.write_bytes(text.encode(encoding))
    return path


def the_case(folder: Path) -> Roster:
    """One column `Name`, no booking number."""
    mapping = HEAD + 'subject = { made_of = ["Name", "Booking Date/Time"] }\n' + _blocks(
        "Booking Date/Time", "Release Date/Time", fields='name = "Name"', charge="Offense Description"
    )  # fmt: skip
    personal = ["O'Sample", "Testa", "Mockname", "Dummy", "Fakely", "Unreal"]
    return Roster(EXPORTS / "01-no-key-name-subject" / "roster.csv", mapping, personal)


def names_apart(folder: Path) -> Roster:
    """Last, first and initial in columns of a semicolon file of an old Windows system."""
    source = EXPORTS / "01-more" / "three-name-columns.csv"
    (folder / "old.csv").write_bytes(source.read_text("utf-8").encode("cp1252"))
    mapping = HEAD.replace("%m/%d", "%d/%m") + (
        'subject = { made_of = ["LNAME", "FNAME", "MI", "FecNac", "BookDt"] }\n'
        + _blocks("BookDt", "RelDt", fields='name = { columns = ["LNAME", "FNAME"] }\nbirth_date = "FecNac"', charge="Charge")
    )  # fmt: skip
    personal = [
        "Muñoz-Fictício",
        "Irreal",
        "O’Mockery",
        "Sampleton",
        "Fakely",
        "09/04/1971",
        "1971-04-09",
        "23/11/1988",
    ]
    return Roster(folder / "old.csv", mapping, personal)


def _full(folder: Path) -> tuple[list[str], list[list[str]]]:
    header = [
        "Booking No",
        "Last",
        "First",
        "DOB",
        "SSN",
        "Address",
        "Phone",
        "Email",
        "Booked",
        "Released",
        "Charge",
    ]
    rows = [[f"22-{n:04}", *person, BOOKED[n], RELEASED[n], "DUI; DWLS 3"] for n, person in enumerate(PEOPLE)]
    return header, rows


PERSONAL_FIELDS = 'name = { columns = ["Last", "First"] }\nbirth_date = "DOB"\nperson_key = "SSN"'


def with_booking_number(folder: Path) -> Roster:
    """Everything about a person beside a booking number; the SSN is the person's key."""
    header, rows = _full(folder)
    mapping = (
        HEAD
        + 'subject = "Booking No"\n'
        + _blocks("Booked", "Released", fields=PERSONAL_FIELDS, charge="Charge")
    )
    return Roster(_csv(folder / "full.csv", header, rows), mapping, [v for p in PEOPLE for v in p])


def with_bad_rows(folder: Path) -> Roster:
    """Rows that cannot be read, or not as a whole: they are quarantined, with what they hold."""
    header, rows = _full(folder)
    rows[1][8] = "no date for Muñozfict"
    rows += [["22-0009", "Ragged-Fakely"], [*rows[0], "too", "Muchname"], ["Unkeyed, Nobodi", *rows[3][1:]]]
    rows += [[f"23-{n:04}", *PEOPLE[0], BOOKED[0], RELEASED[0], "THEFT"] for n in range(40)]
    mapping = (
        HEAD
        + 'subject = "Booking No"\n'
        + _blocks("Booked", "Released", fields=PERSONAL_FIELDS, charge="Charge")
    )
    personal = [*(v for p in PEOPLE for v in p), "Ragged-Fakely", "Muchname", "Unkeyed", "Nobodi"]
    return Roster(_csv(folder / "bad.csv", header, rows), mapping, personal)


def without_number(folder: Path) -> Roster:
    """The same without a booking number, in a compressed file."""
    header, rows = _full(folder)
    plain = _csv(folder / "plain.csv", header[1:], [row[1:] for row in rows])
    (folder / "none.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    mapping = HEAD + 'subject = { made_of = ["Last", "First", "DOB", "Booked"] }\n' + _blocks(
        "Booked", "Released", fields=PERSONAL_FIELDS.replace('"SSN"', '{ made_of = ["SSN"] }'), charge="Charge"
    )  # fmt: skip
    return Roster(folder / "none.csv.gz", mapping, [v for p in PEOPLE for v in p])


def workbook(folder: Path) -> Roster:
    """XLSX with real dates, and officers by name."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Inmate", "D.O.B.", "Booked", "Released", "Booking Officer"])
    for n, person in enumerate(PEOPLE):
        moments = [datetime.fromisoformat(t) if t else None for t in (BOOKED[n], RELEASED[n])]
        sheet.append(
            [f"{person[0]}, {person[1]}", date.fromisoformat(person[2]), *moments, "Sgt. Pretendine Mock"]
        )
    book.save(folder / "roster.xlsx")
    mapping = HEAD + 'subject = { made_of = ["Inmate", "D.O.B.", "Booked"] }\n' + _blocks(
        "Booked", "Released", fields='name = "Inmate"\nbirth_date = "D.O.B."'
    ).replace("[event.fields]\nname", 'actor = { made_of = ["Booking Officer"] }\n[event.fields]\nname')  # fmt: skip
    return Roster(folder / "roster.xlsx", mapping, [*(v for p in PEOPLE for v in p[:3]), "Pretendine"])


def json_lines(folder: Path) -> Roster:
    """Nested JSON."""
    lines = [
        {
            "inmate": {
                "name": {"last": p[0], "first": p[1]},
                "dob": p[2],
                "ssn": p[3],
                "contact": {"email": p[6]},
            },
            "booked": BOOKED[n],
            "released": RELEASED[n] or None,
        }
        for n, p in enumerate(PEOPLE)
    ]
    (folder / "roster.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    mapping = HEAD + 'subject = { made_of = ["inmate.name.last", "inmate.name.first", "booked"] }\n' + _blocks(
        "booked", "released", fields='name = { columns = ["inmate.name.last"] }\nbirth_date = "inmate.dob"'
    )  # fmt: skip
    return Roster(folder / "roster.jsonl", mapping, [p[i] for p in PEOPLE for i in (0, 1, 2, 3, 6)])


def parquet(folder: Path) -> Roster:
    """Parquet with typed columns."""
    table = pa.table(
        {
            "full_name": [f"{p[1]} {p[0]}" for p in PEOPLE],
            "birth": pa.array([date.fromisoformat(p[2]) for p in PEOPLE]),
            "phone": [p[5] for p in PEOPLE],
            "booked": pa.array([datetime.fromisoformat(t) for t in BOOKED]),
            "released": pa.array([datetime.fromisoformat(t) if t else None for t in RELEASED]),
        }
    )
    pq.write_table(table, folder / "roster.parquet")
    mapping = HEAD + 'subject = { made_of = ["full_name", "birth", "booked"] }\n' + _blocks(
        "booked", "released", fields='name = "full_name"\nbirth_date = "birth"'
    ).replace('dates = [', 'dates = ["iso", ')  # fmt: skip
    mapping = mapping.replace("dates = [", 'dates = ["iso", ', 1)
    return Roster(folder / "roster.parquet", mapping, [p[i] for p in PEOPLE for i in (0, 1, 2, 5)])


ROSTERS = [
    the_case,
    names_apart,
    with_booking_number,
    with_bad_rows,
    without_number,
    workbook,
    json_lines,
    parquet,
]


def _run(*args: object) -> str:
    result = CliRunner().invoke(main, [str(a) for a in args], catch_exceptions=False)
    assert result.exit_code in (0, 1), result.output
    return result.output


def _publish(roster: Roster, folder: Path) -> None:
    """Everything that the program makes of a roster, in `folder`; what it prints in `said-*.txt`."""
    (folder / "mapping.toml").write_text(roster.mapping, encoding="utf-8")
    record = folder / "record"
    said = {
        "intake": _run(
            "intake", roster.source, "--mapping", folder / "mapping.toml", "--out", record, "--ledger"
        ),
        "check": _run("intake", roster.source, "--mapping", folder / "mapping.toml", "--check"),
        "show": _run("record", "show", record),
        "audit": _run("audit", record, "--out", folder / "audit", "--workers", 1),
        "figures": _run("figures", record, "--year", "FY2022", "--out", folder / "figures", "--threshold", 3),
        "verify": _run("ledger", "verify", record),
    }
    finding = (folder / "audit" / "findings.csv").read_text().splitlines()[1].split(",")[0]
    said["why"] = _run("audit", "why", folder / "audit", finding, "--html", folder / "why.html")
    for name, text in said.items():
        (folder / f"said-{name}.txt").write_text(text, encoding="utf-8")


def _public_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(APART) & set(path.relative_to(folder).parts):
            yield path


def _contents(path: Path) -> bytes:
    """A file's bytes, and what they hold when they are unpacked."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        return data + json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False).encode()
    return data + gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def _spellings(value: str) -> set[str]:
    """A value as text, in JSON and in HTML, and a number without its signs."""
    spelled = {
        value,
        json.dumps(value)[1:-1],
        html.escape(value),
        html.escape(value).replace("&#x27;", "&#39;"),
    }
    digits = "".join(c for c in value if c.isdigit())
    return spelled | ({digits} if len(digits) >= 8 else set())


def _leaks(folder: Path, personal: list[str]) -> list[str]:
    """The personal values that the public files of a folder hold, each with its file."""
    texts = {
        path.relative_to(folder): _contents(path).decode("utf-8", "ignore").casefold()
        for path in _public_files(folder)
    }
    return [
        f"{name}: {value}"
        for name, text in texts.items()
        for value in personal
        if any(s.casefold() in text for s in _spellings(value))
    ]


@pytest.mark.parametrize("make", ROSTERS)
def test_no_personal_value_is_in_a_public_file(tmp_path: Path, make: Callable[[Path], Roster]) -> None:
    (tmp_path / "in").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    roster = make(tmp_path / "in")
    _publish(roster, out)
    events = [p for p in _public_files(out) if p.suffix == ".parquet" and "events" in p.parts]
    assert events, "nothing was published"
    assert any("tile" in p.parts for p in _public_files(out))
    assert len((out / "audit" / "findings.csv").read_text().splitlines()) > 1
    assert _leaks(out, roster.personal) == []


def test_the_personal_part_has_what_the_public_part_lacks(tmp_path: Path) -> None:
    """The search would find the values: it finds them where they may be."""
    (tmp_path / "out").mkdir()
    roster = with_bad_rows(tmp_path)
    _publish(roster, tmp_path / "out")
    apart = tmp_path / "out" / "record" / "personal"
    found = "\n".join(_leaks(apart, roster.personal))
    assert "Sampleton" in found
    assert "quarantine.parquet: Unkeyed" in found


@pytest.mark.parametrize("place", ["events.parquet", "tile.gz", "report.html", "leaf.json", "table.csv"])
def test_the_search_finds_a_name_wherever_it_is_put(tmp_path: Path, place: str) -> None:
    name = "O'Muñozfict"
    path = tmp_path / place
    if place.endswith("parquet"):
        pq.write_table(
            pa.table({"subject": pa.array([name] * 9).dictionary_encode()}), path, compression="zstd"
        )
    elif place.endswith("gz"):
        path.write_bytes(gzip.compress(json.dumps({"subject": name}).encode()))
    elif place.endswith("html"):
        path.write_text(f"<td>{html.escape(name)}</td>")
    else:
        path.write_text(json.dumps(name) if place.endswith("json") else name.upper())
    assert _leaks(tmp_path, [name]) == [f"{place}: {name}"]
