"""`features.settled.v1`: whole-number moments of one transaction's windows, over all events by event_time."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.transactions import AmountMinor, EpochMs, TenantId, Uuid

SCHEMA_VERSION = 1
# The group of a transaction that came behind the watermark and is in no window.
LATE_GROUP = "late"

MomentName = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z0-9_]+$")]
# Decimal digits, because a sum of squares has up to 38 and JSON readers keep 15.
WholeNumber = Annotated[str, Meta(min_length=1, max_length=39, pattern=r"^-?[0-9]{1,38}$")]


class SettledWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The moments of one entity's window, as the event `transaction_id` sees it: a message for each (transaction, group).

    `group` names the entity and the window (`device_1d`), or is `late`. A moment is null where there is nothing (the largest of
    no amounts). Amounts are minor units. `feature_set` says which definitions it was computed from.
    """

    schema: Literal[1]
    tenant_id: TenantId
    transaction_id: Uuid
    event_time: EpochMs
    amount_minor: AmountMinor
    feature_set: Annotated[str, Meta(min_length=1, max_length=32)]
    group: Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z0-9_]+$")]
    moments: dict[MomentName, WholeNumber | None]
