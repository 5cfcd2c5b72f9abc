"""Every claim with what its texts and the data at hand say of it."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.claims.answer import Answer, Status
from evenhand.claims.claim import Claim, claims

if TYPE_CHECKING:
    from evenhand.record.store import Record

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Answered:
    """A claim with its answers, one for each source of data that was given."""

    claim: Claim
    answers: tuple[Answer, ...]

    @property
    def status(self) -> Status:
        if any(answer.results for answer in self.answers):
            return Status.MEASURED
        return Status.TEXT if self.claim.finding or self.claim.reviews else Status.CANNOT_TELL


def answered(
    record: "Record | None" = None,
    registry: Path | None = None,
    uniformity: Path | None = None,
    ids: Collection[str] | None = None,
    progress: Progress | None = None,
) -> list[Answered]:
    """The claims named, or all, in order.

    Raises `RecordError`, `NotBuiltError` or `SourceError` for a folder that cannot be read.
    """
    wanted = [claim for claim in claims().claims if ids is None or claim.id in ids]
    return [Answered(c, tuple(_answers(c, record, registry, uniformity, progress))) for c in wanted]


def _answers(
    claim: Claim,
    record: "Record | None",
    registry: Path | None,
    uniformity: Path | None,
    progress: Progress | None,
) -> list[Answer]:
    if progress:
        progress(claim.id)
    if not (record or registry or uniformity):
        return []
    from evenhand.claims import measured

    found = measured.on_record(claim, record) if record else []
    if claim.id == "C04" and uniformity:
        found.append(measured.uniform(uniformity))
    if claim.id == "C08" and registry:
        found.append(measured.endings(registry))
    return found


def as_json(found: list[Answered]) -> dict[str, Any]:
    """All claims and answers as plain JSON values."""
    return {
        "commentary": claims().commentary.model_dump(),
        "claims": [
            {
                **one.claim.model_dump(mode="json"),
                "status": str(one.status),
                "answers": [asdict(answer) for answer in one.answers],
            }
            for one in found
        ],
    }
