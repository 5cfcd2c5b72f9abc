"""A tamper-evident ledger of events: leaves, Merkle tree, signed checkpoints, tiles, stores.

The tree and its proofs follow RFC 6962 and RFC 9162, the leaves RFC 8785, the checkpoints, cosignatures and
files the C2SP specifications signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof.
"""
