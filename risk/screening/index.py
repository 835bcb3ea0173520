"""An index of listed names: one name against fifty thousand entries in a millisecond or two.

A query's words are held against every word of the vocabulary (a mask of consonants rules most out), names that share most are
compared in full. Nothing is sampled and no key must be hit, so that a typing error anywhere is found as well as elsewhere.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from risk.screening import kernels, search
from risk.screening.entry import Entry, ListedKind, NameQuality
from risk.screening.evidence import Evidence, evidence
from risk.screening.model import Weights, built_in
from risk.screening.pair import share, tables
from risk.screening.search import Listed
from risk.screening.words import GROUPS, Class
from risk.screening.writing import MAX_TOKENS, Token, Tokens, packed, sound, tokens_of

MAX_HITS = 20
WEAK_LOG_ODDS = -1.5
"""What a weak alias takes from the score: lists themselves say that it alone tells little."""
_VOWELS = frozenset("aeiouwyh")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to look for. `kind` UNKNOWN is compared with all; births and countries as `entry.Entry` has them."""

    name: str
    kind: ListedKind = ListedKind.UNKNOWN
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that the name may be of: by which of its names, how sure (0 to 1), of the names alone and with the evidence.

    Why is what `pair.compare` says of the two names.
    """

    place: int
    name: str
    quality: NameQuality
    score: float
    name_score: float
    evidence: Evidence


class Index:
    """Names of entries, ready to be asked. Searches of several threads wait for one another."""

    def __init__(self, entries: Sequence[Entry], *, weights: Weights | None = None) -> None:
        self.entries = tuple(entries)
        self._weights = weights or built_in()
        self._tables = tables(self._weights)
        self._owner: list[int] = []
        self._quality: list[NameQuality] = []
        self._texts: list[str] = []
        self._vocabulary: dict[Token, int] = {}
        rows = [self._named(place, each.text, each.quality) for place, entry in enumerate(entries) for each in entry.names]
        self._tokens = [row for row in rows if row]
        self._by_text: dict[str, list[int]] = defaultdict(list)
        self._by_group: dict[int, list[int]] = defaultdict(list)
        for token, row in self._vocabulary.items():
            self._by_text[token.text].append(row)
            for group in GROUPS.get(token.text, ()):
                self._by_group[group].append(row)
        self._packed: Tokens = packed(list(self._vocabulary))
        self._listed = self._made(rows)
        self._together, self._first_letters = self._keys()
        self._work = kernels.work()
        self._room = search.room(len(self._texts))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def threshold(self) -> float:
        """The score from which an entry counts as met."""
        return self._weights.threshold

    def find(self, asked: Asked, *, threshold: float | None = None, limit: int = MAX_HITS) -> list[Hit]:
        """Return the entries met, the surest first, at most `limit`."""
        tokens = tokens_of(asked.name)
        if not tokens or not self._texts:
            return []
        least = self.threshold if threshold is None else threshold
        with self._lock:
            found = self._scored(tokens)
        best: dict[int, tuple[float, float, Evidence, int]] = {}
        for name, log_odds in found:
            place = self._owner[name]
            entry = self.entries[place]
            if not _comparable(asked.kind, entry.kind):
                continue
            known = evidence(
                births=asked.births, listed_births=entry.births, countries=asked.countries, listed_countries=entry.countries
            )
            weak = WEAK_LOG_ODDS if self._quality[name] is NameQuality.WEAK else 0.0
            score = share(log_odds + weak + known.log_odds)
            if score >= least and (place not in best or score > best[place][0]):
                best[place] = (score, share(log_odds + weak), known, name)
        surest = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))[:limit]
        return [
            Hit(place, self._texts[name], self._quality[name], score, name_score, known)
            for place, (score, name_score, known, name) in surest
        ]

    def _scored(self, tokens: tuple[Token, ...]) -> list[tuple[int, float]]:
        starts, rows = self._equals(tokens)
        count = search.search(
            packed(tokens), np.arange(len(tokens)), *_marks(tokens), starts, rows, self._seeds(tokens), self._packed,
            self._listed,
            self._tables.substitution, self._tables.gap, self._tables.weights, self._tables.hinge_at, self._tables.hinge_from,
            self._tables.product_at, self._work, self._room,
        )  # fmt: skip
        found, scores = self._room.found[:count].tolist(), self._room.scores[:count].tolist()
        return list(zip(found, scores, strict=True))

    def _named(self, place: int, text: str, quality: NameQuality) -> tuple[Token, ...]:
        tokens = tokens_of(text)
        if tokens:
            for each in tokens:
                self._vocabulary.setdefault(each, len(self._vocabulary))
            self._owner.append(place)
            self._quality.append(quality)
            self._texts.append(text)
        return tokens

    def _made(self, rows: Iterable[tuple[Token, ...]]) -> Listed:
        names = [row for row in rows if row]
        ids = np.zeros((len(names), MAX_TOKENS), np.int64)
        counts = np.array([len(row) for row in names], np.uint8)
        weights = np.array([sum(each.weight for each in row) for row in names], np.float32)
        posts: list[list[int]] = [[] for _ in self._vocabulary]
        for number, row in enumerate(names):
            for step, each in enumerate(row):
                ids[number, step] = self._vocabulary[each]
            for each in set(row):
                posts[self._vocabulary[each]].append(number)
        starts = np.zeros(len(posts) + 1, np.int64)
        np.cumsum([len(each) for each in posts], out=starts[1:])
        posted = np.array([name for each in posts for name in each], np.int32)
        return Listed(ids, counts, weights, starts, posted, *_marks(tuple(self._vocabulary)))

    def _keys(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Return the names by words written together (two neighbours, all of them), and by their first letters."""
        together: dict[str, list[int]] = defaultdict(list)
        letters: dict[str, list[int]] = defaultdict(list)
        for number, tokens in enumerate(self._tokens):
            for key in _together(tokens):
                together[key].append(number)
            for key in _first_letters(tokens):
                letters[key].append(number)
        return dict(together), dict(letters)

    def _equals(self, tokens: tuple[Token, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the vocabulary's rows that each token is, or is as good as: from where, and which."""
        starts, rows = [0], list[int]()
        for each in tokens:
            found = set(self._by_text.get(each.text, ()))
            if each.kind in (Class.CORE, Class.GENERIC, Class.NUMBER):
                for group in GROUPS.get(each.text, ()):
                    found.update(self._by_group.get(group, ()))
            rows.extend(sorted(found))
            starts.append(len(rows))
        return np.array(starts, np.int64), np.array(rows, np.int64)

    def _seeds(self, tokens: tuple[Token, ...]) -> NDArray[np.int32]:
        """Return names that only glueing or first letters lead to, at most `MAX_CANDIDATES` divided by two."""
        found: list[int] = []
        for each in tokens:
            if len(each.text) >= _LEAST_TOGETHER:
                found += self._together.get(each.sound, ())
            if len(tokens) <= 2 and 3 <= len(each.text) <= 6:
                found += self._first_letters.get(each.text, ())
        for key in _together(tokens):
            for row in self._by_text.get(key, ()):
                found += self._listed.names[self._listed.starts[row] : self._listed.starts[row + 1]].tolist()
            found += self._together.get(key, ())
        for key in _first_letters(tokens):
            for row in self._by_text.get(key, ()):
                found += self._listed.names[self._listed.starts[row] : self._listed.starts[row + 1]].tolist()
        return np.array(list(dict.fromkeys(found))[: search.MAX_CANDIDATES // 2], np.int32)


_LEAST_TOGETHER = 6


def _together(tokens: tuple[Token, ...]) -> set[str]:
    words = [each.text for each in tokens if each.kind is not Class.LEGAL]
    glued = {one + other for one, other in pairwise(words)} | ({"".join(words)} if len(words) > 2 else set())
    return {sound(each) for each in glued if len(each) >= _LEAST_TOGETHER}


def _first_letters(tokens: tuple[Token, ...]) -> set[str]:
    strict = "".join(each.text[0] for each in tokens if each.kind is not Class.LEGAL)
    loose = "".join(each.text[0] for each in tokens if each.kind not in (Class.LEGAL, Class.PARTICLE))
    return {each for each in (strict, loose) if len(each) >= 3}


def _comparable(asked: ListedKind, listed: ListedKind) -> bool:
    return asked is listed or ListedKind.UNKNOWN in (asked, listed)


def _marks(tokens: Sequence[Token]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return what rules words out without comparing them: consonants, pairs of sounds, first letters (see `search.Listed`)."""
    masks, pairs, starting = np.zeros(len(tokens), np.int64), np.zeros(len(tokens), np.int64), np.zeros(len(tokens), np.int32)
    for place, each in enumerate(tokens):
        mask = 0
        for letter in each.sound:
            if letter not in _VOWELS:
                mask |= 1 << (ord(letter) - 97 if letter.isalpha() else 26 + int(letter))
        masks[place] = mask
        pairs[place] = np.array(_pairs(each.sound), np.uint64).astype(np.int64)
        starting[place] = int.from_bytes(each.text[:3].encode().ljust(3, b"\0"), "big")
    return masks, pairs, starting


def _pairs(heard: str) -> int:
    """Return the pairs of neighbouring classes of sounds, one bit each; letters of one class after another are one."""
    classes = [0]
    for letter in heard:
        found = _SOUND_CLASS.get(letter)
        if found is not None and classes[-1] != found:
            classes.append(found)
    mask = 0
    for one, other in pairwise([*classes, 0]):
        mask |= 1 << (one * 8 + other)
    return mask


# Sounds that writings take for one another; `h` is silent more often than not.
_SOUND_CLASS = {
    letter: number
    for number, letters in enumerate(("aeiouwy", "bpvf", "dt", "kqcgx", "szj", "mn", "lr0123456789"), start=1)
    for letter in letters
}
