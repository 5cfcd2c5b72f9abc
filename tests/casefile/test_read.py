"""Case files: the forms of a moment, what the sources tell, and errors with line, value and remedy."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from evenhand.casefile.case import Case
from evenhand.casefile.judge import judged
from evenhand.casefile.problem import CaseFileError
from evenhand.casefile.read import read_case
from evenhand.casefile.schema import case_schema
from evenhand.casefile.times import read_moment, widened
from evenhand.cli import main
from evenhand.rules.catalog import CATALOG
from evenhand.rules.explain import ANSWERS

ROOT = Path(__file__).parents[2]
HEAD = """agency: NC0600000
zone: America/New_York
until: 2025-07-01
"""
ZONE = ZoneInfo("America/New_York")


def write(folder: Path, text: str, head: str = HEAD) -> Path:
    path = folder / "case.yaml"
    path.write_text(head + text, encoding="utf-8")
    return path


def case_of(folder: Path, text: str, head: str = HEAD) -> Case:
    return read_case(write(folder, text, head))


def problems(folder: Path, text: str, head: str = HEAD) -> list[tuple[int, str]]:
    with pytest.raises(CaseFileError) as caught:
        read_case(write(folder, text, head))
    return [(p.line, p.text) for p in caught.value.problems]


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["case", *map(str, words)])


# --- moments -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2025-03-09", "2025-03-09T05:00:00", "2025-03-10T03:59:59.999999"),
        ("2025-06-02 15:00", "2025-06-02T19:00:00", "2025-06-02T19:00:59.999999"),
        ("2025-06-02T15:00:07", "2025-06-02T19:00:07", "2025-06-02T19:00:07"),
        ("2025-06-02 3:00 pm", "2025-06-02T19:00:00", "2025-06-02T19:00:59.999999"),
        ("2025-06-02 12:05 a.m.", "2025-06-02T04:05:00", "2025-06-02T04:05:59.999999"),
        ("2025-06-02 24:00", "2025-06-03T04:00:00", "2025-06-03T04:00:59.999999"),
        ("about 2025-06-02 15:00", "2025-06-02T18:30:00", "2025-06-02T19:30:59.999999"),
        ("about 2025-06-02", "2025-05-30T04:00:00", "2025-06-06T03:59:59.999999"),
        # The hour that comes twice when clocks are set back.
        ("2025-11-02 01:30", "2025-11-02T05:30:00", "2025-11-02T06:30:59.999999"),
    ],
)
def test_a_moment_is_as_wide_as_it_is_stated(text: str, earliest: str, latest: str) -> None:
    found = read_moment(text, ZONE)
    assert found.earliest == datetime.fromisoformat(earliest).replace(tzinfo=UTC)
    assert found.latest == datetime.fromisoformat(latest).replace(tzinfo=UTC)


def test_the_width_can_be_stated() -> None:
    found = widened("2025-06-02 15:00", "2h", ZONE)
    assert found.earliest == datetime(2025, 6, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2025-02-30", "2025-06-02 25:00", "2025-06-02 13:00 pm", "2025-03-09 02:30", "0001-01-01"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text[:6]):
        read_moment(text, ZONE)


def test_a_range_in_the_file(tmp_path: Path) -> None:
    found = case_of(
        tmp_path, 'events:\n  - {at: {from: "2025-06-02 22:00", to: "2025-06-03"}, type: person.booked}\n'
    )
    assert found.events[0]["occurred_at"] == datetime(2025, 6, 3, 2, tzinfo=UTC)
    assert found.events[0]["occurred_by"] == datetime(2025, 6, 4, 3, 59, 59, 999999, tzinfo=UTC)


# --- what the sources tell ---------------------------------------------------------------------------------

HOLD = """events:
  - {at: "2025-06-02 08:00", type: person.booked}
  - {at: "2025-06-02 09:00", type: custody.release_due}
  - {at: "2025-06-02 09:00", type: custody.hold_started, basis: detainer}
"""


def answer(case: Case, rule: str) -> str:
    (found,) = judged(case, [CATALOG[rule]])
    return ANSWERS[found.verdict]


def test_silence_is_no_fact_until_the_source_would_tell(tmp_path: Path) -> None:
    exits = "custody.released, custody.departed, custody.transferred_in_place"
    assert answer(case_of(tmp_path, HOLD), "HLD-01") == "cannot_tell"
    assert answer(case_of(tmp_path, f"none: [{exits}, custody.hold_ended]\n{HOLD}"), "HLD-01") == "broken"


def test_a_type_that_did_not_happen_lacks_no_field(tmp_path: Path) -> None:
    provides = case_of(tmp_path, f"none: [warrant.signed]\n{HOLD}").context.provides
    assert provides.field("warrant.signed", "form")
    assert provides.field("custody.hold_started", "basis")
    assert not provides.field("custody.release_due", "cause")
    assert not provides.type("detainer.issued")


def test_null_is_stated_as_empty(tmp_path: Path) -> None:
    found = case_of(tmp_path, 'events:\n  - {at: "2025-06-02", type: detainer.issued, ground: null}\n')
    assert found.context.provides.field("detainer.issued", "ground")
    assert found.events[0]["ground"] is None


def test_events_of_officers_and_agreements_have_their_own_histories(tmp_path: Path) -> None:
    found = case_of(
        tmp_path,
        """events:
  - {at: "2024-01-02", type: agreement.took_effect, subject: A-1, model: JEM, template: 2020, facilities: J-1}
  - {at: "2024-02-01", type: officer.certified, subject: dio-1}
  - {at: "2025-06-02", type: person.booked}
""",
    )
    assert [subject for _, subject in found.histories] == ["A-1", "dio-1", "booking"]
    assert found.events[0]["facilities"] == ["J-1"]
    assert found.context.standings.agreements.keys() == {"NC0600000"}


def test_an_agreement_of_another_template_is_said_so(tmp_path: Path) -> None:
    found = case_of(
        tmp_path,
        """events:
  - {at: "2016-01-02", type: agreement.took_effect, subject: A-1, model: JEM, template: 2016}
  - {at: "2025-06-02", type: person.booked}
  - {at: "2025-06-02 10:00", type: interview.held, actor_role: designated_officer, actor: d-1}
""",
    )
    unread = {j.rule.id for j in judged(found) if "template not read" in j.explanation.why}
    assert unread >= {"AGR-02", "AGR-05", "LAN-01"}
    assert all(ANSWERS[j.verdict] == "not_applicable" for j in judged(found) if j.rule.id in unread)


# --- errors ------------------------------------------------------------------------------------------------


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """nones: []
events:
  - {at: "2025-13-02", type: person.booked}
  - {at: "2025-06-02", type: person.boked}
  - {at: "2025-06-02", type: custody.hold_started, basis: detainr}
  - {at: "2025-06-02", type: custody.hold_started, bases: detainer}
  - {at: "2025-06-02", type: person.booked, name: "Ida"}
  - {type: person.booked}
  - {at: "2026-06-02", type: person.booked}
  - {at: "2025-06-02", type: officer.certified}
""",
    )
    assert [line for line, _ in found] == [4, 6, 7, 8, 9, 10, 11, 12, 13]
    assert "'nones'" in found[0][1]
    assert "personal" in found[5][1]
    assert "later than `until`" in found[7][1]


def test_an_error_states_file_line_value_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, 'events:\n  - {at: "2025-06-02", type: person.boked}\n')
    done = run("judge", path)
    assert done.exit_code == 2
    assert (
        f"{path}, line 5: There is no event type 'person.boked'. Did you mean 'person.booked'?" in done.output
    )


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("events: [\n", 5, "not valid YAML"),
        ("events: &a [*a]\n", 4, "Anchors"),
        ("events: !!python/object:os.system []\n", 4, "Tags"),
        ("events:\n  - {at: 2025-06-02, at: 2025-06-03, type: person.booked}\n", 5, "twice"),
        ("events: {}\n", 4, "not a list"),
        ("events: []\n", 4, "is empty"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path: Path, text: str, line: int, part: str) -> None:
    found = problems(tmp_path, text)
    assert found[0][0] == line
    assert part in found[0][1]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"[1, 2]", b"a" * 3_000_000, b"\x00", b"[" * 5000])
def test_what_is_no_case_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(raw)
    done = run("judge", path)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert "line 1" in done.output


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = run("judge", tmp_path / "none.yaml")
    assert done.exit_code == 2
    assert "none.yaml" in done.output


def test_missing_keys_are_named(tmp_path: Path) -> None:
    assert {text for _, text in problems(tmp_path, "finding: x\n", head="")} == {
        f"The key {name!r} is missing." for name in ("agency", "zone", "until", "events")
    }


# --- the command and the schema ----------------------------------------------------------------------------


def test_the_template_is_a_case(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    assert run("new", path).exit_code == 0
    assert run("new", path).exit_code == 2
    assert run("new").output == path.read_text()
    done = run("judge", path)
    assert done.exit_code == 0
    assert "HLD-01 (violation)" in done.output
    assert "Hold started" in run("show", path).output


def test_json_and_page(tmp_path: Path) -> None:
    path, page = tmp_path / "new.yaml", tmp_path / "page.html"
    run("new", path)
    done = run("judge", path, "--json", "--html", page)
    answers = json.loads(done.output)["answers"]
    assert answers.keys() == CATALOG.keys()
    assert answers["HLD-01"]["answer"] == "broken"
    assert {"answer", "why", "missing", "breaches"} <= answers["HLD-01"].keys()
    text = page.read_text(encoding="utf-8")
    assert "Sat, Jun 7, 2025 and Sun, Jun 8, 2025: not counted (weekend)" in text
    assert "http" not in text.split("<main")[1].replace("https://json-schema.org", "")
    assert text.index('id="broken"') < text.index('id="unclear"') < text.index('id="holds"')


def test_several_files_are_judged_by_name(tmp_path: Path) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        run("new", path)
    done = run("judge", *paths, "--json", "--html", tmp_path / "pages")
    assert json.loads(done.output).keys() == {str(p) for p in paths}
    assert {p.name for p in (tmp_path / "pages").iterdir()} == {"a.html", "b.html"}


def test_what_a_file_says_is_escaped_on_the_page(tmp_path: Path) -> None:
    path = write(tmp_path, 'finding: "<script>alert(1)</script>"\n' + HOLD)
    run("judge", path, "--html", tmp_path / "page.html")
    assert "<script" not in (tmp_path / "page.html").read_text()


def test_the_schema_in_docs_is_current() -> None:
    stated = (ROOT / "docs" / "case-file.schema.json").read_text(encoding="utf-8")
    assert stated == run("schema").output, "write it again: evenhand case schema > docs/case-file.schema.json"


@pytest.mark.parametrize(
    "path",
    [ROOT / "src/evenhand/casefile/templates/new.yaml", *(ROOT / "tests/cases/law").glob("*.yaml")],
    ids=lambda p: p.stem,
)
def test_the_schema_takes_every_case(path: Path) -> None:
    # As an editor reads it: days are text.
    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        key: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    jsonschema.validate(content, case_schema())
