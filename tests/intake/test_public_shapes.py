"""Public shapes of jail exports, on made files: what intake reads from each is what happened.

Each folder of `public_shapes` has a made file in a published form, `truth.json` with what it shows, and what a
person must add: `answers.toml` (answers to the questions of `suggest`), `mapping.toml` (a mapping written by
hand), or nothing, where the shape cannot be read. `docs/export-shapes.md` lists them.
"""

import json
import tomllib
from pathlib import Path

import pytest

from intake.roster.answers import ALWAYS, answer, questions_in
from intake.roster.history import History, faults
from intake.taking import run, take

SHAPES = Path(__file__).parent / "public_shapes"
READ = sorted(d for d in SHAPES.iterdir() if (d / "answers.toml").exists())
MAPPED = sorted(d for d in SHAPES.iterdir() if (d / "mapping.toml").exists())
UNREAD = sorted(d for d in SHAPES.iterdir() if d not in READ and d not in MAPPED)


def _file(folder: Path) -> Path:
    """The file that `suggest` reads."""
    name: str = json.loads((folder / "truth.json").read_text())["file"]
    return folder / name


def _files(folder: Path) -> list[Path]:
    """The files that the mapping reads: several if it joins them."""
    names = json.loads((folder / "truth.json").read_text()).get("files", [_file(folder).name])
    return [folder / name for name in names]


@pytest.mark.parametrize("folder", READ, ids=lambda folder: folder.name)
def test_what_is_read_with_answers_is_what_happened(folder: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "suggested.toml"
    status, said = run("suggest", _file(folder), "--out", mapping)
    assert status == 0, said
    status, said = run(_file(folder), "--mapping", mapping, "--out", tmp_path / "unanswered")
    assert status == 2, "an open question stops intake"
    assert "zone" in said
    answers = tomllib.loads((folder / "answers.toml").read_text())
    assert set(answers) == {q["name"] for q in questions_in(mapping)}
    assert answer(mapping, answers) == []
    taken = take(tmp_path, _file(folder), mapping=mapping.read_text())
    assert taken.status == 0, taken.said
    assert faults(History.load(folder / "truth.json"), taken) == []


@pytest.mark.parametrize("folder", MAPPED, ids=lambda folder: folder.name)
def test_what_is_read_with_a_mapping_is_what_happened(folder: Path, tmp_path: Path) -> None:
    taken = take(tmp_path, *_files(folder), mapping=(folder / "mapping.toml").read_text())
    assert taken.status == 0, taken.said
    assert faults(History.load(folder / "truth.json"), taken) == []


@pytest.mark.parametrize("folder", UNREAD, ids=lambda folder: folder.name)
def test_a_shape_that_cannot_be_read_is_refused(folder: Path, tmp_path: Path) -> None:
    status, said = run("suggest", _file(folder), "--out", tmp_path / "suggested.toml")
    assert status == 2
    assert "no column" in said
    assert not (tmp_path / "suggested.toml").exists()


def test_the_document_lists_every_shape() -> None:
    document = (Path(__file__).parents[2] / "docs" / "export-shapes.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in document.splitlines() if "|" in line]
    listed = {row[0].strip("`"): row[2] for row in rows if row[0].startswith("`")}
    assert listed == {folder.name: _how(folder) for folder in SHAPES.iterdir()}


def _how(folder: Path) -> str:
    if folder in READ:
        more = len(set(tomllib.loads((folder / "answers.toml").read_text())) - set(ALWAYS))
        return "as it comes" if not more else "one question" if more == 1 else f"{more} questions"
    return "mapping" if folder in MAPPED else "not at all"
