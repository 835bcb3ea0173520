"""Pieces of JSON that answers repeat (versions, lists of rules and reasons), kept once and named by number."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec
import numpy as np

from contracts.decisions import DecisionSource, Door, Verdict
from scoring.bytes_kernels import PADDING_BYTES

NOTHING = 0
FIRST_VERDICT = 1
FIRST_SOURCE = FIRST_VERDICT + len(Verdict)
FIRST_DOOR = FIRST_SOURCE + len(DecisionSource)
VERDICTS, SOURCES, DOORS = tuple(Verdict), tuple(DecisionSource), tuple(Door)


class Lexicon:
    """Append-only. Number 0 is nothing; verdicts, sources and doors have fixed numbers after it."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._texts: list[bytes] = []
        self.longest = 0  # how many bytes a text has at most
        self.arena = np.zeros(1 << 16, np.uint8)
        self.starts = np.zeros(1 << 10, np.int64)
        self._add(b"")
        for member in (*VERDICTS, *SOURCES, *DOORS):
            self._add(msgspec.json.encode(member))

    def _add(self, text: bytes) -> int:
        number = len(self._texts)
        start = int(self.starts[number])
        while start + len(text) + PADDING_BYTES > len(self.arena):
            self.arena = np.concatenate([self.arena, np.zeros_like(self.arena)])
        if number + 2 > len(self.starts):
            self.starts = np.concatenate([self.starts, np.zeros_like(self.starts)])
        self.arena[start : start + len(text)] = np.frombuffer(text, np.uint8)
        self.starts[number + 1] = start + len(text)
        self.longest = max(self.longest, len(text))
        self._texts.append(text)
        self._numbers[text] = number
        return number

    @property
    def bytes_used(self) -> int:
        """How long the texts are together."""
        return int(self.starts[len(self._texts)])

    def make_room(self, *, texts: int, size: int) -> None:
        """Have room in `arena` and `starts` for that many texts of `size` bytes together."""
        while size + PADDING_BYTES > len(self.arena):
            self.arena = np.concatenate([self.arena, np.zeros_like(self.arena)])
        while texts + 1 > len(self.starts):
            self.starts = np.concatenate([self.starts, np.zeros_like(self.starts)])

    def index(self, texts: int) -> None:
        """Know the `texts` pieces that `arena` and `starts` were filled with. Raises ValueError: the first ones are others."""
        own = self._texts
        bounds = self.starts[: texts + 1].tolist()
        arena = self.arena[: bounds[-1]].tobytes()
        self._texts = [arena[start:end] for start, end in pairwise(bounds)]
        self.longest = max(map(len, self._texts), default=0)
        self._numbers = {text: number for number, text in enumerate(self._texts)}
        if self._texts[: len(own)] != own:
            raise ValueError("the snapshot numbers verdicts, sources, doors or the feature set in another way")

    def raw(self, text: bytes) -> int:
        """The number of a piece of JSON as it is written."""
        known = self._numbers.get(text)
        return self._add(text) if known is None else known

    def text(self, value: str | None) -> int:
        """The number of a JSON string; `NOTHING` for None."""
        return NOTHING if value is None else self.raw(msgspec.json.encode(value))

    def texts(self, values: Iterable[str]) -> int:
        """The number of a JSON list of strings; `NOTHING` when it is empty."""
        items = list(values)
        return self.raw(msgspec.json.encode(items)) if items else NOTHING

    def read_text(self, number: int) -> str | None:
        """The string behind a number."""
        return None if number == NOTHING else msgspec.json.decode(self._texts[number], type=str)

    def read_texts(self, number: int) -> list[str]:
        """The list behind a number."""
        return [] if number == NOTHING else msgspec.json.decode(self._texts[number], type=list[str])

    def __len__(self) -> int:
        return len(self._texts)
