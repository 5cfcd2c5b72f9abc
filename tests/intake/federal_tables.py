"""Workbooks in the shape of ICE's released tables, with made values: six title rows, then the published columns."""

from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Row = dict[str, object]

DETAINERS = [
    "Detainer Prepare Date", "Facility State", "Facility AOR", "Port of Departure", "Departure Country",
    "Departed Date", "Case Status", "Detainer Prepared Criminality", "Detention Facility",
    "Detention Facility Code", "Facility City", "Detainer Prep Threat Level", "Gender", "Citizenship Country",
    "Birth Country", "Birth Date", "Birth Year", "Entry Status", "Most Serious Conviction (MSC) Charge",
    "MSC Sentence Days", "MSC Sentence Months", "MSC Sentence Years", "MSC Charge Code", "MSC Charge Date",
    "MSC Conviction Date", "Felon", "Processing Disposition", "Case Category", "Final Program",
    "Time of Apprehension Case Category", "Time of Apprehension Current Program", "Apprehension Method",
    "Case Final Order Yes No", "Final Order Date", "Apprehension Date", "Entry Date", "Prior Felony Yes No",
    "Multiple Prior MISD Yes No", "Violent Misdemeanor Yes No", "Illegal Entry Yes No",
    "Illegal Reentry Yes No", "Immigration Fraud Yes No", "Significant Risk Yes No",
    "Other Removal Reason Yes No", "Other Removal Reason", "Criminal Street Gang Yes No",
    "Aggravated Felony Yes No", "Deportation Ordered Yes No", "Order to Show Cause Served Yes No",
    "Order to Show Cause Served Date", "Biometric Match Yes No", "Statements Made Yes No",
    "Unlawful Attempt Yes No", "Unlawful Entry Yes No", "Visa Yes No", "Final Order Yes No",
    "Federal Interest Yes No", "Resume Custody Yes No", "Detainer Lift Reason", "Detainer Type",
    "Alien File Number", "EID Case ID", "EID Subject ID", "EID DTA ID", "Unique Identifier",
]  # fmt: skip
ARRESTS = [
    "Apprehension Date", "Apprehension State", "Apprehension County", "Apprehension AOR", "Final Program",
    "Final Program Group", "Apprehension Method", "Apprehension Criminality", "Case Status", "Case Category",
    "Departed Date", "Departure Country", "Final Order Yes No", "Final Order Date", "Birth Date", "Birth Year",
    "Citizenship Country", "Gender", "Apprehension Site Landmark", "Alien File Number", "EID Case ID",
    "EID Subject ID", "Unique Identifier",
]  # fmt: skip
DETENTIONS = [
    "Stay Book In Date Time", "Book In Date Time", "Detention Facility", "Detention Facility Code",
    "Detention Book Out Date Time", "Stay Book Out Date Time", "Detention Release Reason",
    "Stay Book Out Date", "Stay Release Reason", "Religion", "Gender", "Marital Status", "Birth Date",
    "Birth Year", "Ethnicity", "Entry Status", "Felon", "Bond Posted Date", "Bond Posted Amount",
    "Case Status", "Case Category", "Final Order Yes No", "Final Order Date", "Case Threat Level",
    "Book In Criminality", "Final Charge", "Departed Date", "Departure Country", "Initial Bond Set Amount",
    "Citizenship Country", "Final Program", "Most Serious Conviction (MSC) Charge Code", "MSC Charge",
    "Alien File Number", "EID Case ID", "EID Subject ID", "Unique Identifier",
]  # fmt: skip

REDACTED = "(b)(6), (b)(7)(C)"
GROUPS: Row = {
    "Birth Country": "ATLANTIS",
    "Citizenship Country": "ATLANTIS",
    "Ethnicity": "Made-up Origin",
    "Religion": "Made-up Faith",
    "Birth Year": 1991,
    "Alien File Number": REDACTED,
}
"""What a row says of the person. Nothing of it may get into a record."""


def write(path: Path, columns: list[str], *sheets: list[Row]) -> Path:
    """Write a table, in one or more sheets, each below six title rows, as ICE releases it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        _fill(book.create_sheet(f"Table {number}"), columns, rows)
    book.save(path)
    return path


def _fill(sheet: Worksheet, columns: list[str], rows: list[Row]) -> None:
    for line in ("Made-up table", "for tests", None, None, None, None):
        sheet.append([line])
    sheet.append(columns)
    for row in rows:
        known = GROUPS | row
        unknown = row.keys() - set(columns)
        assert not unknown, unknown
        sheet.append([known.get(name) for name in columns])


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2024, 10, day, hour, minute)


def detainer(person: str | None, day: int, **others: object) -> Row:
    return {
        "Detainer Prepare Date": at(day),
        "Facility State": "TEXAS",
        "Detention Facility": "MADE UP COUNTY JAIL",
        "Detention Facility Code": "MADEUTX",
        "Detainer Type": "I247A - Immigration Detainer - Notice of Action",
        "Unique Identifier": person,
        **others,
    }


def stint(
    person: str | None,
    stay: datetime,
    began: datetime,
    ended: datetime | None,
    facility: str,
    reason: str | None,
    stay_ended: datetime | None = None,
    stay_reason: str | None = None,
    bond: int | None = None,
) -> Row:
    return {
        "Stay Book In Date Time": stay,
        "Book In Date Time": began,
        "Detention Facility": f"{facility} CENTER",
        "Detention Facility Code": facility,
        "Detention Book Out Date Time": ended,
        "Stay Book Out Date Time": stay_ended,
        "Detention Release Reason": reason,
        "Stay Release Reason": stay_reason,
        "Initial Bond Set Amount": bond,
        "Unique Identifier": person,
    }
