"""How far apart two words are, letter by letter: by what writings confuse, and by a slip of the hand."""

from typing import Any

from kit.kernels import Kernels
from risk.screening.costs import DOUBLED, SWAPPED

KERNELS = Kernels("screening", "risk/screening/*.py")
FAR = 1e6
"""What `distance` says of words that are further apart than was asked."""


@KERNELS.part
def distance(
    a: Any, length_a: int, b: Any, length_b: int, mode: int, most: float, substitution: Any, gap: Any, rows: Any
) -> Any:
    """Return the cost of making one word of another: Damerau-Levenshtein, optimal string alignment, with costs by letter.

    What costs more than `most` is `FAR`: the rows after one that is all above it are not counted.
    """
    before, last, now = 0, 1, 2
    rows[last, 0] = 0.0
    least_before = 0.0
    for j in range(length_b):
        free = DOUBLED if j > 0 and b[j] == b[j - 1] else gap[mode, b[j]]
        rows[last, j + 1] = rows[last, j] + free
    for i in range(length_a):
        drop = gap[mode, a[i]]
        if i > 0 and a[i] == a[i - 1] and drop > DOUBLED:
            drop = DOUBLED
        rows[now, 0] = rows[last, 0] + drop
        least = rows[now, 0]
        for j in range(length_b):
            put = gap[mode, b[j]]
            if j > 0 and b[j] == b[j - 1] and put > DOUBLED:
                put = DOUBLED
            best = rows[last, j] + substitution[mode, a[i], b[j]]
            other = rows[last, j + 1] + drop
            best = min(best, other)
            other = rows[now, j] + put
            best = min(best, other)
            if i > 0 and j > 0 and a[i] == b[j - 1] and a[i - 1] == b[j] and a[i] != b[j]:
                other = rows[before, j - 1] + SWAPPED
                best = min(best, other)
            rows[now, j + 1] = best
            least = min(least, best)
        if least > most and least_before > most:  # two rows, because a swap reaches back over one
            return FAR
        least_before = least
        before, last, now = last, now, before
    return rows[last, length_b]


@KERNELS.part
def alike_by(cost: float, longest: int) -> float:
    """Return 1 for no cost, less by cost a letter; short words, where one letter is much, fall faster."""
    if longest <= 3:
        return 1.0 - 1.3 * cost / longest
    if longest == 4:
        return 1.0 - 1.1 * cost / longest
    return 1.0 - cost / longest


@KERNELS.part
def slipped(a: Any, size_a: int, b: Any, size_b: int) -> bool:
    """Whether one slip of the hand parts two words: a letter too many, missing or wrong, or two neighbours swapped."""
    start, end, shortest = 0, 0, min(size_a, size_b)
    while start < shortest and a[start] == b[start]:
        start += 1
    while end < shortest - start and a[size_a - 1 - end] == b[size_b - 1 - end]:
        end += 1
    left_a, left_b = size_a - start - end, size_b - start - end
    if max(left_a, left_b) == 1:
        return True
    return left_a == 2 and left_b == 2 and a[start] == b[start + 1] and a[start + 1] == b[start]
