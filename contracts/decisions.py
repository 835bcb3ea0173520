"""The decision log `risk.decisions.v1`: the scorer's only state. Every record carries (epoch, n); n counts all records."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.controls import Control
from contracts.labels import Label
from contracts.outcomes import Outcome
from contracts.transactions import EpochMs, Id, TenantId, Transaction, Uuid

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
ReasonCode = Annotated[str, Meta(min_length=1, max_length=48, pattern=r"^[a-z0-9_]+$")]
MAX_REASONS = 4


class Verdict(StrEnum):
    """What is to happen with the money."""

    ALLOW = "allow"
    REVIEW = "review"
    STEP_UP = "step_up"
    DENY = "deny"


class Door(StrEnum):
    """Where the scorer met the transaction."""

    INBOUND = "inbound"
    RPC = "rpc"
    LEDGER = "ledger"


class DecisionSource(StrEnum):
    """Who decided. Only `scorer` decisions are reproduced by folding the log; the others are applied as recorded."""

    SCORER = "scorer"
    BOOTSTRAP = "bootstrap"
    STAND_IN = "stand_in"
    SIMULATED = "simulated"


class Sequence(msgspec.Struct, frozen=True, kw_only=True):
    """A position in the decision log: the scorer's start number, and the record's number over all starts."""

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole answer. `probability` and `anomaly` are absent when no model decided.

    `shadow_rules` are those that were hit and changed nothing, because the policy only tries them. A `challenger` is a model
    that is tried: `challenger_verdict` is what there would have been with its probability in the place of the model's.
    """

    verdict: Verdict
    source: DecisionSource
    scored_at: EpochMs
    valid_until: EpochMs
    policy: Id
    feature_set: Id
    model: Id | None = None
    probability: Probability | None = None
    anomaly: Probability | None = None
    challenger: Id | None = None
    challenger_probability: Probability | None = None
    challenger_verdict: Verdict | None = None
    rules: list[ReasonCode] = []
    shadow_rules: list[ReasonCode] = []
    reasons: list[ReasonCode] = []
    truncated: bool = False
    late: bool = False
    control_group: bool = False
    sequence: Sequence | None = None


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="decision", omit_defaults=True):
    """One transaction, decided. `adopted` is where an adopted answer was first written, when it ever was."""

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    door: Door
    transaction: Transaction
    answer: Answer
    adopted: bool = False
    hindsight: Answer | None = None


class OutcomeRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="outcome"):
    """What became of a decided transaction; exactly one a decision."""

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    tenant_id: TenantId
    transaction_id: Uuid
    event_id: Uuid
    outcome: Outcome
    occurred_at: EpochMs


class OverrideRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="override"):
    """The answer stored with the posting differs from the one in the log: the stored one stands."""

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    tenant_id: TenantId
    transaction_id: Uuid
    answer: Answer


class ControlRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="control"):
    """A change of model, policy, list or profile, at its place in the order of decisions."""

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    control: Control


class StartRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="start"):
    """A scorer started: the first record of its epoch, in the log before anybody gets an answer that carries the epoch.

    `memory_rows` is the horizon within which it recognises repetitions (settings, `scorer.memory_rows`): a fold of the log
    forgets what this scorer forgot, whatever its own setting.
    """

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    started_at: EpochMs
    feature_set: Id
    memory_rows: Annotated[int, Meta(ge=1)]


class LabelRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="record", tag="label"):
    """What turned out about a transaction. It counts from its `known_at` on, on the clock of its tenant's events.

    A label may be in the log more than once, and before its transaction: it is looked up when it falls due.
    """

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    label: Label


LogRecord = DecisionRecord | OutcomeRecord | OverrideRecord | ControlRecord | StartRecord | LabelRecord


class StandOut(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that stands out in a flagged decision, with its value and what is usual for this population.

    `contribution` is what it and others of the same reason added to the model's log odds of fraud; absent where the feature is
    only unusual.
    """

    feature: Id
    value: float
    usual: float | None = None
    sentence: str
    contribution: float | None = None


class FlaggedDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`risk.flagged.v1`: a decision that somebody must look at: not allowed, or allowed by a stand-in against hindsight.

    Of the latter `answer` is the scorer's in hindsight; its first reason says so. `risk.screened.v1`: a decision about money in
    suspense whose payer a later look found on a list; the log's own answer stands beside it.
    """

    epoch: Annotated[int, Meta(ge=0)]
    n: Annotated[int, Meta(ge=0)]
    transaction: Transaction
    answer: Answer
    stand_outs: list[StandOut] = []
