"""What it costs to make one word of another, letter by letter: cheap where writings of one sound differ, dear elsewhere.

A cost of 1 is a letter that was struck wrongly. The values are chosen after how romanisations differ (BGN/PCGN, ISO 9, ALA-LC,
Wade-Giles, pinyin, French and English habits) and after what is confused in hearing; they were not fitted.
"""

import numpy as np
from numpy.typing import NDArray

LETTERS = 37
"""Codes of `writing.Tokens`: 0 nothing, 1 to 26 a to z, 27 to 36 digits."""
WRITTEN, CONSONANTS = 0, 1
"""Modes: both words have their vowels; one of them has only its consonants."""

_VOWELS = "aeiou"
_ALIKE = {
    0.35: "kq kc qc sz sc zj gj jy vw vf fp bv bp dt iy ei ou uw kg kx xs cz ao",
    0.45: "mn hk hg td lr ae ai au io ui oe ue gq tz ch hj",
}  # fmt: skip
_STRUCK = 1.0
_NUMBER = 2.0


def substitutions() -> NDArray[np.float32]:
    """Return float32[2, LETTERS, LETTERS]: the cost of one letter in place of another, by mode."""
    costs = np.full((2, LETTERS, LETTERS), _STRUCK, np.float32)
    for first in _VOWELS:
        for second in _VOWELS:
            costs[:, _code(first), _code(second)] = 0.5
    for cost, pairs in sorted(_ALIKE.items(), reverse=True):
        for first, second in map(tuple, pairs.split()):
            costs[:, _code(first), _code(second)] = costs[:, _code(second), _code(first)] = cost
    # Arabic writes one letter for w, u and o, one for y, i and e, and has no p, g or v of its own.
    for pairs, cost in (("wu wo uv ov yi ye wv pb pf vb vf gk gq gj kq td dt sz cs jg hk hg zd zt", 0.15),):
        for first, second in map(tuple, pairs.split()):
            costs[CONSONANTS, _code(first), _code(second)] = costs[CONSONANTS, _code(second), _code(first)] = cost
    costs[:, 27:, :] = costs[:, :, 27:] = _NUMBER
    for code in range(LETTERS):
        costs[:, code, code] = 0.0
    return costs


def gaps() -> NDArray[np.float32]:
    """Return float32[2, LETTERS]: the cost of a letter that is there or not, by mode."""
    costs = np.full((2, LETTERS), _STRUCK, np.float32)
    for letter in _VOWELS:
        costs[WRITTEN, _code(letter)] = 0.7
        costs[CONSONANTS, _code(letter)] = 0.05
    costs[WRITTEN, _code("h")] = 0.5
    costs[WRITTEN, _code("y")] = costs[WRITTEN, _code("w")] = 0.7
    for letter in "yhwj":
        costs[CONSONANTS, _code(letter)] = 0.25
    costs[:, 27:] = _NUMBER
    return costs


DOUBLED = 0.3
"""A letter that only doubles the one before it."""
SWAPPED = 0.8
"""Two neighbours that changed places."""
BY_SOUND = 0.15
"""What is added to a cost that was counted on how words sound, so that the same spelling is better."""


def _code(letter: str) -> int:
    return ord(letter) - 96
