"""The kernels of comparing: the cost between two words, the best pairing of two names' words, and what it shows.

A name's tokens lie in rows of `writing.Tokens`; a candidate's are picked from a vocabulary by their numbers. Nothing is
allocated here: `Work` is given by the caller, one for each thread.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.kernels import Kernels
from risk.screening.costs import BY_SOUND, CONSONANTS, DOUBLED, SWAPPED, WRITTEN
from risk.screening.words import Class
from risk.screening.writing import MAX_GROUPS, MAX_LETTERS, MAX_TOKENS

KERNELS = Kernels("screening", "risk/screening/*.py")

EQUAL, SPELLING, TYPO, INITIAL, SHORT, VARIANT, GLUED, VOWELS, ACRONYM = range(9)
"""How a word met another; `reasons` has their words."""

_CORE, _INITIAL, _NUMBER, _LEGAL = int(Class.CORE), int(Class.INITIAL), int(Class.NUMBER), int(Class.LEGAL)
_GENERIC, _PARTICLE, _SUFFIX = int(Class.GENERIC), int(Class.PARTICLE), int(Class.SUFFIX)
_ONLY_EQUAL = (_NUMBER, _LEGAL, _SUFFIX)
_LEAST = 0.6
"""Words that are less alike than this do not meet."""
EXACT_FROM, EXACT_LOG_ODDS = 0.9999, 6.0
"""The same words, in whatever order, are the same name, whatever was learned: nothing can be more alike."""
FAR = 1e6
"""What `distance` says of words that are further apart than was asked."""
_INITIAL_ALIKE, SHORT_ALIKE, _VARIANT_ALIKE, _ACRONYM_ALIKE = 0.75, 0.74, 0.93, 0.8
_LONGEST_RUN = 6
_RUN_LETTERS = MAX_LETTERS
MAX_MEETINGS = MAX_TOKENS * MAX_TOKENS * 3
COLUMNS = 6
"""Of a meeting: first query token, how many, first candidate token, how many, way, (unused when chosen)."""

FEATURES = (
    "coverage_low", "coverage_high", "contradiction", "extra", "core_contradiction", "worst", "deficit", "initials",
    "core_met", "single", "number_conflict", "number_extra", "legal_conflict", "inversions", "whole", "variants",
    "shorts", "acronym", "exact", "glued", "first_apart", "core_all_met", "core_extra", "generic_contradiction", "short_words",
    "first_letter", "coverage_low_squared", "worst_squared",
)  # fmt: skip
COUNT = len(FEATURES)


class Work(NamedTuple):
    """Room for the kernels: `rows` of the distance, a glued `run`, the meetings found and those chosen, the features."""

    rows: NDArray[np.float32]
    run: NDArray[np.uint8]
    whole: NDArray[np.uint8]
    meetings: NDArray[np.int16]
    alike: NDArray[np.float32]
    chosen: NDArray[np.int16]
    chosen_alike: NDArray[np.float32]
    features: NDArray[np.float32]


def work() -> Work:
    """Return room for one thread."""
    width = MAX_TOKENS * MAX_LETTERS + 2
    return Work(
        np.zeros((3, width), np.float32), np.zeros(_RUN_LETTERS, np.uint8), np.zeros((2, width), np.uint8),
        np.zeros((MAX_MEETINGS, COLUMNS), np.int16), np.zeros(MAX_MEETINGS, np.float32),
        np.zeros((MAX_TOKENS, COLUMNS), np.int16), np.zeros(MAX_TOKENS, np.float32), np.zeros(COUNT, np.float32),
    )  # fmt: skip


def is_firm_word(kind: Class) -> bool:
    """Whether only firms' names have a word of this class."""
    return kind in (Class.LEGAL, Class.GENERIC)


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
def _alike(cost: float, longest: int) -> float:
    """Return 1 for no cost, less by cost a letter; short words, where one letter is much, fall faster."""
    if longest <= 3:
        return 1.0 - 1.3 * cost / longest
    if longest == 4:
        return 1.0 - 1.1 * cost / longest
    return 1.0 - cost / longest


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
    if kind_a in _ONLY_EQUAL or kind_b in _ONLY_EQUAL:
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
    alike = _alike(min(cost, heard), longest)
    if shortest >= 3 and longest >= shortest + 2 and alike < SHORT_ALIKE:
        prefix = True
        for place in range(shortest):
            if letters_a[place] != letters_b[place]:
                prefix = False
                break
        if prefix:
            return SHORT_ALIKE, SHORT
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
def _begins(letters: Any, ids: Any, first: int, many: int, word: Any) -> bool:
    """Whether a word is the first letters of a run of tokens."""
    same = 0
    for step in range(many):
        same += letters[ids[first + step], 0] == word[step]
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
            if a_kinds[a_ids[i + many - 1]] == _LEGAL or a_kinds[a_ids[i]] == _LEGAL:
                break
            total += int(a_sizes[a_ids[i + many - 1], 0])
            for j in range(count_b):
                size = int(b_sizes[b_ids[j], 0])
                mixed = a_bare[a_ids[i]] != b_bare[b_ids[j]]
                alike, way, most = 0.0, GLUED, 0.25 * max(size, total)
                if size == many and size >= 3 and _begins(a_letters, a_ids, i, many, b_letters[b_ids[j]]):
                    alike, way = _ACRONYM_ALIKE, ACRONYM
                elif _may_be_run(total, size, mixed, b_bare[b_ids[j]], b_letters[b_ids[j], 0] == a_letters[a_ids[i], 0]):
                    length = _glue(a_letters, a_sizes, a_ids, i, many, work.run)
                    if length > 0:
                        mode = CONSONANTS if mixed else WRITTEN
                        cost = distance(work.run, length, b_letters[b_ids[j]], size, mode, most, substitution, gap, work.rows)
                        alike = 1.0 - cost / (min(length, size) + 0.5) if mixed else _alike(cost, max(length, size)) - 0.01
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
            weight = 0.0
            for step in range(many_i):
                weight += q_weights[q_ids[i + step]]
            for step in range(many_j):
                weight += c_weights[c_ids[j + step]]
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
def _acronym(one: Any, one_ids: Any, one_count: int, other: Any, other_ids: Any, other_count: int) -> bool:
    """Whether one name is a single word of the first letters of the other's words; particles and forms may be left out."""
    word = -1
    for i in range(one_count):
        kind = one.kinds[one_ids[i]]
        if kind in (_LEGAL, _SUFFIX):
            continue
        if word >= 0:
            return False
        word = one_ids[i]
    if word < 0 or one.sizes[word, 0] < 3 or other_count < 3:
        return False
    for strict in range(3):  # without particles and forms, with particles, and with the letters of the form too
        place = 0
        whole = True
        for j in range(other_count):
            kind = other.kinds[other_ids[j]]
            if (kind == _LEGAL and strict < 2) or (strict == 0 and kind == _PARTICLE):
                continue
            if kind == _LEGAL:
                for letter in range(other.sizes[other_ids[j], 0]):
                    if place >= one.sizes[word, 0] or other.letters[other_ids[j], letter] != one.letters[word, place]:
                        whole = False
                        break
                    place += 1
                continue
            if place >= one.sizes[word, 0] or other.letters[other_ids[j], 0] != one.letters[word, place]:
                whole = False
                break
            place += 1
        if whole and place == one.sizes[word, 0]:
            return True
    return False


@KERNELS.part
def _written(tokens: Any, ids: Any, count: int, whole: Any) -> int:
    length = 0
    for i in range(count):
        row = ids[i]
        if tokens.kinds[row] == _LEGAL:
            continue
        for place in range(tokens.sizes[row, 0]):
            whole[length] = tokens.letters[row, place]
            length += 1
    return length


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
    _describe(q, q_ids, count_q, c, c_ids, count_c, chosen, met_q, met_c, substitution, gap, work)
    return chosen


@KERNELS.part
def _describe(
    q: Any, q_ids: Any, count_q: int, c: Any, c_ids: Any, count_c: int, chosen: int, met_q: int, met_c: int,
    substitution: Any, gap: Any, work: Any,
) -> None:  # fmt: skip
    """Write the features of a pairing, in the order of `FEATURES`."""
    features = work.features
    for place in range(COUNT):
        features[place] = 0.0
    weight_q, weight_c, open_q, open_c = 0.0, 0.0, 0.0, 0.0
    open_core_q, open_core_c, open_generic_q, open_generic_c, core_q, core_c = 0, 0, 0, 0, 0, 0
    suffix_q, suffix_c, numbers_q, numbers_c, open_numbers, legal_q, legal_c, legal_open = 0, 0, 0, 0, 0, 0, 0, 0
    first_q, first_c = -1, -1
    for i in range(count_q):
        a = q_ids[i]
        kind = q.kinds[a]
        weight_q += q.weights[a]
        met = met_q >> i & 1
        core_q += kind == _CORE
        if kind == _CORE and first_q < 0:
            first_q = i
        if kind == _NUMBER:
            numbers_q += 1
            open_numbers += 1 - met
        if kind == _LEGAL:
            legal_q += 1
            legal_open += 1 - met
        if not met:
            open_q += q.weights[a]
            suffix_q += kind == _SUFFIX
            open_core_q += kind == _CORE
            open_generic_q += kind == _GENERIC
    for j in range(count_c):
        b = c_ids[j]
        kind = c.kinds[b]
        weight_c += c.weights[b]
        met = met_c >> j & 1
        core_c += kind == _CORE
        if kind == _CORE and first_c < 0:
            first_c = j
        if kind == _NUMBER:
            numbers_c += 1
            open_numbers += 1 - met
        if kind == _LEGAL:
            legal_c += 1
            legal_open += 1 - met
        if not met:
            open_c += c.weights[b]
            suffix_c += kind == _SUFFIX
            open_core_c += kind == _CORE
            open_generic_c += kind == _GENERIC
    met_weight_q, met_weight_c, worst, deficit, deficit_weight, exact = 0.0, 0.0, 1.0, 0.0, 0.0, 0.0
    initials, variants, shorts, glued, core_met, inversions, order_pairs, short_words, letter_apart = 0, 0, 0, 0, 0, 0, 0, 0, 0
    first_apart = first_q >= 0 and first_c >= 0
    for n in range(chosen):
        i, many_i, j, many_j = work.chosen[n, 0], work.chosen[n, 1], work.chosen[n, 2], work.chosen[n, 3]
        way, alike = work.chosen[n, 4], work.chosen_alike[n]
        here, core = 0.0, False
        for step in range(many_i):
            here += q.weights[q_ids[i + step]]
            core = core or q.kinds[q_ids[i + step]] == _CORE
            if first_q == i + step and j <= first_c < j + many_j:
                first_apart = False
        met_weight_q += alike * here
        there = 0.0
        for step in range(many_j):
            there += c.weights[c_ids[j + step]]
            core = core or c.kinds[c_ids[j + step]] == _CORE
        met_weight_c += alike * there
        least = min(here, there)
        deficit += (1.0 - alike) * least
        deficit_weight += least
        if way == EQUAL:
            exact += least
        initials += way == INITIAL
        variants += way == VARIANT
        shorts += way == SHORT
        glued += way == GLUED
        if core and way != INITIAL:
            worst = min(worst, alike)
            core_met += alike >= 0.8
            if q.letters[q_ids[i], 0] != c.letters[c_ids[j], 0] and way != VARIANT:
                letter_apart += 1
            if way in (TYPO, SPELLING) and max(q.sizes[q_ids[i], 0], c.sizes[c_ids[j], 0]) <= 4:
                short_words += 1
        for m in range(n):
            order_pairs += 1
            inversions += (work.chosen[m, 0] < i) != (work.chosen[m, 2] < j)
    low = min(met_weight_q / max(weight_q, 0.05), met_weight_c / max(weight_c, 0.05))
    features[0] = low
    features[1] = max(met_weight_q / max(weight_q, 0.05), met_weight_c / max(weight_c, 0.05))
    features[2] = min(min(open_q, open_c), 2.0)
    features[3] = min(abs(open_q - open_c), 3.0)
    features[4] = min(open_core_q, open_core_c, 2)
    features[5] = 1.0 - worst
    features[6] = deficit / max(deficit_weight, 0.05)
    features[7] = min(initials, 3)
    features[8] = min(core_met, 4) / 4.0
    features[9] = min(core_q, core_c) <= 1
    features[10] = (numbers_q > 0 and numbers_c > 0 and open_numbers > 0) or (suffix_q > 0 and suffix_c > 0)
    features[11] = (numbers_q > 0) != (numbers_c > 0)
    features[12] = legal_q > 0 and legal_c > 0 and legal_open > 0
    features[13] = inversions / max(order_pairs, 1)
    length_q = _written(q, q_ids, count_q, work.whole[0])
    length_c = _written(c, c_ids, count_c, work.whole[1])
    longest = max(length_q, length_c, 1)
    apart = distance(work.whole[0], length_q, work.whole[1], length_c, WRITTEN, 0.6 * longest, substitution, gap, work.rows)
    features[14] = max(0.4, 1.0 - apart / longest)
    features[15] = min(variants, 3)
    features[16] = min(shorts, 3)
    features[17] = _acronym(q, q_ids, count_q, c, c_ids, count_c) or _acronym(c, c_ids, count_c, q, q_ids, count_q)
    features[18] = exact / max(min(weight_q, weight_c), 0.05)
    features[19] = glued > 0
    features[20] = first_apart
    features[21] = open_core_q == 0 and open_core_c == 0
    features[22] = min(abs(open_core_q - open_core_c), 3)
    features[23] = min(open_generic_q, open_generic_c, 2)
    features[24] = min(short_words, 2)
    features[25] = min(letter_apart, 2)
    features[26] = low * low
    features[27] = (1.0 - worst) * (1.0 - worst)


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
