"""The committed pages are what the program says."""

from pathlib import Path

from evenhand.desk.environment import page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_settings_is_current() -> None:
    assert (DOCS / "desk-settings.md").read_text() == page()
