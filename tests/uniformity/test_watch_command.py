"""`evenhand uniformity watch` as a user meets it."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner, Result

from evenhand.cli import main
from uniformity.grown import as_of, rewritten, simulated

HISPANIC = "race_ethnicity=hispanic"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["uniformity", "watch", *(str(a) for a in arguments)])


def looked(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def by_key(found: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(c["measure"], c["group"]): c for c in found["comparisons"]}


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("even") / "r", 5000, seed=2)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    biases = (f"screening:{HISPANIC}:-0.1", "time_to_screening:sex=female:6", "referral:sex=female:0.03")
    return simulated(tmp_path_factory.mktemp("uneven") / "r", 12_000, *biases, seed=2)


def test_an_even_process_gives_no_alert(even: Path) -> None:
    found = looked(even)
    assert len(found["comparisons"]) == 9 * (4 + 1 + 4)
    assert [c for c in found["comparisons"] if c["alert"]] == []
    assert run(even, "--fail-on", "alert").exit_code == 0
    assert "No alert" in run(even).stdout


def test_biases_are_found_where_they_are_and_nowhere_else(uneven: Path) -> None:
    found = looked(uneven)
    alerts = {(c["measure"], c["group"]): c for c in found["comparisons"] if c["alert"]}
    assert set(alerts) == {
        ("coverage", "hispanic"),
        ("to_screening", "hispanic"),
        ("to_screening", "female"),
        ("referral", "female"),
        ("detainer", "female"),
    }, "who is never screened waits for ever, so that this shows in both"

    coverage = alerts["coverage", "hispanic"]
    assert coverage["difference_low"] <= -0.1 <= coverage["difference_high"] < 0
    assert (
        alerts["detainer", "female"]["difference_low"]
        <= 0.03
        <= alerts["detainer", "female"]["difference_high"]
    )
    assert alerts["to_screening", "female"]["odds_ratio_high"] < 1
    assert "2024" in coverage["sentence"]
    result = run(uneven, "--fail-on", "alert")
    assert result.exit_code == 1
    assert coverage["alert"] in result.stdout


def test_a_mix_of_charges_gives_no_alert(tmp_path: Path) -> None:
    folder = simulated(
        tmp_path / "r",
        12_000,
        f"charge=35:{HISPANIC}:0.5",
        "screening:charge=35:-0.3",
        "steps:charge=35:-0.2",
    )
    found = looked(folder, "--by", "race_ethnicity")
    assert [c for c in found["comparisons"] if c["alert"]] == []


def test_looking_often_gives_what_looking_once_gives(uneven: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    once = by_key(looked(uneven, "--by", "sex"))
    first: dict[tuple[str, str], str] = {}
    for number, days in enumerate((10, 11, 95, 200, 420)):
        folder = as_of(uneven, tmp_path / str(number), date(2024, 1, 1) + timedelta(days=days))
        for key, each in by_key(looked(folder, "--state", state, "--by", "sex")).items():
            if each["alert"]:
                assert first.setdefault(key, each["alert"]) == each["alert"]
    often = by_key(looked(uneven, "--state", state, "--by", "sex"))
    assert often.keys() == once.keys()
    for key, each in often.items():
        for name, value in each.items():
            same = pytest.approx(once[key][name], rel=1e-6) if isinstance(value, float) else once[key][name]
            assert value == same, (key, name)


def test_the_same_look_twice_changes_nothing(even: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    first = looked(even, "--state", state, "--by", "sex")
    kept = state.read_bytes()
    assert looked(even, "--state", state, "--by", "sex") == first
    assert state.read_bytes() == kept
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]


def _without_screenings(share: int) -> Any:
    """Take the screening out of every so-manieth booking."""

    def edit(events: pa.Table) -> pa.Table:
        number = pc.cast(pc.utf8_slice_codeunits(events["subject"], 2), pa.int64())
        of_it = pc.starts_with(events["type"], "screening.")
        hit = pc.equal(pc.subtract(number, pc.multiply(pc.divide(number, share), share)), 0)
        return events.filter(pc.invert(pc.and_(of_it, hit)))

    return edit


def test_a_late_correction_is_told_and_leaves_the_evidence_as_it_was(uneven: Path, tmp_path: Path) -> None:
    state, by = tmp_path / "state.json", ("--by", "sex")
    before = by_key(looked(uneven, "--state", state, *by))
    assert all(c["corrected"] is None and c["e_value_recomputed"] is None for c in before.values())
    corrected = rewritten(uneven, tmp_path / "c", _without_screenings(7))
    after = by_key(looked(corrected, "--state", state, *by))
    for key, each in after.items():
        assert each["log_e_value"] == pytest.approx(before[key]["log_e_value"])
        assert each["alert"] == before[key]["alert"]
    told = after["coverage", "female"]
    afresh = by_key(looked(corrected, *by))["coverage", "female"]
    assert told["corrected"] is not None
    assert told["e_value_recomputed"] == pytest.approx(afresh["e_value"])
    assert "corrected since" in told["sentence"]
    assert after["release_delay", "female"]["corrected"] is None
    assert (
        by_key(looked(corrected, "--state", state, *by))["coverage", "female"]["corrected"]
        == told["corrected"]
    )


def test_late_cases_of_days_not_yet_counted_are_counted_when_seen(uneven: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    half = as_of(uneven, tmp_path / "half", date(2024, 5, 1))
    thin = rewritten(half, tmp_path / "thin", _without_screenings(2), None)
    looked(thin, "--state", state, "--by", "sex")
    found = looked(uneven, "--state", state, "--by", "sex")
    for each in found["comparisons"]:
        assert each["alert"] is None or each["alert"] <= found["last_day"]


# --- what cannot be done ---------------------------------------------------------------------------------


def refused(*arguments: object, exit_code: int = 2) -> str:
    result = run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_what_is_no_record_is_named(tmp_path: Path) -> None:
    assert "is no record" in refused(tmp_path / "nothing")


def test_a_record_without_bookings_says_so(tmp_path: Path) -> None:
    assert "holds no booking" in refused(simulated(tmp_path / "r", 0))


def test_a_record_without_groups_says_so(even: Path, tmp_path: Path) -> None:
    columns = ("race_ethnicity", "sex", "age_group")
    bare = rewritten(even, tmp_path / "r", lambda t: t.drop_columns(columns))
    output = refused(bare)
    assert "nothing can be compared" in output
    assert all(f"{column}: the record holds no value of it" in output for column in columns)


def test_a_single_group_and_an_unusable_column_are_told(even: Path, tmp_path: Path) -> None:
    def edit(events: pa.Table) -> pa.Table:
        places = events.column_names.index("sex"), events.column_names.index("age_group")
        subjects = events["subject"].cast(pa.string())
        one = pc.if_else(pc.is_valid(events["sex"]), "male", pa.scalar(None, pa.string()))
        many = pc.if_else(pc.is_valid(events["age_group"]), subjects, pa.scalar(None, pa.string()))
        return events.set_column(places[0], "sex", one).set_column(places[1], "age_group", many)

    found = looked(rewritten(even, tmp_path / "r", edit))
    assert "one value alone" in found["not_watched"]["sex"]
    assert "values: map them" in found["not_watched"]["age_group"]
    assert {c["column"] for c in found["comparisons"]} == {"race_ethnicity"}


def test_what_the_record_does_not_tell_is_not_watched(even: Path, tmp_path: Path) -> None:
    folder = rewritten(even, tmp_path / "r", lambda t: t)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["provides"]["detainer.issued"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = looked(folder, "--by", "sex")
    assert "detainer.issued" in found["not_watched"]["detainer"]
    assert "detainer" not in {c["measure"] for c in found["comparisons"]}


def test_a_few_days_give_no_number_but_a_statement(even: Path, tmp_path: Path) -> None:
    found = looked(as_of(even, tmp_path / "r", date(2024, 1, 3)), "--by", "race_ethnicity")
    texts = {c["sentence"] for c in found["comparisons"]}
    assert any("no case of one of them has been counted yet" in text for text in texts)
    assert not any(word in text for text in texts for word in ("nan", "None", "inf"))


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"version": 1}', b""])
def test_a_damaged_state_is_named_and_left_alone(even: Path, tmp_path: Path, content: bytes) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(content)
    output = refused(even, "--state", state)
    assert "state.json" in output
    assert "name another" in output
    assert state.read_bytes() == content


def test_a_state_goes_on_only_as_it_began(even: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    looked(even, "--state", state, "--by", "sex")
    kept = state.read_bytes()
    assert "--alpha 0.05" in refused(even, "--state", state, "--by", "sex", "--alpha", "0.1")
    assert "columns sex" in refused(even, "--state", state, "--by", "age_group")
    assert "reference sex=male" in refused(even, "--state", state, "--by", "sex", "--reference", "sex=female")
    older = as_of(even, tmp_path / "older", date(2024, 3, 1))
    assert "Name the newer record" in refused(older, "--state", state, "--by", "sex")
    content = json.loads(kept)
    content["facilities"].append("ZZ9999900-1")
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content))
    assert "ZZ9999900" in refused(even, "--state", other, "--by", "sex")
    assert state.read_bytes() == kept


def test_references_are_checked_and_followed(even: Path) -> None:
    found = looked(even, "--by", "sex", "--reference", "sex=female")
    assert {(c["reference"], c["group"]) for c in found["comparisons"]} == {("female", "male")}
    assert "It has female, male" in refused(even, "--by", "sex", "--reference", "sex=other")
    assert "column=group" in refused(even, "--reference", "height=1")
    assert "alpha" in refused(even, "--alpha", "0")


def test_a_group_that_comes_later_is_told(even: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"

    def only(events: pa.Table) -> pa.Table:
        place = events.column_names.index("race_ethnicity")
        values = events["race_ethnicity"].cast(pa.string())
        few = pc.if_else(pc.equal(values, "asian_pacific_islander"), "black", values)
        return events.set_column(place, "race_ethnicity", few)

    looked(rewritten(even, tmp_path / "r", only), "--state", state, "--by", "race_ethnicity")
    found = looked(even, "--state", state, "--by", "race_ethnicity")
    assert "not in the family" in found["not_watched"]["race_ethnicity=asian_pacific_islander"]
