"""The bytes that are hashed and signed. Integers are big-endian, hashes are SHA-256, moments are microseconds since 1970.

A digest of the journal is the hash of a transfer's `leaf`: a record in PostgreSQL's binary form, made where the transfer is
booked (0015_chain.sql). Everything above the digests is made of the bytes here.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

GENESIS = bytes(32)
SHARD = 0
_BATCH = struct.Struct(">hqqI")
_HEADER = struct.Struct(">qh32s32sqqi32sqqq")
_LENGTH = struct.Struct(">i")
_SIGNED = b"baas.signature.1"
_BLOCK = b"baas.block.1"
_KEY = b"baas.key.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """What one batch changed: 16 bytes a transfer in `transfer_ids`, 32 in `digests`, in the batch's order.

    `held_reasons` has the reason of each hold while it was held, null for the others; absent when there was no hold with one.
    """

    journal_id: int
    booked_at_us: int
    salt: bytes
    transfer_ids: Sequence[bytes]
    digests: Sequence[bytes]
    held_reasons: Sequence[str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Batches in a row under one root. `work_us` is how long the search took that should take `work_target_us`."""

    height: int
    shard: int
    previous_hash: bytes
    merkle_root: bytes
    first_journal_id: int
    last_journal_id: int
    leaves: int
    batch_hash: bytes
    made_at_us: int
    difficulty: int
    work_target_us: int
    key_ids: Sequence[str]
    nonce: int
    work_us: int
    hash: bytes


def batch_hash(previous: bytes, row: JournalRow, *, shard: int = SHARD) -> bytes:
    """Return the link of one journal row: the hash of the link before it and of everything that the row says."""
    link = sha256(previous)
    link.update(_BATCH.pack(shard, row.journal_id, row.booked_at_us, len(row.digests)))
    link.update(row.salt)
    link.update(b"".join(row.transfer_ids))
    link.update(b"".join(row.digests))
    link.update(b"".join(_text(reason) for reason in row.held_reasons or [None] * len(row.digests)))
    return link.digest()


def header(block: Block) -> bytes:
    """Return what a block's hash covers besides the nonce: all but `nonce`, `work_us` and the hash itself."""
    return (
        _BLOCK
        + _HEADER.pack(
            block.height, block.shard, block.previous_hash, block.merkle_root, block.first_journal_id, block.last_journal_id,
            block.leaves, block.batch_hash, block.made_at_us, block.difficulty, block.work_target_us,
        )
        + b"".join(_text(key_id) for key_id in block.key_ids)
    )  # fmt: skip


def signed(block_hash: bytes, *, work_us: int) -> bytes:
    """Return what a signature is over: the block's hash, and the time that its work took, which difficulty follows from."""
    return _SIGNED + block_hash + work_us.to_bytes(8, signed=True)


def endorsed(*, key_id: str, algorithm: str, public_key: bytes, from_height: int, made_at_us: int) -> bytes:
    """Return what the key before signs of a new key."""
    return (
        _KEY + _text(key_id) + _text(algorithm) + _LENGTH.pack(len(public_key)) + public_key
        + from_height.to_bytes(8, signed=True) + made_at_us.to_bytes(8, signed=True)
    )  # fmt: skip


def _text(value: str | None) -> bytes:
    """Return a text with its length before it; nothing but the length -1 for null."""
    if value is None:
        return _LENGTH.pack(-1)
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded
