"""What a movement was for: the holder's own word, then who was paid, then the merchant's code, then the text, then the rule.

The order is of how much each knows. A code of a shop's trade is right far more often than a text, so the text speaks only where
there is no code, or one that says nothing of what was sold (a payment facilitator's, a marketplace's). Below its confidence the
rule's answer stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.categories import Category, CounterpartyKind, category_of
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from insight.categories.model import TextModel
from insight.categories.text import letters, likeness

VAGUE_CODES = frozenset({4899, 5311, 5399, 5964, 5968, 5969, 5999, 7299, 7392, 7399, 8999})
"""Codes of ISO 18245 that a shop of any kind may have: cable and streaming, department stores, direct marketing, services."""
LIKE_ENOUGH = 0.6
MAX_CORRECTIONS = 2_000
"""Of one holder; the newest count."""
_BETWEEN_PEOPLE = frozenset({Category.PEOPLE, Category.TRANSFERS})
_RULED_CHANNELS = frozenset({Channel.CASH, Channel.INTERNAL})


class Source(StrEnum):
    """Who had the last word."""

    HOLDER = "holder"
    MERCHANT = "merchant"
    CODE = "code"
    TEXT = "text"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a movement; `counterparty` is empty where nobody knows who was paid."""

    purpose: str
    channel: str
    mcc: int | None
    kind: CounterpartyKind
    received: bool
    counterparty: str
    text: str

    @property
    def mark(self) -> str:
        """How the money moved, as the text model knows it."""
        return f"{self.channel}:{'in' if self.received else 'out'}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a holder called a movement. `letters` is its text as `insight.categories.text.letters` has it.

    It is meant of movements with the same purpose: who calls a payment something does not mean its reversal, or a fee.
    """

    purpose: str
    counterparty: str
    received: bool
    letters: str
    mark: str
    category: Category

    @classmethod
    def of(cls, asked: Asked, category: Category) -> "Correction":
        """Return what calling a movement something says of others."""
        return cls(asked.purpose, asked.counterparty, asked.received, letters(asked.text), asked.mark, category)


@dataclass(frozen=True, slots=True)
class Decision:
    """A category, who said so, and how sure that is, in parts per million; a rule is not asked how sure it is."""

    category: Category
    source: Source
    confidence_ppm: int | None = None


class Corrections:
    """One holder's own words, newest last: found again by who was paid, or else by the nearest text."""

    def __init__(self, corrections: Iterable[Correction]) -> None:
        newest = list(corrections)[-MAX_CORRECTIONS:]
        self._by_counterparty = {
            (each.counterparty, each.received, each.purpose): each.category for each in newest if each.counterparty
        }
        self._by_text = {((each.mark, each.purpose), each.letters): each.category for each in newest if each.letters}

    def said_of(self, asked: Asked) -> Category | None:
        """Return what the holder would say, by what they said before; None where nothing is like it."""
        if asked.counterparty:  # known: texts are not looked at, because two shops may be called alike
            return self._by_counterparty.get((asked.counterparty, asked.received, asked.purpose))
        text = letters(asked.text) if self._by_text else ""
        if not text:
            return None
        kind = (asked.mark, asked.purpose)
        exact = self._by_text.get((kind, text))
        if exact is not None:
            return exact
        near = [(likeness(text, known), category) for (other, known), category in self._by_text.items() if other == kind]
        best = max(near, key=lambda each: each[0], default=(0.0, Category.OTHER))
        return best[1] if best[0] >= LIKE_ENOUGH else None


NOTHING_SAID = Corrections(())


def ruled(asked: Asked) -> Category:
    """Return what the rule alone says."""
    return category_of(
        purpose=asked.purpose, channel=asked.channel, mcc=asked.mcc, counterparty=asked.kind, received=asked.received
    )


def is_certain(asked: Asked) -> bool:
    """Whether the rule knows for certain: what the bank itself moved, cash, money between what is somebody's own, refunds."""
    return (
        asked.purpose != Purpose.TRANSFER
        or asked.channel in _RULED_CHANNELS
        or asked.kind is CounterpartyKind.SELF
        or (asked.channel == Channel.CARD and asked.received)
    )


def has_telling_code(asked: Asked) -> bool:
    """Whether the merchant's code says what was sold."""
    return asked.mcc is not None and asked.mcc not in VAGUE_CODES and not asked.received


def coded(asked: Asked) -> Category:
    """Return what the merchant's code says, however it was paid: the rule itself looks at codes only where a card was used."""
    return category_of(
        purpose=asked.purpose, channel=Channel.CARD, mcc=asked.mcc, counterparty=asked.kind, received=asked.received
    )


def decide(
    movements: Sequence[Asked],
    *,
    model: TextModel | None,
    corrections: Mapping[int, Corrections] | None = None,
    own: Mapping[int, Category] | None = None,
) -> list[Decision]:
    """Return a decision for each movement. Without a model the rule answers; where there is no text, nothing is made of it.

    By the place of the movement: what its holder called this very one (`own`), and others before it (`corrections`).
    """
    said, others = own or {}, corrections or {}
    found: list[Decision | None] = [
        Decision(said[place], Source.HOLDER) if place in said else _before_text(asked, model, others.get(place, NOTHING_SAID))
        for place, asked in enumerate(movements)
    ]
    open_places = [place for place, decision in enumerate(found) if decision is None and letters(movements[place].text)]
    if model is not None and open_places:
        opinions = model.opinions([(movements[place].mark, movements[place].text) for place in open_places])
        for place, (category, probability) in zip(open_places, opinions, strict=True):
            if probability >= model.threshold:
                found[place] = Decision(_of_whom(movements[place], category), Source.TEXT, round(probability * 1_000_000))
    return [
        decision if decision is not None else Decision(ruled(asked), Source.RULE)
        for asked, decision in zip(movements, found, strict=True)
    ]


def _of_whom(asked: Asked, category: Category) -> Category:
    """Whether money between people stayed in this bank is known without any text."""
    by_rule = ruled(asked)
    return by_rule if {category, by_rule} <= _BETWEEN_PEOPLE else category


def _before_text(asked: Asked, model: TextModel | None, corrections: Corrections) -> Decision | None:
    said = corrections.said_of(asked)
    if said is not None:
        return Decision(said, Source.HOLDER)
    if is_certain(asked):
        return Decision(ruled(asked), Source.RULE)
    known = model.merchants.get(asked.counterparty) if model is not None and asked.counterparty else None
    if known is not None:
        return Decision(Category(known), Source.MERCHANT)
    if has_telling_code(asked):
        return Decision(coded(asked), Source.CODE)
    return None
