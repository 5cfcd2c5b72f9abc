"""The command that a timer runs, and what the home page says."""

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from desk.county import County
from desk.custody.flow import BOOKING, Flow
from evenhand.desk.accounts.models import Role
from evenhand.desk.command import ENDED
from evenhand.desk.command import clocks as command
from evenhand.desk.custody.due import due
from evenhand.desk.record.scope import within

OPS = Path(__file__).parents[3] / "ops"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, list(arguments))


@pytest.mark.usefixtures("clock")
def test_the_command_lists_what_ends_soon_without_a_name(county: County) -> None:
    Flow(county, 90, "B-9").screened(80).detained(78).do("notify_ice", at=77)
    assert run().output == ""
    Flow(county, 30, "B-8").do("release_due", "served", by=BOOKING, at=2)
    done = run()
    assert done.exit_code == 0
    (line,) = done.output.splitlines()
    assert line.startswith("B-8\tjail-1\t")
    assert "ends 4 h 00 min from now" in line
    assert "HLD-06" in line
    assert "Doe" not in line
    assert run("--within", "1").output == ""


def test_the_command_says_by_its_code_that_a_clock_has_ended(county: County, other_county: County) -> None:
    Flow(county, 30, "B-8").do("release_due", "served", by=BOOKING, at=7)
    done = run()
    assert done.exit_code == ENDED
    assert "Release the person now: nothing holds the person." in done.output
    assert run("--agency", other_county.ori).exit_code == 0
    assert run("--within", "no").exit_code == 2


def test_to_the_timer_an_ended_clock_is_no_fault_and_a_database_that_is_away_is(tmp_path: Path) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(OPS / "evenhand-desk-timer@.service")
    assert unit["Service"]["SuccessExitStatus"] == str(ENDED)
    away = {
        "EVENHAND_DESK_DATABASE": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "evenhand.desk.settings",
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("evenhand"), "desk", "--folder", tmp_path, "clocks"],
        env=os.environ | away,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the clocks could not be read from the database")


def test_the_home_page_says_what_to_do_first(county: County, client: Client) -> None:
    flow = Flow(county, 90, "B-8").screened(80).detained(78).held(60)
    user = county.account(Role.BOOKING_OFFICER)
    with within(user.scope()):
        items = due(user, county.began)
    assert [item.late for item in items] == [True, True]
    assert [item.text for item in items] == [
        "Booking B-8: Tell ICE now.",
        "Booking B-8: Release the person now: the form gives no more than 48 hours.",
    ]
    client.force_login(user)
    assert f"/bookings/{flow.subject}/" in client.get("/").content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.COORDINATOR, Role.COMPLAINTS_OFFICER])
def test_who_does_nothing_in_custody_is_asked_for_nothing(county: County, role: Role) -> None:
    Flow(county, 30).do("release_due", "served", by=BOOKING, at=7)
    user = county.account(role)
    with within(user.scope()):
        assert due(user, county.began) == []
