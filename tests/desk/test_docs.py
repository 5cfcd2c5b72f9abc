"""The committed pages are what the program says."""

from pathlib import Path

from evenhand.desk.api.urls import document

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_of_the_api_is_current() -> None:
    assert (DOCS / "desk-api.json").read_text() == document()
