"""What the insight routes give. Days are those of America/Sao_Paulo; amounts are minor units of the answer's currency."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from insight.budgets import Standing
from insight.health import HealthBand, Part
from insight.investing import ProductClass
from insight.suitability import Profile
from insight.unusual import Kind
from serving.history.schemas import Way

_SAID: dict[str, JsonValue] = {
    "customer_id": "c000042", "currency": "BRL", "as_of": "2025-11-24T16:00:01Z", "today": "2025-11-24",
}  # fmt: skip
_END: dict[str, JsonValue] = {
    "expected_minor": 78_400, "low_80_minor": 70_100, "high_80_minor": 88_300, "chance_over_pct": 38.5,
}  # fmt: skip
_PROGRESS: dict[str, JsonValue] = {
    "budget_id": "0193f2aa-eeee-7eee-8eee-ffffffffffff", "category": "restaurants", "version": 1, "limit_minor": 80_000,
    "spent_minor": 61_250, "left_minor": 18_750, "standing": "on-track", "end": _END,
}  # fmt: skip
_UNUSUAL: dict[str, JsonValue] = {
    "kind": "payment", "day": "2025-11-21", "category": "restaurants",
    "transfer_id": "0190a3f2-7c5e-5d1b-8a4f-2f1c9d7e6b01", "amount_minor": 94_000, "usual_minor": 6_100,
    "high_minor": 61_000, "score": 3.1,
}  # fmt: skip
_EXPECTED: dict[str, JsonValue] = {
    "series_id": "0193f2aa:out:people:landlord", "direction": "out", "category": "people", "counterparty": "João da Conceição",
    "amount_minor": 180_000, "low_minor": 180_000, "high_minor": 180_000,
}  # fmt: skip
_DAY: dict[str, JsonValue] = {
    "day": "2025-11-25", "business_day": True, "expected": [_EXPECTED], "everyday_minor": -9_200, "balance_minor": 41_300,
    "low_80_minor": 18_000, "high_80_minor": 64_600,
}  # fmt: skip
_STEP: dict[str, JsonValue] = {"target": 3.0, "score_gain": 3.6, "amount_minor": 250_000}
_PART: dict[str, JsonValue] = {
    "part": "liquidity", "points": 57, "measure": 1.6, "unit": "months",
    "meaning": "what is at hand, in months of usual spending", "marks": [[0.0, 0.0], [1.0, 50.0], [6.0, 100.0]], "step": _STEP,
}  # fmt: skip
_HEALTH: dict[str, JsonValue] = {
    "score": 62, "band": "coping", "months": 6, "moves_most": "savings", "parts": [_PART],
}  # fmt: skip
_CLASS: dict[str, JsonValue] = {
    "product": "daily", "risk_class": 1, "examples": "Tesouro Selic, CDB with daily liquidity", "days_to_money": 1,
    "share_ppm": 450_000, "amount_minor": 700_000, "assumed_yearly_pct": 9.0, "assumed_volatility_pct": 0.5,
}  # fmt: skip
_PROJECTED: dict[str, JsonValue] = {
    "months": 60, "paid_in_minor": 1_000_000, "expected_minor": 1_570_000, "low_80_minor": 1_430_000,
    "high_80_minor": 1_710_000, "low_95_minor": 1_370_000, "high_95_minor": 1_790_000, "chance_of_loss_pct": 0.1,
}  # fmt: skip


class Said(BaseModel):
    """Of whom, and as of when: null before anything was read."""

    customer_id: str
    currency: str
    as_of: datetime | None
    today: date


class MonthEnd(BaseModel):
    """Where the month is likely to end. The interval holds it in 80 of a hundred cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [_END]})
    expected_minor: int
    low_80_minor: int
    high_80_minor: int
    chance_over_pct: float = Field(description="How likely it is to end above the limit")


class BudgetProgress(BaseModel):
    """A budget's month so far. `end` is null where less than two weeks are known."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROGRESS]})
    budget_id: UUID
    category: str | None
    version: int
    limit_minor: int
    spent_minor: int
    left_minor: int
    standing: Standing
    end: MonthEnd | None


class BudgetsOfMonth(Said):
    """All of a customer's budgets in a currency, in the order in which they were set, and how this month stands."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_SAID | {"month": "2025-11-01", "days_left": 6, "items": [_PROGRESS]}]}
    )
    month: date
    days_left: int
    items: list[BudgetProgress]


class Unusual(BaseModel):
    """A payment, or a month of a category, unlike before. Up to `high_minor` would have been usual."""

    model_config = ConfigDict(json_schema_extra={"examples": [_UNUSUAL]})
    kind: Kind
    day: date = Field(description="The payment's, or the first of the month")
    category: str
    transfer_id: UUID | None
    amount_minor: int
    usual_minor: int
    high_minor: int
    score: float = Field(description="Standard deviations of the logarithm above the usual")


class UnusualSpending(Said):
    """What was unusual from `first_day` on, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID | {"first_day": "2025-10-25", "items": [_UNUSUAL]}]})
    first_day: date
    items: list[Unusual]


class Expected(BaseModel):
    """A payment or an income that comes again."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXPECTED]})
    series_id: str
    direction: Way
    category: str
    counterparty: str
    amount_minor: int
    low_minor: int
    high_minor: int


class CalendarDay(BaseModel):
    """A day to come. `everyday_minor` is what it brings beside `expected`; the balance is what is left at its end."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DAY]})
    day: date
    business_day: bool
    expected: list[Expected]
    everyday_minor: int
    balance_minor: int
    low_80_minor: int
    high_80_minor: int


class CashCalendar(Said):
    """The next thirty days from what is available now, and the first at whose end less than nothing may be left."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _SAID
                | {
                    "series_known_on": "2025-11-23",
                    "available_minor": 230_500,
                    "below_zero_on": None,
                    "may_be_below_zero_on": "2025-12-03",
                    "days": [_DAY],
                }
            ]
        }
    )
    series_known_on: date | None = Field(
        description="The day until which the nightly run knew what comes again; null where the history alone was asked"
    )
    available_minor: int
    below_zero_on: date | None
    may_be_below_zero_on: date | None
    days: list[CalendarDay]


class NextStep(BaseModel):
    """What would move a part to its next mark, how many points the score wins, and about how much money it takes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STEP]})
    target: float
    score_gain: float
    amount_minor: int | None


class HealthPart(BaseModel):
    """A part of the score: what was measured, and the marks (measure, points) that it lies between."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PART]})
    part: Part
    points: int
    measure: float
    unit: str
    meaning: str
    marks: list[tuple[float, float]]
    step: NextStep | None


class Health(BaseModel):
    """The score, its word, from how many months, and the part whose next step wins the most."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HEALTH]})
    score: int
    band: HealthBand
    months: int
    moves_most: Part | None
    parts: list[HealthPart]


class FinancialHealth(Said):
    """A customer's financial health; null before a whole month is known. It describes, and decides nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID | {"health": _HEALTH}]})
    health: Health | None


class Allocated(BaseModel):
    """What a class of products gets. Its return and volatility are assumptions of the bank's settings, and no forecast."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CLASS]})
    product: ProductClass
    risk_class: int
    examples: str
    days_to_money: int
    share_ppm: int
    amount_minor: int
    assumed_yearly_pct: float
    assumed_volatility_pct: float


class Projected(BaseModel):
    """What may be there after some months: the mean, and intervals that hold it in 80 and in 95 of a hundred cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROJECTED]})
    months: int
    paid_in_minor: int
    expected_minor: int
    low_80_minor: int
    high_80_minor: int
    low_95_minor: int
    high_95_minor: int
    chance_of_loss_pct: float


class Recommendations(Said):
    """How an amount may be spread for a profile that holds now, what it may come to, and what has to be said of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _SAID
                | {
                    "profile": "moderate", "profile_version": 2, "profile_expires_at": "2027-11-24T16:00:00Z", "most_risk": 3,
                    "buffer_minor": 250_000, "allocation": [_CLASS], "projections": [_PROJECTED],
                    "disclosure": ["Returns are assumptions of this bank and no promise."],
                }
            ]
        }
    )  # fmt: skip
    profile: Profile
    profile_version: int
    profile_expires_at: datetime
    most_risk: int
    buffer_minor: int = Field(description="The part that stays at hand until three months of spending are there")
    allocation: list[Allocated]
    projections: list[Projected]
    disclosure: list[str]
