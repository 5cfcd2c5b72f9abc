"""Verifying: several processes, bounded memory, times, what is missing, what is known from before."""

import json
import sys
from pathlib import Path

import pytest

from evenhand.record.ledger import verify as module
from evenhand.record.ledger.checkpoint import Checkpoint, open_checkpoint
from evenhand.record.ledger.errors import VerificationError
from evenhand.record.ledger.note import COSIGNATURE, Signer
from evenhand.record.ledger.tiles import TileWriter, tile_name
from evenhand.record.ledger.verify import verify
from ledger.made import ORIGIN
from memory import peak_of

SIZE = 40_000


def leaf(number: int, second: int | None = None) -> bytes:
    at = number if second is None else second
    time = f"2026-05-01T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}.000000Z"
    return json.dumps({"appended_at": time, "n": number}, separators=(",", ":")).encode()


def publish(folder: Path, leaves: list[bytes], signers: list[Signer], at: int | None = None) -> bytes:
    writer = TileWriter(folder)
    writer.extend(leaves)
    checkpoint = Checkpoint(ORIGIN, len(leaves), writer.close())
    note = checkpoint.sign(signers[:1]).with_signatures(
        s.sign(checkpoint.text(), timestamp=at) for s in signers[1:]
    )
    (folder / "checkpoint").write_bytes(note.dump())
    return note.dump()


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_find_what_one_finds(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(module, "MANY", 1000)
    leaves = [leaf(n) for n in range(SIZE)]
    publish(tmp_path, leaves, [signer])
    moved: list[int] = []
    found = verify(
        tmp_path, [signer.verifier], processes=processes, progress=lambda done, total: moved.append(done)
    )
    assert (found.leaves, moved[-1]) == (SIZE, SIZE)
    assert moved == sorted(moved)
    assert found.first_time == "2026-05-01T00:00:00.000000Z"
    for bad in (33_333, 20_001):
        path = tmp_path / tile_name("entries", bad // 256)
        raw = path.read_bytes()
        path.write_bytes(raw.replace(b'"n":%d}' % bad, b'"n":99999}'))
        with pytest.raises(VerificationError) as error:
            verify(tmp_path, [signer.verifier], processes=processes)
        assert error.value.place == f"leaf {bad}"


@pytest.mark.parametrize("bad", [5, 16_384, 16_385, SIZE - 1])
def test_a_time_that_goes_back_is_found(tmp_path: Path, signer: Signer, bad: int) -> None:
    """Also where it is the first leaf of a run that another process verifies."""
    leaves = [leaf(n) for n in range(SIZE)]
    leaves[bad] = leaf(bad, second=bad - 2)
    publish(tmp_path, leaves, [signer])
    with pytest.raises(VerificationError, match="back-dated") as error:
        verify(tmp_path, [signer.verifier])
    assert error.value.place == f"leaf {bad}"


def test_a_leaf_from_after_its_cosignature_is_found(tmp_path: Path, signer: Signer) -> None:
    witness = Signer.generate("witness.example/w", COSIGNATURE)
    keys = [signer.verifier, witness.verifier]
    leaves = [leaf(n) for n in range(1000)]
    publish(tmp_path / "good", leaves, [signer, witness], at=1_777_600_000)
    assert verify(tmp_path / "good", keys).opened.cosigned_at == 1_777_600_000
    publish(tmp_path / "bad", leaves, [signer, witness], at=1_777_500_000)
    with pytest.raises(VerificationError, match="later than the witness"):
        verify(tmp_path / "bad", keys)


def test_a_known_checkpoint_narrows_the_place(tmp_path: Path, signer: Signer) -> None:
    leaves = [leaf(n) for n in range(3000)]
    early = publish(tmp_path / "a", leaves[:1000], [signer])
    late = publish(tmp_path / "b", leaves[:2000], [signer])
    note = publish(tmp_path / "c", leaves, [signer])
    known = [open_checkpoint(raw, [signer.verifier]) for raw in (early, late)]
    assert verify(tmp_path / "c", [signer.verifier], known=known).leaves == 3000
    leaves[1500] = leaf(1500, second=1501)
    publish(tmp_path / "d", leaves, [signer])
    with pytest.raises(VerificationError, match="first 2000 leaves"):
        verify(tmp_path / "d", [signer.verifier], known=known)
    (tmp_path / "d" / "checkpoint").write_bytes(note)
    with pytest.raises(VerificationError, match="between 1000 and 1999"):
        verify(tmp_path / "d", [signer.verifier], known=known)


def test_an_empty_log_verifies(tmp_path: Path, signer: Signer) -> None:
    tmp_path.joinpath("tile").mkdir()
    publish(tmp_path, [], [signer])
    assert verify(tmp_path, [signer.verifier]).leaves == 0


def test_memory_is_bounded(tmp_path: Path, signer: Signer) -> None:
    """A log with 80 MB more of leaves takes a few MB more."""
    taken = []
    for size in (30_000, 300_000):
        folder = tmp_path / str(size)
        writer = TileWriter(folder)
        for start in range(0, size, 10_000):
            writer.extend([leaf(n) + b" " * 200 for n in range(start, start + 10_000)])
        checkpoint = Checkpoint(ORIGIN, size, writer.close()).sign([signer])
        (folder / "checkpoint").write_bytes(checkpoint.dump())
        program = (
            "import sys\nfrom pathlib import Path\n"
            "from evenhand.record.ledger.note import Verifier\n"
            "from evenhand.record.ledger.verify import verify\n"
            "verify(Path(sys.argv[1]), [Verifier.parse(sys.argv[2])], processes=1)\n"
        )
        status, peak = peak_of([sys.executable, "-c", program, folder, signer.verifier.vkey()])
        assert status == 0
        taken.append(peak)
    assert taken[1] < taken[0] + 12_000, taken
