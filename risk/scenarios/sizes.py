"""How many payments of a window are about as large as the last one, as SQL: by half octaves of their amounts. Pure.

An OVER window cannot compare its rows with the last one. So it counts the transfers of each size, and adds up those of the last
one's and of the two beside it: whatever differs by less than a half octave lies there. Three counts lie in one number, because
every number of a window is read and written with every payment.
"""

import math

from risk.scenarios.declared import PPM

# From R$ 10 to R$ 21,000 by half octaves of centavos; what is smaller or larger counts with the ends.
SMALLEST, LARGEST = 19, 42
SIZE = f"LEAST(GREATEST(CAST(FLOOR(2 * LOG2(CAST(GREATEST(amount_minor, 1) AS DOUBLE))) AS INT), {SMALLEST}), {LARGEST})"
# Each count has 21 bits of a BIGINT: no account sends two million transfers of one size within two days.
_IN_ONE, _ROOM = 3, 1 << 21


def require_near(unlike_ppm: int) -> None:
    """Raise ValueError where amounts that differ by so much of the larger one may lie more than a half octave apart."""
    if unlike_ppm >= PPM * (1 - math.sqrt(0.5)):
        raise ValueError(f"amounts that differ by {unlike_ppm} ppm are not always of neighbouring sizes")


def counted() -> str:
    """Return the columns `of_N` of a window `w` over rows with `is_transfer` and `size`: how many transfers have each size."""
    return ",\n".join(
        f"    SUM(CASE WHEN is_transfer THEN {_one_more(first)} ELSE 0 END) OVER w AS of_{first}"
        for first in range(SMALLEST, LARGEST + 1, _IN_ONE)
    )


def near() -> str:
    """Return how many transfers of the window are of the row's own `size` or of one beside it."""
    cases = " ".join(
        f"WHEN {size} THEN " + " + ".join(_count(each) for each in _beside(size)) for size in range(SMALLEST, LARGEST + 1)
    )
    return f"CASE size {cases} END"


def _one_more(first: int) -> str:
    whens = " ".join(f"WHEN {first + place} THEN {_ROOM**place}" for place in range(_IN_ONE) if first + place <= LARGEST)
    return f"CASE size {whens} ELSE CAST(0 AS BIGINT) END"


def _count(size: int) -> str:
    place = (size - SMALLEST) % _IN_ONE
    return f"MOD(of_{size - place} / {_ROOM**place}, {_ROOM})"


def _beside(size: int) -> range:
    return range(max(SMALLEST, size - 1), min(LARGEST, size + 1) + 1)
