"""The page of a review tells what is known, by name, in both languages."""

import pytest

from desk.casework import Desk
from evenhand.desk.accounts.models import Role
from evenhand.desk.record.scope import EVERYTHING, within
from evenhand.desk.reviews import acts
from evenhand.record.events import ActorRole
from evenhand.record.events.oversight import ReviewBody


@pytest.fixture
def review(desk: Desk) -> str:
    """One that came from another system: its sample has a seed and a size, and not what it was drawn from."""
    county, by = desk.county, ActorRole.REVIEWER
    with within(EVERYTHING):
        subject = acts.open_review(
            by=county.actor(by),
            agency=county.ori,
            body=ReviewBody.COUNTY,
            reviewer_unit="auditors",
            reviewed_unit="jail",
            scope="all",
        )
        county.act("review.sample_drawn", subject, by, county.ago(hours=1), seed="7", size=51)
    return subject


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Reviewed: jail of", "51 bookings.", "Review opened", "Sample drawn", "No act was refused.")),
        (
            "es",
            (
                "Se revisa: jail de",
                "51 ingresos.",
                "Revisión abierta",
                "Muestra extraída",
                "No se denegó ningún acto.",
            ),
        ),
    ],
)
def test_what_is_not_known_is_left_out(desk: Desk, review: str, language: str, said: tuple[str, ...]) -> None:
    client = desk.client(Role.REVIEWER)
    page = client.get(f"/reviews/{review}/", headers={"accept-language": language}).content.decode()
    assert all(text in page for text in said)
    assert "None bookings" not in page
    assert "de None" not in page
    assert "review.opened" not in page
    assert 'href="/reviews/"' in page.partition("<main")[2]
