"""Faults of standing: acts without an agreement in force, or by someone who must not act."""

from evenhand.simulate.cast import Staff
from evenhand.simulate.faults.edits import by_local_officer, by_staff, by_unfit_officer
from evenhand.simulate.faults.fault import INTERVIEW, Fault, Recast, Spot
from evenhand.simulate.officers import Unfit

_UNFIT: tuple[tuple[str, Unfit, tuple[str, ...]], ...] = (
    ("OFF-01", Unfit.UNATTESTED, ("OFF-01",)),
    ("OFF-05", Unfit.LAPSED, ("OFF-05",)),
    ("OFF-05", Unfit.UNAUTHORIZED, ("OFF-05",)),
    ("OFF-05", Unfit.UNDESIGNATED, ("OFF-05",)),
    ("OFF-07", Unfit.LEFT, ("OFF-01", "OFF-07", "OFF-11")),
    ("OFF-07", Unfit.REVOKED, ("OFF-07", "OFF-11")),
    ("OFF-07", Unfit.SUSPENDED, ("OFF-07",)),
    ("OFF-10", Unfit.UNASSIGNED, ("OFF-10",)),
    ("OFF-11", Unfit.WITHOUT_CREDENTIALS, ("OFF-11",)),
    ("AGR-03", Unfit.UNEMPOWERED, ("AGR-03",)),
)
"""Officers who must not act, and what an act of theirs breaks."""
ACTS = ("interview", "determined")


def _outside_the_jails(recast: Recast) -> None:
    """In the annex, which is none of the agency's jails."""
    places, grid, at = recast.hand.places, recast.hand.grid, recast.hand.at
    recast.place("interview", places.annex[grid.county[at]])


STANDING = (
    Fault("AGR-01", ("AGR-01",), INTERVIEW, spot=Spot.UNSIGNED),
    Fault("AGR-03", ("AGR-03",), INTERVIEW, "WSO", recast=by_local_officer("interview")),
    Fault("AGR-10", ("AGR-10",), INTERVIEW, spot=Spot.PAUSED),
    Fault("AGR-16", ("AGR-16",), INTERVIEW, spot=Spot.UNCONNECTED),
    Fault("LAN-04", ("LAN-04",), INTERVIEW, spot=Spot.ENGLISH),
    *(
        Fault(rule, breaks, INTERVIEW, spot=Spot.TROUBLED, recast=by_unfit_officer(act, kind))
        for act in ACTS
        for rule, kind, breaks in _UNFIT
    ),
    *(
        Fault(
            "OFF-09",
            ("OFF-09",),
            INTERVIEW,
            spot=Spot.TROUBLED,
            recast=by_staff(act, Staff.CLERK, "booking_officer"),
        )
        for act in ACTS
    ),
    Fault("SCO-03", ("SCO-03",), INTERVIEW, spot=Spot.TROUBLED, recast=_outside_the_jails),
)
