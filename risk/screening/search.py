"""The kernels of the index: which words a query's words may be, which names have most of them, how sure each is."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.screening.costs import CONSONANTS, WRITTEN
from risk.screening.kernels import SHORT_ALIKE, compare, is_firm, log_odds
from risk.screening.lanes import count_bits
from risk.screening.letters import KERNELS, distance
from risk.screening.words import Class

_CORE, _NUMBER = int(Class.CORE), int(Class.NUMBER)
NEAR = 0.7
"""Words that are less alike bring no candidate."""
MAX_CANDIDATES = 64
"""Names that are compared in full for one query."""
BUCKETS = 64


class Listed(NamedTuple):
    """Names of an index, by the vocabulary's rows.

    ids int64[names, MAX_TOKENS] and counts uint8[names]: a name's tokens; weights float32[names] their sum. starts
    int64[words + 1] and names int32[...]: which names have a word. Of each word, int64[words]: masks its consonants, one bit
    a letter; pairs its neighbouring sounds, one bit for each pair of eight classes. starting int32[words]: its first
    three letters.
    """

    ids: NDArray[np.int64]
    counts: NDArray[np.uint8]
    weights: NDArray[np.float32]
    starts: NDArray[np.int64]
    names: NDArray[np.int32]
    masks: NDArray[np.int64]
    pairs: NDArray[np.int64]
    starting: NDArray[np.int32]


class Room(NamedTuple):
    """Room for one search at a time: sums float32[names], touched int32[names], and of candidates found and scores."""

    sums: NDArray[np.float32]
    touched: NDArray[np.int32]
    best: NDArray[np.float32]
    found: NDArray[np.int32]
    scores: NDArray[np.float32]
    histogram: NDArray[np.int64]


def room(names: int) -> Room:
    """Return room for an index of so many names."""
    return Room(
        np.zeros(max(names, 1), np.float32), np.zeros(max(names, 1), np.int32), np.zeros(max(names, 1), np.float32),
        np.zeros(MAX_CANDIDATES, np.int32), np.zeros(MAX_CANDIDATES, np.float32), np.zeros(BUCKETS + 1, np.int64),
    )  # fmt: skip


@KERNELS.part
def _add(name: int, worth: float, room: Any, touched: int) -> Any:
    """Raise what one query word is worth for a name; a name's worth from one word is its best."""
    if room.sums[name] == 0.0 and room.best[name] == 0.0:
        room.touched[touched] = name
        touched += 1
    room.best[name] = max(worth, room.best[name])
    return touched


@KERNELS.part
def _near(
    heard_a: Any, size_a: int, heard_b: Any, size_b: int, mixed: bool, same_start: bool, substitution: Any, gap: Any, rows: Any
) -> Any:
    """Return how alike two words sound, without all that a comparison in full asks for; 0 for what is not near."""
    shortest, longest = min(size_a, size_b), max(size_a, size_b)
    prefix = SHORT_ALIKE if same_start and not mixed and shortest >= 3 and longest >= shortest + 2 else 0.0
    if not mixed and longest - shortest > 1 + longest // 3:
        return prefix
    mode = CONSONANTS if mixed else WRITTEN
    most = 0.3 * (shortest + 1) if mixed else 0.3 * longest + 0.05
    cost = distance(heard_a, size_a, heard_b, size_b, mode, most, substitution, gap, rows)
    return max(prefix, 1.0 - cost / (shortest + 0.5 if mixed else longest))


@KERNELS.kernel
def search(
    q: Any, q_ids: Any, q_masks: Any, q_pairs: Any, q_starting: Any, q_groups_start: Any, q_groups: Any, seeds: Any,
    vocabulary: Any, listed: Any,
    substitution: Any, gap: Any, weights: Any, hinge_at: Any, hinge_from: Any, product_at: Any, work: Any, room: Any,
) -> Any:  # fmt: skip
    """Find candidates of a query and score them; returns how many `room.found` and `room.scores` (log-odds) have.

    `q_groups` are vocabulary rows that each query token is as good as equal to, from `q_groups_start`; `seeds` names that are
    candidates anyway (written together, first letters).
    """
    touched, count_q = 0, len(q_ids)
    words = len(listed.masks)
    total = 0.0
    for i in range(count_q):
        total += q.weights[q_ids[i]]
    for i in range(count_q):
        a = q_ids[i]
        weight = q.weights[a]
        for place in range(q_groups_start[i], q_groups_start[i + 1]):
            row = q_groups[place]
            for post in range(listed.starts[row], listed.starts[row + 1]):
                touched = _add(listed.names[post], weight * 0.95, room, touched)
        if q.kinds[a] in (_CORE, _NUMBER):
            size = int(q.sizes[a, 0])
            letters_apart = 3 if size <= 6 else 4
            pairs_apart = 3 if size <= 4 else 5 if size <= 6 else 6 if size <= 9 else 8
            for row in range(words):
                if q_starting[i] != listed.starting[row]:
                    if count_bits(q_masks[i] ^ listed.masks[row]) > letters_apart:
                        continue
                    # Of words whose vowels are unwritten, neighbours say nothing.
                    if (
                        not q.unvowelled[a]
                        and not vocabulary.unvowelled[row]
                        and count_bits(q_pairs[i] ^ listed.pairs[row]) > pairs_apart
                    ):
                        continue
                alike = _near(
                    q.sounds[a], int(q.sizes[a, 1]), vocabulary.sounds[row], int(vocabulary.sizes[row, 1]),
                    q.unvowelled[a] != vocabulary.unvowelled[row], q_starting[i] == listed.starting[row],
                    substitution, gap, work.rows,
                )  # fmt: skip
                if alike >= NEAR:
                    for post in range(listed.starts[row], listed.starts[row + 1]):
                        touched = _add(listed.names[post], weight * alike, room, touched)
        for place in range(touched):
            name = room.touched[place]
            if room.best[name] > 0.0:
                room.sums[name] += room.best[name]
                room.best[name] = 0.0
    for place in range(len(seeds)):
        name = seeds[place]
        if room.sums[name] == 0.0:
            room.touched[touched] = name
            touched += 1
        room.sums[name] = max(room.sums[name], total)
    found = _likeliest(total, touched, listed, room)
    firm_q = is_firm(q, q_ids, count_q)
    for place in range(found):
        name = room.found[place]
        ids, count = listed.ids[name], int(listed.counts[name])
        compare(q, q_ids, count_q, vocabulary, ids, count, substitution, gap, work)
        firm = 1 if firm_q or is_firm(vocabulary, ids, count) else 0
        room.scores[place] = log_odds(work.features, weights[firm], hinge_at, hinge_from, product_at)
    for place in range(touched):
        room.sums[room.touched[place]] = 0.0
    return found


@KERNELS.part
def _likeliest(total: float, touched: int, listed: Any, room: Any) -> int:
    """Choose the names that share most with the query, by Dice's coefficient of weights, at most `MAX_CANDIDATES`."""
    for bucket in range(BUCKETS + 1):
        room.histogram[bucket] = 0
    for place in range(touched):
        name = room.touched[place]
        room.histogram[_bucket(room.sums[name], total, listed.weights[name])] += 1
    cut, kept = BUCKETS, 0
    while cut > BUCKETS // 6 and kept + room.histogram[cut] <= MAX_CANDIDATES:
        kept += room.histogram[cut]
        cut -= 1
    found = 0
    for place in range(touched):
        name = room.touched[place]
        if _bucket(room.sums[name], total, listed.weights[name]) > cut and found < MAX_CANDIDATES:
            room.found[found] = name
            found += 1
    if found < MAX_CANDIDATES // 2:  # the bucket that did not fit whole: as many of it as there is room for
        for place in range(touched):
            name = room.touched[place]
            if found < MAX_CANDIDATES and cut > BUCKETS // 6 and _bucket(room.sums[name], total, listed.weights[name]) == cut:
                room.found[found] = name
                found += 1
    return found


@KERNELS.part
def _bucket(shared: float, total: float, weight: float) -> Any:
    """Dice's coefficient, and a little of how much of the smaller name is shared: aliases leave words out."""
    dice = 2.0 * shared / max(total + weight, 0.05)
    smaller = shared / max(min(total, weight), 0.05)
    return min(BUCKETS, max(0, int(BUCKETS * (0.75 * dice + 0.25 * min(smaller, 1.0)))))
