"""Questions in a mapping: refused while they are open, strictly checked, and put in their place."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evenhand.intake.errors import IntakeError
from evenhand.intake.mapping.load import parse_mapping, questions_of
from intake.taking import Taken, run, take

ROWS = """\
id,booked,released,reason,level
B1,2022-06-01 10:00,2022-06-02 09:00,BOND,F
B2,2022-06-01 11:00,2022-06-03 09:00,ICE HOLD LIFTED,X
B3,2022-06-01 12:00,2022-06-04 09:00,,M
"""
MAPPING = """\
name = "q"
agency = "WA0270000"
zone = { answer_to = "zone" }
subject = "id"
dates = ["%Y-%m-%d %H:%M"]
# A comment that stays.

[[question]]
name = "zone"
asks = "In which time zone is the jail?"
saw = ["nothing tells it"]
free = "zone"
answer = ""
reading = [{ name = "west", means = "Pacific time", gives = "America/Los_Angeles" }]

[[question]]
name = "reasons"
asks = "What do these reasons mean?"
column = "reason"
event = { at = "released", group = "exit", once = "first" }
reading = [
  { name = "bond", event = { type = "custody.released", fields = { cause = { value = "bond" } } } },
  { name = "moved", event = { type = "custody.moved", group = "", once = "" } },
  { name = "no exit" },
]
[question.answers]
"BOND" = ""
"ICE HOLD LIFTED" = ""
"(empty)" = ""

[[event]]
type = "person.booked"
at = "booked"

[[event]]
type = "charge.recorded"
at = "booked"
[event.fields]
charge_no = { count = true }
level = { column = "level", values = { F = "felony" }, unknown = "empty" }
"""


def answered(**answers: str) -> str:
    """The mapping with its four answers."""
    given = {"zone": "west", "bond": "bond", "lifted": "no exit", "empty": "no exit", **answers}
    text = MAPPING.replace('free = "zone"\nanswer = ""', f'free = "zone"\nanswer = "{given["zone"]}"')
    for code, name in (("BOND", "bond"), ("ICE HOLD LIFTED", "lifted"), ("(empty)", "empty")):
        text = text.replace(f'"{code}" = ""', f'"{code}" = "{given[name]}"')
    return text


def taken(folder: Path, mapping: str) -> Taken:
    (folder / "rows.csv").write_text(ROWS)
    return take(folder, folder / "rows.csv", mapping=mapping)


def types(taken: Taken, key: str) -> list[str]:
    return [event["type"] for event in taken.histories()[key]]


def test_a_mapping_with_open_questions_is_refused_and_lists_them(tmp_path: Path) -> None:
    refused = taken(tmp_path, MAPPING)
    assert refused.status == 2
    assert not (tmp_path / "record").exists()
    for part in ("2 questions are open", "In which time zone", "Pacific time", "an IANA time zone",
                 "texts without an answer (3): 'BOND', 'ICE HOLD LIFTED', '(empty)'", "nothing tells it",
                 "evenhand intake questions"):  # fmt: skip
        assert part in refused.said


def test_one_text_without_an_answer_leaves_the_question_open(tmp_path: Path) -> None:
    refused = taken(tmp_path, answered(lifted=""))
    assert refused.status == 2
    assert "texts without an answer (1): 'ICE HOLD LIFTED'" in refused.said


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"zone": "EST"}, "not the zone of a place"),
        ({"zone": "King County"}, "not an IANA time zone"),
        ({"zone": "wets"}, "not an IANA time zone"),
        ({"bond": "bnd"}, "nearest: bond"),
        ({"lifted": "1"}, "not one of: bond, moved, no exit"),
    ],
)
def test_an_answer_that_no_reading_has_is_refused(tmp_path: Path, answers: Any, message: str) -> None:
    refused = taken(tmp_path, answered(**answers))
    assert refused.status == 2
    assert "correct these answers" in refused.said
    assert message in refused.said


def test_answers_about_texts_add_their_blocks(tmp_path: Path) -> None:
    done = taken(tmp_path, answered(lifted="moved"))
    assert types(done, "B1") == ["person.booked", "charge.recorded", "custody.released"]
    assert types(done, "B2") == ["person.booked", "charge.recorded", "custody.moved"]
    assert types(done, "B3") == ["person.booked", "charge.recorded"]


def test_an_empty_cell_can_have_an_answer(tmp_path: Path) -> None:
    done = taken(tmp_path, answered(empty="bond"))
    assert types(done, "B3") == ["person.booked", "charge.recorded", "custody.released"]
    assert types(done, "B2") == ["person.booked", "charge.recorded"]


def test_a_free_answer_goes_where_the_mapping_refers_to_it(tmp_path: Path) -> None:
    done = taken(tmp_path, answered(zone="America/Denver"))
    assert done.histories()["B1"][0]["occurred_at"].isoformat() == "2022-06-01T16:00:00+00:00"


def test_the_manifest_and_the_report_show_the_answers(tmp_path: Path) -> None:
    done = taken(tmp_path, answered())
    assert done.record is not None
    used = done.record.manifest.mapping
    assert used is not None
    # Not the texts themselves: the manifest is public.
    assert used.answers == {"zone": "west", "reasons": "no exit (2), bond (1)"}
    assert "no exit (2), bond (1)" in done.said


def test_a_reference_to_no_question_is_refused() -> None:
    with pytest.raises(IntakeError, match="answer_to = 'zoen' names no"):
        parse_mapping(answered().replace('answer_to = "zone"', 'answer_to = "zoen"').encode(), "m.toml")


def test_a_reading_without_a_value_leaves_the_key_or_the_block_out() -> None:
    text = answered() + (
        '\n[[event]]\ntype = "custody.hold_ended"\nat = { answer_to = "end" }\n'
        '[event.fields]\nbasis = { value = "detainer" }\n'
        '\n[[question]]\nname = "end"\nasks = "?"\nanswer = "never"\n'
        'reading = [{ name = "then", gives = "released" }, { name = "never" }]\n'
    )
    never = parse_mapping(text.encode(), "m.toml")
    then = parse_mapping(text.replace('answer = "never"', 'answer = "then"').encode(), "m.toml")
    assert "custody.hold_ended" not in never.made()
    assert "custody.hold_ended" in then.made()


def test_answers_about_texts_become_codes_of_a_cell() -> None:
    text = answered().replace('unknown = "empty" }', 'answer_to = "levels" }') + (
        '\n[[question]]\nname = "levels"\nasks = "?"\ncolumn = "level"\n'
        'reading = [{ name = "misdemeanor", gives = "misdemeanor" }, { name = "unknown" }]\n'
        '[question.answers]\nM = "misdemeanor"\nX = "unknown"\n'
    )
    block = next(b for b in parse_mapping(text.encode(), "m.toml").event if b.type == "charge.recorded")
    assert block.fields["level"].values == {"F": "felony", "M": "misdemeanor", "X": ""}


def test_an_answer_can_have_parts() -> None:
    text = answered().replace(
        'subject = "id"', 'subject = "id"\nrows = { answer_to = "rows", part = "rows" }'
    )
    text += (
        '\n[[question]]\nname = "rows"\nasks = "?"\nanswer = "stays"\n'
        'reading = [{ name = "stays", gives = { rows = "stays" } }, { name = "one", gives = { once = "first" } }]\n'
    )
    assert parse_mapping(text.encode(), "m.toml").rows == "stays"
    assert (
        parse_mapping(text.replace('answer = "stays"', 'answer = "one"').encode(), "m.toml").rows == "events"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('answer = ""', 'anser = ""', "nearest: 'answer'"),
        ('answer = ""\nreading', "reading", "needs either"),
        ('free = "zone"', 'free = "place"', "use one of zone, agency, date, formats"),
        ('name = "reasons"', 'name = "zone"', "two questions have the name 'zone'"),
    ],
)
def test_a_malformed_question_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(IntakeError, match=re.escape(message)):
        parse_mapping(MAPPING.replace(old, new).encode(), "m.toml")


def test_questions_lists_the_open_ones(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(answered(lifted=""))
    status, said = run("questions", tmp_path / "m.toml")
    assert status == 1
    assert "1 of 2 questions are open" in said
    assert "ICE HOLD LIFTED" in said
    (tmp_path / "m.toml").write_text(answered())
    assert run("questions", tmp_path / "m.toml")[0] == 0


def test_asking_without_a_terminal_fails_clearly(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    status, said = run("questions", tmp_path / "m.toml", "--ask")
    assert status == 2
    assert "--ask needs a terminal" in said
    assert (tmp_path / "m.toml").read_text() == MAPPING


def at_terminal(dialogue: list[tuple[str, str]], *args: object) -> tuple[int, str]:
    """Run the command at a pseudo-terminal; type each text once the one before it has been shown."""
    here, there = pty.openpty()
    command = [str(Path(sys.executable).with_name("evenhand")), "intake", *map(str, args)]
    process = subprocess.Popen(command, stdin=there, stdout=there, stderr=there, start_new_session=True,
                               preexec_fn=_own_terminal)  # fmt: skip
    os.close(there)
    said, seen = "", 0
    for wait_for, typed in [*dialogue, ("", "")]:
        while not wait_for or wait_for not in said[seen:]:
            try:
                piece = os.read(here, 4096)
            except OSError:  # the program has ended
                piece = b""
            if not piece:
                os.close(here)
                return process.wait(), said
            said += piece.decode()
        seen = said.index(wait_for, seen) + len(wait_for)
        os.write(here, typed.encode())
    raise AssertionError(said)


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.trial
def test_the_questions_are_answered_at_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(MAPPING)
    # A wrong answer is asked again; 'back' goes to the one before; an empty line skips.
    dialogue = [
        ("stops.", "EST\n"), ("not the zone of a place", "1\n"), ("BOND >", "bond\n"),
        ("LIFTED >", "back\n"), ("BOND >", "2\n"), ("LIFTED >", "moved\n"), ("(empty) >", "\n"),
    ]  # fmt: skip
    status, said = at_terminal(dialogue, "questions", path, "--ask")
    assert "Answers still open: 1" in said
    assert status == 1
    given = {q.name: q.given() for q in questions_of(path.read_bytes(), "m.toml")}
    assert given["zone"] == {"": "west"}
    assert given["reasons"] == {"BOND": "moved", "ICE HOLD LIFTED": "moved", "(empty)": ""}
    assert "# A comment that stays." in path.read_text()
    status, said = at_terminal([("(empty) >", "no exit\n")], "questions", path, "--ask")
    assert status == 0, said
    assert "Every question" in said


@pytest.mark.trial
def test_ctrl_c_leaves_the_answers_given_so_far(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    (tmp_path / "rows.csv").write_text(ROWS)
    dialogue = [("What is the ORI", ""), ("stops.", "WA0270000\n"), ("stops.", "\x03")]
    status, said = at_terminal(dialogue, "suggest", tmp_path / "rows.csv", "--out", path, "--ask")
    assert status == 130, said
    assert "The ORI's state lies in America/Los_Angeles." in said
    given = {q.name: q for q in questions_of(path.read_bytes(), "m.toml")}
    assert given["agency"].answer == "WA0270000"
    assert given["zone"].open
