"""The comparison of a record with what happened finds each kind of fault; without it no such test could fail."""

from pathlib import Path

import pytest

from intake.roster.history import History, faults
from intake.taking import take

SHAPE = Path(__file__).parent / "public_shapes" / "elite-movements"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("America/Chicago", "America/Denver", "never happened: person.booked"),
        ('ICE = "ice"', 'ICE = "prison"', "never happened: custody.departed"),
        ('BOND = "bond"', 'BOND = "served"', "never happened: custody.released"),
        ('in = ["MAIN", "NORTH"]', 'in = ["MAIN"]', "lost: custody.moved"),
        ('is = "REL"', 'is = "OUT"', "lost: custody.released"),
        ('"OFFENDER_BOOK_ID"', '["OFFENDER_BOOK_ID", "DIRECTION_CODE"]', "is split over the keys"),
        ('"%m/%d/%Y %H:%M"', '"%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"', "never happened"),
        ('observed_until = "2024-03-31"', 'observed_until = "2099-12-31"', "the record goes on until"),
    ],
)
def test_a_wrong_mapping_gives_faults(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    mapping = (SHAPE / "mapping.toml").read_text()
    assert right in mapping
    taken = take(tmp_path, SHAPE / "elite_externalmovements.csv", mapping=mapping.replace(right, wrong, 1))
    assert taken.status == 0, taken.said
    assert any(told in fault for fault in faults(History.load(SHAPE / "truth.json"), taken))
