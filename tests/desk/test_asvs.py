"""docs/desk/asvs.md answers each point of levels 1 and 2 of OWASP ASVS 5.0.0 once, and names what exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/desk/asvs.md").read_text()
ROW = re.compile(r"^\| (V[^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
# How many points each section has, and which of them are of level 3 (the standard's own CSV).
SECTIONS = {
    1: (2, 10, 12, 3, 3),
    2: (3, 3, 5, 2),
    3: (1, 3, 5, 8, 8, 1, 5),
    4: (5, 5, 2, 4),
    5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    9: (3, 4),
    10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 4, 2, 2, 2),
    12: (5, 2, 5),
    13: (4, 6, 4, 7),
    14: (2, 8, 3),
    15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4),
    17: (2, 8, 2),
}
LEVEL_3 = set(
    re.findall(
        r"[\d.]+",
        """
    1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3 3.7.4 3.7.5
    4.1.4 4.1.5 4.2.2 4.2.3 4.2.4 4.2.5 5.2.4 5.2.5 5.2.6 5.3.3 6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6
    6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3 8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2 10.2.3 10.3.5 10.4.12 10.4.13
    10.4.14 10.4.15 10.4.16 11.1.3 11.1.4 11.2.4 11.2.5 11.3.4 11.3.5 11.5.2 11.6.2 11.7.1 11.7.2 12.1.4
    12.1.5 12.3.5 13.1.2 13.1.3 13.1.4 13.2.6 13.3.3 13.3.4 13.4.6 13.4.7 14.2.5 14.2.6 14.2.7 14.2.8 15.1.4
    15.1.5 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3 15.4.4 16.5.4 17.1.2 17.2.5 17.2.6 17.2.7 17.2.8
    """,
    )
)
POINTS = {
    f"V{chapter}.{section}.{number}"
    for chapter, sizes in SECTIONS.items()
    for section, size in enumerate(sizes, 1)
    for number in range(1, size + 1)
    if f"{chapter}.{section}.{number}" not in LEVEL_3
}


def test_each_point_is_answered_once() -> None:
    said = [point for row in ROW.finditer(PAGE) for point in row[1].split(", ")]
    assert len(POINTS) == 253
    assert sorted(said) == sorted(POINTS)


def test_each_answer_is_one_of_four_and_says_how() -> None:
    for row in ROW.finditer(PAGE):
        assert row[3] in ("met", "no part", "operator", "not met"), row[0]
        assert row[4].strip(), row[0]


def test_what_is_named_exists() -> None:
    for named in re.findall(r"`((?:tests|desk|intake|record|mapping)/[\w./]+)`", PAGE):
        places = [ROOT / named, ROOT / "src/evenhand" / named, ROOT / "src/evenhand/intake" / named]
        assert any(place.exists() for place in places), named
