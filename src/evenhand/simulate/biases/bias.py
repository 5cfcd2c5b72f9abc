"""What a bias is: a stated change of the process, or of the mix of cases, for the bookings that it names.

A bias is written `what:whom:size`. What is a measure of the process (so many fewer of these are screened:
`screening:race_ethnicity=hispanic:-0.05`) or a place in the mix (so many of these are booked at the first
jail: `jail=1:race_ethnicity=black:0.5`). Whom may also name a charge or a jail: a change for everyone there,
which with a mix makes crude rates of groups differ while the process is the same for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.simulate.course import DEPTHS, ENDINGS, Depth, Ending
from evenhand.simulate.offenses import OFFENSES
from evenhand.simulate.people import GROUPS


class Measure(StrEnum):
    """What a bias may change. The first six are shares, the others times in minutes."""

    SCREENING = "screening"
    STEPS = "steps"
    INTERVIEW = "interview"
    REFERRAL = "referral"
    DETAINER = "detainer"
    CANCELLED = "cancelled"
    TIME_TO_SCREENING = "time_to_screening"
    HOLD_LENGTH = "hold_length"
    RELEASE_DELAY = "release_delay"


AT_DEPTH = {depth: weight / sum(DEPTHS) for depth, weight in zip(Depth, DEPTHS, strict=True)}
"""The share of all bookings whose process goes so far and no further."""
WITH_ENDING = {ending: weight / sum(ENDINGS) for ending, weight in zip(Ending, ENDINGS, strict=True)}
"""The share of all detainers that end so."""
CANCELLED = WITH_ENDING[Ending.CANCELLED_IN_HOLD] + WITH_ENDING[Ending.CANCELLED_BEFORE]

SHARES: Mapping[Measure, float] = {
    Measure.SCREENING: 1.0,
    Measure.STEPS: sum(AT_DEPTH[d] for d in Depth if d >= Depth.FULL),
    Measure.INTERVIEW: sum(AT_DEPTH[d] for d in Depth if d >= Depth.INTERVIEW),
    Measure.REFERRAL: AT_DEPTH[Depth.DETAINER],
    Measure.DETAINER: AT_DEPTH[Depth.DETAINER],
    Measure.CANCELLED: CANCELLED,
}
"""Without a bias: of all bookings, those screened, taken through all steps, interviewed, referred and held by
a detainer; of all detainers, those cancelled."""

RANGES: Mapping[Measure, tuple[float, float]] = {
    Measure.SCREENING: (-1.0, 0.0),
    Measure.STEPS: (-AT_DEPTH[Depth.FULL], AT_DEPTH[Depth.BRIEF]),
    Measure.INTERVIEW: (-AT_DEPTH[Depth.INTERVIEW], AT_DEPTH[Depth.FULL]),
    Measure.REFERRAL: (-AT_DEPTH[Depth.DETAINER], AT_DEPTH[Depth.INTERVIEW]),
    Measure.DETAINER: (-AT_DEPTH[Depth.DETAINER], 0.0),
    Measure.CANCELLED: (-CANCELLED, WITH_ENDING[Ending.PICKED_UP]),
    Measure.TIME_TO_SCREENING: (0, 9),
    Measure.HOLD_LENGTH: (0, 180),
    Measure.RELEASE_DELAY: (0, 50),
}
"""The least and the greatest change of each measure: shares move between neighbouring depths of the process,
and times stay within the bounds of the rules."""

CHARGES = tuple(dict.fromkeys(o.ncic_class for o in OFFENSES))
JAILS = ("1", "2", "3")
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(value for value, _ in shares) for name, shares in GROUPS.items()},
    "charge": CHARGES,
    "jail": JAILS,
}
"""What bookings may be named by, with the values: a person's groups, the first charge, the jail."""


class BiasError(Exception):
    """A bias that cannot be put in; the message gives its text and the remedy."""


@dataclass(frozen=True)
class Condition:
    """`column = value`, one of `CONDITIONS`."""

    column: str
    value: str


@dataclass(frozen=True)
class Bias:
    """A change by `size` for the bookings that meet all conditions of `whom`.

    `what` is a measure, which is shifted (a share in points of 1, a time in minutes); or a charge or jail, to
    which `size` of the bookings named are moved.
    """

    what: Measure | Condition
    whom: tuple[Condition, ...]
    size: float
    text: str


def parse(text: str) -> Bias:
    """A bias from its text. Raises `BiasError`."""
    parts = text.strip().split(":")
    if len(parts) != 3:
        raise BiasError(
            f"bias {text!r}: write what:whom:size, such as screening:race_ethnicity=hispanic:-0.05."
        )
    what, whom, size = (part.strip() for part in parts)
    chosen = tuple(_condition(text, each) for each in whom.split(","))
    try:
        number = float(size)
    except ValueError:
        raise BiasError(
            f"bias {text!r}: {size!r} is no number. Write the size last, such as -0.05."
        ) from None
    bias = Bias(_what(text, what), chosen, number, text.strip())
    low, high = RANGES[bias.what] if isinstance(bias.what, Measure) else (0.0, 1.0)
    # A bound such as 0.055 may be missed by the last digit.
    if not low - 1e-9 <= number <= high + 1e-9:
        raise BiasError(f"bias {text!r}: {size} is out of range: write a size from {low:g} to {high:g}.")
    return bias


def _what(text: str, what: str) -> Measure | Condition:
    if "=" not in what:
        try:
            return Measure(what)
        except ValueError:
            raise BiasError(
                f"bias {text!r}: {what!r} is not known. Use charge=…, jail=…, or one of {', '.join(Measure)}."
            ) from None
    mixed = _condition(text, what)
    if mixed.column not in ("charge", "jail"):
        raise BiasError(f"bias {text!r}: only charge=… and jail=… can be mixed, not {mixed.column}.")
    return mixed


def _condition(text: str, part: str) -> Condition:
    column, _, value = (piece.strip() for piece in part.partition("="))
    values = CONDITIONS.get(column)
    if values is None:
        raise BiasError(f"bias {text!r}: {part!r}: write column=value with one of {', '.join(CONDITIONS)}.")
    if value not in values:
        raise BiasError(f"bias {text!r}: {column} is never {value!r}. Use one of {', '.join(values)}.")
    return Condition(column, value)


def check(biases: Sequence[Bias]) -> None:
    """Raises `BiasError` where one is stated twice, or several could add up beyond a measure's range."""
    texts = [bias.text for bias in biases]
    for text in texts:
        if texts.count(text) > 1:
            raise BiasError(f"bias {text!r} is stated twice. Leave one out.")
    sums: dict[Measure, list[float]] = {}
    for bias in biases:
        if isinstance(bias.what, Measure):
            total = sums.setdefault(bias.what, [0.0, 0.0])
            total[bias.size > 0] += bias.size
    for measure, (down, up) in sums.items():
        low, high = RANGES[measure]
        if down < low - 1e-9 or up > high + 1e-9:
            raise BiasError(
                f"the biases of {measure} add up to {down:g} and {up:+g} for bookings that meet all their "
                f"conditions, beyond {low:g} to {high:g}. Lower some."
            )
    full = AT_DEPTH[Depth.FULL]
    inner = -sums.get(Measure.STEPS, [0.0])[0] + sums.get(Measure.INTERVIEW, [0.0, 0.0])[1]
    middle = -sums.get(Measure.INTERVIEW, [0.0])[0] + sums.get(Measure.REFERRAL, [0.0, 0.0])[1]
    if inner > full + 1e-9 or middle > AT_DEPTH[Depth.INTERVIEW] + 1e-9:
        raise BiasError(
            "fewer at one depth and more at the next take more bookings than there are. Lower some."
        )
