"""What the budget routes take and give. Months are those of America/Sao_Paulo."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from contracts.categories import Category
from insight.spending import SPENDING
from kit.money import MAX_AMOUNT_MINOR
from serving.edge.schemas import CustomerId, Money


def _spent_on(category: Category) -> Category:
    if category.value not in SPENDING:
        raise ValueError("money is not spent on it")
    return category


LimitMinor = Annotated[int, Field(ge=1, le=MAX_AMOUNT_MINOR, description="Minor units of the budget's currency, a month")]
SpentOn = Annotated[Category, AfterValidator(_spent_on)]
BUDGET: dict[str, JsonValue] = {
    "budget_id": "0193f2aa-eeee-7eee-8eee-ffffffffffff",
    "customer_id": "c000042",
    "category": "restaurants",
    "limit": {"amount_minor": 80_000, "currency": "BRL"},
    "created_at": "2025-11-24T16:00:00Z",
    "version": 1,
}


class NewBudget(BaseModel):
    """What a customer wants to spend at most in a month; without a category on all that is spending."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"customer_id": "c000042", "category": "restaurants", "currency": "BRL", "limit_minor": 80_000}]
        },
    )
    customer_id: CustomerId | None = Field(default=None, description="Whose budget it is; a customer may leave it out")
    category: SpentOn | None = None
    currency: str = Field(default="BRL", pattern=r"^[A-Z]{3}$")
    limit_minor: LimitMinor


class BudgetChange(BaseModel):
    """Another limit, from this month on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"limit_minor": 90_000}]})
    limit_minor: LimitMinor


class Budget(BaseModel):
    """A budget. `GET /v1/insights/budgets` says how its month stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [BUDGET]})
    budget_id: UUID
    customer_id: str
    category: str | None
    limit: Money
    created_at: datetime
    version: int


class BudgetPage(BaseModel):
    """A page of budgets, by id: in the order in which they were set."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [BUDGET], "next_cursor": None}]})
    items: list[Budget]
    next_cursor: str | None
