"""What each measure counts, on records small enough to count by hand."""

from datetime import timedelta

import pytest

from uniformity.county import NOON, RELEASED, SCREENED, County, compare, share

STEPS = [
    (20 + k, "screening.step_done", {"step": s}) for k, s in enumerate(("language", "advisal", "questions"))
]
INTERVIEW = (60, "interview.held", {})
REFERRED = (90, "determination.made", {"outcome": "refer"})
DETAINER = (120, "detainer.issued", {})
HOLD = (600, "custody.hold_started", {"basis": "detainer"})
TO_ICE = (900, "custody.departed", {"destination": "ice"})


@pytest.fixture
def found(tmp_path):
    county = County()
    county.book(SCREENED, *STEPS, RELEASED, sex="F")
    county.book(SCREENED, *STEPS[:2], RELEASED, sex="F")
    county.book(RELEASED, sex="F")
    county.book(SCREENED, *STEPS, INTERVIEW, REFERRED, DETAINER, HOLD, TO_ICE, sex="M")
    county.book(SCREENED, INTERVIEW, REFERRED, RELEASED, sex="M")
    county.book(SCREENED, INTERVIEW, (90, "determination.made", {"outcome": "no_action"}), RELEASED, sex="M")
    county.book((15, "screening.opened", {}), RELEASED, sex="M")
    county.book(SCREENED, RELEASED, sex="M")
    return compare(county.write(tmp_path / "record"), tmp_path)


@pytest.mark.parametrize(
    ("measure", "women", "men"),
    [
        ("coverage", (2, 3), (5, 5)),
        # The fourth man's form has no version: which steps it asks is not known.
        ("steps", (1, 2), (1, 4)),
        ("interview", (0, 2), (3, 5)),
        ("referral", (0, 0), (2, 3)),
        ("detainer", (0, 3), (1, 5)),
        ("held", (0, 3), (1, 5)),
        ("outcome", (0, 3), (1, 5)),
        ("no_action", (0, 0), (1, 2)),
    ],
)
def test_shares(found, measure, women, men):
    assert share(found, measure, "F") == women
    assert share(found, measure, "M") == men


def test_a_form_of_unknown_version_is_counted_as_left_out(found):
    assert found.compared.unknown == {"steps": 1}


def test_times(found):
    times = {(r.measure, r.group): r for r in found.compared.times}
    screening = times["to_screening", "F"]
    assert (screening.cases, screening.events, screening.median) == (3, 2, 15)
    hold = times["hold_length", "M"]
    assert (hold.cases, hold.events, hold.median) == (1, 1, 5)
    assert times["hold_length", "F"].reason == "no cases"
    assert times["stay", "M"].median == 10


def test_open_bookings_wait_a_month_before_they_count(tmp_path):
    county = County()
    until = NOON + timedelta(days=40)
    county.book(sex="F")
    county.book(at=until - timedelta(days=2), sex="F")
    county.book(RELEASED, at=until - timedelta(days=2), sex="F")
    found = compare(county.write(tmp_path / "record", until=until), tmp_path)
    assert share(found, "coverage", "F") == (0, 2)


def test_a_corrected_event_counts_no_more(tmp_path):
    county = County()
    subject = county.book(RELEASED, sex="F")
    wrong = county.add(subject, NOON + timedelta(minutes=5), "interview.held")
    county.add(subject, NOON + timedelta(minutes=6), "screening.opened", corrects=wrong, reason="wrong form")
    found = compare(county.write(tmp_path / "record"), tmp_path)
    assert share(found, "coverage", "F") == (1, 1)
    assert share(found, "interview", "F") == (0, 1)


def test_an_end_before_its_start_is_no_time(tmp_path):
    county = County()
    county.book(SCREENED, (300, "custody.released", {}), (400, "custody.release_due", {}), sex="F")
    found = compare(county.write(tmp_path / "record"), tmp_path)
    (row,) = [r for r in found.compared.times if r.measure == "release_delay"]
    assert row.cases == 0
    assert found.compared.unknown["release_delay"] == 1


def test_an_exit_before_the_booking_ends_another_stay(tmp_path):
    county = County()
    county.book((-30, "custody.released", {}), SCREENED, sex="F")
    found = compare(county.write(tmp_path / "record"), tmp_path)
    (row,) = [r for r in found.compared.times if r.measure == "stay"]
    assert (row.cases, row.events) == (1, 0)


def test_groups_said_to_be_unknown_are_missing(tmp_path):
    county = County()
    for sex in ("F", " f ", "UNKNOWN", "", None, "n/a"):
        county.book(RELEASED, sex=sex)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    (missing,) = found.compared.missing
    assert (missing.missing, missing.bookings) == (4, 6)
    assert found.groups == {"sex": ("F", "f")}


def test_a_place_that_differs_is_no_difference_of_groups(tmp_path):
    """Within each jail both groups are screened alike, but one is mostly in the slow jail (Simpson)."""
    county = County()
    for facility, of_ten, counts in (("a", 9, {"x": 900, "y": 100}), ("b", 5, {"x": 100, "y": 900})):
        for group, count in counts.items():
            for n in range(count):
                events = (SCREENED, RELEASED) if n % 10 < of_ten else (RELEASED,)
                county.book(*events, facility=facility, race_ethnicity=group)
    found = compare(county.write(tmp_path / "record"), tmp_path)
    (row,) = [r for r in found.compared.comparisons if r.measure == "coverage"]
    assert abs(row.difference) == pytest.approx(0.32)
    assert row.difference_low * row.difference_high > 0
    assert row.adjusted == pytest.approx(0, abs=1e-12)
    assert row.model_odds_ratio == pytest.approx(1)
    assert row.verdict == "no difference found"
    assert "would have been found" in row.sentence
