"""What names a booking: a number of the file, or a key made of columns. Never a person's name."""

from typing import Any

from evenhand.intake.duck import Duck
from evenhand.intake.suggest.doubts import Doubts, reading
from evenhand.intake.suggest.look import Column, Look
from evenhand.intake.suggest.roles import Roles, mangled
from evenhand.intake.suggest.rows import several_keys


def subject_of(seen: Look, roles: Roles, doubts: Doubts, booked: list[str], duck: Duck) -> tuple[Any, str]:
    """The value of `subject`, and a note for its line. `booked`: the columns of the booking time."""
    person, birth = roles.first("person"), roles.first("birth_date")
    parts = [person.name] if person else [*roles.names, *([birth.name] if birth else [])]
    made = {"made_of": [*parts, *booked]} if parts else None
    keys = [c for c in roles.of("key") if c.item_of is None]
    sound = [c for c in keys if not mangled(c)]
    apart = _given_apart(seen, sound, made, duck)
    if len(keys) == 1 and sound and not apart:
        column = sound[0]
        doubts.sure.append(f"the booking number in {column.name}")
        rows = "one row each" if len(column.counts) == column.given else "several rows each"
        return column.name, f"{rows}; {column.examples()}"
    times = max((len(seen.named(name).counts) for name in booked), default=0)
    # A number with far fewer values than there are booking times names no booking and no person.
    others = [c for c in roles.of("maybe_key") if c not in keys and len(c.counts) > times / 5]
    if made is not None and not keys and (not others or person is not None):
        doubts.sure.append(f"a key made of {', '.join(made['made_of'])}, as no column has a booking number")
        return made, "no column has a booking number; a keyed hash, so that no name is public"
    readings = [reading(c.name, f"such as {c.examples()}", gives=c.name) for c in [*sound, *others]]
    readings += [
        reading(f"{c.name} and time", "a number of the person", gives={"made_of": [c.name, *booked]})
        for c in others
        if booked
    ]
    if made is not None:
        means = f"a keyed hash of {', '.join(made['made_of'])}: the same values are one key"
        readings.append(reading("made", means, gives=made))
    readings.append(reading("each row", "each row of the file is a booking of its own", gives={"row": True}))
    saw = [
        f"{c.name}: {', '.join(mangled(c)[:3])}; a spreadsheet changed it, so keys are lost"
        for c in keys
        if mangled(c)
    ]
    if apart:
        saw.append(f"persons with several values of {sound[0].name} at one booking time: {apart:,}")
    saw += [f"{c.name}: {c.given:,} values, {len(c.counts):,} distinct" for c in [*sound, *others]]
    return (
        doubts.ask(
            "key", "What names a booking? Several rows with one key are one booking.", readings, saw=saw
        ),
        "",
    )


def _given_apart(seen: Look, keys: list[Column], made: dict[str, list[str]] | None, duck: Duck) -> int:
    """How many persons have several keys at one booking time, so that a key is a charge's or a row's."""
    if len(keys) != 1 or made is None:
        return 0
    parts = [seen.named(name) for name in made["made_of"]]
    if any(column.item_of is not None for column in parts):
        return 0
    return several_keys(keys[0], parts, duck)
