"""Uploading a jail's file by the pages: the mapping, the check of the file, the record; axe-core looks at each."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk.bookings.test_upload import EXPORT, HEADER
from desk.browser.axe import faults
from desk.browser.conftest import SignIn
from desk.browser.seat import Seat
from desk.county import County
from evenhand.desk.accounts.models import Role
from evenhand.desk.bookings.models import Case
from evenhand.desk.record.scope import EVERYTHING, within

ROW = '26-{n},11/{n}/2026 08:00,"Doe, Sample",01/31/1990,14-33,,'


@pytest.mark.trial
def test_a_file_is_read_checked_and_recorded(
    page: Page, county: County, sign_in: SignIn, tmp_path: Path
) -> None:
    seat = Seat(page, county, sign_in)
    export = tmp_path / "export.csv"
    rows = [ROW.format(n=n) for n in range(10, 24)]
    export.write_text("\n".join([HEADER, *rows, ROW.format(n="99")]))

    seat.sit(Role.COORDINATOR).open(f"/bookings/mapping/{county.ori}/")
    page.set_input_files('[name="export"]', export)
    seat.send("Suggest a mapping")
    expect(page.get_by_role("textbox", name="Mapping")).to_contain_text("person.booked")
    seat.send("Save mapping", text=EXPORT.replace(county.ori, "GA0330000"))
    field = page.get_by_role("textbox", name="Mapping")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "this mapping is kept for another agency" in seat.text
    seat.send("Save mapping", text=EXPORT)
    assert "The mapping is saved" in page.locator("body").inner_text()

    seat.sit(Role.BOOKING_OFFICER).open("/bookings/").follow("Upload a file of bookings")
    page.set_input_files('[name="file"]', {"name": "x.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    seat.send("Read file")
    assert "names columns that the file does not have" in seat.text
    page.set_input_files('[name="file"]', export)
    seat.send("Read file")
    assert "Nothing is recorded yet" in seat.text
    assert "11/99/2026 08:00" in seat.text
    assert faults(page, "dark", 320) == []
    seat.send("Record")
    assert page.url.endswith("/bookings/upload/result/")
    assert seat.found == {}
    with within(EVERYTHING):
        assert Case.objects.count() == len(rows)
