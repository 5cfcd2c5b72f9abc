"""Acts fired at the same moment record what one after the other would have recorded.

In a process of its own: two real connections, on a database that keeps what the ledger appends.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from postgres import new_database

NEEDS_MORE = {
    "come_back",
    "concur",
    "do_steps_again",
    "refuse_bail",
    "resolve_claim",
    "still_held",
    "resolve",
    "issue_credential",
    "revoke",
    "amend",
    "become_operational",
}
"""Acts that a rule refuses, or that need what no prepared state has; they are raced nowhere here."""


def _raced(what: str, folder: Path) -> list[str]:
    """What `racing.py` says, without what no state allows."""
    given = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    given |= {"EVENHAND_DESK_MODE": "demonstration", "EVENHAND_DESK_FOLDER": str(folder)}
    given["PYTHONPATH"] = str(Path(__file__).parents[2])
    if server := given.get("EVENHAND_DESK_DATABASE"):
        given["EVENHAND_DESK_DATABASE"] = new_database(server)
    script = Path(__file__).with_name("racing.py")
    done = subprocess.run([sys.executable, script, what], env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def test_contradictory_acts_at_once_are_not_both_recorded(tmp_path: Path) -> None:
    """Three determinations, a review's three outcomes, a correction twice and others like them."""
    tried, wrong, *which = _raced("quick", tmp_path)
    assert "booking" in tried
    assert wrong == "0 wrong", which


@pytest.mark.trial
def test_every_two_acts_at_once(tmp_path: Path) -> None:
    """Each pair of acts that a state allows, of every kind of subject."""
    never, _tried, wrong, *which = _raced("all", tmp_path)
    assert set(never.removeprefix("never possible: ").split(", ")) == NEEDS_MORE
    assert wrong == "0 wrong", which
