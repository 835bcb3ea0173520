"""The kernels of comparing: the cost between two words, the best pairing of two names' words, and what it shows.

A name's tokens lie in rows of `writing.Tokens`; a candidate's are picked from a vocabulary by their numbers. Nothing is
allocated here: `Work` is given by the caller, one for each thread.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.screening.costs import BY_SOUND, CONSONANTS, WRITTEN
from risk.screening.letters import FAR, KERNELS, alike_by, distance, slipped
from risk.screening.shown import (
    ACRONYM,
    COLUMNS_OF_SIDE,
    COUNT,
    EQUAL,
    GLUED,
    INITIAL,
    SHORT,
    SPELLING,
    TYPO,
    VARIANT,
    VOWELS,
    describe,
)
from risk.screening.words import Class
from risk.screening.writing import MAX_GROUPS, MAX_LETTERS, MAX_TOKENS

_CORE, _INITIAL, _NUMBER, _LEGAL = int(Class.CORE), int(Class.INITIAL), int(Class.NUMBER), int(Class.LEGAL)
_GENERIC, _PARTICLE, _SUFFIX = int(Class.GENERIC), int(Class.PARTICLE), int(Class.SUFFIX)
_ONLY_EQUAL = (_NUMBER, _LEGAL, _SUFFIX)
_LEAST = 0.6
"""Words that are less alike than this do not meet."""
EXACT_FROM, EXACT_LOG_ODDS = 0.9999, 6.0
"""The same words, in whatever order, are the same name, whatever was learned: nothing can be more alike."""
_INITIAL_ALIKE, SHORT_ALIKE, _VARIANT_ALIKE, _ACRONYM_ALIKE = 0.75, 0.74, 0.93, 0.8
_LEAST_SLIPPED, _LEAST_SLIPPED_FORM = 2, 3
"""Letters of the shorter of two words that a single slip of the hand may part; of a firm's form, a suffix or a number."""
_LONGEST_RUN = 6
_RUN_LETTERS = MAX_LETTERS
MAX_MEETINGS = MAX_TOKENS * MAX_TOKENS * 3
COLUMNS = 6
"""Of a meeting: first query token, how many, first candidate token, how many, way, (unused when chosen)."""


class Work(NamedTuple):
    """Room for the kernels: `rows` of the distance, a glued `run`, the meetings found and those chosen, the features."""

    rows: NDArray[np.float32]
    run: NDArray[np.uint8]
    whole: NDArray[np.uint8]
    meetings: NDArray[np.int16]
    alike: NDArray[np.float32]
    chosen: NDArray[np.int16]
    chosen_alike: NDArray[np.float32]
    sides: NDArray[np.float32]
    features: NDArray[np.float32]


def work() -> Work:
    """Return room for one thread."""
    width = MAX_TOKENS * MAX_LETTERS + 2
    return Work(
        np.zeros((3, width), np.float32), np.zeros(_RUN_LETTERS, np.uint8), np.zeros((2, width), np.uint8),
        np.zeros((MAX_MEETINGS, COLUMNS), np.int16), np.zeros(MAX_MEETINGS, np.float32),
        np.zeros((MAX_TOKENS, COLUMNS), np.int16), np.zeros(MAX_TOKENS, np.float32),
        np.zeros((2, COLUMNS_OF_SIDE), np.float32), np.zeros(COUNT, np.float32),
    )  # fmt: skip


def is_firm_word(kind: Class) -> bool:
    """Whether only firms' names have a word of this class."""
    return kind in (Class.LEGAL, Class.GENERIC)


@KERNELS.part
def _meet(
    letters_a: Any, sounds_a: Any, size_a: int, sound_size_a: int, kind_a: int, bare_a: bool, groups_a: Any,
    letters_b: Any, sounds_b: Any, size_b: int, sound_size_b: int, kind_b: int, bare_b: bool, groups_b: Any,
    substitution: Any, gap: Any, rows: Any,
) -> tuple[float, int]:  # fmt: skip
    """Return how alike two tokens are, 0 to 1, and in which way."""
    same = size_a == size_b
    if same:
        for place in range(size_a):
            if letters_a[place] != letters_b[place]:
                same = False
                break
    if same:
        return 1.0, EQUAL
    for first in range(MAX_GROUPS):
        if groups_a[first] == 0:
            break
        for second in range(MAX_GROUPS):
            if groups_b[second] == groups_a[first]:
                return (0.97 if kind_a == _GENERIC and kind_b == _GENERIC else _VARIANT_ALIKE), VARIANT
    slip = min(size_a, size_b) >= _LEAST_SLIPPED and slipped(letters_a, size_a, letters_b, size_b)
    if kind_a in _ONLY_EQUAL or kind_b in _ONLY_EQUAL:
        # A form that was mistyped is read as any other word.
        core = kind_a == _CORE or kind_b == _CORE
        if core and slip and min(size_a, size_b) >= _LEAST_SLIPPED_FORM:
            return _LEAST, TYPO
        return 0.0, TYPO
    if kind_a == _INITIAL or kind_b == _INITIAL:
        alone = kind_a == _INITIAL and kind_b == _INITIAL
        if not alone and letters_a[0] == letters_b[0] and (kind_a != _PARTICLE and kind_b != _PARTICLE):
            return _INITIAL_ALIKE, INITIAL
        return 0.0, TYPO
    shortest, longest, mixed = min(size_a, size_b), max(size_a, size_b), bare_a != bare_b
    if not mixed and longest - shortest > 1 + longest // 2:
        return 0.0, TYPO
    mode = CONSONANTS if mixed else WRITTEN
    most = 0.45 * (shortest + 1) if mixed else (1.0 - _LEAST) * longest + 0.01
    cost, heard = FAR, FAR
    for form in range(2):  # one call of `distance`: each is compiled into its place
        a, length_a = (sounds_a, sound_size_a) if form else (letters_a, size_a)
        b, length_b = (sounds_b, sound_size_b) if form else (letters_b, size_b)
        cost, heard = heard, distance(a, length_a, b, length_b, mode, most, substitution, gap, rows)
    if mixed:
        return max(0.0, 1.0 - min(cost, heard) / (max(1, shortest) + 0.5)), VOWELS
    heard += BY_SOUND
    way = TYPO if cost >= 0.8 and heard >= 0.8 else SPELLING
    alike = alike_by(min(cost, heard), longest)
    if shortest >= 3 and longest >= shortest + 2 and alike < SHORT_ALIKE:
        prefix = True
        for place in range(shortest):
            if letters_a[place] != letters_b[place]:
                prefix = False
                break
        if prefix:
            return SHORT_ALIKE, SHORT
    if slip and alike < _LEAST:
        return _LEAST, TYPO
    return max(0.0, alike), way


@KERNELS.part
def _glue(letters: Any, sizes: Any, ids: Any, first: int, many: int, run: Any) -> int:
    """Write tokens one after another into `run` and return the length, 0 where it is longer than a word may be."""
    length = 0
    for step in range(many):
        row = ids[first + step]
        for place in range(sizes[row, 0]):
            if length >= _RUN_LETTERS:
                return 0
            run[length] = letters[row, place]
            length += 1
    return length


@KERNELS.part
def _begins(letters: Any, kinds: Any, ids: Any, first: int, many: int, word: Any) -> bool:
    """Whether a word is the first letters of a run of tokens, none of which is a firm's form."""
    same = 0
    for step in range(many):
        same += letters[ids[first + step], 0] == word[step] and kinds[ids[first + step]] != _LEGAL
    return same == many


@KERNELS.part
def _note(work: Any, found: int, i: int, many_i: int, j: int, many_j: int, way: int, alike: float) -> int:
    if found < MAX_MEETINGS:
        work.meetings[found, 0], work.meetings[found, 1] = i, many_i
        work.meetings[found, 2], work.meetings[found, 3] = j, many_j
        work.meetings[found, 4] = way
        work.alike[found] = alike
        found += 1
    return found


@KERNELS.part
def _may_be_run(total: int, size: int, mixed: bool, bare: bool, same_start: bool) -> bool:
    """Whether a run of so many letters in all may be a word of so many."""
    if mixed:
        return size >= 3 and (total <= 2 * size + 4 if bare else size <= 2 * total + 4)
    return size >= 4 and same_start and abs(size - total) <= 1 + total // 8


@KERNELS.part
def _runs(
    a_letters: Any, a_sizes: Any, a_kinds: Any, a_bare: Any, a_ids: Any, count_a: int,
    b_letters: Any, b_sizes: Any, b_bare: Any, b_ids: Any, count_b: int,
    turned: bool, substitution: Any, gap: Any, work: Any, found: int,
) -> int:  # fmt: skip
    """Find runs of a's tokens that one of b's tokens is, written together."""
    for i in range(count_a):
        total = int(a_sizes[a_ids[i], 0])
        for many in range(2, min(_LONGEST_RUN, count_a - i) + 1):
            total += int(a_sizes[a_ids[i + many - 1], 0])
            for j in range(count_b):
                size = int(b_sizes[b_ids[j], 0])
                mixed = a_bare[a_ids[i]] != b_bare[b_ids[j]]
                alike, way, most = 0.0, GLUED, 0.25 * max(size, total)
                if size == many and _begins(a_letters, a_kinds, a_ids, i, many, b_letters[b_ids[j]]):
                    alike, way = _ACRONYM_ALIKE, ACRONYM
                elif _may_be_run(total, size, mixed, b_bare[b_ids[j]], b_letters[b_ids[j], 0] == a_letters[a_ids[i], 0]):
                    length = _glue(a_letters, a_sizes, a_ids, i, many, work.run)
                    if length > 0:
                        mode = CONSONANTS if mixed else WRITTEN
                        cost = distance(work.run, length, b_letters[b_ids[j]], size, mode, most, substitution, gap, work.rows)
                        alike = 1.0 - cost / (min(length, size) + 0.5) if mixed else alike_by(cost, max(length, size)) - 0.01
                if alike >= 0.8:
                    if turned:
                        found = _note(work, found, j, 1, i, many, way, alike)
                    else:
                        found = _note(work, found, i, many, j, 1, way, alike)
    return found


@KERNELS.part
def _choose(q_weights: Any, q_ids: Any, c_weights: Any, c_ids: Any, found: int, work: Any) -> tuple[int, int, int]:
    """Choose meetings, the most telling first, so that no token meets twice.

    Returns how many, and which tokens of query and candidate met, as bits.
    """
    met_q, met_c, chosen = 0, 0, 0
    while chosen < MAX_TOKENS:
        best, best_value = -1, 0.0
        for place in range(found):
            i, many_i, j, many_j = (
                work.meetings[place, 0], work.meetings[place, 1], work.meetings[place, 2], work.meetings[place, 3],
            )  # fmt: skip
            mask_q = ((1 << many_i) - 1) << i
            mask_c = ((1 << many_j) - 1) << j
            if met_q & mask_q or met_c & mask_c:
                continue
            weight, weight_c = 0.0, 0.0
            for step in range(many_i):
                weight += q_weights[q_ids[i + step]]
            for step in range(many_j):
                weight_c += c_weights[c_ids[j + step]]
            # First letters tell no more of long names than of such letters: else they would be taken for those before
            # the same letters, or the same names, are.
            letters = work.meetings[place, 4] in (INITIAL, ACRONYM)
            weight = 2.0 * min(weight, weight_c) if letters else weight + weight_c
            apart = abs(i - j)
            value = work.alike[place] * work.alike[place] * weight - 0.001 * apart
            if value > best_value:
                best, best_value = place, value
        if best < 0:
            break
        for column in range(COLUMNS):
            work.chosen[chosen, column] = work.meetings[best, column]
        work.chosen_alike[chosen] = work.alike[best]
        met_q |= ((1 << work.meetings[best, 1]) - 1) << work.meetings[best, 0]
        met_c |= ((1 << work.meetings[best, 3]) - 1) << work.meetings[best, 2]
        chosen += 1
    return chosen, met_q, met_c


@KERNELS.part
def compare(q: Any, q_ids: Any, count_q: int, c: Any, c_ids: Any, count_c: int, substitution: Any, gap: Any, work: Any) -> Any:
    """Pair two names' tokens and write what it shows into `work.features`; returns how many meetings `work.chosen` has."""
    found = 0
    for i in range(count_q):
        a = q_ids[i]
        for j in range(count_c):
            b = c_ids[j]
            alike, way = _meet(
                q.letters[a], q.sounds[a], q.sizes[a, 0], q.sizes[a, 1], q.kinds[a], q.unvowelled[a], q.groups[a],
                c.letters[b], c.sounds[b], c.sizes[b, 0], c.sizes[b, 1], c.kinds[b], c.unvowelled[b], c.groups[b],
                substitution, gap, work.rows,
            )  # fmt: skip
            if alike >= _LEAST:
                found = _note(work, found, i, 1, j, 1, way, alike)
    found = _runs(
        q.letters, q.sizes, q.kinds, q.unvowelled, q_ids, count_q,
        c.letters, c.sizes, c.unvowelled, c_ids, count_c, False,
        substitution, gap, work, found,
    )  # fmt: skip
    found = _runs(
        c.letters, c.sizes, c.kinds, c.unvowelled, c_ids, count_c,
        q.letters, q.sizes, q.unvowelled, q_ids, count_q, True,
        substitution, gap, work, found,
    )  # fmt: skip
    chosen, met_q, met_c = _choose(q.weights, q_ids, c.weights, c_ids, found, work)
    describe(q, q_ids, count_q, c, c_ids, count_c, chosen, met_q, met_c, substitution, gap, work)
    return chosen


@KERNELS.part
def is_firm(tokens: Any, ids: Any, count: int) -> bool:
    """Whether a name has a word that only firms' names have."""
    for place in range(count):
        kind = tokens.kinds[ids[place]]
        if kind in (_LEGAL, _GENERIC):
            return True
    return False


@KERNELS.part
def log_odds(features: Any, weights: Any, hinge_at: Any, hinge_from: Any, product_at: Any) -> Any:
    """Return what one row of `model.Weights` makes of the features, as `model.terms` and a sum would."""
    total, place = 0.0, 0
    for number in range(COUNT):
        total += weights[place] * features[number]
        place += 1
    for number in range(len(hinge_at)):
        over = features[hinge_at[number]] - hinge_from[number]
        if over > 0.0:
            total += weights[place] * over
        place += 1
    for number in range(len(product_at)):
        total += weights[place] * features[product_at[number, 0]] * features[product_at[number, 1]]
        place += 1
    total += weights[place]
    return max(total, EXACT_LOG_ODDS) if features[0] > EXACT_FROM else total


@KERNELS.kernel
def compare_pair(q: Any, q_ids: Any, c: Any, c_ids: Any, substitution: Any, gap: Any, work: Any) -> int:
    """`compare` for two names of a caller in Python; ids are the rows of each name's tokens."""
    return int(compare(q, q_ids, len(q_ids), c, c_ids, len(c_ids), substitution, gap, work))
