"""What the graph's routes give. Amounts are in minor units, times UTC. `cut`: a bound was met, so that there may be more."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

_A, _B = "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb"
_PAYMENT: dict[str, JsonValue] = {
    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01", "payer_account_id": _A, "payee_account_id": _B,
    "at": "2025-11-24T16:00:00.123Z", "amount_minor": 125_000, "currency": "BRL", "purpose": "transfer",
}  # fmt: skip
_NEIGHBOUR: dict[str, JsonValue] = {
    "account_id": _B, "effect": 0.8, "score_without": 0.17, "paid_payments": 0, "paid_minor": 0, "received_payments": 2,
    "received_minor": 240_000, "last_payment_at": "2025-11-24T10:00:00Z",
}  # fmt: skip
_PLACE: dict[str, JsonValue] = {
    "account_id": _B, "hop": 1, "amount_minor": 25_000, "share_ppm": 200_000, "rest": "kept",
}  # fmt: skip


def _examples(*examples: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class GraphPayment(BaseModel):
    """Money that moved between two accounts."""

    model_config = _examples(_PAYMENT)
    transfer_id: str
    payer_account_id: str
    payee_account_id: str
    at: datetime
    amount_minor: int
    currency: str
    purpose: str


class GraphNode(BaseModel):
    """An account, a customer, or what customers act from. `hop` is of accounts; `users` counts all who act from a thing."""

    model_config = _examples({"kind": "account", "id": _A, "hop": 1, "bank": False, "users": None})
    kind: str
    id: str
    hop: int | None
    bank: bool
    users: int | None


class GraphPair(BaseModel):
    """What one account paid another in one currency within the time asked for."""

    payer_account_id: str
    payee_account_id: str
    currency: str
    payments: int
    amount_minor: int
    first_at: datetime
    last_at: datetime


class GraphLink(BaseModel):
    """A customer `owns` an account or `uses` a thing; when that was seen first and last."""

    kind: str
    from_id: str
    to_id: str
    first_at: datetime
    last_at: datetime


class GraphNeighbours(BaseModel):
    """Who is around an account."""

    model_config = _examples({"nodes": [], "payments": [], "links": [], "cut": False})
    nodes: list[GraphNode]
    payments: list[GraphPair]
    links: list[GraphLink]
    cut: bool


class GraphPath(BaseModel):
    """A way with fewest payments, each no earlier than the one before; empty where there is none."""

    model_config = _examples({"payments": [_PAYMENT], "cut": False})
    payments: list[GraphPayment]
    cut: bool


class GraphCycle(BaseModel):
    """Money that came back. `returned_ppm` is the last amount's share of the first, in millionths."""

    model_config = _examples({"payments": [_PAYMENT], "returned_ppm": 930_000})
    payments: list[GraphPayment]
    returned_ppm: int


class GraphCycles(BaseModel):
    """The rings through an account, shortest first."""

    model_config = _examples({"items": [{"payments": [_PAYMENT], "returned_ppm": 930_000}], "cut": False})
    items: list[GraphCycle]
    cut: bool


class SharedBy(BaseModel):
    """Somebody else who acts from a thing, and what accounts they have."""

    model_config = _examples({
        "customer_id": "c000043", "account_ids": [_B], "first_at": "2025-11-01T10:00:00Z", "last_at": "2025-11-24T10:00:00Z",
    })  # fmt: skip
    customer_id: str
    account_ids: list[str]
    first_at: datetime
    last_at: datetime


class SharedThing(BaseModel):
    """A device, an address or a card from which several act; `users` counts all of them, `others` lists some."""

    kind: str
    id: str
    customer_id: str
    users: int
    others: list[SharedBy]


class SharedThings(BaseModel):
    """What an account's owners share with others, fewest users first."""

    model_config = _examples({"items": []})
    items: list[SharedThing]


class TracedPayment(BaseModel):
    """A payment that carried `traced_minor` of the traced money."""

    payment: GraphPayment
    traced_minor: int
    hop: int


class TracedPlace(BaseModel):
    """Where some of it lies: `kept` by the account, or followed no further (`left-bank`, `hops`, `busy`, `bound`)."""

    model_config = _examples(_PLACE)
    account_id: str
    hop: int
    amount_minor: int
    share_ppm: int = Field(description="Of all that is traced, in millionths, rounded down")
    rest: str


class TracedHop(BaseModel):
    """How much lies at one number of payments from the first payer."""

    hop: int
    amount_minor: int
    share_ppm: int


class GraphTrace(BaseModel):
    """Where a payment's money lies. The amounts of `places` add up to the payment's; `rule` says how money is told apart."""

    model_config = _examples({
        "start": _PAYMENT, "rule": "traced-leaves-first", "hops": [{"hop": 1, "amount_minor": 125_000, "share_ppm": 1_000_000}],
        "places": [_PLACE], "payments": [{"payment": _PAYMENT, "traced_minor": 125_000, "hop": 1}], "cut": False,
    })  # fmt: skip
    start: GraphPayment
    rule: str
    hops: list[TracedHop]
    places: list[TracedPlace]
    payments: list[TracedPayment]
    cut: bool


class GraphStructure(BaseModel):
    """An account's place among all, as it was found last night; null where it paid nobody in the time looked at."""

    model_config = _examples({
        "account_id": _A, "as_of": "2025-11-24", "made_at": "2025-11-25T06:00:00Z", "accounts": 10_000, "payments": 250_000,
        "component": 1, "component_accounts": 9_800, "community": 12, "community_accounts": 140, "pagerank": 0.00012,
        "pagerank_share_above": 0.03, "payers": 4, "payees": 9,
    })  # fmt: skip
    account_id: str
    as_of: date
    made_at: datetime
    accounts: int
    payments: int
    component: int
    component_accounts: int
    community: int
    community_accounts: int
    pagerank: float
    pagerank_share_above: float
    payers: int
    payees: int


class ScoreNeighbour(BaseModel):
    """A neighbour that moved an account's score, and what went between the two, in minor units of BRL."""

    model_config = _examples(_NEIGHBOUR)
    account_id: str
    effect: float = Field(description="Log odds that the score loses without their payments: above 0 they raised it")
    score_without: float
    paid_payments: int = Field(description="Payments from the account to the neighbour")
    paid_minor: int
    received_payments: int
    received_minor: int
    last_payment_at: datetime


class GraphScore(BaseModel):
    """How an account looks to the graph network, as of last night; `neighbours` are of the highest scores alone."""

    model_config = _examples({
        "account_id": _A, "as_of": "2025-11-24", "made_at": "2025-11-25T06:00:00Z", "model_version": 3, "accounts": 10_000,
        "score": 0.31, "score_share_above": 0.004, "neighbours": [_NEIGHBOUR],
    })  # fmt: skip
    account_id: str
    as_of: date
    made_at: datetime
    model_version: int
    accounts: int
    score: float
    score_share_above: float
    neighbours: list[ScoreNeighbour]
