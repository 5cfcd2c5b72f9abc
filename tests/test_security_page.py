"""docs/security.md names, for each thing that an attacker can't do, the test that holds it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WHO = (
    "stranger",
    "jail officer",
    "coordinator",
    "federal supervisor",
    "administrator",
    "database owner",
    "operator",
    "publisher",
    "thief of a backup",
)


def test_each_named_test_exists() -> None:
    named = set(NAMED.findall(PAGE))
    assert named
    missing = [f"{path}::{name}" for path, name in sorted(named) if not _defines(path, name)]
    assert missing == []


def test_each_attacker_has_a_section() -> None:
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    assert [heading.lower() for heading in headings if heading.lower() in WHO] == list(WHO)


def test_each_barrier_names_its_test() -> None:
    """A row says what is attacked, what keeps it off, and which test holds that."""
    rows = [row for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE) if row.startswith("to ")]
    assert len(rows) > len(WHO)
    for row in rows:
        assert NAMED.search(row.split(" | ")[2]), row


def _defines(path: str, name: str) -> bool:
    file = ROOT / path
    return file.exists() and re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE) is not None
