"""What the forecast routes give. Amounts are in minor units; days are those of America/Sao_Paulo.

Where no forecast has been made yet, there are no days, and nothing is said of how it was made.
"""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, JsonValue

_INFLOW: dict[str, JsonValue] = {
    "expected_minor": 152_000, "low_80_minor": 0, "high_80_minor": 410_500, "low_95_minor": 0, "high_95_minor": 720_300,
}  # fmt: skip
_NET: dict[str, JsonValue] = {
    "expected_minor": 12_000, "low_80_minor": -310_000, "high_80_minor": 334_000, "low_95_minor": -590_000,
    "high_95_minor": 614_000,
}  # fmt: skip
_OUTFLOW: dict[str, JsonValue] = {
    "expected_minor": 140_000, "low_80_minor": 0, "high_80_minor": 320_000, "low_95_minor": 0, "high_95_minor": 505_000,
}  # fmt: skip
_DAY: dict[str, JsonValue] = {"day": "2025-11-25", "inflow": _INFLOW, "outflow": _OUTFLOW, "net": _NET}
_MADE: dict[str, JsonValue] = {
    "currency": "BRL",
    "first_day": "2025-11-25",
    "made_at": "2025-11-25T06:30:12Z",
    "history_days": 90,
    "accuracy": {
        "backtests": 3,
        "rmse_scaled": 0.94,
        "rmse_scaled_seasonal_naive": 1.31,
        "month_error_pct": 14.2,
        "month_error_pct_seasonal_naive": 19.8,
        "coverage_80_pct": 80.9,
        "coverage_95_pct": 95.3,
    },
}


class Band(BaseModel):
    """The mean of what may come, and the intervals that hold what comes in 80 and in 95 of a hundred cases."""

    model_config = ConfigDict(json_schema_extra={"examples": [_INFLOW]})
    expected_minor: int
    low_80_minor: int
    high_80_minor: int
    low_95_minor: int
    high_95_minor: int


class ForecastDay(BaseModel):
    """One day to come. The net is what is expected to come less what is expected to go."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DAY]})
    day: date
    inflow: Band
    outflow: Band
    net: Band


class Accuracy(BaseModel):
    """How right the same was at earlier ends, over all series of the forecast; null where there was too little to try it on.

    `rmse_scaled` is the root mean squared error in units of the mean absolute weekly difference; `month_error_pct` how far the
    totals of the whole horizon were off, as a share of what came. The seasonal naive repeats the week before.
    """

    backtests: int
    rmse_scaled: float | None
    rmse_scaled_seasonal_naive: float | None
    month_error_pct: float | None
    month_error_pct_seasonal_naive: float | None
    coverage_80_pct: float | None
    coverage_95_pct: float | None


class CashFlowForecast(BaseModel):
    """What is expected to come to a customer's accounts and to leave them, day by day.

    Money that moves between accounts of the same customer is in neither.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"customer_id": "c000042", **_MADE, "days": [_DAY]}]})
    customer_id: str
    currency: str
    first_day: date | None
    made_at: datetime | None
    history_days: int | None
    accuracy: Accuracy | None
    days: list[ForecastDay]


class RailForecast(BaseModel):
    """What is expected to come and go by one rail."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rail": "pix", "days": [_DAY]}]})
    rail: str
    days: list[ForecastDay]


class LiquidityForecast(BaseModel):
    """What the bank's rails are expected to bring and to take, day by day."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_MADE, "rails": [{"rail": "pix", "days": [_DAY]}]}]})
    currency: str
    first_day: date | None
    made_at: datetime | None
    history_days: int | None
    accuracy: Accuracy | None
    rails: list[RailForecast]
