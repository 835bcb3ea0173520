"""Events as columns: what the feature engines read. Whoever reads messages fills these arrays; nothing here is copied later.

Layout, for n events:

=================  ========================  =====================================================================
`tenant`           int32[n]                  the tenant's number (`TenantNumbers`), 0 <= number < Bounds.tenants
`event_time_ms`    int64[n]                  epoch milliseconds
`amount_minor`     int64[n]                  1 to 10^15
`channel`          int64[n]                  position in `contracts.transactions.Channel` (pix 0 ... internal 5)
`direction`        int64[n]                  position in `contracts.transactions.Direction` (debit 0, credit 1)
`mcc`              int64[n]                  0 to 9999; any negative number when unknown
`latitude_e5`      int64[n]                  10^-5 degrees; beyond `MAX_LATITUDE_E5` (or its negative) when unknown
`longitude_e5`     int64[n]                  10^-5 degrees; beyond `MAX_LONGITUDE_E5` when unknown
`balance_minor`    int64[n]                  what the account has before the event; below `-MAX_BALANCE_MINOR` when unknown
`buffer`           uint8[bytes]              the bytes that spans point into, with `PADDING_BYTES` after the last one
`spans`            int32[n, 9, 2]            start and end in `buffer` of each of `TEXT_FIELDS`; start == end: missing
=================  ========================  =====================================================================

The number columns and `spans` may be strided views (one column of a wider table): no copy is needed. `buffer` is contiguous and
may be read-only. `TEXT_FIELDS` follows the order of the contract's struct, so a scanner's table of spans can be sliced.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.transactions import Channel, Direction, Transaction

TEXT_FIELDS = (
    "customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id", "country", "entry_mode",
)  # fmt: skip
CUSTOMER_ID, ACCOUNT_ID, CARD_ID, DEVICE_ID, IP, PAYEE_ID, MERCHANT_ID, COUNTRY, ENTRY_MODE = range(len(TEXT_FIELDS))
PADDING_BYTES = 16
MAX_BUFFER_BYTES = 2**31 - 1
UNKNOWN_MCC = -1
MAX_LATITUDE_E5, MAX_LONGITUDE_E5 = 9_000_000, 18_000_000
UNKNOWN_PLACE_E5 = -(2**62)
UNKNOWN_BALANCE_MINOR = -(2**62)
CHANNEL_CODES = {channel: code for code, channel in enumerate(Channel)}
DIRECTION_CODES = {direction: code for code, direction in enumerate(Direction)}


class TenantNumbers:
    """Small numbers for tenant ids, in the order in which they were first met."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._numbers = {name: number for number, name in enumerate(names)}

    def number(self, tenant_id: str) -> int:
        """Return the tenant's number, a new one at the first meeting."""
        return self._numbers.setdefault(tenant_id, len(self._numbers))

    @property
    def names(self) -> list[str]:
        """Tenant ids by number; `TenantNumbers(names)` restores the same numbers."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Columns of n events, in the order in which they are applied. See the module for dtypes and meaning."""

    tenant: NDArray[np.int32]
    event_time_ms: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    channel: NDArray[np.int64]
    direction: NDArray[np.int64]
    mcc: NDArray[np.int64]
    latitude_e5: NDArray[np.int64]
    longitude_e5: NDArray[np.int64]
    balance_minor: NDArray[np.int64]
    buffer: NDArray[np.uint8]
    spans: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.event_time_ms)

    def rows(self, start: int, stop: int) -> "EventColumns":
        """Return events [start, stop) as views."""
        return EventColumns(
            self.tenant[start:stop], self.event_time_ms[start:stop], self.amount_minor[start:stop], self.channel[start:stop],
            self.direction[start:stop], self.mcc[start:stop], self.latitude_e5[start:stop], self.longitude_e5[start:stop],
            self.balance_minor[start:stop], self.buffer, self.spans[start:stop],
        )  # fmt: skip

    def take(self, order: NDArray[np.int64]) -> "EventColumns":
        """Return the chosen events, in that order; the buffer is shared."""
        return EventColumns(
            self.tenant[order], self.event_time_ms[order], self.amount_minor[order], self.channel[order],
            self.direction[order], self.mcc[order], self.latitude_e5[order], self.longitude_e5[order],
            self.balance_minor[order], self.buffer, self.spans[order],
        )  # fmt: skip

    def text(self, row: int, field: int) -> str | None:
        """One text value, or None when it is missing."""
        start, end = self.spans[row, field]
        return self.buffer[start:end].tobytes().decode() if end > start else None


def columns_from_transactions(transactions: Sequence[Transaction], tenants: TenantNumbers) -> EventColumns:
    """Build columns from structs, one by one: for tests and small jobs. `feature_store.frames` reads whole frames."""
    encoded = [(getattr(each, name) or "").encode() for each in transactions for name in TEXT_FIELDS]
    lengths = np.array([len(text) for text in encoded], np.int64)
    ends = np.cumsum(lengths)
    if len(ends) and ends[-1] > MAX_BUFFER_BYTES - PADDING_BYTES:
        raise ValueError("the texts take more than 2 GiB: split the batch")
    spans = np.stack([ends - lengths, ends], axis=1).reshape(len(transactions), len(TEXT_FIELDS), 2)
    return EventColumns(
        tenant=np.array([tenants.number(each.tenant_id) for each in transactions], np.int32),
        event_time_ms=np.array([each.event_time for each in transactions], np.int64),
        amount_minor=np.array([each.amount_minor for each in transactions], np.int64),
        channel=np.array([CHANNEL_CODES[each.channel] for each in transactions], np.int64),
        direction=np.array([DIRECTION_CODES[each.direction] for each in transactions], np.int64),
        mcc=_known([each.mcc for each in transactions], UNKNOWN_MCC),
        latitude_e5=_known([each.latitude_e5 for each in transactions], UNKNOWN_PLACE_E5),
        longitude_e5=_known([each.longitude_e5 for each in transactions], UNKNOWN_PLACE_E5),
        balance_minor=_known([each.balance_minor for each in transactions], UNKNOWN_BALANCE_MINOR),
        buffer=np.frombuffer(b"".join(encoded) + bytes(PADDING_BYTES), np.uint8),
        spans=spans.astype(np.int32),
    )


def _known(values: Sequence[int | None], unknown: int) -> NDArray[np.int64]:
    return np.array([unknown if value is None else value for value in values], np.int64)
