"""What a pairing of two names shows: the features that `model` weighs, written by kernels into `Work.features`."""

from typing import Any

from risk.screening.costs import WRITTEN
from risk.screening.letters import KERNELS, distance, slipped
from risk.screening.words import Class

EQUAL, SPELLING, TYPO, INITIAL, SHORT, VARIANT, GLUED, VOWELS, ACRONYM = range(9)
"""How a word met another; `reasons` has their words."""


_CORE, _INITIAL, _NUMBER, _LEGAL = int(Class.CORE), int(Class.INITIAL), int(Class.NUMBER), int(Class.LEGAL)
_GENERIC, _PARTICLE, _SUFFIX = int(Class.GENERIC), int(Class.PARTICLE), int(Class.SUFFIX)
_MOST_LETTERS = 30
"""Of a name, beyond which more letters make an error in one of them no less telling."""

FEATURES = (
    "coverage_low", "coverage_high", "contradiction", "extra", "core_contradiction", "worst", "deficit", "initials",
    "core_met", "single", "number_conflict", "number_extra", "legal_conflict", "inversions", "whole", "variants",
    "shorts", "acronym", "exact", "glued", "first_apart", "core_all_met", "core_extra", "generic_contradiction", "short_words",
    "first_letter", "coverage_low_squared", "worst_squared", "slips", "only_slips", "letters",
    "told", "told_best", "alone_less", "alone_more", "told_of_all", "told_of_less", "initials_apart", "only_initials",
)  # fmt: skip
COUNT = len(FEATURES)


(
    _WEIGHT, _OPEN, _CORES, _OPEN_CORES, _NUMBERS, _OPEN_NUMBERS, _LEGALS, _OPEN_LEGALS, _OPEN_SUFFIXES, _OPEN_GENERICS,
    _FIRST, _OPEN_MOST, _OPEN_INITIALS, COLUMNS_OF_SIDE,
) = range(14)  # fmt: skip
"""What is added up of one name (`_side`): weights and how many tokens there are, and met nothing; the first of the core, and
the heaviest that met nothing."""


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
def _side(tokens: Any, ids: Any, count: int, met: int, shown: Any) -> None:
    """Add up what of one name there is, and what of it met nothing, into `shown` (its columns are the `_OF_SIDE`)."""
    for column in range(COLUMNS_OF_SIDE):
        shown[column] = 0.0
    shown[_FIRST] = -1.0
    for place in range(count):
        token = ids[place]
        kind, alone = tokens.kinds[token], 1 - (met >> place & 1)
        shown[_WEIGHT] += tokens.weights[token]
        shown[_OPEN] += alone * tokens.weights[token]
        shown[_OPEN_MOST] = max(shown[_OPEN_MOST], alone * tokens.weights[token])
        if kind == _CORE:
            shown[_CORES] += 1
            shown[_OPEN_CORES] += alone
            if shown[_FIRST] < 0:
                shown[_FIRST] = place
        shown[_NUMBERS] += kind == _NUMBER
        shown[_OPEN_NUMBERS] += kind == _NUMBER and alone
        shown[_LEGALS] += kind == _LEGAL
        shown[_OPEN_LEGALS] += kind == _LEGAL and alone
        shown[_OPEN_SUFFIXES] += kind == _SUFFIX and alone
        shown[_OPEN_GENERICS] += kind == _GENERIC and alone
        shown[_OPEN_INITIALS] += kind == _INITIAL and alone


@KERNELS.part
def _weights(tokens: Any, ids: Any, first: int, many: int) -> tuple[float, bool]:
    """Return what a run of tokens weighs, and whether one of them is of the core."""
    total, core = 0.0, False
    for step in range(many):
        total += tokens.weights[ids[first + step]]
        core = core or tokens.kinds[ids[first + step]] == _CORE
    return total, core


@KERNELS.part
def _describe_meetings(q: Any, q_ids: Any, c: Any, c_ids: Any, chosen: int, one: Any, other: Any, work: Any) -> None:
    """Write the features that are of words which met. `one` and `other` are the sides (`_side`)."""
    features = work.features
    met_q, met_c, worst, deficit, deficit_weight, exact, slips = 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0
    told, told_best = 0.0, 0.0
    order_pairs, inversions = 0, 0
    first_q, first_c = int(one[_FIRST]), int(other[_FIRST])
    first_apart = first_q >= 0 and first_c >= 0
    only_slips, only_initials = True, chosen > 0
    for n in range(chosen):
        i, many_i, j, many_j = work.chosen[n, 0], work.chosen[n, 1], work.chosen[n, 2], work.chosen[n, 3]
        way, alike, a, b = work.chosen[n, 4], work.chosen_alike[n], q_ids[work.chosen[n, 0]], c_ids[work.chosen[n, 2]]
        here, core_here = _weights(q, q_ids, i, many_i)
        there, core_there = _weights(c, c_ids, j, many_j)
        if i <= first_q < i + many_i and j <= first_c < j + many_j:
            first_apart = False
        met_q += alike * here
        met_c += alike * there
        least = min(here, there)
        deficit += (1.0 - alike) * least
        deficit_weight += least
        exact += least if way == EQUAL else 0.0
        told += alike * alike * least
        if way != INITIAL:
            told_best = max(told_best, alike * least)
            only_initials = only_initials and q.kinds[a] == _INITIAL and c.kinds[b] == _INITIAL
        features[7] += way == INITIAL
        features[15] += way == VARIANT
        features[16] += way == SHORT
        features[19] += way == GLUED
        if way != EQUAL:
            slip = way in (TYPO, SPELLING) and slipped(q.letters[a], q.sizes[a, 0], c.letters[b], c.sizes[b, 0])
            slips += slip
            only_slips = only_slips and slip
        if (core_here or core_there) and way != INITIAL:
            worst = min(worst, alike)
            features[8] += alike >= 0.8
            features[25] += way != VARIANT and q.letters[a, 0] != c.letters[b, 0]
            features[24] += way in (TYPO, SPELLING) and max(q.sizes[a, 0], c.sizes[b, 0]) <= 4
        for m in range(n):
            order_pairs += 1
            inversions += (work.chosen[m, 0] < i) != (work.chosen[m, 2] < j)
    share_q, share_c = met_q / max(one[_WEIGHT], 0.05), met_c / max(other[_WEIGHT], 0.05)
    features[0], features[1] = min(share_q, share_c), max(share_q, share_c)
    features[5] = 1.0 - worst
    features[6] = deficit / max(deficit_weight, 0.05)
    features[13] = inversions / max(order_pairs, 1)
    features[18] = exact / max(min(one[_WEIGHT], other[_WEIGHT]), 0.05)
    features[20] = first_apart
    features[26] = features[0] * features[0]
    features[27] = features[5] * features[5]
    features[28] = slips
    features[29] = only_slips and slips > 0 and one[_OPEN] + other[_OPEN] < 0.3
    less = min(one[_OPEN], other[_OPEN])
    features[38] = only_initials
    features[31], features[32] = min(told, 4.0), min(told_best, 2.0)
    features[33], features[34] = min(one[_OPEN_MOST], other[_OPEN_MOST]), max(one[_OPEN_MOST], other[_OPEN_MOST])
    features[35], features[36] = told / (told + one[_OPEN] + other[_OPEN] + 0.05), told / (told + less + 0.05)


@KERNELS.part
def _describe_sides(one: Any, other: Any, features: Any) -> None:
    """Write the features that are of words which met nothing."""
    numbers = one[_OPEN_NUMBERS] + other[_OPEN_NUMBERS]
    features[2] = min(one[_OPEN], other[_OPEN], 2.0)
    features[3] = min(abs(one[_OPEN] - other[_OPEN]), 3.0)
    features[4] = min(one[_OPEN_CORES], other[_OPEN_CORES], 2.0)
    features[9] = min(one[_CORES], other[_CORES]) <= 1
    features[10] = (one[_NUMBERS] > 0 and other[_NUMBERS] > 0 and numbers > 0) or (
        one[_OPEN_SUFFIXES] > 0 and other[_OPEN_SUFFIXES] > 0
    )
    features[11] = (one[_OPEN_NUMBERS] > 0) != (other[_OPEN_NUMBERS] > 0) and features[10] == 0
    features[12] = one[_LEGALS] > 0 and other[_LEGALS] > 0 and one[_OPEN_LEGALS] + other[_OPEN_LEGALS] > 0
    features[21] = one[_OPEN_CORES] == 0 and other[_OPEN_CORES] == 0
    features[22] = min(abs(one[_OPEN_CORES] - other[_OPEN_CORES]), 3.0)
    features[23] = min(one[_OPEN_GENERICS], other[_OPEN_GENERICS], 2.0)
    initials, others = one[_OPEN_INITIALS], other[_OPEN_INITIALS]
    features[37] = (initials > 0 and others + other[_OPEN_CORES] > 0) or (others > 0 and one[_OPEN_CORES] > 0)


@KERNELS.part
def describe(
    q: Any, q_ids: Any, count_q: int, c: Any, c_ids: Any, count_c: int, chosen: int, met_q: int, met_c: int,
    substitution: Any, gap: Any, work: Any,
) -> None:  # fmt: skip
    """Write the features of a pairing, in the order of `FEATURES`."""
    features, one, other = work.features, work.sides[0], work.sides[1]
    for place in range(COUNT):
        features[place] = 0.0
    _side(q, q_ids, count_q, met_q, one)
    _side(c, c_ids, count_c, met_c, other)
    _describe_meetings(q, q_ids, c, c_ids, chosen, one, other, work)
    _describe_sides(one, other, features)
    length_q = _written(q, q_ids, count_q, work.whole[0])
    length_c = _written(c, c_ids, count_c, work.whole[1])
    longest = max(length_q, length_c, 1)
    apart = distance(work.whole[0], length_q, work.whole[1], length_c, WRITTEN, 0.6 * longest, substitution, gap, work.rows)
    features[14] = max(0.4, 1.0 - apart / longest)
    features[17] = _acronym(q, q_ids, count_q, c, c_ids, count_c) or _acronym(c, c_ids, count_c, q, q_ids, count_q)
    features[30] = min(length_q, length_c, _MOST_LETTERS) / _MOST_LETTERS
    features[8] = min(features[8], 4.0) / 4.0
    features[19] = features[19] > 0.0
    for place in (7, 15, 16):
        features[place] = min(features[place], 3.0)
    for place in (24, 25, 28):
        features[place] = min(features[place], 2.0)
