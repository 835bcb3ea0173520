"""`risk.controls.v1`: what changes how the scorer decides. The scorer copies each into its log between two batches."""

from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.transactions import EpochMs, Id, TenantId, Uuid

Sha256 = Annotated[str, Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")]


class ModelControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="model"):
    """Use the model whose export has this content hash, as `alias` (champion or challenger)."""

    control_id: Uuid
    known_at: EpochMs
    alias: Annotated[str, Meta(pattern=r"^(champion|challenger)$")]
    name: Id
    version: Annotated[int, Meta(ge=1)]
    export_sha256: Sha256


class PolicyControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="policy", omit_defaults=True):
    """Use these thresholds for a tenant (absent: for all). Probabilities from 0 to 1; amounts in minor units."""

    control_id: Uuid
    known_at: EpochMs
    version: Id
    review_from: Annotated[float, Meta(ge=0.0, le=1.0)]
    deny_from: Annotated[float, Meta(ge=0.0, le=1.0)]
    tenant_id: TenantId | None = None
    control_group_ppm: Annotated[int, Meta(ge=0, le=100_000)] = 5_000
    enabled_rules: list[Id] | None = None


class ProfileControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="profile"):
    """Slow features of one entity, as Feast serves them; a value that is not known is absent."""

    control_id: Uuid
    known_at: EpochMs
    tenant_id: TenantId
    entity: Annotated[str, Meta(pattern=r"^(customer|account|payee)$")]
    entity_id: Id
    values: dict[Id, float]


Control = ModelControl | PolicyControl | ProfileControl
