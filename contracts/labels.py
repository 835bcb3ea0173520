"""`risk.labels.v1`: what later turned out to be fraud, with the moment at which we learned it."""

from enum import StrEnum
from typing import Literal

import msgspec

from contracts.transactions import EpochMs, Id, TenantId, Uuid


class FraudKind(StrEnum):
    """The simulator's and the case team's words for what happened."""

    LEGITIMATE = "legitimate"
    ACCOUNT_TAKEOVER = "account_takeover"
    CARD_TESTING = "card_testing"
    STOLEN_CARD = "stolen_card"
    MULE_FAN_IN = "mule_fan_in"
    MULE_FAN_OUT = "mule_fan_out"
    STRUCTURING = "structuring"
    SOCIAL_PRESSURE = "social_pressure"
    FIRST_PARTY_ABUSE = "first_party_abuse"
    UNSPECIFIED = "unspecified"


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict about one transaction; a later `known_at` replaces an earlier one, and at the same moment the later label."""

    schema: Literal[1]
    label_id: Uuid
    tenant_id: TenantId
    transaction_id: Uuid
    fraud: bool
    kind: FraudKind
    known_at: EpochMs
    source: Id
