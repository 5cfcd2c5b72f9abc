"""What a monitor keeps from one look to the next, as a JSON file.

Evidence is kept as it was counted on its day. A record that is corrected later does not change it.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evenhand.record.private_file import write_private

VERSION = 1


class StateError(Exception):
    """A state that cannot be used; the message names the file and the remedy."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Kept(_Part):
    """One comparison: the log likelihood ratios summed, what was counted, and from which day on is to count.

    `cases` and `events` are of the reference and the group. `since` gives for each stratum the first day not
    yet counted; `print` is a digest of the record's counts before these days. `alert` and `corrected` are the
    days of the first alert, and of the first look at which the record told otherwise of days counted.
    """

    ratios: list[float]
    cases: tuple[int, int]
    events: tuple[int, int]
    since: dict[str, int]
    print: str
    alert: str | None = None
    corrected: str | None = None


class State(_Part):
    """`groups` of each column, the reference first; `through` is the last day of the record at the last look.

    `facilities` are those that had bookings then; `comparisons` are keyed by measure, column and group,
    joined by `/`.
    """

    version: int = VERSION
    alpha: float
    facilities: list[str]
    groups: dict[str, list[str]]
    through: int
    comparisons: dict[str, Kept]


def load_state(path: Path) -> State | None:
    """The state of a file; none where there is no file yet. Raises `StateError`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path}: cannot be read ({error.strerror}). Name a file for the state.") from None
    try:
        state = State.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise StateError(
            f"{path}: {where}: {first['msg']}. The file is no state of a monitor, or damaged: name another; "
            "a new one starts from the record's first day."
        ) from None
    if state.version != VERSION:
        raise StateError(f"{path}: version {state.version} is not {VERSION}: use the evenhand that wrote it.")
    return state


def save_state(path: Path, state: State) -> None:
    """Write the state in one step: a kill leaves the old file or the new one."""
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, state.model_dump_json(indent=1) + "\n")
