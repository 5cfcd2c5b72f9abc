"""Parts that nobody here wrote verify ours, and we theirs.

Go's golang.org/x/mod/sumdb (Debian's golang-golang-x-mod-dev): notes, checkpoints, tiles, proofs. PyPI's
sigstore: notes, checkpoints, inclusion. PyPI's pymerkle: roots and proofs. Published vectors: RFC 6962 trees
(transparency-dev/merkle), signed notes (golang.org/x/mod), cosignatures (C2SP tlog-cosignature).
"""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pymerkle
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
from sigstore.errors import VerificationError as SigstoreError

from evenhand.record.ledger.checkpoint import Checkpoint, open_checkpoint
from evenhand.record.ledger.leaf import entry_of
from evenhand.record.ledger.note import COSIGNATURE, Note, Signer, Verifier
from evenhand.record.ledger.proof import check_inclusion, parse_proof, prove_inclusion
from evenhand.record.ledger.tiles import TileFolder, TileWriter
from evenhand.record.ledger.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from evenhand.record.ledger.verify import verify
from ledger.made import ORIGIN, series

GOCODE = Path("/usr/share/gocode")
SIZES = [1, 2, 255, 256, 257, 700, 66_000]


@pytest.fixture(scope="module")
def gotlog(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs the Go program; fails in CI, and is left out elsewhere, where Go is not installed."""
    if shutil.which("go") is None or not (GOCODE / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        if os.environ.get("CI"):
            pytest.fail("Go and golang.org/x/mod are missing: run scripts/go.sh")
        pytest.skip("Go and golang.org/x/mod are not installed (make interop)")
    program = tmp_path_factory.mktemp("go") / "gotlog"
    source = Path(__file__).parent / "gotlog" / "main.go"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOCODE), "GOFLAGS": ""}
    environment.setdefault("GOCACHE", str(program.parent / "cache"))
    subprocess.run(["go", "build", "-o", program, source], check=True, env=environment)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)

    return run


def write_log(folder: Path, size: int, signers: list[Signer]) -> list[bytes]:
    leaves = [entry_of(event).leaf for event in series(min(size, 700))]
    leaves += [b'{"n":%d}' % n for n in range(len(leaves), size)]
    writer = TileWriter(folder)
    writer.extend(leaves)
    checkpoint = Checkpoint(ORIGIN, size, writer.close())
    (folder / "checkpoint").write_bytes(checkpoint.sign(signers).dump())
    return leaves


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 1500])
def test_go_verifies_our_log(gotlog: Any, tmp_path: Path, signer: Signer, size: int) -> None:
    witness = Signer.generate("witness.example/w1", COSIGNATURE)
    write_log(tmp_path, size, [signer, witness])
    done = gotlog("check", tmp_path, signer.verifier.vkey())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{size} leaves")


def test_go_refuses_our_log_once_altered(gotlog: Any, tmp_path: Path, signer: Signer) -> None:
    write_log(tmp_path, 600, [signer])
    path = tmp_path / "tile/entries/001"
    raw = bytearray(path.read_bytes())
    raw[700] ^= 1
    path.write_bytes(raw)
    assert gotlog("check", tmp_path, signer.verifier.vkey()).returncode == 1
    assert gotlog("check", tmp_path, Signer.generate(ORIGIN).verifier.vkey()).returncode == 1


def test_go_verifies_our_proof_files(gotlog: Any, tmp_path: Path, signer: Signer) -> None:
    write_log(tmp_path, 1000, [signer])
    note = (tmp_path / "checkpoint").read_bytes()
    for index in (0, 255, 256, 511, 998, 999):
        path = tmp_path / "p.tlog-proof"
        path.write_bytes(prove_inclusion(TileFolder(tmp_path, 1000), index, note).dump())
        done = gotlog("proof", signer.verifier.vkey(), path)
        assert done.stdout == f"leaf {index} of 1000\n", done.stderr


def test_go_verifies_our_cosignatures(gotlog: Any, tmp_path: Path, signer: Signer) -> None:
    witness = Signer.generate("witness.example/w1", COSIGNATURE)
    write_log(tmp_path, 5, [signer, witness])
    note = tmp_path / "checkpoint"
    keys = (signer.verifier.vkey(), witness.verifier.vkey())
    done = gotlog("cosigned", note, *keys)
    assert done.stdout == "cosigned\n", done.stderr
    note.write_bytes(note.read_bytes().replace(b"\n5\n", b"\n6\n"))
    assert gotlog("cosigned", note, *keys).returncode == 1


@pytest.mark.parametrize("size", SIZES)
def test_we_verify_gos_log_and_proofs(gotlog: Any, tmp_path: Path, size: int) -> None:
    assert gotlog("make", tmp_path, "go.example/log", size).returncode == 0
    verifier = Verifier.parse((tmp_path / "go.vkey").read_text())
    opened = verify(tmp_path, [verifier]).opened.checkpoint
    assert opened.size == size
    proofs = json.loads((tmp_path / "proofs.json").read_bytes())
    tiles = TileFolder(tmp_path, size)
    for given in proofs["Inclusion"]:
        path = [base64.b64decode(h) for h in given["Path"] or []]
        leaf = base64.b64decode(given["Leaf"])
        assert path == inclusion_proof(tiles.node, given["Index"], size)
        assert verify_inclusion(leaf, given["Index"], size, path, opened.root)
    for given in proofs["Consistency"] or []:
        path = [base64.b64decode(h) for h in given["Path"]]
        assert path == consistency_proof(tiles.node, given["Old"], size)
        assert verify_consistency(given["Old"], base64.b64decode(given["Root"]), size, opened.root, path)


def test_we_sign_what_go_signs(gotlog: Any, tmp_path: Path) -> None:
    """Ed25519 is deterministic: under Go's key our note is Go's note to the byte."""
    gotlog("make", tmp_path, "go.example/log", 300)
    signer = Signer.parse((tmp_path / "go.skey").read_text())
    raw = (tmp_path / "checkpoint").read_bytes()
    assert Checkpoint.parse(Note.parse(raw).text).sign([signer]).dump() == raw


class Keyring:
    """A key as sigstore asks for it."""

    def __init__(self, verifier: Verifier) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(verifier.public)

    def verify(self, *, key_id: bytes, signature: bytes, data: bytes) -> None:
        self._key.verify(signature, data)


def sigstore_entry(leaf: bytes, index: int, path: list[bytes], note: bytes, verifier: Verifier) -> Any:
    checkpoint = SignedCheckpoint.from_text(note.decode()).checkpoint
    proof = SimpleNamespace(
        log_index=index,
        tree_size=checkpoint.log_size,
        hashes=path,
        root_hash=bytes.fromhex(checkpoint.log_hash),
        checkpoint=SimpleNamespace(envelope=note.decode()),
    )
    identity = SimpleNamespace(key_id=verifier.key_id.to_bytes(4, "big"))
    inner = SimpleNamespace(inclusion_proof=proof, canonicalized_body=leaf, log_id=identity)
    return SimpleNamespace(_inner=inner)


def test_sigstore_verifies_our_checkpoints_and_inclusion(tmp_path: Path, signer: Signer) -> None:
    leaves = write_log(tmp_path, 700, [signer])
    note, verifier = (tmp_path / "checkpoint").read_bytes(), signer.verifier
    tiles = TileFolder(tmp_path, 700)
    for index in (0, 1, 255, 256, 511, 512, 699):
        path = inclusion_proof(tiles.node, index, 700)
        entry = sigstore_entry(leaves[index], index, path, note, verifier)
        verify_merkle_inclusion(entry)
        verify_checkpoint(Keyring(verifier), entry)  # type: ignore[arg-type]
        with pytest.raises(SigstoreError):
            verify_merkle_inclusion(sigstore_entry(b"other", index, path, note, verifier))


@pytest.mark.parametrize("size", [1, 3, 64, 257, 700])
def test_pymerkle_agrees_on_roots_and_proofs(tmp_path: Path, signer: Signer, size: int) -> None:
    leaves = write_log(tmp_path, size, [signer])
    tiles = TileFolder(tmp_path, size)
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    theirs.append_entries(leaves)
    root = theirs.get_root()
    assert tiles.root() == root
    for index in range(0, size, 1 + size // 20):
        path = theirs.prove_inclusion(index + 1).path[1:]
        assert path == inclusion_proof(tiles.node, index, size)
        assert verify_inclusion(leaf_hash(leaves[index]), index, size, path, root)
        ours = {**theirs.prove_inclusion(index + 1).serialize()}
        ours["path"] = [leaf_hash(leaves[index]).hex(), *(h.hex() for h in path)]
        pymerkle.InclusionProof.deserialize(ours).verify(leaf_hash(leaves[index]), root)


# --- published vectors -------------------------------------------------------------------------------------

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    0: [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    5: [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def made(folder: Path, size: int) -> TileFolder:
    writer = TileWriter(folder)
    writer.extend(LEAVES[:size])
    writer.close()
    return TileFolder(folder, size)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(tmp_path: Path, size: int) -> None:
    assert made(tmp_path, size).root().hex() == ROOTS[size]


@pytest.mark.parametrize("index", INCLUSION)
def test_published_inclusion_proofs(tmp_path: Path, index: int) -> None:
    path = inclusion_proof(made(tmp_path, 8).node, index, 8)
    assert [h.hex() for h in path] == INCLUSION[index]
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, 8, path, bytes.fromhex(ROOTS[8]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs(tmp_path: Path, old: int, new: int) -> None:
    path = consistency_proof(made(tmp_path, new).node, old, new)
    assert [h.hex() for h in path] == CONSISTENCY[old, new]
    roots = [bytes.fromhex(root) for root in ROOTS]
    assert verify_consistency(old, roots[old], new, roots[new], path)


def test_published_note() -> None:
    """The example of golang.org/x/mod/sumdb/note."""
    raw = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM=\n"
    ).encode()
    verifier = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = Note.parse(raw)
    assert [v.name for v, _ in note.signed_by([verifier])] == ["PeterNeumann"]
    signer = Signer.parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    assert Note(note.text, (signer.sign(note.text),)).dump() == raw


def test_published_checkpoint_is_read_and_written_alike() -> None:
    """The example of C2SP tlog-cosignature, with a log's and a witness's line."""
    raw = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGz"
        "Gku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1n"
        "PZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
    note = Note.parse(raw)
    assert note.dump() == raw
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert note.signatures[1].timestamp == 1679315147


def test_a_proof_file_carries_its_own_checkpoint(tmp_path: Path, signer: Signer) -> None:
    write_log(tmp_path, 300, [signer])
    note = (tmp_path / "checkpoint").read_bytes()
    raw = prove_inclusion(TileFolder(tmp_path, 300), 299, note).dump()
    proof = parse_proof(raw)
    assert proof.dump() == raw
    assert check_inclusion(proof, [signer.verifier]) == open_checkpoint(note, [signer.verifier])  # type: ignore[arg-type]
