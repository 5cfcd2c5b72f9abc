"""A record whose moments are stated as minutes or days contradicts the exact one nowhere."""

from collections import Counter
from pathlib import Path

import pytest

from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Verdict
from evenhand.simulate.irregular.kinds import Precision
from simulate.judging import answers
from simulate.making import make
from simulate.test_command import run

ROUGH = [Precision.MINUTE, Precision.DAY]


@pytest.mark.trial
@pytest.mark.parametrize("seed", [1, 2])
def test_no_definite_answer_contradicts_the_exact_record(tmp_path: Path, seed: int) -> None:
    make(tmp_path / "exact", 1000, seed=seed)
    exact = answers(tmp_path / "exact")
    known = []
    for precision in ROUGH:
        make(tmp_path / precision.name, 1000, seed=seed, precision=precision)
        rough = answers(tmp_path / precision.name)
        assert rough.keys() == exact.keys()
        contradicted = Counter(
            (rule, exact[rule, subject].verdict.name, answer.verdict.name)
            for (rule, subject), answer in rough.items()
            if contradicts(answer.verdict, exact[rule, subject].verdict)
        )
        assert contradicted == {}
        known.append(sum(a.verdict is not Verdict.CANNOT_TELL for a in rough.values()))
    # The rougher the record, the less can be told.
    assert known == sorted(known, reverse=True)


def contradicts(rough: Verdict, exact: Verdict) -> bool:
    if Verdict.CANNOT_TELL in (rough, exact):
        return False
    return (rough is Verdict.BROKEN) is not (exact is Verdict.BROKEN)


@pytest.mark.parametrize("precision", ROUGH)
def test_every_moment_lies_within_its_interval(tmp_path: Path, precision: Precision) -> None:
    make(tmp_path / "exact", 300)
    make(tmp_path / "rough", 300, precision=precision)
    for kind in SubjectKind:
        pairs = zip(
            Record(tmp_path / "exact").histories(kind),
            Record(tmp_path / "rough").histories(kind),
            strict=True,
        )
        for (subject, exact), (other, rough) in pairs:
            assert (subject, len(exact)) == (other, len(rough))
            key = [
                [(r["type"], r.get("recorded_at"), r.get("actor")) for r in rows] for rows in (exact, rough)
            ]
            assert sorted(map(str, key[0])) == sorted(map(str, key[1]))
            by = {(r["type"], r["recorded_at"], r.get("actor"), str(r.get("step"))): r for r in rough}
            for row in exact:
                stated = by[row["type"], row["recorded_at"], row.get("actor"), str(row.get("step"))]
                assert stated["occurred_at"] <= row["occurred_at"] <= stated["occurred_by"]


def test_the_command_states_days(tmp_path: Path) -> None:
    assert run("--bookings", 20, "--precision", "day", "--out", tmp_path / "r").exit_code == 0
    for _, rows in Record(tmp_path / "r").histories(SubjectKind.BOOKING):
        assert all(row["occurred_by"] > row["occurred_at"] for row in rows)
    assert run("--bookings", 20, "--precision", "year", "--out", tmp_path / "q").exit_code == 2
