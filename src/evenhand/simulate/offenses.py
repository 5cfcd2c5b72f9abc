"""Charges: offense classes of the NCIC uniform offense code with a level and a relative frequency.

The frequencies are round numbers in the order of magnitude of jail admissions, traffic offenses, drugs and
assault first; they are no estimate for any place.
"""

from typing import NamedTuple

import numpy as np


class Offense(NamedTuple):
    ncic_class: str
    text: str
    level: str
    weight: int


OFFENSES: tuple[Offense, ...] = tuple(
    Offense(*entry)
    for entry in (
        ("54", "Traffic offense", "misdemeanor", 210),
        ("54", "Driving under the influence", "misdemeanor", 90),
        ("35", "Drug possession", "felony", 110),
        ("13", "Simple assault", "misdemeanor", 105),
        ("13", "Aggravated assault", "felony", 35),
        ("50", "Failure to appear", "misdemeanor", 120),
        ("23", "Larceny", "misdemeanor", 75),
        ("53", "Public peace", "misdemeanor", 45),
        ("48", "Resisting an officer", "misdemeanor", 40),
        ("22", "Burglary", "felony", 24),
        ("29", "Damage to property", "misdemeanor", 22),
        ("52", "Weapon offense", "felony", 20),
        ("41", "Liquor law violation", "ordinance", 18),
        ("26", "Fraud", "felony", 15),
        ("57", "Trespass", "misdemeanor", 15),
        ("28", "Stolen property", "felony", 12),
        ("24", "Stolen vehicle", "felony", 12),
        ("25", "Forgery", "felony", 9),
        ("38", "Family offense", "misdemeanor", 9),
        ("12", "Robbery", "felony", 8),
        ("73", "Public order crime", "infraction", 7),
        ("49", "Escape", "felony", 5),
        ("11", "Sexual assault", "felony", 5),
        ("36", "Sex offense", "felony", 4),
        ("40", "Commercialized sexual offense", "misdemeanor", 4),
        ("55", "Health or safety violation", "ordinance", 4),
        ("62", "Conservation law violation", "infraction", 4),
        ("09", "Homicide", "felony", 3),
        ("10", "Kidnapping", "felony", 3),
        ("27", "Embezzlement", "felony", 3),
        ("20", "Arson", "felony", 2),
        ("70", "Crime against a person", "felony", 2),
        ("71", "Property crime", "misdemeanor", 2),
        ("72", "Morals or decency crime", "misdemeanor", 2),
        ("39", "Gambling", "misdemeanor", 1),
        ("61", "Tax or revenue offense", "misdemeanor", 1),
        ("21", "Extortion", "felony", 1),
        ("58", "Smuggling", "felony", 1),
        ("37", "Obscenity", "misdemeanor", 1),
        ("51", "Bribery", "felony", 1),
        ("03", "Immigration offense", "felony", 1),
        ("56", "Civil rights violation", "misdemeanor", 1),
        ("59", "Election law violation", "misdemeanor", 1),
    )
)

CRIMINAL = np.array([o.level in ("felony", "misdemeanor") for o in OFFENSES])
"""Whether an offense is a crime everywhere; an infraction is none, and an ordinance only in some states."""
