"""A sheet's true day: its file's name against what is inside it and its neighbours."""

from datetime import UTC, date, datetime

import pytest

from evenhand.registry.published import Evidence, Published, date_sheets, named_day
from evenhand.registry.reading import IN_FORCE
from registry.sheets import Ice


def evidence(
    name: str, saved: str | None = None, signed: str | None = None, rows: frozenset[int] = frozenset()
) -> Evidence:
    moment = datetime.fromisoformat(saved).replace(tzinfo=UTC) if saved else None
    return Evidence(name, IN_FORCE, moment, None, date.fromisoformat(signed) if signed else None, rows)


def one(name: str, saved: str | None = None, signed: str | None = None) -> Published:
    return date_sheets([evidence(name, saved, signed)])[0]


@pytest.mark.parametrize(
    ("name", "day", "half"),
    [
        ("participating-2025-06-12am.xlsx", date(2025, 6, 12), "am"),
        ("participating-2025-09-29.xlsx", date(2025, 9, 29), ""),
        ("participating-2025-07-03pm-2.xlsx", date(2025, 7, 3), "pm"),
        ("participatingAgencies06122025am.xlsx", date(2025, 6, 12), "am"),
        ("participatingAgencies09292025mid.xlsx", date(2025, 9, 29), "mid"),
        ("participating-2202-09-00.xlsx", None, ""),
        ("participatingAgencies090022025am.xlsx", None, "am"),
        ("participating.xlsx", None, ""),
    ],
)
def test_what_a_name_claims(name: str, day: date | None, half: str) -> None:
    assert named_day(name)[:2] == (day, half)


@pytest.mark.parametrize(
    ("name", "saved", "day", "basis"),
    [
        ("p-2025-06-12am.xlsx", "2025-06-11T20:10:00", date(2025, 6, 12), "file name"),
        ("p-2025-09-23am.xlsx", "2025-09-18T15:42:00", date(2025, 9, 23), "file name"),
        ("p-2025-01-05pm.xlsx", "2026-01-05T20:22:00", date(2026, 1, 5), "corrected"),
        ("p-2025-01-09pm.xlsx", "2026-01-08T20:13:00", date(2026, 1, 9), "corrected"),
        ("p-2025-08-02pm.xlsx", "2025-09-02T20:05:00", date(2025, 9, 2), "corrected"),
        ("pAgencies090022025am.xlsx", "2025-09-02T12:11:00", date(2025, 9, 2), "corrected"),
        ("p-2202-09-00.xlsx", "2025-09-02T12:11:00", date(2025, 9, 2), "saved"),
        ("p-4025-11-11am.xlsx", "2025-11-14T15:57:00", date(2025, 11, 14), "saved"),
        ("p.xlsx", "2025-11-14T15:57:00", date(2025, 11, 14), "saved"),
    ],
)
def test_name_against_saving(name: str, saved: str, day: date, basis: str) -> None:
    found = one(name, saved)
    assert (found.day, found.basis) == (day, basis)
    assert found.reason


def test_without_a_saving_the_neighbours_place_it() -> None:
    others = [
        evidence("p-2025-12-31am.xlsx", "2025-12-30T12:00:00", rows=frozenset(range(100))),
        evidence("p-2026-01-07am.xlsx", "2026-01-07T12:00:00", rows=frozenset(range(30, 140))),
    ]
    lying = evidence("p-2025-01-05pm.xlsx", signed="2025-12-18", rows=frozenset(range(2, 103)))
    found = date_sheets([*others, lying])[2]
    assert (found.day, found.basis) == (date(2025, 12, 31), "neighbours")
    assert "99% shared" in found.reason or "shared" in found.reason
    assert date_sheets([lying, *others])[0] == found


def test_an_impossible_name_with_nothing_inside() -> None:
    found = one("pending-4025-11-11am.xlsx")
    assert found.day == date(2025, 11, 11)
    assert found.basis == "neighbours"


def test_the_published_sheets(ice: Ice) -> None:
    corpus = ice.registry.corpus
    found = {s.name: p for s, p in zip(corpus.sheets, corpus.published, strict=True)}
    for name, day in {
        "participating-2025-01-05pm.xlsx": date(2026, 1, 5),
        "participating-2025-01-09pm.xlsx": date(2026, 1, 9),
        "pending-2025-01-06pm.xlsx": date(2026, 1, 6),
        "participating-2025-08-02pm.xlsx": date(2025, 9, 2),
        "participating-2202-09-00.xlsx": date(2025, 9, 2),
        "participating-4025-11-11am.xlsx": date(2025, 11, 14),
        "pending-4025-11-11am.xlsx": date(2025, 11, 14),
    }.items():
        assert found[name].day == day, name
        assert found[name].basis in ("corrected", "saved")
    corrected = [n for n, p in found.items() if p.basis not in ("file name", "capture")]
    assert len(corrected) == 9
    days = [p.day for p in corpus.published]
    assert days == sorted(days)
    # No sheet lists an agreement signed well after the day that the sheet is given.
    latest: dict[int, date] = {}
    for sheet, content in zip(corpus.sheet, corpus.content, strict=True):
        signed = corpus.cleans[content].signed
        if signed and signed > latest.get(sheet, date.min):
            latest[sheet] = signed
    late = {corpus.sheets[n].name: (d, days[n]) for n, d in latest.items() if (d - days[n]).days > 0}
    assert late == {}
