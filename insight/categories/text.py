"""A statement's text as numbers: letters only, then hashed character n-grams (Weinberger et al. 2009, "Feature Hashing").

Training and inference both call `grams`, so that a text is the same features on both sides. Characters are those of the folded
text: accents, case, digits and signs say nothing of what was bought, while dates and numbers of documents would only be noise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.folding import folded

SIZES = (3, 4, 5)
MAX_LETTERS = 96
"""Longer texts are cut: descriptions have 140 characters, and what was bought is in the first ones."""
# Folding leaves capitals of some alphabets of symbols: they become small here, and all but letters a space.
_LETTERS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalpha() else 32 for code in range(256))
_MULTIPLIER = np.uint32(0x01000193)  # FNV's 32-bit prime
_MIX = np.uint32(0x85EBCA6B)  # MurmurHash3's finaliser


class Grams(NamedTuple):
    """The n-grams of texts one after another: buckets int64[n], and how many each text has, int64[texts], at least 1."""

    buckets: NDArray[np.int64]
    counts: NDArray[np.int64]


def letters(text: str) -> str:
    """Return the words of a text in small letters a to z, one space between them."""
    return b" ".join(folded(text).encode("ascii", "replace").translate(_LETTERS).split())[:MAX_LETTERS].decode()


def grams(marked: Sequence[tuple[str, str]], *, buckets: int) -> Grams:
    """Return the hashed n-grams of (mark, text) pairs; `buckets` is a power of two.

    The mark (how the money moved) is one feature of its own, so that no text is without any.
    """
    texts = [b" " + letters(text).encode() + b" " for _, text in marked]
    data = np.frombuffer(b"".join(texts), dtype=np.uint8).astype(np.uint32)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    place_in_text = np.arange(len(data), dtype=np.int64) - (ends - lengths)[owner]
    of_size = {size: np.maximum(lengths - size + 1, 0) for size in SIZES}
    counts = sum(of_size.values(), start=np.ones(len(texts), dtype=np.int64))  # the mark is one
    free = np.cumsum(counts) - counts  # where the next n-gram of each text goes
    found = np.empty(int(counts.sum()), dtype=np.int64)
    found[free] = _marks([mark for mark, _ in marked], buckets)
    free = free + 1
    for size, count in of_size.items():
        whole = np.flatnonzero(place_in_text < count[owner])
        hashed = np.full(len(whole), np.uint32(2166136261 + size), dtype=np.uint32)
        for place in range(size):
            hashed = (hashed ^ data[whole + place]) * _MULTIPLIER
        hashed = (hashed ^ (hashed >> np.uint32(13))) * _MIX
        hashed ^= hashed >> np.uint32(16)
        found[free[owner[whole]] + place_in_text[whole]] = hashed & np.uint32(buckets - 1)
        free = free + count
    return Grams(found, counts)


def _marks(marks: Sequence[str], buckets: int) -> NDArray[np.int64]:
    known: dict[str, int] = {}
    for mark in marks:
        if mark not in known:
            value = 2166136261
            for code in b"\1" + mark.encode():
                value = ((value ^ code) * 0x01000193) & 0xFFFF_FFFF
            known[mark] = value & (buckets - 1)
    return np.array([known[mark] for mark in marks], dtype=np.int64)


def likeness(one: str, other: str) -> float:
    """Return how alike two texts of `letters` are, 0 to 1: shared trigrams over all of both (Jaccard)."""
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def _trigrams(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
