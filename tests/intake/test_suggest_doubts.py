"""What `suggest` is sure of, and what it asks: the folders of exports, and more of each class of doubt."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from evenhand.intake.suggest.codes import (
    maybe_holds,
    sure_causes,
    sure_destinations,
    sure_dispositions,
    sure_holds,
    sure_levels,
)
from evenhand.intake.suggest.write import suggest_mapping
from intake.answering import answer, asked, open_names
from intake.taking import take

EXPORTS = Path(__file__).parent / "exports"


def table(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "roster.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def roster(folder: Path, **columns: Iterable[str]) -> Path:
    """A roster of bookings with `Booking No` and `Book Date`, and the columns given (blanks for `_`)."""
    named = {name.replace("_", " "): list(values) for name, values in columns.items()}
    count = max((len(v) for v in named.values()), default=3)
    named = {
        "Booking No": [f"B{n}" for n in range(count)],
        "Book Date": [f"2022-06-{n % 28 + 1:02} 10:00" for n in range(count)],
        **named,
    }
    return table(folder, ",".join(named), *(",".join(row) for row in zip(*named.values(), strict=True)))


def mapping_of(source: Path) -> Any:
    return tomlkit.parse(suggest_mapping(source).text).unwrap()


# The folders of exports: what is asked beside what every file leaves.


@pytest.mark.parametrize(
    ("folder", "questions"),
    [
        ("01-no-key-name-subject", set()),
        ("02-sentinel-release", {"Detainer Date", "release reasons"}),
        ("03-time-2400", {"exits", "day and month"}),
        ("05-stints-transfers", {"rows", "release reasons"}),
        ("06-ice-words-in-reason", {"release reasons"}),
        ("14-title-rows", {"exits", "day and month"}),
        ("15-html-entities", {"day and month"}),
        ("21-key-mangled", {"key", "rows", "exits", "day and month"}),
        ("24-nullsy", {"release reasons"}),
        ("27-uniformity-odd-groups", {"key", "exits"}),
        ("30-still-in-custody-text", {"exits"}),
        ("34-same-minute-twice", {"exits"}),
    ],
)
def test_a_folder_of_exports_asks(folder: str, questions: set[str]) -> None:
    name = "b.csv" if folder.startswith("27") else "roster.csv"
    name = "r.csv" if folder.startswith("34") else name
    assert set(asked(EXPORTS / folder / name)) == questions


def test_only_the_hand_over_to_ice_is_sure_among_ices_words() -> None:
    source = EXPORTS / "06-ice-words-in-reason" / "roster.csv"
    (departed,) = [b for b in mapping_of(source)["event"] if b["type"] == "custody.departed"]
    assert departed["fields"]["destination"]["values"] == {"RELEASED TO ICE": "ice"}
    answers = asked(source)["release reasons"].answers
    assert answers is not None
    assert len(answers) == 8


def test_an_answered_export_gives_what_was_answered(tmp_path: Path) -> None:
    source = EXPORTS / "06-ice-words-in-reason" / "roster.csv"
    given = {
        "BOND - ICE HOLD CANCELLED": "bond", "ICE DECLINED": "other", "INS BOND (INSURANCE SURETY)": "bond",
        "JUV TO DHS CUSTODY (HUMAN SERVICES)": "other_agency",
        "NO ICE DETAINER - RELEASED OWN RECOG": "recognizance", "BOND TRANSFERRED": "no exit",
        "DISMISSED OR NOT FILED": "dismissed", "NO TRANSFER - TIME SERVED": "served",
    }  # fmt: skip
    text = answer(suggest_mapping(source).text, {"release reasons": given})
    assert open_names(text) == []
    taken = take(tmp_path, source, mapping=text)
    exits = {
        key: next(
            (e.get("cause") or e.get("destination") for e in events if e["type"] != "person.booked"), None
        )
        for key, events in taken.histories().items()
    }
    assert exits == {
        "C1": "bond", "C2": "other", "C3": "bond", "C4": "other_agency", "C5": "recognizance", "C6": "ice",
        "C7": None, "C8": "dismissed", "C9": "served",
    }  # fmt: skip


def test_hold_charges_become_holds_and_doubtful_levels_are_asked() -> None:
    source = EXPORTS / "40-report-layout-and-days" / "4-suggest.csv"
    questions = asked(source)
    assert set(questions["charge levels"].answers or ()) == {"C", "F*"}
    assert [r.name for r in questions["statute"].reading] == ["Charge", "Charge Literal"]
    assert set(questions["dispositions"].answers or ()) == {"ICE DETAINER TIME LIMIT REACHED"}
    charges = [b for b in mapping_of(source)["event"] if b["type"] == "charge.recorded"]
    assert charges[0]["when"][1] == {"column": "Charge Literal", "not_in": ["ICE DETAINER"]}
    assert charges[1]["fields"]["level"] == {"value": "hold"}


# Codes: sure is a whole text without a word that doubts it.


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BONDED OUT", "bond"), ("Surety Bond", "bond"), ("BAIL POSTED", "bond"), ("bail", "bond"),
        ("ROR", "recognizance"), ("BOND-PERSONAL RECOGNIZANCE", "recognizance"),
        ("Own Recognizance", "recognizance"), ("TIME SERVED", "served"), ("Sentence Completed", "served"),
        ("Case Dismissed", "dismissed"), ("NOT GUILTY", "acquitted"), ("No Charges Filed", "not_filed"),
        ("BOND - ICE HOLD CANCELLED", None), ("INS BOND", None), ("BOND TRANSFERRED", None),
        ("BOND FORFEITED", None), ("BOND REVOKED", None), ("NO BOND", None), ("NOT SERVED", None),
        ("DISMISSED OR NOT FILED", None), ("NO TRANSFER - TIME SERVED", None), ("PR", None), ("OR", None),
        ("PRISON", None), ("INSTATE", None), ("COURT ORDER", None), ("RELEASED", None), ("", None),
        ("WARRANT SERVED", None), ("SERVED ON WARRANT - HELD", None),
    ],
)  # fmt: skip
def test_a_cause_is_sure_only_as_a_whole(text: str, code: str | None) -> None:
    assert sure_causes([text]).get(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TO ICE", "ice"), ("RELEASED TO ICE", "ice"), ("ICE CUSTODY", "ice"), ("to_ice", "ice"),
        ("TRANSFER TO IMMIGRATION", "ice"), ("Turned over to ICE", "ice"), ("ICE Pick Up", "ice"),
        ("Released to U.S. Immigration and Customs Enforcement", "ice"),
        ("STATE PRISON", "prison"), ("Transferred to Department of Corrections", "prison"),
        ("TO US MARSHALS", "other_agency"), ("RELEASED TO OTHER AGENCY", "other_agency"),
        ("ICE", None), ("ICE DETAINER TIME LIMIT REACHED", None), ("NO ICE HOLD", None),
        ("ICE HOLD LIFTED", None), ("ICE DECLINED", None), ("ICE RINK", None), ("POLICE", None),
        ("INSURANCE", None), ("TO DHS (HUMAN SERVICES)", None), ("TO DHS", None), ("TO INS", None),
        ("NOT RELEASED TO ICE", None), ("RELEASED TO ICE DENIED", None), ("TRANSFER TO ANNEX", None),
        ("BOND - TO ICE", None), ("REL BY COURT", None), ("PRISON RELEASE", None), ("NOTICE TO ICE", None),
    ],
)  # fmt: skip
def test_a_destination_is_sure_only_as_a_whole(text: str, code: str | None) -> None:
    assert sure_destinations([text]).get(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F", "felony"), ("F3", "felony"), ("3RD DEGREE FELONY", "felony"), ("M-1", "misdemeanor"),
        ("Class A Misdemeanor", "misdemeanor"), ("Infraction", "infraction"), ("HOLD", "hold"),
        ("F*", None), ("C", None), ("FTA", None), ("MO", None), ("I", None), ("T", None), ("FED", None),
        ("FELONY HOLD", None), ("M/F", None), ("NOT A FELONY", None), ("Female", None),
    ],
)  # fmt: skip
def test_a_level_is_sure_only_as_a_whole(text: str, code: str | None) -> None:
    assert sure_levels([text]).get(text) == code


def test_hold_charges_are_told_from_charges() -> None:
    holds = ["HOLD FOR ICE", "HOLD OTHER AGENCY", "DETAINER", "FTA HOLD", "IMMIGRATION DETAINER",
             "HOLD - US MARSHAL"]  # fmt: skip
    doubtful = ["CIVIL", "INFRACTION", "HOLD WSI", "CIVIL CONTEMPT", "ICE", "HOUSING ONLY"]
    charges = ["DUI", "HOUSEHOLD BURGLARY", "WITHHOLDING EVIDENCE", "POLICE OBSTRUCTION", "THEFT 2"]
    assert sure_holds([*holds, *doubtful, *charges]) == holds
    assert maybe_holds([*holds, *doubtful, *charges]) == doubtful


def test_a_disposition_that_names_ice_is_sure_only_as_a_hand_over() -> None:
    texts = ["RELEASED TO ICE", "ICE DETAINER TIME LIMIT REACHED", "DISMISSED", "TIME SERVED"]
    assert sure_dispositions(texts) == {
        "DISMISSED": "dismissed", "TIME SERVED": "sentence_served", "RELEASED TO ICE": "transferred",
    }  # fmt: skip


# Dates.


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["01/02/2022", "03/04/2022", "05/06/2022"], "asked"),
        (["01.02.2022", "03.04.2022", "05.06.2022"], "asked"),
        (["01022022", "03042022", "05062022"], "asked"),
        (["01/02/22", "03/04/22", "12/12/22"], "asked"),
        (["01/02/2022", "03/14/2022", "05/06/2022"], "month"),
        (["01-02-2022", "03-04-2022", "12-31-2022"], "month"),
        (["01/02/2022", "14/03/2022", "05/06/2022"], "day"),
        (["01/02/2022", "31/12/2022", "05/06/2022"], "day"),
        (["13/02/2022", "02/13/2022", "05/06/2022"], "asked of the column"),
        (["31/01/2022 10:00", "12/31/2022 10:00", "05/06/2022 10:00"], "asked of the column"),
        (["02-Jan-2022", "04-Mar-2022", "06-May-2022"], "none"),
        (["2022-01-02", "2022-03-04", "2022-05-06"], "none"),
    ],
)
def test_the_order_of_day_and_month_is_proved_or_asked(tmp_path: Path, dates: list[str], order: str) -> None:
    source = table(tmp_path, "Booking No,Book Date", *(f"B{n},{day}" for n, day in enumerate(dates)))
    names = set(asked(source))
    expected = {"asked": {"day and month"}, "asked of the column": {"day and month in Book Date"}}
    assert names == expected.get(order, set())
    if order in ("month", "day"):
        first = mapping_of(source)["dates"][0]
        assert first.startswith("%m" if order == "month" else "%d")


def test_one_column_proves_the_order_of_another(tmp_path: Path) -> None:
    source = roster(
        tmp_path, Book_Date=["01/02/2022", "03/04/2022"], Arrest_Date=["13/01/2022", "14/01/2022"]
    )
    assert "day and month" not in asked(source)
    assert mapping_of(source)["dates"] == ["%d/%m/%Y"]


def test_both_orders_in_one_column_are_never_read_by_one_mapping(tmp_path: Path) -> None:
    source = table(
        tmp_path, "Booking No,Book Date", "B1,13/02/2022", "B2,02/13/2022", "B3,02/03/2022", "B4,31/01/2022"
    )
    text = answer(suggest_mapping(source).text, {"day and month in Book Date": "day first"})
    taken = take(tmp_path, source, mapping=text)
    days = {key: events[0]["occurred_at"].date().isoformat() for key, events in taken.histories().items()}
    assert days == {"B1": "2022-02-13", "B3": "2022-03-02", "B4": "2022-01-31"}
    assert [row["value"] for row in taken.quarantine()] == ["02/13/2022"]


def test_a_year_of_two_digits_after_the_present_is_asked(tmp_path: Path) -> None:
    source = roster(tmp_path, Book_Date=["01/20/22", "01/21/22"], Release_Date=["01/25/22", "01/25/45"])
    question = asked(source)["century"]
    assert [r.name for r in question.reading] == ["1900s", "2000s"]
    assert question.saw == ("Release Date: 45",)


def test_birth_years_of_two_digits_are_before_the_present(tmp_path: Path) -> None:
    source = roster(tmp_path, DOB=["01/20/45", "01/21/81"])
    assert "century" not in asked(source)
    assert mapping_of(source)["policies"]["two_digit_year_pivot"] < 45


@pytest.mark.parametrize("word", ["RELEASED", "SEE FILE", "AT ANNEX"])
def test_an_unknown_word_in_a_column_of_times_is_asked(tmp_path: Path, word: str) -> None:
    source = roster(tmp_path, Release_Date=["2022-07-01 10:00", "2022-07-02 10:00", word])
    assert asked(source)["texts in Release Date"].answers == {word: ""}


@pytest.mark.parametrize("word", ["IN CUSTODY", "N/A", "--", "Still In", "00/00/0000"])
def test_a_known_word_for_no_time_is_not_asked(tmp_path: Path, word: str) -> None:
    source = roster(tmp_path, Release_Date=["2022-07-01 10:00", "2022-07-02 10:00", word])
    assert set(asked(source)) == {"exits"}


def test_dates_in_an_unknown_form_are_asked_for_their_format(tmp_path: Path) -> None:
    days = ["2022-07-01 10:00", "2022-07-02 10:00", "Q3/2022", "Q2/2022"]
    source = roster(tmp_path, Release_Date=days)
    question = asked(source)["date format of Release Date"]
    assert question.free == "formats"
    assert "'Q3/2022'" in question.saw[0]


def test_a_time_of_day_that_does_not_fit_its_date_is_asked(tmp_path: Path) -> None:
    times = ["10:15 - 11:00"] + ["10:15", "11:15", "9:30"] * 10
    source = roster(
        tmp_path, Book_Date=["2022-06-01"] * 31, Book_Time=times, Booking_No=[f"B{n}" for n in range(31)]
    )
    assert "time of Book Date" in asked(source)


# Places.


@pytest.mark.parametrize(
    ("suffix", "zones"),
    [
        (" EST", ["America/New_York"]),
        (" CDT", ["America/Chicago"]),
        (" MST", ["America/Denver", "America/Phoenix"]),
        ("-0600", ["America/Chicago", "America/Denver"]),
    ],
)
def test_an_abbreviation_or_offset_hints_at_zones_but_is_none(
    tmp_path: Path, suffix: str, zones: list[str]
) -> None:
    source = roster(tmp_path, Book_Date=[f"2022-06-0{n} 10:00:00{suffix}" for n in (1, 2, 3)])
    zone = next(q for q in suggest_mapping(source).questions if q.name == "zone")
    assert [r.name for r in zone.reading] == zones
    assert suffix.strip() in zone.saw[0]


def test_an_ori_hints_at_the_zones_of_its_state_and_stays_a_question(tmp_path: Path) -> None:
    source = roster(tmp_path, ORI=["TN0190000"] * 3)
    questions = {q.name: q for q in suggest_mapping(source).questions}
    assert [r.name for r in questions["agency"].reading] == ["TN0190000", "unknown"]
    assert [r.name for r in questions["zone"].reading] == ["America/New_York", "America/Chicago"]


def test_a_column_of_iana_zones_is_sure(tmp_path: Path) -> None:
    source = roster(tmp_path, Time_Zone=["America/Chicago", "America/Denver"])
    assert mapping_of(source)["zone"] == {"column": "Time Zone"}


@pytest.mark.parametrize("zone", ["EST", "Central", "Example County"])
def test_other_texts_in_a_column_of_zones_are_no_zone(tmp_path: Path, zone: str) -> None:
    source = roster(tmp_path, Time_Zone=[zone, zone])
    assert mapping_of(source)["zone"] == {"answer_to": "zone"}


# Columns and keys.


def test_two_columns_for_one_role_are_asked(tmp_path: Path) -> None:
    source = roster(
        tmp_path,
        Release_Date=["2022-07-01 10:00", "2022-07-02 10:00"],
        Discharge_Date=["2022-07-01 12:00", "2022-07-02 12:00"],
        Release_Reason=["BOND", "BOND"],
    )
    question = asked(source)["release time"]
    assert [r.name for r in question.reading] == ["Release Date", "Discharge Date"]


def test_a_projected_release_is_no_release(tmp_path: Path) -> None:
    source = roster(tmp_path, Projected_Release_Date=["2022-07-01 10:00", "2022-07-02 10:00"])
    assert asked(source) == {}
    text = suggest_mapping(source).text
    assert "plans are no events" in text
    assert "custody.released" not in [b["type"] for b in mapping_of(source)["event"]]


def test_a_release_without_a_reason_is_asked(tmp_path: Path) -> None:
    source = roster(tmp_path, Release_Date=["2022-07-01 10:00", "2022-07-02 10:00"])
    assert [r.name for r in asked(source)["exits"].reading] == ["released", "to ICE", "unknown"]


@pytest.mark.parametrize("header", ["Name", "Inmate Name", "Last, First", "Inmate"])
def test_a_name_is_never_proposed_as_key(tmp_path: Path, header: str) -> None:
    names = ['"Fakely, Unreal"', '"Mockname, Dummy"', '"Sample, Testa"']
    days = ["2022-06-01 10:00", "2022-06-02 10:00", "2022-06-03 10:00"]
    source = table(tmp_path, f'"{header}",Book Date', *(f"{n},{d}" for n, d in zip(names, days, strict=True)))
    subject = mapping_of(source)["subject"]
    assert subject == {"made_of": [header, "Book Date"]}


@pytest.mark.parametrize("keys", [["2.02E+11"] * 3, ["1.5E+10", "1.6E+10", "2"], ["####", "22-1", "22-2"]])
def test_a_mangled_key_is_not_proposed(tmp_path: Path, keys: list[str]) -> None:
    source = roster(tmp_path, Booking_No=keys, Inmate_ID=["P1", "P2", "P3"])
    question = asked(source)["key"]
    assert "Booking No" not in [r.name for r in question.reading]
    assert "a spreadsheet changed it" in question.saw[0]


def test_a_number_of_a_charge_is_not_surely_the_booking(tmp_path: Path) -> None:
    source = roster(
        tmp_path,
        Inmate_ID=["P1", "P1", "P2"],
        Book_Date=["2022-06-01 10:00", "2022-06-01 10:00", "2022-06-02 10:00"],
        Charge=["DUI", "THEFT", "DUI"],
    )
    assert "persons with several values of Booking No" in asked(source)["key"].saw[0]


@pytest.mark.parametrize(
    ("dates", "releases", "is_asked"),
    [
        (["2022-06-01", "2022-06-09"], ["2022-06-02", "2022-06-10"], True),
        (["2022-06-01", "2022-06-01"], ["2022-06-02", "2022-06-10"], True),
        (["2022-06-01", "2022-06-01"], ["2022-06-02", "2022-06-02"], False),
    ],
)
def test_several_rows_with_one_key_are_asked_unless_they_agree(
    tmp_path: Path, dates: list[str], releases: list[str], is_asked: bool
) -> None:
    source = roster(
        tmp_path, Booking_No=["B1", "B1"], Book_Date=dates, Release_Date=releases, Charge=["DUI", "THEFT"]
    )
    assert ("rows" in asked(source)) == is_asked


def test_a_log_of_movements_is_no_list_of_bookings(tmp_path: Path) -> None:
    source = table(
        tmp_path, "Booking No,Movement,Movement Date", "B1,BOOKED,2022-06-01 10:00",
        "B1,TRANSFERRED,2022-06-02 10:00", "B1,RELEASED TO ICE,2022-06-03 10:00",
        "B2,BOOKED,2022-06-04 10:00", "B2,BOND POSTED,2022-06-05 10:00",
    )  # fmt: skip
    assert asked(source)["movements"].answers == {"TRANSFERRED": ""}
    text = answer(suggest_mapping(source).text, {"movements": {"TRANSFERRED": "moved"}})
    histories = take(tmp_path, source, mapping=text).histories()
    assert [e["type"] for e in histories["B1"]] == ["person.booked", "custody.moved", "custody.departed"]
    assert [e["type"] for e in histories["B2"]] == ["person.booked", "custody.released"]


@pytest.mark.parametrize(
    "reason", ["TRANSFER TO ANNEX", "MOVED TO MAIN JAIL", "TRANSFERRED", "OUT TO COURT", "HOSPITAL"]
)
def test_a_move_or_an_absence_is_asked(tmp_path: Path, reason: str) -> None:
    source = roster(
        tmp_path,
        Release_Date=["2022-07-01 10:00", "2022-07-02 10:00"],
        Release_Reason=["BOND", reason],
        Facility=["MAIN", "ANNEX"],
    )
    assert asked(source)["release reasons"].answers == {reason: ""}


def test_origin_is_neither_mapped_nor_asked(tmp_path: Path) -> None:
    source = roster(
        tmp_path,
        Citizenship=["X", "Y"],
        Country_of_Birth=["X", "Y"],
        Nationality=["X", "Y"],
        Place_of_Birth=["X", "Y"],
    )
    assert asked(source) == {}
    lines = suggest_mapping(source).text.splitlines()
    for name in ("Citizenship", "Country of Birth", "Nationality", "Place of Birth"):
        assert [line for line in lines if name in line] == [f"# {name}"]


def test_rows_of_daily_snapshots_are_asked_about_their_charges(tmp_path: Path) -> None:
    source = roster(
        tmp_path,
        Booking_No=["B1", "B1"],
        Book_Date=["2022-06-01 10:00", "2022-06-01 10:00"],
        Charge=["DUI", "DUI"],
        Download_Date=["2022-06-02", "2022-06-03"],
    )
    assert [r.name for r in asked(source)["daily rows"].reading] == ["repeat", "new"]
    for name, charges in (("repeat", 0), ("new", 2)):
        text = answer(suggest_mapping(source).text, {"daily rows": name})
        (tmp_path / name).mkdir()
        events = take(tmp_path / name, source, mapping=text).histories()["B1"]
        assert [e["type"] for e in events].count("charge.recorded") == charges


@pytest.mark.parametrize("above", [1, 2, 5])
def test_the_header_below_title_rows_is_found(tmp_path: Path, above: int) -> None:
    titles = ["Sample County Sheriff", "Jail Roster Report", "Run 06/30/2022", "For the public", "Page 1"]
    path = tmp_path / "r.csv"
    path.write_text("\n".join([*titles[:above], "Booking No,Book Date,Sex", "A1,2022-06-01 10:00,M", ""]))
    assert suggest_mapping(path).text.count(f"header = {above + 1}") == 1


def test_a_quotation_mark_in_a_text_stays_toml(tmp_path: Path) -> None:
    source = table(
        tmp_path, 'Booking No,Book Date,Release Date,"Release ""Reason"""',
        'B1,2022-06-01 10:00,2022-06-02 10:00,"says ""no"" \\ maybe"',
    )  # fmt: skip
    assert asked(source)["release reasons"].answers == {'says "no" \\ maybe': ""}
