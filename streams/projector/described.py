"""A movement with all that is known beside it: who is on the other side, words, times. Pure."""

import uuid
from dataclasses import dataclass

from contracts.categories import SETTLEMENT_PREFIX, CounterpartyKind, counterparty_kind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from kit.folding import folded
from streams.projector.decided import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the core knows beside a movement.

    `own_code` is set for the bank's own accounts; `category` is the holder's own word for this very movement.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the read side says of a movement beside its amounts and what it was for.

    `counterparty_id` is who is beyond this bank. `searched` is its text, folded; None where there is none.
    """

    channel: str
    mcc: int | None
    decided: bool
    counterparty_id: str | None
    counterparty_kind: CounterpartyKind
    counterparty_owner: str | None
    counterparty_name: str | None
    text: str | None
    note: str | None
    searched: str | None


MovementKey = tuple[uuid.UUID, int]


def described(known: Known, decided: Decided | None, *, purpose: str, received: bool) -> Description:
    """Return what is said of a movement. Without a decision the channel is the settlement account's, or the bank's own."""
    kind = counterparty_kind(own_owner=known.own_owner, other_owner=known.other_owner, other_code=known.other_code)
    texts = [text for text in (known.description, known.note, known.other_name) if text]
    return Description(
        channel=decided.channel if decided else _channel(known.other_code),
        mcc=decided.mcc if decided else None,
        decided=decided is not None or purpose != Purpose.TRANSFER,
        counterparty_id=decided.beyond(received=received) if decided and kind is CounterpartyKind.OUTSIDE else None,
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
