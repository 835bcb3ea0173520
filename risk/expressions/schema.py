"""The names that an expression may use: fields of the event, features, scores, ids, and lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from contracts.transactions import Channel, Direction
from feature_store.definitions import CATALOGUE
from feature_store.vocabulary import Feature
from kit.money import CURRENCY_EXPONENTS

# An event's number that is not known, as the scanner writes it.
MISSING = -(2**62)
LISTS = "lists"
# Reserved by CEL (langdef.md, "Syntax"), so that a rule written here stays one there.
RESERVED = frozenset({
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
})  # fmt: skip


class Kind(StrEnum):
    """The type of a value."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    WORD = "enum"
    ID = "id"


NUMBERS = (Kind.INT, Kind.DOUBLE)


class Source(IntEnum):
    """Which of a program's inputs holds a field. Of an id, only its memberships are asked."""

    EVENT = 0
    FEATURE = 1
    SCORE = 2
    ID = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One name: `column` is its place in the input, `words` are what an enum may be, in the order of their codes."""

    name: str
    kind: Kind
    source: Source
    column: int
    sentence: str
    words: tuple[str, ...] = ()


def _event(name: str, kind: Kind, sentence: str, words: Iterable[str] = ()) -> tuple[str, Kind, str, tuple[str, ...]]:
    return name, kind, sentence, tuple(map(str, words))


# In the order of the columns of a program's `events`; a word is its position here.
EVENT_FIELDS = tuple(
    Field(name, kind, Source.EVENT, column, sentence, words)
    for column, (name, kind, sentence, words) in enumerate(
        (
            _event("amount_minor", Kind.INT, "The amount in minor units: R$ 1,000.00 is 100000"),
            _event("channel", Kind.WORD, "How the money moves", Channel),
            _event("direction", Kind.WORD, "Whether the account pays (debit) or receives (credit)", Direction),
            _event("mcc", Kind.INT, "The merchant's category (ISO 18245)"),
            _event("currency", Kind.WORD, "The amount's currency (ISO 4217)", CURRENCY_EXPONENTS),
            _event("balance_minor", Kind.INT, "What the account had before, in minor units"),
            _event("latitude_e5", Kind.INT, "Degrees north, times 100,000"),
            _event("longitude_e5", Kind.INT, "Degrees east, times 100,000"),
        )
    )
)
SCORE_FIELDS = (
    Field("probability", Kind.DOUBLE, Source.SCORE, 0, "The model's probability of fraud, from 0 to 1"),
    Field("anomaly", Kind.DOUBLE, Source.SCORE, 1, "How unlike the usual the event is, from 0 to 1"),
)
ID_FIELDS = tuple(
    Field(name, Kind.ID, Source.ID, column, sentence)
    for column, (name, sentence) in enumerate(
        (
            ("customer_id", "The customer"),
            ("account_id", "The account that pays or receives"),
            ("card_id", "The card's token"),
            ("device_id", "The device"),
            ("ip", "The internet address, as a pseudonym"),
            ("payee_id", "Who is paid"),
            ("merchant_id", "The merchant"),
            ("country", "The country (ISO 3166, two letters)"),
            ("entry_mode", "How the card was read"),
        )
    )
)


@dataclass(frozen=True)
class Schema:
    """The fields by name, and the names of the lists that there are; None where any may be named."""

    fields: Mapping[str, Field]
    lists: tuple[str, ...] | None = ()

    @classmethod
    def of(cls, catalogue: Iterable[Feature] = CATALOGUE, *, lists: Iterable[str] | None = ()) -> "Schema":
        """Return the schema for one catalogue of features. Raises ValueError when a name is taken, reserved or none."""
        features = [
            Field(feature.name, Kind.DOUBLE, Source.FEATURE, column, feature.sentence)
            for column, feature in enumerate(catalogue)
        ]
        fields: dict[str, Field] = {}
        for field in (*EVENT_FIELDS, *SCORE_FIELDS, *ID_FIELDS, *features):
            if field.name in fields or field.name in RESERVED or field.name == LISTS or not field.name.isidentifier():
                raise ValueError(f"{field.name} cannot be a field's name in an expression")
            fields[field.name] = field
        return cls(MappingProxyType(fields), None if lists is None else tuple(sorted(set(lists))))
