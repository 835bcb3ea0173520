"""`risk.controls.v1`: what changes how the scorer decides. The scorer copies each into its log between two batches."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.transactions import EpochMs, Id, TenantId, Uuid

MAX_RULES = 256
MAX_SEGMENTS = 32
MAX_LIST_CHANGES = 1_000
MAX_EXPRESSION = 4_096
Code = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z][a-z0-9_]*$")]
Expression = Annotated[str, Meta(min_length=1, max_length=MAX_EXPRESSION)]
Sentence = Annotated[str, Meta(min_length=1, max_length=200)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Sha256 = Annotated[str, Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")]


class ModelControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="model"):
    """Use the model whose export has this content hash, as `alias` (champion or challenger)."""

    control_id: Uuid
    known_at: EpochMs
    alias: Annotated[str, Meta(pattern=r"^(champion|challenger)$")]
    name: Id
    version: Annotated[int, Meta(ge=1)]
    export_sha256: Sha256


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Do `action` where the expression `when` holds (docs/rules.md), for events in [valid_from, valid_until).

    The severest of the rules that are hit and of the model stands; where an `allow` rule is hit, the model is not asked.
    A `mandatory` rule holds for the control group too. A `shadow` rule is named in decisions and changes none.
    """

    code: Code
    when: Expression
    action: Literal["allow", "review", "step_up", "deny"]
    sentence: Sentence
    mandatory: bool = False
    shadow: bool = False
    valid_from: EpochMs | None = None
    valid_until: EpochMs | None = None


class PolicySegment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Other thresholds where the expression `when` holds; of several segments the first counts."""

    code: Code
    when: Expression
    review_from: Share
    deny_from: Share
    step_up_from: Share | None = None


class PolicyControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="policy", omit_defaults=True):
    """Use these thresholds for a tenant (absent: for all). Probabilities from 0 to 1; amounts in minor units.

    Without `rules` the rules that are built in count, of them those in `enabled_rules` when it is there.
    """

    control_id: Uuid
    known_at: EpochMs
    version: Id
    review_from: Share
    deny_from: Share
    step_up_from: Share | None = None
    tenant_id: TenantId | None = None
    control_group_ppm: Annotated[int, Meta(ge=0, le=100_000)] = 5_000
    enabled_rules: list[Id] | None = None
    rules: Annotated[list[PolicyRule], Meta(max_length=MAX_RULES)] | None = None
    segments: Annotated[list[PolicySegment], Meta(max_length=MAX_SEGMENTS)] = []


class ListChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Put a value on a list until a moment of event time (absent: for good), or take it off."""

    value: Id
    until: EpochMs | None = None
    removed: bool = False


class ListControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """Change a list that rules ask for (`payee_id in lists.mules`), in this order; what is not named stays as it is."""

    control_id: Uuid
    known_at: EpochMs
    tenant_id: TenantId
    list_id: Code
    changes: Annotated[list[ListChange], Meta(min_length=1, max_length=MAX_LIST_CHANGES)]


class ProfileControl(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="profile"):
    """Slow features of one entity, as Feast serves them; a value that is not known is absent."""

    control_id: Uuid
    known_at: EpochMs
    tenant_id: TenantId
    entity: Annotated[str, Meta(pattern=r"^(customer|account|payee)$")]
    entity_id: Id
    values: dict[Id, float]


Control = ModelControl | PolicyControl | ProfileControl | ListControl
