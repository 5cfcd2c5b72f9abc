"""Biases put in on purpose: of the stated size, for those named alone, and labelled."""

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from evenhand.cli import main
from evenhand.record.store import Record
from evenhand.rules.answer import Verdict
from evenhand.simulate.biases.bias import RANGES, SHARES, Measure, parse
from evenhand.simulate.biases.read import read_biases
from evenhand.simulate.faults.rates import shipped_rates
from evenhand.simulate.simulation import Settings, Simulation
from simulate.judging import truth, verdicts
from simulate.making import START

HISPANIC = "race_ethnicity=hispanic"
Row = dict[str, float]


def make(
    out: Path, bookings: int, *biases: str, seed: int = 1, rates: dict[str, float] | None = None
) -> Path:
    settings = Settings(bookings, seed, START, 2.0, rates or {}, read_biases(None, biases))
    Simulation(settings).write(out, lambda _done: None)
    return out


def shares(folder: Path, by: str) -> dict[str, Row]:
    """Of each value of a column: the shares and the mean times (minutes) of every measure."""
    rows = (
        duckdb.connect()
        .sql(
            f"""
        WITH b AS (
            SELECT "case", right(any_value(facility), 1) AS jail,
              max(ncic_class) FILTER (type = 'charge.recorded' AND charge_no = 1 AND corrects IS NULL) charge,
              min(occurred_at) FILTER (type = 'person.booked') AS booked,
              min(occurred_at) FILTER (type = 'screening.opened') AS opened,
              bool_or(coalesce(closing_reason = 'completed', false)) AS steps,
              bool_or(type = 'interview.held') AS interview,
              bool_or(coalesce(type = 'determination.made' AND outcome = 'refer', false)) AS referral,
              bool_or(type = 'detainer.issued') AS detainer,
              bool_or(type = 'detainer.cancelled') AS cancelled,
              bool_or(type = 'detainer.lapsed') AS lapsed,
              min(occurred_at) FILTER (type = 'custody.hold_started') AS hold,
              min(occurred_at) FILTER (type = 'custody.hold_ended') AS hold_over,
              min(occurred_at) FILTER (type = 'custody.release_due') AS due,
              min(occurred_at) FILTER (type IN ('custody.released', 'custody.departed')) AS gone
            FROM read_parquet('{folder}/events/booking/*/*.parquet', union_by_name = true)
            GROUP BY "case")
        SELECT {by}, count(*) AS n, avg((opened IS NOT NULL)::INT) AS screening,
          avg(steps::INT) AS steps, avg(interview::INT) AS interview, avg(referral::INT) AS referral,
          avg(detainer::INT) AS detainer, avg(cancelled::INT) FILTER (detainer) AS cancelled,
          avg(epoch(opened - booked)) / 60 AS time_to_screening,
          avg(epoch(hold_over - hold)) FILTER (NOT lapsed) / 60 AS hold_length,
          avg(epoch(gone - due)) FILTER (hold IS NULL) / 60 AS release_delay
        FROM b JOIN '{folder}/personal/booking/person.booked/*.parquet' USING ("case") GROUP BY {by}"""
        )
        .fetchall()
    )
    names = ["n", *Measure]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def test_without_a_bias_every_group_has_the_shares_of_the_process(tmp_path: Path) -> None:
    found = shares(make(tmp_path / "r", 30_000), "race_ethnicity")
    for row in found.values():
        for measure, share in SHARES.items():
            n = row["n"] * (SHARES[Measure.DETAINER] if measure is Measure.CANCELLED else 1)
            assert abs(row[measure] - share) <= 5 * (share * (1 - share) / n) ** 0.5, measure


@pytest.mark.trial
@pytest.mark.parametrize(
    ("measure", "size", "sd"),
    [
        (Measure.SCREENING, -0.05, 0.22),
        (Measure.STEPS, 0.1, 0.49),
        (Measure.STEPS, -0.1, 0.49),
        (Measure.INTERVIEW, 0.05, 0.33),
        (Measure.INTERVIEW, -0.03, 0.33),
        (Measure.REFERRAL, 0.03, 0.22),
        (Measure.REFERRAL, -0.01, 0.14),
        (Measure.DETAINER, -0.01, 0.14),
        (Measure.CANCELLED, 0.3, 0.5),
        (Measure.CANCELLED, -0.14, 0.35),
        (Measure.TIME_TO_SCREENING, 8, 15),
        (Measure.HOLD_LENGTH, 170, 780),
        (Measure.RELEASE_DELAY, 45, 95),
    ],
)
def test_a_bias_has_its_size_and_befalls_only_those_named(
    tmp_path: Path, measure: Measure, size: float, sd: float
) -> None:
    # One bias on top of another process for all, which must not matter.
    text = f"{measure}:sex=female:{size}"
    folder = make(tmp_path / "b", 20_000, text, seed=3)
    biased = shares(folder, "sex")
    plain = shares(make(tmp_path / "a", 20_000, seed=3), "sex")
    few = {Measure.CANCELLED: 0.018, Measure.HOLD_LENGTH: 0.0137, Measure.RELEASE_DELAY: 0.35}
    n = biased["female"]["n"] * few.get(measure, 1)
    assert abs(biased["female"][measure] - plain["female"][measure] - size) < 5 * sd * (2 / n) ** 0.5
    for name in ("n", *Measure):
        assert biased["male"][name] == pytest.approx(plain["male"][name], rel=0.12), name
    labels = {subject for rule, subject in truth(folder) if rule == f"bias:{text}"}
    women = (
        duckdb.connect()
        .sql(
            f"SELECT subject FROM '{folder}/events/booking/person.booked/*.parquet' "
            f"JOIN '{folder}/personal/booking/person.booked/*.parquet' USING (id) WHERE sex = 'female'"
        )
        .fetchall()
    )
    assert labels <= {subject for (subject,) in women}
    assert len(labels) > 5


@pytest.mark.trial
def test_a_mix_with_a_process_that_goes_by_charge_makes_only_crude_shares_differ(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "r", 60_000, f"charge=35:{HISPANIC}:0.4", "screening:charge=35:-0.3", "jail=2:sex=female:1"
    )
    crude = shares(folder, "race_ethnicity")
    assert crude["white"]["screening"] - crude["hispanic"]["screening"] > 0.1
    within = shares(folder, "race_ethnicity || ' ' || charge")
    for charge, share in (("35", 0.7), ("54", 1.0)):
        for group in ("white", "hispanic", "black"):
            row = within[f"{group} {charge}"]
            assert abs(row["screening"] - share) < 5 * (0.21 / row["n"]) ** 0.5
    jails = shares(folder, "sex || ' ' || jail")
    assert jails["female 1"]["n"] < jails["female 2"]["n"]
    assert jails["male 1"]["n"] > jails["male 2"]["n"]


ALL = (
    f"screening:{HISPANIC}:-0.2",
    f"steps:{HISPANIC}:-0.05",
    f"interview:{HISPANIC}:0.1",
    "referral:sex=female:0.04",
    "detainer:charge=54:-0.01",
    f"cancelled:{HISPANIC}:0.4",
    f"time_to_screening:{HISPANIC}:9",
    "hold_length:jail=1:180",
    f"release_delay:{HISPANIC}:50",
    f"jail=2:{HISPANIC}:0.7",
    "charge=54:age_group=18-24,sex=male:0.5",
)


@pytest.mark.trial
@pytest.mark.parametrize("faults", [False, True])
def test_all_that_biases_break_is_known(tmp_path: Path, faults: bool) -> None:
    folder = make(tmp_path / "r", 2000, *ALL, rates=shipped_rates() if faults else {})
    broken = verdicts(folder)[Verdict.BROKEN]
    known = {pair for pair in truth(folder) if not pair[0].startswith("bias:")}
    assert Counter(rule for rule, _ in broken ^ known) == {}
    labelled = Counter(rule for rule, _ in truth(folder))
    assert all(labelled[f"bias:{text}"] for text in ALL)


def test_the_same_biases_and_seed_give_the_same_record(tmp_path: Path) -> None:
    parts = [Record(make(tmp_path / name, 1500, *ALL)).manifest.parts for name in "ab"]
    assert parts[0] == parts[1]


def run(tmp_path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(
        main, ["simulate", "--bookings", "50", "--out", str(tmp_path / "r"), *arguments]
    )
    assert result.exit_code == 2
    assert not (tmp_path / "r").exists()
    return " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("screening", ["what:whom:size"]),
        ("luck:sex=male:0.1", ["'luck'", "screening"]),
        ("screening:height=1:-0.1", ["height=1", "race_ethnicity"]),
        ("screening:sex=x:-0.1", ["sex", "'x'", "male, female"]),
        ("screening:sex=male:much", ["'much'", "no number"]),
        ("screening:sex=male:0.1", ["0.1", "from -1 to 0"]),
        ("screening:sex=male:nan", ["nan", "out of range"]),
        ("sex=male:jail=1:0.1", ["only charge", "sex"]),
    ],
)
def test_a_bad_bias_is_named_with_its_remedy(tmp_path: Path, text: str, parts: list[str]) -> None:
    output = run(tmp_path, "--bias", text)
    assert all(part in output for part in [text, *parts]), output
    (tmp_path / "b.txt").write_text(f"# biases\n\n{text}\n")
    output = run(tmp_path, "--biases", str(tmp_path / "b.txt"))
    assert all(part in output for part in ["b.txt, line 3", *parts]), output


def test_biases_that_add_up_too_far_or_stand_twice_are_refused(tmp_path: Path) -> None:
    two = ("--bias", "interview:sex=male:-0.04", "--bias", "interview:jail=1:-0.04")
    assert "add up" in run(tmp_path, *two)
    assert "twice" in run(tmp_path, *(2 * ("--bias", "interview:sex=male:-0.04")))
    assert "no.txt" in run(tmp_path, "--biases", str(tmp_path / "no.txt"))


def test_every_bound_of_every_range_is_accepted() -> None:
    for measure, bounds in RANGES.items():
        assert [parse(f"{measure}:sex=male:{bound:.4g}").what for bound in bounds] == [measure] * 2


@pytest.mark.trial
def test_biases_in_another_period_keep_the_rules(tmp_path: Path) -> None:
    settings = Settings(1500, 4, date(2033, 8, 15), 5.0, {}, read_biases(None, ALL))
    Simulation(settings).write(tmp_path / "r", lambda _done: None)
    broken = verdicts(tmp_path / "r")[Verdict.BROKEN]
    assert {rule for rule, _ in broken} == {"UNI-01", "UNI-02"}
