"""A batch of events as columns of numbers, before they become text."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.codes import NO_BALANCE, NO_PLACE, NOTHING

Column = npt.NDArray[np.int64]

_DEFAULTS = {
    "card": NOTHING, "device": NOTHING, "payee": NOTHING, "merchant": NOTHING, "country": NOTHING, "entry": NOTHING,
    "latitude_e5": NO_PLACE, "longitude_e5": NO_PLACE, "kind": 0, "case": NOTHING, "balance": NO_BALANCE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Events:
    """Equal-length int64 columns. `kind` is what the event truly is (0 legitimate), `case` the number of its fraud case.

    `balance` is what the account had before it.
    """

    event_time: Column
    known_at: Column
    channel: Column
    direction: Column
    amount: Column
    account: Column
    card: Column
    device: Column
    payee: Column
    merchant: Column
    country: Column
    entry: Column
    latitude_e5: Column
    longitude_e5: Column
    kind: Column
    case: Column
    balance: Column

    def __len__(self) -> int:
        return len(self.event_time)

    @classmethod
    def of(cls, **columns: npt.NDArray[Any] | int) -> "Events":
        """Make a batch: whole numbers and absent columns fill every row; `event_time` sets the length."""
        rows = len(np.asarray(columns["event_time"]))
        given = _DEFAULTS | {"known_at": NOTHING} | columns
        return cls(**{f.name: _column(given[f.name], rows) for f in fields(cls)})

    def take(self, rows: npt.NDArray[Any]) -> "Events":
        """Return the chosen rows: positions, or a mask."""
        return Events(*(getattr(self, f.name)[rows] for f in fields(self)))

    def replace(self, **columns: npt.NDArray[Any] | int) -> "Events":
        """Return the batch with some columns changed."""
        changed = {name: _column(value, len(self)) for name, value in columns.items()}
        return Events(*(changed.get(f.name, getattr(self, f.name)) for f in fields(self)))


def concatenate(batches: list[Events]) -> Events:
    """Return the batches one after another."""
    filled = [batch for batch in batches if len(batch)]
    if not filled:
        return NO_EVENTS
    return Events(*(np.concatenate([getattr(batch, f.name) for batch in filled]) for f in fields(Events)))


def _column(value: npt.NDArray[Any] | int, rows: int) -> Column:
    if isinstance(value, int):
        return np.full(rows, value, dtype=np.int64)
    return np.ascontiguousarray(np.broadcast_to(value, rows), dtype=np.int64)


NO_EVENTS = Events.of(event_time=np.zeros(0, dtype=np.int64), channel=0, direction=0, amount=0, account=0)
