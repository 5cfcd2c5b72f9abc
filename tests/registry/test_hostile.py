"""Workbooks made to harm their reader: each is read or refused in plain words, in bounded memory."""

import io
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress

import openpyxl
import pytest

from evenhand.registry.workbook import Workbook, parse_workbook
from evenhand.workbook import UnreadableError

SHEET = "xl/worksheets/sheet1.xml"
MUTANTS = 400


def _book() -> bytes:
    book = openpyxl.Workbook()
    for row in (("STATE", "LAW ENFORCEMENT AGENCY", "TYPE"), ("FLORIDA", "Sample County Sheriff", "County")):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _with(change: Callable[[bytes], bytes], part: str = SHEET) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_book())) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return buffer.getvalue()


def test_a_cell_far_away_is_refused() -> None:
    far = _with(
        lambda xml: xml.replace(b'r="C2"', b'r="XFD1048576"').replace(b'row r="2"', b'row r="1048576"')
    )
    with pytest.raises(UnreadableError, match=r"1,048,576 rows and 16,384 columns.*at most 10,000,000 cells"):
        parse_workbook(far)


def test_a_part_larger_than_it_says_is_refused() -> None:
    text = b"a" * (64 << 20)
    row = b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + text + b"</t></is></c></row></sheetData>"
    honest = _with(lambda xml: xml.replace(b"</sheetData>", row))
    with zipfile.ZipFile(io.BytesIO(honest)) as package:
        size = package.getinfo(SHEET).file_size
    lying = honest.replace(struct.pack("<I", size), struct.pack("<I", 1000))
    assert lying != honest
    with pytest.raises(UnreadableError, match="cut short or damaged"):
        parse_workbook(lying)


def test_entities_of_other_files_are_not_read() -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'

    def attack(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"<worksheet")
        return head + doctype + b"<worksheet" + rest.replace(b">County<", b">&secret;<")

    hostile = _with(attack)
    try:
        read = parse_workbook(hostile)
    except UnreadableError:
        return
    assert "root:" not in str(read.worksheets)


@pytest.mark.trial
def test_damaged_bytes_are_read_or_refused() -> None:
    """All of them in a process within 2 GiB: nothing but a workbook or a plain refusal comes out."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == MUTANTS


def _mutants() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    book, dice = _book(), random.Random(1)
    count = 0
    for number in range(MUTANTS):
        mutant = bytearray(book)
        for _ in range(1 + number % 20):
            mutant[dice.randrange(len(mutant))] = dice.randrange(256)
        if number % 5 == 0:
            del mutant[dice.randrange(len(mutant)) :]
        with suppress(UnreadableError):
            assert isinstance(parse_workbook(bytes(mutant)), Workbook)
        count += 1
    print(count)


if __name__ == "__main__":
    _mutants()
