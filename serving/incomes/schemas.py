"""What the income routes take and give."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import Money

MOST_INCOME_MINOR = 100_000_000_000
"""A billion reais a month: more is a slip of the pen."""


class IncomeSource(StrEnum):
    """What an income was told or shown by."""

    STATEMENT = "statement"
    PAYSLIP = "payslip"
    TAX_RETURN = "tax-return"
    BANK_STATEMENT = "bank-statement"
    COMPANY_BOOKS = "company-books"


class NewIncome(BaseModel):
    """What a customer earns in a month: a person's income, a business's turnover."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"monthly_minor": 850000, "source": "payslip", "declared_on": "2025-11-20"}]},
    )
    monthly_minor: int = Field(ge=0, le=MOST_INCOME_MINOR, description="A month's, in minor units")
    currency: str = Field(default="BRL", pattern=r"^[A-Z]{3}$")
    source: IncomeSource = Field(description="What it was told or shown by")
    declared_on: date = Field(description="The day on which the customer said it or signed it")


class DeclaredIncome(BaseModel):
    """One declaration. It holds from `valid_from` on: the day on which the bank was told."""

    version: int
    monthly: Money
    source: IncomeSource
    declared_on: date
    valid_from: date
    kept_by: str
    kept_at: datetime


class Incomes(BaseModel):
    """What a customer declared: what holds today (null: nothing was), and what was said before, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c000042",
                    "holds": {
                        "version": 1,
                        "monthly": {"amount_minor": 850000, "currency": "BRL"},
                        "source": "payslip",
                        "declared_on": "2025-11-20",
                        "valid_from": "2025-11-24",
                        "kept_by": "user:0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
                        "kept_at": "2025-11-24T16:00:00Z",
                    },
                    "before": [],
                }
            ]
        }
    )
    customer_id: str
    holds: DeclaredIncome | None
    before: list[DeclaredIncome] = Field(description="The newest hundred")
