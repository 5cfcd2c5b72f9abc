"""Whether a record is sealed, and whether it is still what was sealed: asked by every reader of a record.

The signed checkpoint covers the last statement in the ledger, the statement the manifest, and the manifest
each file by its hash, which whoever reads the file compares. A thorough check compares every event as well
and can name the one that was altered.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from evenhand.record.digest import sha256_of
from evenhand.record.errors import RecordError
from evenhand.record.folder import LEDGER_FOLDERS, is_sealed
from evenhand.record.ledger.place import FOLDER, SEALS, has_ledger
from evenhand.record.local_copy import local_folder
from evenhand.record.manifest import FILE_NAME, Manifest
from evenhand.record.remote import AnyPath

if TYPE_CHECKING:
    from evenhand.record.ledger.check import CheckResult
    from evenhand.record.ledger.note import Verifier

Progress = Callable[[int, int], None]
_ROOT_SHOWN = 12


class SealPolicy(NamedTuple):
    """What a reader asks of a record's seal.

    `keys`: the log's verifier keys as the reader knows them. `required`: refuse a record without a seal.
    `thorough`: compare every event with the ledger. `altered_allowed`: read a record that differs from it.
    `remedy` is added where such a record is refused.
    """

    keys: Sequence[str] = ()
    required: bool = False
    thorough: bool = False
    altered_allowed: bool = False
    remedy: str = ""


AS_IT_IS = SealPolicy()
"""Accept a record without a seal, and the key in a sealed one."""


class Standing(NamedTuple):
    """How far a record can be trusted, for every output made of it.

    `state` is "sealed", "not sealed" or "altered"; `check` is what the check of the ledger found.
    """

    state: Literal["sealed", "not sealed", "altered"]
    check: "CheckResult | None" = None
    note: str = ""

    @property
    def sentence(self) -> str:
        """Return the state in words, with the checkpoint if there is one."""
        if self.check is None:
            return f"{self.state}{self.note}"
        if not self.check.ok:
            return f"altered after it was sealed{self.note}: {self.check.sentence}"
        key = ", signed under the key in the record itself" if self.check.own_key else ""
        return (
            f"sealed, checkpoint {self.check.origin}, size {self.check.size:,}, root "
            f"{self.check.root[:_ROOT_SHOWN]}{key}{self.note}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the state and the checkpoint as plain JSON values."""
        found = self.check
        checkpoint = found and {
            "origin": found.origin,
            "size": found.size,
            "root": found.root,
            "signed_by": list(found.signed_by),
            "key_from_record": found.own_key,
        }
        return {"state": self.state, "sentence": self.sentence, "checkpoint": checkpoint}


def check_seal(
    folder: AnyPath,
    manifest: Manifest,
    manifest_sha256: str,
    names: Sequence[str],
    policy: SealPolicy,
    progress: Progress,
) -> Standing:
    """Say how a record stands. `names` are all files in its folder.

    Raises `RecordError` for a record that differs from its seal or has lost it, unless altered ones are
    allowed, and `LedgerError` for a key that cannot be read.
    """
    note = _note(manifest, names)
    if not (manifest.sealed or has_parts_of_seal(folder, names)):
        if policy.required or policy.keys:
            raise RecordError(
                f"{folder} carries no ledger, so nothing shows that it is unaltered. Name a sealed record."
            )
        return Standing("not sealed", note=note)
    if not has_ledger(folder):
        raise RecordError(
            f"{folder} was sealed, and its seal is gone. Restore its folder {FOLDER} from a copy, "
            "or make the record again."
        )
    found = _check(folder, manifest, manifest_sha256, policy, progress)
    if found.ok:
        return Standing("sealed", found, note)
    if not policy.altered_allowed:
        raise RecordError(f"{folder}: {found.sentence} {policy.remedy}".strip())
    return Standing("altered", found, note)


def has_parts_of_seal(folder: AnyPath, names: Sequence[str]) -> bool:
    """Whether a record carries a ledger, or what is left of one."""
    if isinstance(folder, Path):
        return is_sealed(folder)
    return any(name.split("/")[0] in LEDGER_FOLDERS for name in names)


def _note(manifest: Manifest, names: Sequence[str]) -> str:
    if not manifest.lists_personal:
        return "; its manifest lists personal files without a hash"
    if any(file.personal for file in manifest.event_files()) and not has_personal(names):
        return "; its personal part was left out"
    return ""


def has_personal(names: Sequence[str]) -> bool:
    """Whether a record has its folder `personal`, which is left out when a record is published."""
    return any(name.startswith("personal/") for name in names)


def _check(
    folder: AnyPath, manifest: Manifest, manifest_sha256: str, policy: SealPolicy, progress: Progress
) -> "CheckResult":
    from evenhand.record.ledger.check import check
    from evenhand.record.ledger.keys import read_verifier

    verifiers = [read_verifier(key) for key in policy.keys]
    if not policy.thorough and manifest.lists_personal:
        with local_folder(folder, _proves) as local:
            found = _check_statement(local, manifest_sha256, verifiers)
        if found is not None:
            return found
    with local_folder(folder) as local:
        if sha256_of(local / FILE_NAME) != manifest_sha256:
            raise RecordError(f"{folder} changed while it was read: wait until nothing writes the record.")
        thorough = check(local, verifiers, progress=progress)
    assert thorough is not None
    return thorough


def _proves(name: str) -> bool:
    """Whether a file of a record is part of the proof: the ledger, and what the statement names."""
    return "/" not in name or name.startswith(f"{FOLDER}/") or name == SEALS


def _check_statement(folder: Path, manifest_sha256: str, keys: "Sequence[Verifier]") -> "CheckResult | None":
    """Follow the proof from the checkpoint to the manifest; None where it does not hold."""
    import base64
    import json

    from evenhand.record.ledger.check import CheckResult
    from evenhand.record.ledger.errors import LedgerError
    from evenhand.record.ledger.keys import check_readable, verifiers_in
    from evenhand.record.ledger.sealed import leaf_of_seal, other_files, read_seals
    from evenhand.record.ledger.tiles import CHECKPOINT, TileFolder
    from evenhand.record.ledger.tree import inclusion_proof, leaf_hash, verify_inclusion
    from evenhand.record.ledger.verify import read_checkpoint

    ledger = folder / FOLDER
    try:
        verifiers = list(keys) or verifiers_in(ledger)
        check_readable(verifiers, ledger)
        opened = read_checkpoint(ledger / CHECKPOINT, verifiers)
        size, root = opened.checkpoint.size, opened.checkpoint.root
        closing = read_seals(folder)[-1]
        path = inclusion_proof(TileFolder(ledger, size).node, size - 1, size)
        if not verify_inclusion(leaf_hash(leaf_of_seal(closing)), size - 1, size, path, root):
            return None
        stated = json.loads(closing.part)["files"]
        if stated[FILE_NAME] != manifest_sha256 or stated != other_files(folder):
            return None
    except (LedgerError, OSError, ValueError, LookupError, TypeError):
        return None
    return CheckResult(
        ok=True,
        origin=opened.checkpoint.origin,
        size=size,
        root=base64.b64encode(root).decode(),
        checkpoint=opened.note.dump().decode(),
        signed_by=tuple(sorted({verifier.name for verifier, _ in opened.signatures})),
        own_key=not keys,
    )
