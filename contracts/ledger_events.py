"""`banking.transactions.v1`: facts of our ledger, in commit order, gap-free. Only the relay writes it."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.decisions import Answer
from contracts.transactions import AmountMinor, CurrencyCode, EpochMs, Id, TenantId, Transaction, Uuid


class LedgerStatus(StrEnum):
    """What the event says happened. `held` is no outcome: the hold's end is."""

    POSTED = "posted"
    DENIED = "denied"
    FAILED = "failed"
    OBSERVED = "observed"
    ABANDONED = "abandoned"
    HELD = "held"


class Purpose(StrEnum):
    """Why the ledger moved. Only `transfer` needs a decision.

    `exchange` is one of the two legs of a currency exchange, `allocation` moves money between an account and its own
    sub-accounts, `adjustment` corrects the bank's own books (suspense, differences found at the close of a day).
    """

    TRANSFER = "transfer"
    OPENING = "opening"
    FEE = "fee"
    REVERSAL = "reversal"
    INTEREST = "interest"
    EXCHANGE = "exchange"
    ALLOCATION = "allocation"
    ADJUSTMENT = "adjustment"


class LedgerEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact. `transaction_id` equals `transfer_id`; account ids are absent when nothing touched the ledger.

    `transaction` is the intent, absent at the end of a hold. `answer` travels with everything that was decided outside the
    inbound door (RPC, stand-in, simulated), so that a scorer that lost the decision adopts it; for the inbound door the log
    already has it.
    """

    schema: Literal[1]
    event_id: Uuid
    tenant_id: TenantId
    transfer_id: Uuid
    status: LedgerStatus
    purpose: Purpose
    occurred_at: EpochMs
    amount_minor: AmountMinor
    currency: CurrencyCode
    debit_account_id: Uuid | None = None
    credit_account_id: Uuid | None = None
    door: Annotated[str, Meta(max_length=16)] | None = None
    reason: Id | None = None
    transaction: Transaction | None = None
    answer: Answer | None = None
