"""How a name is written, made comparable: any script in small ASCII letters, its words, and what class each is of.

Letters come by anyascii, which knows every script of Unicode. Scripts that leave vowels out (Arabic, Hebrew, and those of India
and South-East Asia as anyascii writes them) are marked, because their words can only be compared by their consonants.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from risk.screening.legal_forms import LEGAL, LEGAL_PHRASES
from risk.screening.words import GENERIC, GROUPS, PARTICLE, SHARED, SUFFIX, TENS, TITLES, UNITS, Class

MAX_NAME = 300
"""Characters of a name that are read; the longest names of firms on public lists have about 250."""
MAX_TOKENS = 14
MAX_LETTERS = 32
MAX_GROUPS = 3

WEIGHT: dict[Class, float] = {
    Class.CORE: 1.0, Class.INITIAL: 0.35, Class.NUMBER: 0.9, Class.LEGAL: 0.06, Class.GENERIC: 0.45, Class.PARTICLE: 0.12,
    Class.SUFFIX: 0.15,
}  # fmt: skip
"""How much a token of a class tells. Chosen, not learned: what is learned is what coverage by these weights is worth."""

_APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʾʿ′]")
_POSSESSIVE = re.compile(r"['’][sS]\b")
_PARENTHESES = re.compile(r"\((?:the|a\.?k\.?a\.?|f\.?k\.?a\.?)?\s*\)")
_ALSO = re.compile(r"\b(?:a\.?k\.?a|f\.?k\.?a|n\.?k\.?a|d\.?b\.?a)\b\.?", re.IGNORECASE)
# A number that follows or leads a whole word is a word of its own; `3m` and `r2d2` are one.
_WORD = re.compile(r"[a-z]{3,}|[0-9]+(?=[a-z]{3,})|[a-z0-9]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_CAMEL = re.compile(r"[A-Z][a-z']*|[a-z']+|[0-9]+")
# Words that were written together, each with a capital or the last in capitals: `PacificCement`, `PacificAG`, not `McDonald`.
_HUMP = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z]{2})|(?<=[a-z]{3})(?=[A-Z]{2,4}\b)")
# A figure for the letter that looks like it, between letters: `Ig0r`; `B2B` and `3M` are meant so.
_FIGURE = re.compile(r"(?<=[^\W\d_])[0134579](?=[^\W\d_]{2})|(?<=[^\W\d_]{2})[0134579](?=[^\W\d_])")
_LETTERS_OF_FIGURES = dict(zip("0134579", "oieastg", strict=True))
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_ARTICLE = re.compile(r"\bال(?=\w{3,})")
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in LEGAL_PHRASES)
# Blocks whose letters are consonants, as anyascii writes them: Hebrew to Thaana and N'Ko, then Devanagari to Khmer.
_ABJAD = (
    (0x0590, 0x08FF),
    (0x0900, 0x0DFF),
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0xFB1D, 0xFDFF),
    (0xFE70, 0xFEFF),
)
# Blocks that are written syllable by syllable, without spaces between words: Han, Hangul.
_SYLLABIC = ((0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x2FFFF))

# What different romanisations write for one sound; applied to a second writing of each word, beside the first.
_SOUNDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"tsch|tch|cz|tsh", "ch"), (r"sch|shch|sz", "sh"), (r"ph", "f"), (r"ck|cq", "k"), (r"gh(?=t)", ""), (r"gh", "g"),
        (r"kh", "h"), (r"dh", "d"), (r"th", "t"), (r"wh", "w"), (r"zh|dj|dzh|dz", "j"), (r"ts|tz", "c"), (r"qu", "k"),
        (r"q", "k"), (r"x", "ks"), (r"ou|oo|uu|w(?=[bcdfgklmnpqrstvz]|$)", "u"),
        (r"ee|ie|iy|yi|ii|ij(?=$)|y(?=$|[bcdfgklmnpqrstvz])", "i"),
        (r"aa", "a"), (r"ae|oe", "e"), (r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"w", "v"),
    )
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name: its letters, how it sounds, its class, whether its vowels are unwritten."""

    text: str
    sound: str
    kind: Class
    unvowelled: bool

    @property
    def weight(self) -> float:
        """How much the token tells. A word of one or two letters tells less than a long one."""
        base = WEIGHT[self.kind] * (SHARED.get(self.text, 1.0) if self.kind in (Class.CORE, Class.GENERIC) else 1.0)
        return base * (0.6 if self.kind is Class.CORE and len(self.text) < 3 else 1.0)


class Tokens(NamedTuple):
    """Tokens as kernels read them, one row each.

    letters and sounds uint8[n, MAX_LETTERS] (1 to 26 are a to z, 27 to 36 digits), sizes uint8[n, 2] their lengths, kinds
    uint8[n], weights float32[n], unvowelled bool[n], groups int16[n, MAX_GROUPS] (0 is none).
    """

    letters: NDArray[np.uint8]
    sounds: NDArray[np.uint8]
    sizes: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    weights: NDArray[np.float32]
    unvowelled: NDArray[np.bool_]
    groups: NDArray[np.int16]


def sound(word: str) -> str:
    """Return one writing for all romanisations of a word, as far as rules go: `Yusuf`, `Youssef` > `iusuf`, `iusef`."""
    found = word
    for pattern, to in _SOUNDS:
        found = pattern.sub(to, found)
    return _DOUBLED.sub(r"\1", found) or word


@lru_cache(maxsize=1 << 16)
def token(text: str, unvowelled: bool = False) -> Token:
    """Return a word as a token of the class that its text says."""
    return Token(text, sound(text)[:MAX_LETTERS], _kind(text), unvowelled)


def tokens_of(name: str) -> tuple[Token, ...]:
    """Return the words of a name, in their order, at most `MAX_TOKENS`; none where it has no letter and no digit.

    Titles go, unless nothing else is there; forms of firms of several words become one word; letters with dots between them
    become a form of firms where they are one, and initials where not.
    """
    text = unicodedata.normalize("NFKC", name[:MAX_NAME])
    text = _ALSO.sub(" ", _PARENTHESES.sub(" ", text))
    text = _FIGURE.sub(lambda found: _LETTERS_OF_FIGURES[found.group()], text)
    text = _DOTTED.sub(_undotted, _POSSESSIVE.sub("", text).replace("&", " and ").replace("+", " and "))
    words: list[tuple[str, bool]] = []
    for part in _ARTICLE.sub("al ", text).split():
        words.extend(_words(part))
    words = _without_phrases(_with_figures(words))
    told = [word for place, word in enumerate(words) if not _is_title(words, place)] or words
    return tuple(token(word, unvowelled) for word, unvowelled in told[:MAX_TOKENS])


def packed(tokens: "tuple[Token, ...] | list[Token]") -> Tokens:
    """Return tokens as arrays."""
    count = len(tokens)
    letters = np.zeros((count, MAX_LETTERS), np.uint8)
    sounds = np.zeros((count, MAX_LETTERS), np.uint8)
    sizes = np.zeros((count, 2), np.uint8)
    groups = np.zeros((count, MAX_GROUPS), np.int16)
    for place, each in enumerate(tokens):
        for rows, column, text in ((letters, 0, each.text), (sounds, 1, each.sound)):
            codes = np.frombuffer(text.encode().translate(_CODES), np.uint8)
            rows[place, : len(codes)] = codes
            sizes[place, column] = len(codes)
        found = GROUPS.get(each.text, ())[:MAX_GROUPS]
        groups[place, : len(found)] = found
    return Tokens(
        letters, sounds, sizes,
        np.array([each.kind for each in tokens], np.uint8),
        np.array([each.weight for each in tokens], np.float32),
        np.array([each.unvowelled for each in tokens], np.bool_),
        groups,
    )  # fmt: skip


_CODES = bytes(code - 96 if 97 <= code <= 122 else code - 48 + 27 if 48 <= code <= 57 else 0 for code in range(256))


def _kind(text: str) -> Class:
    if text.isdigit():
        return Class.NUMBER
    for kind, words in ((Class.LEGAL, LEGAL), (Class.SUFFIX, SUFFIX), (Class.PARTICLE, PARTICLE), (Class.GENERIC, GENERIC)):
        if text in words:
            return kind
    return Class.INITIAL if len(text) == 1 else Class.CORE


def _is_title(words: list[tuple[str, bool]], place: int) -> bool:
    """Whether a word is a title and not part of a name, as it is after a particle: `al-Sheikh`."""
    return words[place][0] in TITLES and (place == 0 or words[place - 1][0] not in PARTICLE)


def _undotted(found: re.Match[str]) -> str:
    glued = found.group().replace(".", "")
    written = anyascii(glued).lower()
    return f" {glued} " if written in LEGAL or len(glued) > 3 else " " + " ".join(glued) + " "


def _words(part: str) -> list[tuple[str, bool]]:
    """Return the ASCII words of one part between spaces, and whether its vowels are unwritten."""
    if part.isascii():
        return [(_plain(word), False) for word in _WORD.findall(_HUMP.sub(" ", _APOSTROPHES.sub("", part)).lower())]
    unvowelled = any(_within(character, _ABJAD) for character in part)
    written = anyascii(_APOSTROPHES.sub("", part)).replace("'", "").replace("`", "")
    if any(_within(character, _SYLLABIC) for character in part):
        return [(word.lower()[:MAX_LETTERS], False) for word in _CAMEL.findall(written)]
    return [(_plain(word), unvowelled) for word in _WORD.findall(_HUMP.sub(" ", written).lower())]


def _plain(word: str) -> str:
    """Cut a word to what is read of it, and `702nd` to its number."""
    found = _ORDINAL.fullmatch(word)
    return found[1] if found else word[:MAX_LETTERS]


def _within(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(low <= code <= high for low, high in blocks)


def _without_phrases(words: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Put the form of a firm that is written in several words into one word."""
    found: list[tuple[str, bool]] = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - place), 1, -1):
            phrase = " ".join(word for word, _ in words[place : place + length])
            if phrase in LEGAL_PHRASES and length < len(words):
                found.append((_FORM_WORDS[LEGAL_PHRASES[phrase]], False))
                place += length
                break
        else:
            found.append(words[place])
            place += 1
    return found


def _with_figures(words: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Write a number of two words in figures: `forty four`, and `forty 4`."""
    found: list[tuple[str, bool]] = []
    for word, unvowelled in words:
        unit = UNITS.get(word, word)
        if found and found[-1][0] in TENS and unit in UNITS.values():
            found[-1] = (f"{TENS[found[-1][0]]}{unit}", False)
        else:
            found.append((word, unvowelled))
    return found


_FORM_WORDS = {"limited": "ltd", "stock": "jsc", "corporation": "corp", "state": "fgup", "npo": "npo", "npp": "npp"}
