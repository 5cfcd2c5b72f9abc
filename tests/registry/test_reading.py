"""Every shape of sheet, and bad sheets: clear errors, and no row lost."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest

from evenhand.registry.build import build
from evenhand.registry.header import find_header, meaning
from evenhand.registry.reading import IN_FORCE, PENDING, Pool, SheetFile, read_sheet, sheet_paths
from evenhand.registry.workbook import parse_workbook, plain_address
from evenhand.workbook import UnreadableError
from registry.sheets import ENTITIES, PARTICIPATING, WAITING, write_sheet

ELK = ("KANSAS", "Elk County Sheriff's Office", "County", "Elk County", "Task Force Model", date(2025, 3, 3))
Write = Callable[..., Path]


def read(path: Path) -> tuple[SheetFile, Pool]:
    pool = Pool()
    return read_sheet(path, pool), pool


def test_participating_sheet_with_links(sheet: Write) -> None:
    path = sheet(
        "participating-2025-06-12am.xlsx",
        [(*ELK, "link", None), (*ELK[:4], "Warrant Service Officer", "7/72025", "link pending", "link")],
        links={"G2": "https://www.ice.gov/doclib/287gMOA/Elk.pdf", "H3": "https://www.ice.gov/a.pdf"},
    )
    found, pool = read(path)
    assert (found.kind, found.worksheet, list(found.rows)) == (IN_FORCE, "Sheet1", [2, 3])
    first, second = (pool.raws[n] for n in found.contents)
    assert first.signed == "2025-03-03"
    assert first.moa_link == "https://www.ice.gov/doclib/287gMOA/Elk.pdf"
    assert (second.signed, second.moa, second.addendum_link) == (
        "7/72025",
        "link pending",
        "https://www.ice.gov/a.pdf",
    )


def test_links_written_in_another_order_are_found_too(sheet: Write) -> None:
    path = sheet("p.xlsx", [(*ELK, "link", None)], links={"G2": "https://x.org/a?b=1&c=2"})
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    start = xml.index("<hyperlink ")
    key = xml[xml.index('r:id="', start) + 6 : xml.index('"', xml.index('r:id="', start) + 6)]
    tag = xml[start : xml.index("/>", start) + 2]
    parts["xl/worksheets/sheet1.xml"] = xml.replace(tag, f'<hyperlink r:id="{key}" ref="G2"/>').encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    found, pool = read(path)
    assert pool.raws[found.contents[0]].moa_link == "https://x.org/a?b=1&c=2"


def test_entities_sheet_of_a_web_archive(sheet: Write) -> None:
    rows = [
        (
            "ALABAMA",
            "Etowah County Sheriff's Office",
            "Jail Enforcement Model",
            "2016-06-08",
            f"https://web.archive.org/web/20210116022328/https://www.ice.gov/doclib/287gMOA/{n}.pdf",
        )
        for n in range(2)
    ]
    found, pool = read(sheet("entities-2021-01-16.xlsx", rows, header=ENTITIES))
    assert found.captured == datetime(2021, 1, 16, 2, 23, 28, tzinfo=UTC)
    assert [pool.raws[n].moa for n in found.contents] == [
        "https://www.ice.gov/doclib/287gMOA/0.pdf",
        "https://www.ice.gov/doclib/287gMOA/1.pdf",
    ]


def test_pending_sheet_and_one_named_otherwise(sheet: Write) -> None:
    assert read(sheet("pending-2025-09-22am.xlsx", [ELK[:5]], header=WAITING))[0].kind == PENDING
    found, _ = read(sheet("participating-2025-09-22pm.xlsx", [ELK[:5]], header=WAITING))
    assert found.kind == PENDING
    assert "named as a list of agreements in force" in found.kind_reason


def test_a_list_in_force_that_lacks_the_days_is_known_by_its_links(sheet: Write) -> None:
    path = sheet(
        "participating-2025-09-22pm.xlsx",
        [(*ELK[:5], "link")],
        header=(*WAITING, "MOA"),
        links={"F2": "https://www.ice.gov/x.pdf"},
    )
    assert read(path)[0].kind == IN_FORCE


def test_columns_are_known_by_meaning_not_by_place(sheet: Write) -> None:
    path = sheet(
        "p.xlsx",
        [
            (
                "note",
                "link",
                date(2025, 3, 3),
                "Task Force Model",
                "Elk County",
                "Elk County Sheriff",
                "Kansas",
                7,
            )
        ],
        header=(
            "Remarks",
            "MOA link",
            "Date Signed",
            "Model",
            "Parish / County",
            "Agency name",
            "State",
            "Region",
        ),
    )
    found, pool = read(path)
    raw = pool.raws[found.contents[0]]
    assert (raw.state, raw.agency, raw.county, raw.support, raw.signed) == (
        "Kansas",
        "Elk County Sheriff",
        "Elk County",
        "Task Force Model",
        "2025-03-03",
    )
    assert raw.extra == "Remarks=note; Region=7"


def test_a_title_above_the_header_and_a_missing_county(sheet: Write) -> None:
    header = tuple(c for c in PARTICIPATING if c != "COUNTY")
    path = sheet(
        "p.xlsx", [header, (*ELK[:3], *ELK[4:], "link", None)], header=("287(g) participating agencies",)
    )
    found, pool = read(path)
    assert list(found.rows) == [3]
    assert pool.raws[found.contents[0]].county == ""
    assert "county" not in found.columns


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("LAW ENFORCEMENT AGENCY", "agency"),
        ("Agency Type", "type"),
        ("TYPE", "type"),
        ("SUPPORT TYPE", "support"),
        ("Support\nType ", "support"),
        ("DATE SIGNED", "signed"),
        ("MOA", "moa"),
        ("MOA ADDENDUM", "addendum"),
        ("COUNTY / PARISH", "county"),
        ("State", "state"),
        ("Region", None),
    ],
)
def test_meanings(text: str, means: str | None) -> None:
    assert meaning(text) == means


def test_no_header_in_a_list_of_states() -> None:
    assert find_header([["Total", "", "JEM"], ["ALABAMA", "", "ALABAMA"]]) is None


def test_a_second_worksheet_without_such_columns_is_told(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "p.xlsx", [(*ELK, "link", None)])
    book = openpyxl.load_workbook(path)
    extra = book.create_sheet("Sheet2")
    extra.append(["Total", None, "JEM"])
    extra.append(["ALABAMA", None, "ALABAMA"])
    book.save(path)
    found, _ = read(path)
    assert len(found.rows) == 1
    assert any("'Sheet2' skipped (2 rows)" in note for note in found.notes)


def test_blank_rows_and_rows_without_names_are_refused_one_by_one(sheet: Write) -> None:
    rows = [ELK, (None,) * 6, (None,) * 6, (None, "Elk"), ("KANSAS", None), (None, None, "County"), ELK]
    found, _ = read(sheet("p.xlsx", rows))
    assert [(r.first, r.last, r.reason) for r in found.refused] == [
        (3, 4, "blank row"),
        (5, 5, "no state for 'Elk'"),
        (6, 6, "no agency (state 'KANSAS')"),
        (7, 7, "no state and no agency (the row says 'County')"),
    ]
    assert found.rows_read == 7


# --- bad sheets


def test_truncated(sheet: Write, tmp_path: Path) -> None:
    whole = sheet("p.xlsx", [ELK]).read_bytes()
    for part in (0.3, 0.7, 0.98):
        with pytest.raises(UnreadableError, match=r"cut short or damaged.*fetch it again"):
            parse_workbook(whole[: int(len(whole) * part)])


def test_damaged_inside_keeps_the_error_plain(sheet: Write) -> None:
    path = sheet("p.xlsx", [ELK])
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:200]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(UnreadableError):
        read(path)


def test_encrypted_and_others_that_are_no_workbook() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(UnreadableError, match="encrypted: save it again"):
        parse_workbook(ole)
    with pytest.raises(UnreadableError, match="a web page"):
        parse_workbook(b"<!DOCTYPE html><html>Access denied</html>")
    with pytest.raises(UnreadableError, match="empty"):
        parse_workbook(b"")
    with pytest.raises(UnreadableError, match="no spreadsheet"):
        parse_workbook(b"%PDF-1.7 ...")
    with pytest.raises(UnreadableError, match="no spreadsheet can be read"):
        parse_workbook(ole[:600] + b"\0" * 600)


def test_a_decompression_bomb_is_refused_before_it_unpacks() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb,
        bomb.open("xl/workbook.xml", "w") as part,
    ):
        block = b"\0" * (1 << 20)
        for _ in range(600):
            part.write(block)
    assert len(buffer.getvalue()) < 2_000_000
    with pytest.raises(UnreadableError, match="unpacks to 629,145,600 bytes"):
        parse_workbook(buffer.getvalue())


def test_wrong_columns_are_named(sheet: Write) -> None:
    path = sheet("p.xlsx", [("Elk", 3)], header=("Facility", "Beds"))
    with pytest.raises(
        UnreadableError, match=r"STATE, LAW ENFORCEMENT AGENCY.*found 'Sheet1': Facility, Beds"
    ):
        read(path)


def test_merged_cells_say_their_value_in_each_row(tmp_path: Path) -> None:
    path = write_sheet(
        tmp_path / "p.xlsx",
        [
            ("KANSAS", "Elk County Sheriff's Office", *ELK[2:]),
            (None, "Ness County Sheriff's Office", *ELK[2:]),
        ],
    )
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active.merge_cells("A2:A3")
    book.save(path)
    found, pool = read(path)
    assert [pool.raws[n].state for n in found.contents] == ["KANSAS", "KANSAS"]
    assert any("merged cell A2:A3" in note for note in found.notes)


def test_formulas_without_a_saved_value_are_told_and_their_rows_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "p.xlsx", [ELK, ("=A2", "Ness County Sheriff's Office", *ELK[2:])])
    found, _ = read(path)
    assert list(found.rows) == [2]
    assert found.refused[0].first == 3
    assert "formula without a saved value" in found.refused[0].reason
    assert any("formulas without a saved value: A3" in note for note in found.notes)


def test_a_hundred_thousand_blank_rows_are_one_entry(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "p.xlsx", [ELK])
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    for column, value in enumerate(ELK, 1):
        book.active.cell(row=100_003, column=column, value=value)
    book.save(path)
    found, _ = read(path)
    assert list(found.rows) == [2, 100_003]
    assert [(r.first, r.last) for r in found.refused] == [(3, 100_002)]
    assert found.rows_read == 100_002


def test_a_macro_is_told_and_not_run(sheet: Write) -> None:
    path = sheet("p.xlsm", [ELK])
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    found, _ = read(path)
    assert list(found.rows) == [2]
    assert "holds a macro, which was not run" in found.notes


def test_folder_of_sheets(sheet: Write, tmp_path: Path) -> None:
    sheet("b.xlsx", [ELK])
    sheet("a.xlsx", [ELK])
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    (tmp_path / "sheets.csv").write_text("file")
    assert [p.name for p in sheet_paths(tmp_path)] == ["a.xlsx", "b.xlsx"]
    with pytest.raises(FileNotFoundError, match="name a folder of sheets"):
        sheet_paths(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no spreadsheet"):
        sheet_paths(tmp_path / "empty")


RECIPIENT = (
    "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fx.pdf"
    "&data=05%7C02%7Csomeone%40example.org%7C8bb6&sdata=abc%3D&reserved=0"
)


def test_whose_mail_a_link_was_copied_from_is_not_kept(tmp_path: Path) -> None:
    """Neither from behind a cell nor from its text."""
    rows = [
        ("KANSAS", "Elk County Sheriff's Office", "County", "Elk County", "Task Force Model", "", "link", ""),
        ("KANSAS", "Ness County Sheriff's Office", "County", "", "Task Force Model", "", RECIPIENT, ""),
    ]
    path = write_sheet(tmp_path / "participating-2025-06-12am.xlsx", rows, links={"G2": RECIPIENT})
    build(path, tmp_path / "out")
    table = pyarrow.parquet.read_table(tmp_path / "out" / "observations.parquet").to_pylist()
    assert [r["moa_url"] for r in table] == ["https://www.ice.gov/x.pdf"] * 2
    for file in (tmp_path / "out").iterdir():
        assert b"someone" not in file.read_bytes()


@pytest.mark.parametrize(
    ("link", "plain"),
    [
        (
            "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fx.pdf&data=05&reserved=0",
            "https://www.ice.gov/x.pdf",
        ),
        ("chrome-extension://efaid/https:/www.ice.gov/x.pdf", "https://www.ice.gov/x.pdf"),
        ("https:/www.ice.gov/x.pdf", "https://www.ice.gov/x.pdf"),
        ("http://www.ice.gov/x.pdf", "https://www.ice.gov/x.pdf"),
        ("https://web.archive.org/web/20210116022328/https://www.ice.gov/x.pdf", "https://www.ice.gov/x.pdf"),
        ("https://www.ice.gov/x.pdf", "https://www.ice.gov/x.pdf"),
    ],
)
def test_wrappings_are_taken_off_links(link: str, plain: str) -> None:
    found, steps = plain_address(link)
    assert found == plain
    assert bool(steps) == (not link.startswith(("https://www", "http://www")))
