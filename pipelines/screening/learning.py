"""Learning what a pairing's features are worth: from made-up names, and from lists whose licence allows it.

Of a list, an entry's name and an alias of it are one; a name and its nearest neighbours of other entries are not. An alias that
shares less than `LEAST_SHARED` of its letters with the name (a nickname, a firm's former name) cannot be told from spelling and
would only teach that anything may be anything: it is left out.
Every fifth entry of a list (`is_held_out`) is never learned from, so that there are pairs to judge the weights by.

Lists say one person or firm several times, under other numbers: entries that share a name or a document, and those that share
one with these (`one_and_the_same`). They are no neighbours to learn from, and pairs to judge by can be drawn without them.
"""

import hashlib
import random
from collections.abc import Iterable, Sequence, Set
from itertools import compress
from typing import NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.linear_model import LogisticRegression

from risk.screening import kernels
from risk.screening.entry import Entry, ListedKind, NameQuality
from risk.screening.kernels import is_firm_word
from risk.screening.model import TERMS, Weights, built_in, log_odds, terms
from risk.screening.pair import features_of, tables
from risk.screening.shown import COUNT
from risk.screening.writing import tokens_of

LEAST_SHARED = 55
"""Of 100, by rapidfuzz's token_set_ratio."""
NEIGHBOURS, NEAREST, NEAREST_SHARE = 25, 5, 0.7
HELD_OUT_OF = 5
LISTED_COUNTS = 3.0
"""How many made-up pairs one counts as that is of a list or was decided."""
THRESHOLD = 0.6
"""Chosen: from 0.5 to 0.65 F1 differs by about 0.01 on every set that was looked at, and a hit holds payments back."""
STRENGTH = 1.0
"""Inverse of the ridge penalty."""


class NamePair(NamedTuple):
    """Two names and whether they are one."""

    query: str
    candidate: str
    match: bool


class Draw(NamedTuple):
    """How many pairs are drawn of a list: of one entry's names, of matching ones, and of neighbours."""

    per_entry: int
    matching: int
    neighbours: int


TO_LEARN, TO_JUDGE = Draw(3, 8_000, 9_000), Draw(2, 4_000, 4_000)


def is_held_out(entry: Entry) -> bool:
    """Whether an entry is one of those that are never learned from: a fifth, by its id."""
    return hashlib.sha256(entry.entry_id.encode()).digest()[0] % HELD_OUT_OF == 0


def pairs_of_list(entries: Iterable[Entry], *, seed: int) -> list[NamePair]:
    """Return pairs of what may be learned from, as many as `TO_LEARN` says at most; neighbours are of entries apart."""
    listed = _listed(entries)
    learned = [not is_held_out(entry) for entry in listed]
    groups = list(compress(one_and_the_same(listed), learned))
    named = [_strong(entry) for entry in compress(listed, learned)]
    rng = random.Random(seed)  # noqa: S311 - which pairs are learned from
    return [*_aliases(named, rng, TO_LEARN), *_neighbours(named, set(range(len(named))), groups, rng, TO_LEARN)]


def held_out_pairs(entries: Iterable[Entry], *, seed: int, apart: bool = False) -> list[NamePair]:
    """Return pairs of what is never learned from, as many as `TO_JUDGE` says at most.

    Neighbours are looked for in the whole list: any whose name is not written the same, or with `apart` only those of entries
    that are not `one_and_the_same`.
    """
    listed = _listed(entries)
    held_out = [is_held_out(entry) for entry in listed]
    named = [_strong(entry) for entry in listed]
    groups = one_and_the_same(listed) if apart else list(range(len(listed)))
    asked = {place for place, held in enumerate(held_out) if held}
    rng = random.Random(seed)  # noqa: S311 - which pairs are judged
    return [*_aliases(list(compress(named, held_out)), rng, TO_JUDGE), *_neighbours(named, asked, groups, rng, TO_JUDGE)]


def one_and_the_same(entries: Sequence[Entry]) -> list[int]:
    """Return a number for each entry, the same for those that share a name or a document, directly or by way of others."""
    of = list(range(len(entries)))

    def first(place: int) -> int:
        while of[place] != place:
            of[place] = of[of[place]]
            place = of[place]
        return place

    seen: dict[str, int] = {}
    for place, entry in enumerate(entries):
        for mark in {*(f"name {_folded(name)}" for name in _strong(entry)), *(f"document {each}" for each in entry.documents)}:
            of[first(place)] = first(seen.setdefault(mark, place))
    return [first(place) for place in range(len(entries))]


def learn(made_up: Sequence[NamePair], real: Sequence[NamePair], *, learned_from: Sequence[str]) -> Weights:
    """Return the weights that tell matching pairs best; a real pair counts as `LISTED_COUNTS` made-up ones.

    Raises ValueError without pairs of both sorts.
    """
    pairs = [*made_up, *real]
    features, firm = features_of_pairs(pairs)
    matched = np.array([pair.match for pair in pairs])
    if matched.all() or not matched.any():
        raise ValueError("pairs that match are needed, and pairs that do not")
    counts = np.repeat([1.0, LISTED_COUNTS], [len(made_up), len(real)])
    model = LogisticRegression(C=STRENGTH, max_iter=4_000).fit(_design(terms(features), firm), matched, sample_weight=counts)
    person = np.append(model.coef_[0, : len(TERMS)], model.intercept_[0])
    firm_more = np.append(model.coef_[0, len(TERMS) + 1 :], model.coef_[0, len(TERMS)])
    values = np.vstack([person, person + firm_more]).astype(np.float32)
    return Weights(values, THRESHOLD, tuple(learned_from))


def features_of_pairs(pairs: Sequence[NamePair]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return float32[pairs, features], and which are judged as firms."""
    work, used = kernels.work(), tables(Weights(np.zeros((2, len(TERMS) + 1), np.float32), 0.5, ()))
    features = np.zeros((len(pairs), COUNT), np.float32)
    firm = np.zeros(len(pairs), np.bool_)
    for place, pair in enumerate(pairs):
        query, candidate = tokens_of(pair.query), tokens_of(pair.candidate)
        if query and candidate:
            features[place], _ = features_of(query, candidate, work, used)
            firm[place] = any(is_firm_word(each.kind) for each in (*query, *candidate))
    return features, firm


def _design(made: NDArray[np.float32], firm: NDArray[np.bool_]) -> NDArray[np.float32]:
    more = firm.astype(np.float32)[:, None]
    return np.hstack([made, more, made * more])


def _folded(name: str) -> str:
    written = anyascii(name).lower()
    return " ".join(sorted("".join(each if each.isalnum() else " " for each in written).split()))


def _listed(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind not in (ListedKind.VESSEL, ListedKind.AIRCRAFT)]


def _strong(entry: Entry) -> list[str]:
    return [name.text for name in entry.names if name.quality is not NameQuality.WEAK]


def _aliases(named: list[list[str]], rng: random.Random, draw: Draw) -> list[NamePair]:
    found = []
    for names in named:
        pairs = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
        for one, other in rng.sample(pairs, min(draw.per_entry, len(pairs))):
            if not (one.isascii() and other.isascii()) or fuzz.token_set_ratio(_folded(one), _folded(other)) >= LEAST_SHARED:
                found.append(NamePair(one, other, match=True))
    return rng.sample(found, min(draw.matching, len(found)))


def _neighbours(
    named: list[list[str]], asked: Set[int], groups: Sequence[int], rng: random.Random, draw: Draw
) -> list[NamePair]:
    """Draw names near to those of the entries `asked`, of entries of another of `groups`."""
    flat = [(owner, name) for owner, names in enumerate(named) for name in names]
    texts = [_folded(name) for _, name in flat]
    owners: dict[str, set[int]] = {}
    for (owner, _), text in zip(flat, texts, strict=True):
        owners.setdefault(text, set()).add(groups[owner])
    found = []
    mine = [place for place, (owner, _) in enumerate(flat) if owner in asked]
    for place in rng.sample(mine, min(draw.neighbours, len(mine))):
        alike = process.cdist([texts[place]], texts, scorer=fuzz.token_sort_ratio, dtype=np.uint8)[0]
        near = [int(each) for each in np.argsort(alike)[::-1][:NEIGHBOURS] if not owners[texts[each]] & owners[texts[place]]]
        if near:
            chosen = rng.choice(near[:NEAREST] if rng.random() < NEAREST_SHARE else near)
            found.append(NamePair(flat[place][1], flat[chosen][1], match=False))
    return found


def held_f1(pairs: Sequence[NamePair], weights: Weights | None = None) -> tuple[float, float, float]:
    """Return precision, recall and F1 of weights at their threshold on pairs that they were not learned from."""
    used = weights or built_in()
    features, firm = features_of_pairs(pairs)
    odds = log_odds(features, firm, used)
    said = 1.0 / (1.0 + np.exp(-odds)) >= used.threshold
    matched = np.array([pair.match for pair in pairs])
    right = float((said & matched).sum())
    precision, recall = right / max(float(said.sum()), 1.0), right / max(float(matched.sum()), 1.0)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
