"""The committed pages are what the program says."""

from pathlib import Path

from evenhand.desk.api.urls import document
from evenhand.desk.environment import page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_settings_is_current() -> None:
    assert (DOCS / "desk-settings.md").read_text() == page()


def test_the_document_of_the_api_is_current() -> None:
    assert (DOCS / "desk-api.json").read_text() == document()
