"""`aml.candidates.v1` and `aml.findings.v1`: what comes near to a scenario of money laundering, and what is one."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.transactions import AmountMinor, Channel, CurrencyCode, EpochMs, Id, TenantId, Uuid

MOST_PAYMENTS = 200
# Of a candidate, which has payments both ways where only those of one way count.
MOST_LOOKED_AT = 400

ScenarioCode = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z0-9-]+$")]
MeasureName = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z0-9_]+$")]


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment as its account sees it.

    `at` is when the ledger says that it took place. `other` is the account or payee at the other side, null for cash;
    `is_first` whether these two had no payment in this direction before. `place` is where, to a kilometre; null where unknown.
    """

    transaction_id: Uuid
    at: EpochMs
    is_out: bool
    is_first: bool
    amount_minor: AmountMinor
    channel: Channel
    other: Id | None = None
    entry_mode: Annotated[str, Meta(max_length=16)] | None = None
    place: Annotated[str, Meta(max_length=16)] | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account that meets a scenario's least bounds at its last payment.

    `payments` are those within the longest window that the scenario may have, or more, oldest first and the newest 400 of
    them. `measures` are numbers over that whole window. `customer_id` is null where the last payment does not name the
    account's. `job` names the statements that made it.
    """

    schema: Literal[1]
    tenant_id: TenantId
    scenario: ScenarioCode
    account_id: Uuid
    currency: CurrencyCode
    last_at: EpochMs
    measures: dict[MeasureName, int]
    payments: Annotated[list[Payment], Meta(min_length=1, max_length=MOST_LOOKED_AT)]
    job: Annotated[str, Meta(min_length=1, max_length=32)]
    customer_id: Id | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One account in one scenario, from the first payment of it to the last.

    `finding_id` follows from tenant, scenario, account and first payment; `growth` counts from 1 how often it was told.
    `measures` are what the rule compares, `parameters` what it was compared with. `transactions` are the newest 200 of
    `payments`; `amount_minor` adds all of them up.
    """

    schema: Literal[1]
    event_id: Uuid
    finding_id: Uuid
    growth: Annotated[int, Meta(ge=1)]
    tenant_id: TenantId
    scenario: ScenarioCode
    account_id: Uuid
    currency: CurrencyCode
    first_at: EpochMs
    last_at: EpochMs
    found_at: EpochMs
    payments: Annotated[int, Meta(ge=1)]
    amount_minor: AmountMinor
    measures: dict[MeasureName, int]
    parameters: dict[MeasureName, int]
    transactions: Annotated[list[Uuid], Meta(min_length=1, max_length=MOST_PAYMENTS)]
    alert_id: Uuid
    job: Annotated[str, Meta(min_length=1, max_length=32)]
    customer_id: Id | None = None
