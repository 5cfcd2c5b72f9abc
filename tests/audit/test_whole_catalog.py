"""One audit by all rules agrees, rule for rule and act for act, with the case engine."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from audit.command import audit
from audit.records import of_bookings, of_example, plain
from evenhand.audit.run import audit as run_audit
from evenhand.audit.run import context_of
from evenhand.audit.window import Window
from evenhand.record.events import SubjectKind
from evenhand.record.store import Record
from evenhand.rules.answer import Answer, Verdict
from evenhand.rules.case import judge
from evenhand.rules.catalog import CATALOG
from evenhand.rules.rule import Rule

BOOKING_RULES = tuple(r for r in CATALOG.values() if r.subject is SubjectKind.BOOKING)
OTHER_RULES = tuple(r for r in CATALOG.values() if r.subject is not SubjectKind.BOOKING)
TEXTS = [text for rule in BOOKING_RULES for text in (*rule.passes, *rule.fails, *rule.unclear) if plain(text)]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return of_bookings(tmp_path_factory.mktemp("whole") / "record", TEXTS)


@pytest.fixture(scope="module")
def out(record: Record) -> Path:
    folder = record.folder.with_name("out")
    assert audit(record.folder, folder).exit_code == 1
    return folder


@pytest.fixture(scope="module")
def answers(record: Record) -> dict[str, dict[str, Answer]]:
    context = context_of(record, BOOKING_RULES, Window())
    histories = dict(record.histories(SubjectKind.BOOKING))
    return {
        rule.id: {subject: judge(rule, history, context) for subject, history in histories.items()}
        for rule in BOOKING_RULES
    }


def test_summary_counts_what_the_case_engine_answers(
    out: Path, answers: dict[str, dict[str, Answer]]
) -> None:
    found = {r["id"]: r for r in json.loads((out / "summary.json").read_text())["rules"]}
    assert list(found) == list(CATALOG)
    for rule_id, of in answers.items():
        counts = Counter(a.verdict for a in of.values())
        told = found[rule_id]
        assert (told["holds"], told["broken"], told["cannot_tell"], told["not_applicable"]) == (
            counts[Verdict.HOLDS],
            counts[Verdict.BROKEN],
            counts[Verdict.CANNOT_TELL],
            counts[Verdict.NOT_APPLICABLE],
        ), rule_id
        assert set(told["missing"]) == set().union(*(a.missing for a in of.values())), rule_id


def test_each_breach_is_a_row_of_the_findings(out: Path, answers: dict[str, dict[str, Answer]]) -> None:
    rows = pq.read_table(out / "findings.parquet").to_pylist()
    expected = {
        (rule_id, subject, tuple(str(e) for e in breach.evidence)): breach
        for rule_id, of in answers.items()
        for subject, answer in of.items()
        for breach in answer.breaches
    }
    booked = [r for r in rows if r["subject_kind"] == "booking"]
    assert {(r["rule"], r["subject"], tuple(r["evidence"])) for r in booked} == set(expected)
    assert len(booked) == len(expected)
    for row in booked:
        rule = CATALOG[row["rule"]]
        breach = expected[row["rule"], row["subject"], tuple(row["evidence"])]
        assert row["severity"] == breach.severity
        assert all(str(c).replace(";", ",") in row["citation"] for c in rule.citations)
        assert (row["when"], row["facility"], row["officer"]) == (
            breach.when,
            breach.facility,
            breach.officer,
        )
        assert (row["deadline"], row["still_open"]) == (breach.deadline, breach.still_open)
        late = breach.missed_by.total_seconds() if breach.missed_by else None
        assert row["missed_by_s"] == (late if late and late > 0 else None)


def test_findings_are_sorted_by_rule_and_moment(out: Path) -> None:
    rows = pq.read_table(out / "findings.parquet", columns=["rule", "when", "subject"]).to_pylist()
    order = list(CATALOG)
    keys = [(order.index(r["rule"]), r["when"], r["subject"]) for r in rows]
    assert keys == sorted(keys)


def test_findings_name_the_row_of_the_source(record: Record, out: Path) -> None:
    places = {
        str(row["id"]): row.get("source_row")
        for _, history in record.histories(SubjectKind.BOOKING)
        for row in history
    }
    for row in pq.read_table(out / "findings.parquet").to_pylist():
        if row["subject_kind"] == "booking":
            assert (row["source_file"], row["source_row"]) == ("bookings.csv", places[row["evidence"][0]])


def test_the_same_record_gives_the_same_bytes(record: Record, tmp_path: Path) -> None:
    for name in ("one", "two"):
        audit(record.folder, tmp_path / name, "--group", "SCO", "--group", "REC")
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files == sorted(p.name for p in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


@pytest.mark.parametrize("rule", OTHER_RULES, ids=lambda r: r.id)
def test_rules_about_others_than_bookings_find_a_failing_example(rule: Rule, tmp_path: Path) -> None:
    record = of_example(tmp_path / "record", rule.fails[0], rule.subject)
    (result,) = run_audit(record, [rule], tmp_path).results
    assert result.broken == 1
    rows = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    assert {(r["rule"], r["subject_kind"]) for r in rows} == {(rule.id, str(rule.subject))}
