"""The tree against RFC 6962's own recursion, and proofs that must not hold."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.record.ledger.checkpoint import Checkpoint, open_checkpoint
from evenhand.record.ledger.errors import LedgerError, VerificationError
from evenhand.record.ledger.note import COSIGNATURE, Note, NoteError, Signer, Verifier
from evenhand.record.ledger.tiles import TileFolder, TileWriter, tile_name, tiles_of
from evenhand.record.ledger.tree import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from ledger.made import ORIGIN

LEAVES = [b"leaf %d" % n for n in range(400)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def mth(start: int, end: int) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if start == end:
        return EMPTY_ROOT
    if end - start == 1:
        return HASHES[start]
    k = 1
    while k * 2 < end - start:
        k *= 2
    return node_hash(mth(start, start + k), mth(start + k, end))


def node(level: int, index: int) -> bytes:
    return mth(index << level, (index + 1) << level)


@given(st.integers(1, 400), st.data())
@settings(max_examples=150)
def test_every_proof_holds_and_leads_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = mth(0, size), inclusion_proof(node, index, size)
    assert len(path) <= size.bit_length()
    assert verify_inclusion(HASHES[index], index, size, path, root)
    assert not verify_inclusion(HASHES[(index + 1) % 400], index, size, path, root)
    assert not verify_inclusion(HASHES[index], index, size, [*path, EMPTY_ROOT], root)
    for other in {index - 1, index + 1, index ^ 2} - {index}:
        assert not verify_inclusion(HASHES[index], other, size, path, root)
    if path:
        assert not verify_inclusion(HASHES[index], index, size, path[:-1], root)
        assert not verify_inclusion(HASHES[index], index, size, path[1:], root)
        changed = path.copy()
        changed[data.draw(st.integers(0, len(path) - 1))] = EMPTY_ROOT
        assert not verify_inclusion(HASHES[index], index, size, changed, root)


@given(st.integers(0, 400), st.data())
@settings(max_examples=150)
def test_every_consistency_proof_holds_and_no_fork_passes(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    first, second, path = mth(0, old), mth(0, new), consistency_proof(node, old, new)
    assert verify_consistency(old, first, new, second, path)
    fork = leaf_hash(b"fork")
    assert not verify_consistency(old, fork, new, second, path)
    if old:
        assert not verify_consistency(old, first, new, fork, path)
    assert not verify_consistency(old, first, new, second, [*path, EMPTY_ROOT])
    if path:
        assert not verify_consistency(old, first, new, second, path[1:])
        assert not verify_consistency(old, first, new, second, path[:-1])
        assert not verify_consistency(old - 1, first, new, second, path) or old == 1
    if old < new:
        assert not verify_consistency(new, second, old, first, path)


def test_proofs_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(node, 5, 5)
    with pytest.raises(ValueError, match="does not hold"):
        consistency_proof(node, 6, 5)
    assert not verify_inclusion(HASHES[0], 0, 0, [], EMPTY_ROOT)
    assert not verify_inclusion(HASHES[0], -1, 1, [], HASHES[0])


@given(st.lists(st.integers(0, 700), min_size=1, max_size=5))
@settings(max_examples=25)
def test_tiles_grow_to_what_they_would_have_been(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    leaves = [b"%d" % n for n in range(700)]
    once, grown = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("grown")
    writer = TileWriter(once)
    writer.extend(leaves)
    root, size = writer.close(), 0
    for cut in sorted({*cuts, 700}):
        writer = TileWriter(grown, size)
        writer.extend(leaves[size:cut])
        assert writer.close() == TileFolder(grown, cut).root()
        size = cut
    assert TileFolder(grown, 700).root() == root
    for tile in tiles_of(700):
        assert (once / tile_name(*tile)).read_bytes() == (grown / tile_name(*tile)).read_bytes()
    assert list(TileFolder(grown, 700).leaves(255)) == leaves[255:]


def test_names_of_tiles() -> None:
    assert tile_name(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_name("entries", 5, 7) == "tile/entries/005.p/7"
    assert tile_name(2, 999) == "tile/2/999"
    counted = list(tiles_of(70_000))
    assert sum(level == 0 for level, _, _ in counted) == 274
    assert counted[-4:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]


def test_a_published_tile_is_not_overwritten(tmp_path: Path) -> None:
    writer = TileWriter(tmp_path)
    writer.extend(LEAVES[:300])
    writer.close()
    with pytest.raises(VerificationError, match="other content") as error:
        TileWriter(tmp_path).extend(LEAVES[1:300])
    assert error.value.place.startswith("tile/entries/000")


def test_notes_are_read_strictly() -> None:
    signer = Signer.generate(ORIGIN)
    raw = Checkpoint(ORIGIN, 3, HASHES[0]).sign([signer]).dump()
    chance = random.Random(5)
    assert open_checkpoint(raw, [signer.verifier]).checkpoint.size == 3
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteError):
            open_checkpoint(bytes(changed), [signer.verifier])
    for text in (raw[:-1], raw + b"x", b"", b"\n\n", raw.replace(b"\n\n", b"\n"), raw + chance.randbytes(9)):
        with pytest.raises(NoteError):
            open_checkpoint(text, [signer.verifier])


@pytest.mark.parametrize("size", ["03", "-1", "+3", "3.0", " 3", "", "9" * 30])
def test_sizes_are_read_strictly(size: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(
            f"{ORIGIN}\n{size}\n" + Checkpoint(ORIGIN, 3, HASHES[0]).text().split("\n")[2] + "\n"
        )


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    log, witness = Signer.generate(ORIGIN), Signer.generate("witness.example/w", COSIGNATURE)
    other = Signer.generate("other.example/log")
    text = Checkpoint(ORIGIN, 1, HASHES[0]).text()
    note = Note(text, (witness.sign(text),))
    with pytest.raises(NoteError, match="no trusted key of"):
        open_checkpoint(note.dump(), [log.verifier, witness.verifier])
    with pytest.raises(NoteError, match="no trusted key of"):
        open_checkpoint(Note(text, (other.sign(text),)).dump(), [log.verifier, other.verifier])
    both = note.with_signatures([log.sign(text)])
    assert open_checkpoint(both.dump(), [log.verifier]).cosigned_at is None
    assert open_checkpoint(both.dump(), [log.verifier, witness.verifier]).cosigned_at is not None


def test_a_wrong_signature_of_a_known_key_rejects_the_note() -> None:
    log, witness = Signer.generate(ORIGIN), Signer.generate("witness.example/w", COSIGNATURE)
    text = Checkpoint(ORIGIN, 1, HASHES[0]).text()
    signed = witness.sign(text, timestamp=1_700_000_000)
    later = (1_800_000_000).to_bytes(8, "big") + signed.data[8:]
    note = Note(text, (log.sign(text), type(signed)(signed.name, signed.key_id, later)))
    with pytest.raises(NoteError, match="does not fit"):
        open_checkpoint(note.dump(), [log.verifier, witness.verifier])
    assert open_checkpoint(note.dump(), [log.verifier]).checkpoint.size == 1


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_key_names_are_checked(name: str) -> None:
    with pytest.raises(NoteError):
        Signer.generate(name)


def test_keys_are_read_strictly_and_never_quoted() -> None:
    signer = Signer.generate(ORIGIN)
    assert Verifier.parse(signer.verifier.vkey()) == signer.verifier
    for text in ("", "x", signer.verifier.vkey()[:-2], signer.verifier.vkey().replace("+", "-", 1)):
        with pytest.raises(NoteError):
            Verifier.parse(text)
    secret = signer.secret()
    for text in (secret[:-2], secret.replace("PRIVATE", "PUBLIC"), secret[:-4] + "AAA="):
        with pytest.raises(LedgerError) as error:
            Signer.parse(text)
        assert secret[-40:-10] not in str(error.value)
    assert secret[-30:] not in repr(signer)
