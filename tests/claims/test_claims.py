"""Claims as data, their measures on small records, and the words that are used."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.command import run
from evenhand.claims.answer import Status, _wilson, parts, share
from evenhand.claims.claim import claims
from evenhand.claims.measured import SourceError, endings, on_record, uniform
from evenhand.claims.run import answered
from evenhand.claims.text import markdown
from evenhand.disclosure.rounding import about
from evenhand.record.store import Record
from evenhand.registry.query import NotBuiltError
from figures.made import Row, at, encounter, record, row, without

BY_ID = {claim.id: claim for claim in claims().claims}
DOCS = Path(__file__).parents[2] / "docs" / "claims.md"


def test_every_claim_is_there_with_a_measure_and_its_limits() -> None:
    assert list(BY_ID) == [f"C{n:02}" for n in range(1, 15)]
    for claim in BY_ID.values():
        assert claim.measure
        assert claim.cannot_tell
        assert claim.needs or claim.finding, (
            f"{claim.id} says neither what the texts say nor which data would do"
        )


def test_the_page_of_claims_is_current() -> None:
    assert DOCS.read_text(encoding="utf-8") == markdown(answered())


def test_the_words_take_no_side() -> None:
    text = markdown(answered()).lower()
    for word in (
        "illegal alien",
        "mistruth",
        "lie ",
        "activist",
        "proves",
        "debunk",
        "obviously",
        "false claim",
    ):
        assert word not in text
    # 'Alien' is the statute's word and stands in quotations only.
    assert "alien" not in re.sub(r'"[^"]*"', "", text)


def test_a_law_claim_names_section_and_public_law() -> None:
    sources = " ".join(source.text for source in BY_ID["C01"].sources)
    assert "Pub. L. 104-208" in sources
    assert "110 Stat. 3009-546, 3009-563" in sources
    assert "1357(g)" in BY_ID["C01"].finding
    assert any(not source.read for source in BY_ID["C11"].sources)


def test_the_published_numbers_add_up_as_the_finding_says() -> None:
    published = BY_ID["C05"].published
    assert published
    total = sum(entry.number for entry in published.classes)
    assert f"{total:,}" in BY_ID["C05"].finding == BY_ID["C05"].finding
    assert total == 775 + 704 + 145 + 173 + 110 + 21


def test_without_data_each_claim_says_which_data_would_do() -> None:
    for one in answered():
        assert one.status is (Status.TEXT if one.claim.finding or one.claim.reviews else Status.CANNOT_TELL)
        assert one.claim.needs or one.status is Status.TEXT


# --- numbers ----------------------------------------------


def test_a_share_has_wilsons_interval() -> None:
    """Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.

    Of a hundred times as many the interval is that of 30.7 to 30.8 %.
    """
    assert _wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    found = share("m", 8100, 26_300)
    assert (found.share, found.low, found.high) == (0.3075, 0.301, 0.314)


@given(of=st.integers(23, 3000), data=st.data())
def test_no_number_of_cases_follows_from_a_share(of: int, data: st.DataObject) -> None:
    """Eleven numbers of cases and more give each answer, whoever knows of how many."""
    number = data.draw(st.integers(0, of))
    told = share("m", number, of)
    alike = [n for n in range(of + 1) if share("m", n, of) == told]
    least, most = min(alike), max(alike)
    assert least <= number <= most
    assert most - least >= 10
    assert most >= 11
    assert of - least >= 11


def test_one_case_more_is_mostly_not_seen() -> None:
    seen = sum(share("m", n, 600) != share("m", n + 1, 600) for n in range(600))
    assert seen <= 600 / 11
    seen = sum(share("m", 300, n) != share("m", 300, n + 1) for n in range(400, 1000))
    assert seen <= 2 * 600 / 11


@pytest.mark.parametrize(
    ("number", "of", "words"),
    [
        (0, 0, "no cases"),
        (5, 9, "withheld"),
        (0, 500, "0.0% to 5.0% of about 500"),
        (500, 500, "95.0% to 100.0% of about 500"),
        (3, 500, "0.0% to 5.0% of about 500"),
        (497, 500, "95.0% to 100.0% of about 500"),
        (14, 22, "withheld"),
    ],
)
def test_a_share_of_few_cases_is_rounded_or_withheld(number: int, of: int, words: str) -> None:
    assert words in share("m", number, of).text


def test_numbers_of_cases_are_given_to_two_digits_and_twenty() -> None:
    assert [about(n) for n in (7, 93, 127, 8142, 99_999)] == [0, 100, 120, 8100, 100_000]


def test_without_the_sum_no_part_is_told() -> None:
    """5 and 6 make 11: with the sum, either would be 10 at most."""
    assert all("withheld" in result.text for result in parts("p", {"a": 100, "b": 5, "c": 1}))


def test_a_small_part_takes_another_with_it() -> None:
    found = parts("p", {"a": 400, "b": 300, "c": 4})
    assert sum("withheld" in result.text for result in found) >= 2


# --- measures ----------------------------------------------


def made(tmp_path: Path, rows: list[Row], **more: object) -> Record:
    return record(tmp_path / "record", rows, **more)  # type: ignore[arg-type]


def texts(claim: str, found: Record) -> str:
    return " ".join(r.text for answer in on_record(BY_ID[claim], found) for r in answer.results)


def test_acts_of_certified_officers_and_reviews(tmp_path: Path) -> None:
    rows = [row("officer.certified", "O-1", at(-50), valid_from=at(-50), valid_until=at(20))]
    for n in range(40):
        who = {"actor": "O-1", "actor_role": "designated_officer"}
        rows += encounter(f"a{n:02}", n, reviewed_after=2 if n < 20 else None, **who)
    rows += encounter("federal", 1, actor="F-1", actor_role="federal_officer")
    said = texts("C02", made(tmp_path, rows))
    # Days 0 to 19 of 40 lie in the certificate's time; the federal officer's acts are left out.
    assert "40.0% to 60.0% of about 80" in said
    assert "Determinations that ICE reviewed afterwards: 50.0% to 100.0% of about 40" in said


def test_interviews_after_a_charge_by_level(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        rows += encounter(f"a{n:02}", n)
        level = ("felony", "misdemeanor", "hold")[n % 3]
        rows.append(row("charge.recorded", f"a{n:02}", at(n), charge_no=1, level=level))
        # A charge recorded after the interview is none before it.
        rows.append(row("charge.recorded", f"a{n:02}", at(n, 5), charge_no=2, level="felony"))
    said = texts("C03", made(tmp_path, rows))
    assert "after a booking and a charge of that booking: 60.0% to 80.0% of about 60" in said
    assert "felony: 20.0% to 40.0%" in said
    assert "no earlier charge: 20.0% to 40.0%" in said


def test_coverage_leaves_out_bookings_whose_day_has_not_passed(tmp_path: Path) -> None:
    rows = []
    for n in range(50):
        rows.append(row("person.booked", f"a{n:02}", at(n / 10)))
        if n % 2:
            rows.append(row("screening.closed", f"a{n:02}", at(n / 10, 1), closing_reason="completed"))
    rows += [row("person.booked", f"late{n}", at(99)) for n in range(50)]
    assert "50.0% to 100.0% of about 60" in texts("C04", made(tmp_path, rows, until=at(99.5)))


def test_encounters_of_the_published_year(tmp_path: Path) -> None:
    rows = []
    for n in range(40):
        rows += encounter(f"a{n:02}", n, conviction="13")
        rows += encounter(f"b{n:02}", n, pending="35")
    said = texts("C05", made(tmp_path, rows))
    assert "Encounters of FY2019: about 80." in said
    assert "Most serious conviction 13 Assault: about 40." in said
    assert "Most serious conviction 52: none." in said
    assert "charge only: about 40." in said


def test_another_year_is_named_as_such(tmp_path: Path) -> None:
    rows = [event for n in range(20) for event in encounter(f"a{n:02}", n + 400)]
    said = texts("C05", made(tmp_path, rows, until=at(500)))
    assert "Encounters of FY2020 (not FY2019: the record does not cover it): about 20." in said


def test_what_followed_an_encounter(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        rows += encounter(f"a{n:02}", n)
        end = ("custody.released", {}) if n % 3 else ("custody.departed", {"destination": "ice"})
        rows.append(row(end[0], f"a{n:02}", at(n + 1), **end[1]))
    said = texts("C06", made(tmp_path, rows))
    assert "handed over to ICE: 20.0% to 40.0%" in said
    assert "released: 60.0% to 80.0%" in said


def test_what_followed_is_the_end_of_the_stay_of_the_encounter(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        case = f"a{n:02}"
        rows += encounter(case, n)
        rows.append(row("custody.departed", case, at(n + 0.5), destination="hospital"))
        rows.append(row("custody.returned", case, at(n + 0.6)))
        if n % 3:
            rows.append(row("custody.released", case, at(n + 1)))
            rows.append(row("person.booked", case, at(n + 5)))
            rows.append(row("custody.departed", case, at(n + 6), destination="prison"))
        else:
            rows.append(row("custody.transferred_in_place", case, at(n + 1)))
    said = texts("C06", made(tmp_path, rows))
    assert "handed over to ICE: 20.0% to 40.0%" in said
    assert "released: 60.0% to 80.0%" in said


def test_a_day_decides_no_order(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        case, day = f"a{n:02}", at(n, -7)
        known = {"occurred_by": day + timedelta(hours=24)} if n % 2 else {}
        rows.append(row("person.booked", case, day - timedelta(days=2)))
        rows.append(row("charge.recorded", case, day, charge_no=1, level="felony", **known))
        rows.append(row("interview.held", case, at(n), **known))
    said = texts("C03", made(tmp_path, rows))
    assert "Interviews after a booking and a charge of that booking: 50.0% to 100.0% of about 40" in said
    assert "cannot tell which came first: 40.0% to 60.0%" in said


def test_rebooking_and_proof(tmp_path: Path) -> None:
    rows = []
    for n in range(60):
        rows.append(row("person.booked", f"a{n:02}", at(n / 9), person_key=f"p{n}"))
        rows.append(row("custody.released", f"a{n:02}", at(n / 9 + 1), cause="bond"))
        if n % 3 == 0:
            rows.append(row("person.booked", f"b{n:02}", at(n / 9 + 20), person_key=f"p{n}"))
    found = made(tmp_path, rows)
    assert "Booked again within 30 days, all releases: 40.0% of about 60" in texts("C12", found)
    assert "carries no ledger" in texts("C14", found)


@pytest.mark.parametrize("claim", ["C02", "C03", "C04", "C05", "C06", "C12"])
def test_a_record_that_lacks_the_events_cannot_tell_and_names_them(tmp_path: Path, claim: str) -> None:
    lacking = ("interview.held", "screening.closed", "custody.released", "determination.made")
    found = made(tmp_path, [row("person.booked", "a", at())], provides=without(*lacking))
    answers = on_record(BY_ID[claim], found)
    assert answers
    assert all(answer.missing and not answer.results for answer in answers)
    assert {name.rpartition(".")[0] or name for a in answers for name in a.missing} & {
        *lacking,
        "interview",
        "custody",
    }


@pytest.mark.parametrize("claim", ["C02", "C03", "C04", "C05", "C06", "C12"])
def test_a_record_without_any_case_is_no_number(tmp_path: Path, claim: str) -> None:
    answers = on_record(BY_ID[claim], made(tmp_path, [row("poster.attested", "jail", at())]))
    said = json.dumps([[r.text for r in a.results] for a in answers])
    assert "nan" not in said.lower()
    assert "%" not in said


def test_no_small_number_of_people_is_told(tmp_path: Path) -> None:
    rows = []
    for n in range(50):
        rows += encounter(
            f"a{n:02}", n, conviction="09" if n < 4 else "13", reviewed_after=2 if n > 3 else None
        )
    found = made(tmp_path, rows)
    said = " ".join(texts(claim, found) for claim in BY_ID)
    said = re.sub(r"[0-9a-f]{64}", "a hash", said)
    assert "withheld" in said
    assert not re.search(r"(?<![\d.,-])(?:[1-9]|10)\.(?= |$)", said)


def test_a_report_of_uniformity_is_told_in_both_directions(tmp_path: Path) -> None:
    shares = [("no difference found", 0.04), ("no difference found", 0.12), ("difference found", 0.01)]
    rows = [
        {"measure": "referral", "column": "sex", "verdict": verdict, "difference": 0.02, "smallest": smallest}
        for verdict, smallest in [*shares, ("cannot tell", None)]
    ]
    rows.append(
        {"measure": "to_screening", "column": "sex", "verdict": "no difference found", "smallest": 1.1}
    )
    (tmp_path / "comparisons.json").write_text(json.dumps(rows))
    first, second = (result.text for result in uniform(tmp_path).results)
    assert "cannot tell: 1; difference found: 1; no difference found: 2" in first
    assert "could have found 4 to 12 percentage points" in first
    assert "to screening by sex" in second
    assert "hazard ratio of 1.10 to 1.10" in second


@pytest.mark.parametrize("content", [None, "{", '[{"measure": 1}]', "[3]"])
def test_a_folder_that_is_no_report_of_uniformity(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "comparisons.json").write_text(content)
    with pytest.raises(SourceError, match="report"):
        uniform(tmp_path)


def test_a_folder_that_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="registry build"):
        endings(tmp_path)


# --- the command ----------------------------------------------


def test_the_command_in_its_forms(tmp_path: Path) -> None:
    result = run("claims", "c05", "C13")
    assert result.exit_code == 0
    assert "C05" in result.output
    assert "C13" in result.output
    assert "C01" not in result.output
    content = json.loads(run("claims", "--json").stdout)
    assert [c["id"] for c in content["claims"]] == list(BY_ID)
    assert {c["status"] for c in content["claims"]} == {"answered from texts", "cannot tell"}
    assert run("claims", "--markdown").stdout == DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["C99"], "C01 to C14"),
        (["--record", "nowhere"], "is no record"),
        (["--registry", "nowhere"], "holds no registry"),
        (["--uniformity", "nowhere"], "holds no report of uniformity"),
    ],
)
def test_bad_input_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("claims", *words)
    assert (result.exit_code, message in result.output) == (2, True)
