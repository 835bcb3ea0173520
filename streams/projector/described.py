"""A movement with all that is known beside it: category, words, times. Pure."""

import uuid
from dataclasses import dataclass

from contracts.categories import SETTLEMENT_PREFIX, category_of, counterparty_kind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from kit.folding import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the core knows beside a movement.

    `own_code` is set for the bank's own accounts; `category` is the holder's own word.
    """

    booked_at_ms: int | None
    own_owner: str | None
    own_code: str | None
    other_owner: str | None
    other_code: str | None
    other_name: str | None
    description: str | None
    note: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What the decision knew of a transfer."""

    channel: str
    mcc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the read side says of a movement beside its amounts. `searched` is its text, folded; None where there is none."""

    channel: str
    mcc: int | None
    decided: bool
    category: str
    counterparty_kind: str
    counterparty_owner: str | None
    counterparty_name: str | None
    text: str | None
    note: str | None
    searched: str | None


MovementKey = tuple[uuid.UUID, int]


def described(known: Known, decided: Decided | None, *, purpose: str, received: bool) -> Description:
    """Return what is said of a movement. Without a decision the channel is the settlement account's, or the bank's own."""
    kind = counterparty_kind(own_owner=known.own_owner, other_owner=known.other_owner, other_code=known.other_code)
    channel = decided.channel if decided else _channel(known.other_code)
    mcc = decided.mcc if decided else None
    texts = [text for text in (known.description, known.note, known.other_name) if text]
    return Description(
        channel=channel,
        mcc=mcc,
        decided=decided is not None or purpose != Purpose.TRANSFER,
        category=known.category or category_of(purpose=purpose, channel=channel, mcc=mcc, counterparty=kind, received=received),
        counterparty_kind=kind,
        counterparty_owner=known.other_owner,
        counterparty_name=known.other_name,
        text=known.description,
        note=known.note,
        searched=folded(" ".join(texts)) if texts else None,
    )


def _channel(other_code: str | None) -> str:
    if other_code is not None and other_code.startswith(SETTLEMENT_PREFIX):
        return other_code.removeprefix(SETTLEMENT_PREFIX)
    return Channel.INTERNAL
