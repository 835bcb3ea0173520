"""What the scanner knows about a transaction's fields, derived from the struct: kinds, bounds, alphabets, enumerations."""

import re
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.transactions import OBSERVED, Transaction
from kit.money import CURRENCY_EXPONENTS

TEXT, NUMBER, WORD = 0, 1, 2
MISSING = -(2**62)
KEY_SLOTS = 256
MAX_KEY_BYTES = 16
MAX_WORD_BYTES = 8
MAX_WORDS = 256
_MIX = 0x9E3779B97F4A7C15
_MASK64 = 2**64 - 1


@dataclass(frozen=True)
class Field:
    """One field: `text` keeps a span, `number` an int64, `word` the position in `words`. Bounds are closed."""

    name: str
    kind: int
    column: int
    required: bool
    low: int
    high: int
    alphabet: frozenset[int] = frozenset()
    words: tuple[str, ...] = ()


def _word(text: bytes) -> int:
    return int.from_bytes(text[:8].ljust(8, b"\0"), "little")


def _tail(text: bytes) -> int:
    return int.from_bytes(text[-8:], "little") if len(text) > 8 else 0


def _alphabet(pattern: str, length: int) -> frozenset[int]:
    compiled = re.compile(pattern)
    return frozenset(code for code in range(0x21, 0x7F) if code not in (0x22, 0x5C) and compiled.search(chr(code) * length))


def _derive() -> tuple[Field, ...]:
    found: list[Field] = []
    counts = {TEXT: 0, NUMBER: 0}

    def add(name: str, kind: int, *, required: bool, low: int, high: int, **more: frozenset[int] | tuple[str, ...]) -> None:
        family = TEXT if kind == TEXT else NUMBER
        found.append(Field(name, kind, counts[family], required, low, high, **more))  # type: ignore[arg-type]
        counts[family] += 1

    info = msgspec.inspect.type_info(Transaction)
    for field in info.fields:  # type: ignore[attr-defined]
        kind = field.type
        if isinstance(kind, msgspec.inspect.UnionType):
            kind = next(t for t in kind.types if not isinstance(t, msgspec.inspect.NoneType))
        required = bool(field.required)
        if field.name == "currency":
            words = tuple(CURRENCY_EXPONENTS)
        elif isinstance(kind, msgspec.inspect.EnumType):
            words = tuple(member.value for member in kind.cls)
        else:
            words = ()
        if words:
            add(field.name, WORD, required=required, low=0, high=len(words) - 1, words=words)
        elif isinstance(kind, msgspec.inspect.LiteralType):
            add(field.name, NUMBER, required=required, low=int(str(kind.values[0])), high=int(str(kind.values[0])))
        elif isinstance(kind, msgspec.inspect.IntType):
            add(field.name, NUMBER, required=required, low=int(kind.ge or 0), high=int(kind.le or 0))
        elif isinstance(kind, msgspec.inspect.StrType):
            low, high = int(kind.min_length or 0), int(kind.max_length or 0)
            alphabet = _alphabet(str(kind.pattern), max(low, 1))
            add(field.name, TEXT, required=required, low=low, high=high, alphabet=alphabet)
        else:
            raise TypeError(f"the scanner has no way to read {field.name}")
    return tuple(found)


FIELDS = _derive()
TEXT_COLUMNS = {field.name: field.column for field in FIELDS if field.kind == TEXT}
NUMBER_COLUMNS = {field.name: field.column for field in FIELDS if field.kind != TEXT}


class FieldTable:
    """The fields as arrays for the kernel: a perfect hash of the keys (every byte compared), bounds and alphabets."""

    def __init__(self, fields: tuple[Field, ...] = FIELDS) -> None:
        self.fields = fields

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """uint64[256, 4]: length, first eight bytes, last eight bytes, 1 + position of the field (0: empty slot)."""
        table = np.zeros((KEY_SLOTS, 4), np.uint64)
        for position, field in enumerate(self.fields):
            key = field.name.encode()
            if len(key) > MAX_KEY_BYTES:
                raise ValueError(f"{field.name} is too long for the key table")
            slot = self._slot(key)
            if table[slot, 3]:
                raise ValueError(f"{field.name} shares a slot of the key table")
            table[slot] = (len(key), _word(key), _tail(key), position + 1)
        return table

    @staticmethod
    def _slot(key: bytes) -> int:
        mixed = (_word(key) ^ _tail(key) ^ ((len(key) << 56) & _MASK64)) * _MIX & _MASK64
        return mixed >> 56

    @cached_property
    def facts(self) -> NDArray[np.int64]:
        """int64[fields, 8]: kind, column, low, high, required, its alphabet's bit in `classes`, the length of its name.

        The last is the mask of its value's hash in the content hash: nothing of what is only `OBSERVED`.
        """
        bits = {alphabet: 1 << bit for bit, alphabet in enumerate(self._alphabets)}
        rows = [
            (
                f.kind, f.column, f.low, f.high, f.required, bits.get(f.alphabet, 0), len(f.name),
                0 if f.name in OBSERVED else -1,
            )
            for f in self.fields
        ]  # fmt: skip
        return np.array(rows, np.int64)

    @cached_property
    def names(self) -> NDArray[np.uint64]:
        """uint64[fields, 2]: the first eight and the last eight bytes of each name."""
        return np.array([(_word(f.name.encode()), _tail(f.name.encode())) for f in self.fields], np.uint64)

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """uint8[256]: for each byte, the set of alphabets (as `facts` names them) that it belongs to."""
        table = np.zeros(256, np.uint8)
        for bit, alphabet in enumerate(self._alphabets):
            table[sorted(alphabet)] |= 1 << bit
        return table

    @cached_property
    def _alphabets(self) -> tuple[frozenset[int], ...]:
        found = tuple(dict.fromkeys(field.alphabet for field in self.fields if field.alphabet))
        if len(found) > 8:
            raise ValueError("more alphabets than a byte has bits")
        return found

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """uint64[fields, words, 2]: length and bytes of each allowed word; length 0 ends the list."""
        table = np.zeros((len(self.fields), MAX_WORDS, 2), np.uint64)
        for position, field in enumerate(self.fields):
            for code, text in enumerate(field.words):
                if len(text) > MAX_WORD_BYTES:
                    raise ValueError(f"{text} is too long for a word of {field.name}")
                table[position, code] = (len(text), _word(text.encode()))
        return table

    @property
    def required(self) -> int:
        """The set of fields that must be there, as a bit mask by position."""
        return sum(1 << position for position, field in enumerate(self.fields) if field.required)
