"""What docs/intake.md says is so: its example runs, and every key and policy stands in it."""

import re
from pathlib import Path

from evenhand.intake.mapping import model, questions
from evenhand.intake.mapping.load import parse_mapping
from evenhand.intake.report import POLICIES
from intake.taking import take

DOC = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")


def test_the_worked_example_gives_what_it_says(tmp_path: Path) -> None:
    example = DOC[DOC.index("## A worked example") :]
    lines = [line[4:] for line in example.splitlines() if line.startswith("    ")]
    mapping = re.search(r"```toml\n(.*?)```", example, re.DOTALL)
    assert mapping is not None
    (tmp_path / "roster.csv").write_text("\n".join(lines[:4]) + "\n")
    taken = take(tmp_path, tmp_path / "roster.csv", mapping=mapping[1])
    assert taken.counts.events == {
        "charge.recorded": 4,
        "custody.departed": 1,
        "custody.released": 1,
        "person.booked": 3,
    }
    assert taken.counts.rows.quarantined == 0
    booked = taken.histories()["22-0002"][0]
    assert booked["occurred_at"].isoformat() == "2022-03-13T10:15:00+00:00"
    assert booked["facility"] == "South Annex"


def test_every_key_of_a_mapping_is_documented() -> None:
    parts = (
        model.Mapping,
        model.FileFacts,
        model.RowKind,
        model.JoinPart,
        model.Cell,
        model.Condition,
        model.TypeColumn,
        model.EventBlock,
        model.Policies,
        model.FacilityFacts,
        model.SubjectKey,
        model.Split,
        model.TellsPart,
        model.LeaveOut,
        questions.Question,
        questions.Reading,
    )
    keys = {info.alias or name for part in parts for name, info in part.model_fields.items()}
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", DOC))))
    assert keys - told - {"event", "facilities", "file", "policies", "fields"} == set()


def test_the_example_of_questions_is_a_mapping() -> None:
    example = re.search(r"```toml\n(.*?)```", DOC[DOC.index("## Questions") :], re.DOTALL)
    assert example is not None
    answered = example[1].replace('answer = ""', 'answer = "Eastern"').replace('" = ""', '" = "bond"')
    whole = (
        'name = "x"\nagency = "WA0270000"\nsubject = "id"\n'
        f'{answered}\n[[event]]\ntype = "person.booked"\nat = "Book Date"\n'
    )
    mapping = parse_mapping(whole.encode(), "m.toml")
    assert mapping.zone.value == "America/New_York"
    assert mapping.made() == {"person.booked", "custody.released"}


def test_every_policy_is_documented() -> None:
    assert {name for name in POLICIES if f"`{name}`" not in DOC} == set()


def test_every_option_is_documented() -> None:
    for option in (
        "--mapping",
        "--out",
        "--check",
        "--agency",
        "--zone",
        "--tells",
        "--max-ratio",
        "--max-row-bytes",
        "--ask",
    ):
        assert option in DOC
