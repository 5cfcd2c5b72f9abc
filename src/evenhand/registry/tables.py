"""The registry's tables and what each column means. Files, data dictionary and package are made from this."""

from dataclasses import dataclass

import pyarrow as pa

TEXT, COUNT, DAY, SHARE, YES = pa.string(), pa.int32(), pa.date32(), pa.float64(), pa.bool_()


@dataclass(frozen=True)
class Column:
    """A column: its name, type and meaning."""

    name: str
    type: pa.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table: its name, what one row is, the columns that identify a row, and all columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[tuple[str, str, str], ...] = ()

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(c.name, c.type) for c in self.columns])


def _columns(*entries: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    return tuple(Column(*entry) for entry in entries)


SHEETS = Table(
    "sheets",
    "one spreadsheet file, read or not",
    ("sheet",),
    _columns(
        ("sheet", TEXT, "File name."),
        ("sha256", TEXT, "SHA-256 of the file."),
        ("bytes", COUNT, "Size of the file."),
        ("result", TEXT, "`read`, `refused` (cannot be read) or `repeat` (the same bytes as another sheet)."),
        ("reason", TEXT, "Why it was refused, or which sheet it repeats."),
        ("remedy", TEXT, "What to do about a refused sheet."),
        (
            "kind",
            TEXT,
            "`in_force` (a list of agreements in force) or `pending` (of agencies that have asked).",
        ),
        ("kind_reason", TEXT, "What showed the kind."),
        ("published", DAY, "Day of publication."),
        ("half_day", TEXT, "`am`, `mid` or `pm`, where the file's name says so."),
        (
            "published_basis",
            TEXT,
            "`file name`, `capture` (web archive), `corrected` (the name, one part put right), `saved` (day "
            "of the last saving) or `neighbours` (the most alike sheet).",
        ),
        ("published_reason", TEXT, "The reason for that day, in words."),
        ("saved_at", pa.timestamp("s", tz="UTC"), "When the file says it was last saved."),
        ("captured_at", pa.timestamp("s", tz="UTC"), "When a web archive captured the page."),
        ("worksheet", TEXT, "The worksheet that was read."),
        (
            "columns",
            TEXT,
            "What its columns mean, of: state, agency, type, county, support, signed, moa, addendum.",
        ),
        ("rows_read", COUNT, "Rows below the header: observed and refused."),
        ("rows_observed", COUNT, "Rows that became observations."),
        ("rows_refused", COUNT, "Rows that did not; see the table refused."),
        ("notes", TEXT, "What else was noticed: worksheets skipped, merged cells, formulas, macros."),
    ),
)
REFUSED = Table(
    "refused",
    "a run of rows of one sheet that are no observation",
    ("sheet", "worksheet", "first_row"),
    _columns(
        ("sheet", TEXT, "File name."),
        ("worksheet", TEXT, "Worksheet."),
        ("first_row", COUNT, "First row, as a spreadsheet counts."),
        ("last_row", COUNT, "Last row."),
        ("rows", COUNT, "Number of rows."),
        ("reason", TEXT, "Why they are no observation."),
    ),
    (("sheet", "sheets", "sheet"),),
)
OBSERVATIONS = Table(
    "observations",
    "one row of one sheet, as published and cleaned",
    ("sheet", "row"),
    _columns(
        ("sheet", TEXT, "File name."),
        ("row", COUNT, "Row, as a spreadsheet counts."),
        ("published", DAY, "Day of the sheet's publication."),
        ("kind", TEXT, "`in_force` or `pending`."),
        ("agreement_id", TEXT, "The agreement that the row is of; empty in a pending sheet."),
        ("agency_id", TEXT, "The agency that the row names."),
        ("state_raw", TEXT, "State, as published."),
        ("agency_raw", TEXT, "Law enforcement agency, as published."),
        ("type_raw", TEXT, "Type of agency, as published."),
        ("county_raw", TEXT, "County, as published."),
        ("support_raw", TEXT, "Support type, as published."),
        ("signed_raw", TEXT, "Day signed, as published; a true date as its ISO day."),
        ("moa_raw", TEXT, "Text of the agreement's cell, without a web archive's prefix."),
        ("addendum_raw", TEXT, "Text of the addendum's cell."),
        ("moa_link_raw", TEXT, "Link behind the agreement's cell, without whose mail it was copied from."),
        ("addendum_link_raw", TEXT, "Link behind the addendum's cell, likewise."),
        ("extra_raw", TEXT, "Other columns, as name=value."),
        ("state", TEXT, "Postal code of the state or territory."),
        ("agency", TEXT, "Agency's name, tidied."),
        ("agency_type", TEXT, "`County`, `Municipality`, `State Agency` or `Tribe`."),
        ("county", TEXT, "County, tidied."),
        ("county_fips", TEXT, "FIPS code of that county, if the state has it."),
        ("model", TEXT, "`JEM`, `WSO`, `TFM`, `TFM-Tribal` or `unclear`."),
        ("signed", DAY, "Day signed."),
        ("moa_url", TEXT, "Address of the agreement's document."),
        ("addendum_url", TEXT, "Address of the addendum."),
        ("cleaning", TEXT, "Every cleaning step that changed the row, in order, parted by `; `."),
        ("problem", TEXT, "What could not be read."),
        ("content", COUNT, "Number of the distinct row; rows that repeat each other share it."),
    ),
    (
        ("sheet", "sheets", "sheet"),
        ("agreement_id", "agreements", "agreement_id"),
        ("agency_id", "agencies", "agency_id"),
    ),
)
AGREEMENTS = Table(
    "agreements",
    "one agreement, with what was true when and what was published when",
    ("agreement_id",),
    _columns(
        ("agreement_id", TEXT, "Stable id."),
        ("agency_id", TEXT, "The agency that the latest sheet gives it to."),
        ("state", TEXT, "Postal code."),
        ("agency", TEXT, "The agency's latest name."),
        ("model", TEXT, "`JEM`, `WSO`, `TFM`, `TFM-Tribal` or `unclear`."),
        ("signed", DAY, "Day signed, by the latest sheet that gives one: the start of its force."),
        ("other_signed", TEXT, "Other signing days that sheets gave it."),
        ("status", TEXT, "`active`, `superseded`, `ended` or `unclear`."),
        ("status_reason", TEXT, "The reason, in words."),
        ("superseded_by", TEXT, "The agreement that took its place."),
        ("first_listed", DAY, "First sheet that lists it."),
        ("last_listed", DAY, "Last sheet that lists it: it was in force then."),
        ("first_missing", DAY, "First sheet after that; an ended agreement ended between the two."),
        ("sheets_listed", COUNT, "Number of sheets that list it."),
        ("listings", COUNT, "Number of unbroken listings; a gap of one sheet does not break one."),
        ("gaps_bridged", COUNT, "Gaps of one sheet."),
        ("pending_first", DAY, "First pending sheet that lists the request before it."),
        ("pending_last", DAY, "Last pending sheet that lists the request before it."),
        ("moa_url", TEXT, "Address of its document, by the latest sheet that links one."),
        ("moa_day", DAY, "Day that the document's file name bears."),
        ("addendum_url", TEXT, "Address of its addendum."),
        ("names", COUNT, "Number of spellings of its agency."),
        ("key", TEXT, "The key that its id is made from: state, words of the agency, model, day."),
    ),
    (("agency_id", "agencies", "agency_id"),),
)
AGENCIES = Table(
    "agencies",
    "one agency that any sheet lists",
    ("agency_id",),
    _columns(
        ("agency_id", TEXT, "Stable id."),
        ("state", TEXT, "Postal code."),
        ("name", TEXT, "Latest name, as published but tidied."),
        ("other_names", TEXT, "Other writings, parted by ` | `."),
        (
            "body",
            TEXT,
            "Kind of body: sheriff, police, constable, marshal, jail, prosecutor, state agency, campus, "
            "airport or port, regional body, tribal agency, unknown.",
        ),
        ("agency_type", TEXT, "Type that the sheets give most often."),
        ("county_fips", TEXT, "County's FIPS code, if it is of one county."),
        ("county", TEXT, "County's name."),
        ("county_rule", TEXT, "What gave the county, or why there is none."),
        (
            "matched_on",
            TEXT,
            "What it was matched on, as JSON: state, words of the name, kind of body, words of the place, "
            "type, counties and their texts.",
        ),
        ("ori", TEXT, "FBI identifier."),
        ("ori_name", TEXT, "Name in the FBI's list."),
        ("ori_rule", TEXT, "The rule that matched, or why none did."),
        ("ori_score", SHARE, "Likeness, 0 to 100."),
        ("runner_up", TEXT, "Next best agency of the FBI's list: ORI and name."),
        ("runner_up_score", SHARE, "Its likeness."),
        ("agreements", COUNT, "Number of its agreements."),
        ("active", TEXT, "Models of its active agreements."),
        ("first_listed", DAY, "First sheet of any kind that lists it."),
        ("last_listed", DAY, "Last sheet of any kind that lists it."),
        ("key", TEXT, "The key that its id is made from: state and words of the name."),
    ),
)
LISTINGS = Table(
    "listings",
    "one unbroken listing of an agreement in the sheets in force",
    ("agreement_id", "first_sheet"),
    _columns(
        ("agreement_id", TEXT, "The agreement."),
        ("first_sheet", TEXT, "First sheet of the listing."),
        ("last_sheet", TEXT, "Last sheet of the listing."),
        ("first_listed", DAY, "Its day."),
        ("last_listed", DAY, "Its day."),
        ("missing_since", DAY, "Day of the next sheet, which lacks it; empty if there is none."),
    ),
    (("agreement_id", "agreements", "agreement_id"),),
)
REQUESTS = Table(
    "requests",
    "what pending sheets list of one agency and model",
    ("agency_id", "model"),
    _columns(
        ("agency_id", TEXT, "The agency."),
        ("model", TEXT, "The model asked for."),
        ("first_listed", DAY, "First pending sheet."),
        ("last_listed", DAY, "Last pending sheet."),
        ("missing_since", DAY, "Next pending sheet after that."),
        ("listings", COUNT, "Number of unbroken listings."),
        ("outcome", TEXT, "`signed`, `pending`, `dropped` or `unclear`."),
        ("reason", TEXT, "The reason, in words."),
        ("agreement_id", TEXT, "The agreement that answered it."),
    ),
    (("agency_id", "agencies", "agency_id"), ("agreement_id", "agreements", "agreement_id")),
)
CHANGES = Table(
    "changes",
    "one change that a sheet shows against the sheet before it",
    ("change_id",),
    _columns(
        ("change_id", TEXT, "Stable id."),
        ("published", DAY, "Day of the sheet that shows it first."),
        ("sheet", TEXT, "That sheet."),
        ("before_sheet", TEXT, "The sheet before it, of the same kind."),
        (
            "change",
            TEXT,
            "`first listed`, `listed again`, `missing`, `asked for`, `asked for again`, `request gone`, or "
            "the value that differs: `name`, `type`, `county`, `state`, `model`, `signing day`, "
            "`agreement's link`, `addendum's link`.",
        ),
        ("agreement_id", TEXT, "The agreement."),
        ("agency_id", TEXT, "The agency."),
        ("state", TEXT, "Postal code."),
        ("agency", TEXT, "Its latest name."),
        ("before", TEXT, "Value before."),
        ("after", TEXT, "Value after, or the reason."),
    ),
    (("agreement_id", "agreements", "agreement_id"), ("agency_id", "agencies", "agency_id")),
)
DECISIONS = Table(
    "decisions",
    "one judgement on two spellings or two lines",
    ("decision_id", "left", "right"),
    _columns(
        ("decision_id", TEXT, "Stable id."),
        ("subject", TEXT, "`agency` or `agreement`."),
        ("step", TEXT, "The step that judged."),
        ("verdict", TEXT, "`same`, `different` or `review`."),
        ("left", TEXT, "First key: STATE|words of a name, and for an agreement |MODEL|day."),
        ("right", TEXT, "Second key."),
        ("left_id", TEXT, "Agency or agreement that the first key belongs to."),
        ("right_id", TEXT, "Agency or agreement that the second key belongs to."),
        ("reason", TEXT, "Why."),
        ("evidence", TEXT, "What the sheets show."),
        ("score", SHARE, "Rank in the review list, 0 to 100."),
        ("overridden_by", TEXT, "The overrides file's reason, if it decided otherwise."),
    ),
)

TABLES = (SHEETS, REFUSED, OBSERVATIONS, AGREEMENTS, AGENCIES, LISTINGS, REQUESTS, CHANGES, DECISIONS)
