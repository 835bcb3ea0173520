"""`risk.alerts.v1`: alerts as compliance sees them, published through the outbox by whoever changed them."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.decisions import StandOut, Verdict
from contracts.transactions import AmountMinor, CurrencyCode, EpochMs, Id, TenantId, Uuid


class AlertStatus(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert was opened, or a flagged decision joined it. `subject` is the customer, else account, payee, transaction.

    An alert of `kind` scenario is of findings (`aml.findings.v1`): `decisions` counts them, `reasons` names the scenario of
    `finding_id`, and the transaction is the newest payment of it, whose money has moved.
    """

    schema: Literal[1]
    event_id: Uuid
    tenant_id: TenantId
    alert_id: Uuid
    status: AlertStatus
    change: Annotated[str, Meta(pattern=r"^(opened|grew|moved)$")]
    subject_kind: Annotated[str, Meta(pattern=r"^(customer|account|payee|transaction)$")]
    subject_id: Id
    transaction_id: Uuid
    verdict: Verdict
    amount_minor: AmountMinor
    currency: CurrencyCode
    first_event_time: EpochMs
    last_event_time: EpochMs
    occurred_at: EpochMs
    decisions: Annotated[int, Meta(ge=1)]
    total_amount_minor: AmountMinor
    probability: float | None = None
    reasons: list[Id] = []
    stand_outs: list[StandOut] = []
    kind: Literal["decision", "scenario"] = "decision"
    finding_id: Uuid | None = None
