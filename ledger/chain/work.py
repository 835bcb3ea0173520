"""Proof of work: a nonce that makes a block's hash small, at a difficulty that keeps the search at a set time."""

from collections.abc import Callable, Sequence
from hashlib import sha256

FIRST_DIFFICULTY = 1 << 16
RETARGET_BLOCKS = 16
MOST_CHANGE = 4
MAX_DIFFICULTY = 1 << 62


def search(header: bytes, *, difficulty: int) -> tuple[int, bytes]:
    """Return the first nonce whose hash is good enough, and that hash; takes about `difficulty` hashes."""
    begun = sha256(header)
    most = limit(difficulty)
    nonce = 0
    while True:
        attempt = begun.copy()
        attempt.update(nonce.to_bytes(8, signed=True))
        found = attempt.digest()
        if found < most:
            return nonce, found
        nonce += 1


def block_hash(header: bytes, *, nonce: int) -> bytes:
    """Return the hash of a header with its nonce."""
    return sha256(header + nonce.to_bytes(8, signed=True)).digest()


def limit(difficulty: int) -> bytes:
    """Return what a hash must be below: 2^256 / difficulty, and above every hash at difficulty 1."""
    return bytes.fromhex("ff" * 32) + b"\x00" if difficulty <= 1 else ((1 << 256) // difficulty).to_bytes(32)


def difficulty_at(height: int, *, before: int | None, work_target_us: int, recent_work_us: Callable[[], Sequence[int]]) -> int:
    """Return the difficulty of the block at `height`, of which the one before had `before`.

    Every RETARGET_BLOCKS blocks it is scaled by what their work should have taken over what it took, at most MOST_CHANGE
    times up or down. `recent_work_us` gives the times of those blocks.
    """
    if before is None:
        return FIRST_DIFFICULTY
    if height % RETARGET_BLOCKS:
        return before
    took_us = max(1, sum(recent_work_us()))
    scaled = before * RETARGET_BLOCKS * work_target_us // took_us
    return max(1, min(scaled, before * MOST_CHANGE, MAX_DIFFICULTY), before // MOST_CHANGE)
