"""The fold itself: events in order become two movements each, with the account's sequence and balance after it. Pure."""

import uuid
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass

from streams.projector.events import Moved


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands after its `sequence`th movement."""

    tenant_id: str
    currency: str
    sequence: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One side of what moved: negative when money left the account."""

    moved: Moved
    account_id: uuid.UUID
    counterparty_account_id: uuid.UUID
    sequence: int
    amount_minor: int
    balance_after_minor: int


Standings = MutableMapping[uuid.UUID, Standing]


def fold(events: Iterable[Moved], standings: Standings) -> list[Movement]:
    """Return the movements of `events`, and bring `standings` (absent: nothing yet) up to them."""
    movements = []
    for moved in events:
        for account_id, other_id, amount_minor in (
            (moved.debit_account_id, moved.credit_account_id, -moved.amount_minor),
            (moved.credit_account_id, moved.debit_account_id, moved.amount_minor),
        ):
            before = standings.get(account_id)
            sequence = (before.sequence if before else 0) + 1
            balance_minor = (before.balance_minor if before else 0) + amount_minor
            standings[account_id] = Standing(moved.tenant_id, moved.currency, sequence, balance_minor)
            movements.append(Movement(moved, account_id, other_id, sequence, amount_minor, balance_minor))
    return movements
