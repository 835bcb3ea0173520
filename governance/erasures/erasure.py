"""A request to erase somebody, and the stores that it goes through, in order. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kit.errors import Conflict


class ErasureStatus(StrEnum):
    """`held` waits for the law, `queued` for a worker; what is `done` has a proof."""

    HELD = "held"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Store(StrEnum):
    """Where something of a person may lie, in the order in which it is erased: what feeds others comes first, the key last."""

    CORE = "core"
    STORED_ANSWERS = "stored-answers"
    READ_MODEL = "read-model"
    WAREHOUSE = "warehouse"
    MARTS = "marts"
    LAKE = "lake"
    PROFILES = "profiles"
    ONLINE_STORE = "online-store"
    GRAPH = "graph"
    REFUSED_MESSAGES = "refused-messages"
    TOPICS = "topics"
    SUBJECT_KEY = "subject-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a store had of the person before, and after; null while it is being erased. What is left is said why."""

    store: str
    rows_before: int
    rows_after: int | None
    note: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """How a request stands. `due_at` is null while a hold does not end by itself."""

    erasure_id: UUID
    tenant_id: str
    customer_id: str
    status: ErasureStatus
    requested_by: str
    requested_at: datetime
    due_at: datetime | None
    holds: list[dict[str, Any]]
    problem: str | None
    ended_at: datetime | None
    proof: dict[str, Any] | None


class LegalHold(Conflict):
    """The law has the person's records kept."""

    code = "legal-hold"
    title = "The law has this person's records kept for now"
    remedy = (
        "Ask for the erasure (POST /v1/customers/{customer_id}/erasure): the records are blocked, and erased when they may be."
    )


class CustomerErased(Conflict):
    """Who somebody was has been erased: nothing is written of them any more."""

    code = "customer-erased"
    title = "The customer has been erased, or is about to be"
    remedy = "Make a new customer, under another id."
