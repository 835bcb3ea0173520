"""A loan book that is made up: people whose thrift shows on their accounts and in how their loans end."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.credit.book import LoanBook, checked

FIRST = date(2024, 1, 1)
DAYS = 400


def days(after: np.ndarray) -> list[date]:
    return [FIRST + timedelta(days=int(each)) for each in after]


def made_up(loans: int = 400, *, seed: int = 5) -> LoanBook:
    """Each account moves every few days until the end of the file, which is after every grant."""
    generator = np.random.default_rng(seed)
    thrift = generator.normal(size=loans)
    income = generator.lognormal(12.8, 0.4, loans)
    payment = income * generator.uniform(0.05, 0.5, loans)
    probability = 1 / (1 + np.exp(2.0 + 1.5 * thrift - 4 * (payment / income - 0.25)))
    granted = generator.integers(100, 330, loans)
    account = np.repeat(np.arange(loans), DAYS // 10)
    day = np.tile(np.arange(0, DAYS, 10), loans) + generator.integers(0, 10, len(account))
    is_payday = np.tile(np.arange(DAYS // 10) % 3 == 0, loans)
    spent = income[account] / 2 * (1 - 0.12 * thrift[account]) * generator.uniform(0.6, 1.4, len(account))
    amount = np.where(is_payday, income[account], -spent).astype(np.int64)
    movements = pl.DataFrame(
        {
            "account_id": account.astype(str), "day": days(day), "amount_minor": amount,
            "kind": np.where(is_payday, "transfer", np.where(generator.random(len(day)) < 0.5, "cash", "household")),
        }
    )  # fmt: skip
    movements = movements.with_columns(pl.col("amount_minor").cum_sum().over("account_id").alias("balance_minor"))
    book = pl.DataFrame(
        {
            "loan_id": [f"l{number}" for number in range(loans)], "account_id": np.arange(loans).astype(str),
            "granted_on": days(granted), "amount_minor": (payment * 24).astype(np.int64),
            "payment_minor": payment.astype(np.int64), "duration_months": np.full(loans, 24),
            "bad": generator.random(loans) < probability,
            "opened_on": [FIRST] * loans, "sex": np.where(generator.random(loans) < 0.5, "female", "male"),
            "birth_date": [date(1950 + int(each), 6, 15) for each in generator.integers(0, 55, loans)],
            "area": generator.integers(0, 5, loans).astype(str), "region": generator.choice(["north", "south"], loans),
            "card_since": days(generator.integers(0, DAYS, loans)),
        }
    )  # fmt: skip
    some = generator.random(loans) < 0.5
    orders = pl.DataFrame(
        {
            "account_id": np.arange(loans)[some].astype(str), "amount_minor": (payment[some] * 0.8).astype(np.int64),
            "started_on": days(generator.integers(0, DAYS, some.sum())),
        }
    )  # fmt: skip
    areas = pl.DataFrame(
        {
            "area": [str(area) for area in range(5) for _ in range(2)], "known_from": [FIRST, date(2024, 9, 1)] * 5,
            "unemployment_pct": generator.uniform(1, 9, 10), "average_salary_minor": generator.uniform(2e5, 6e5, 10),
            "crimes_per_1000": generator.uniform(10, 80, 10),
        }
    )  # fmt: skip
    return checked(book, movements, orders, areas)


def one_account(*moves: tuple[int, int], granted_after: int, file_goes_on: bool = True, **loan: object) -> LoanBook:
    """A loan of 100.00 a month on an account with (day, amount in minor units) moves, granted so many days after the first.

    If the file goes on, another account moves on the eve of the grant.
    """
    rows = [{"account_id": "a", "day": FIRST + timedelta(days=day), "amount_minor": amount} for day, amount in moves]
    movements = pl.DataFrame(rows).with_columns(pl.col("amount_minor").cum_sum().alias("balance_minor"))
    if "kind" in loan:
        movements = movements.with_columns(pl.Series("kind", loan.pop("kind")))
    if file_goes_on:
        eve = FIRST + timedelta(days=granted_after - 1)
        movements = pl.concat(
            [movements, movements.head(1).with_columns(pl.lit("b").alias("account_id"), pl.lit(eve).alias("day"))]
        )
    asked = {
        "loan_id": "l", "account_id": "a", "granted_on": FIRST + timedelta(days=granted_after), "amount_minor": 120_000,
        "payment_minor": 10_000, "duration_months": 12,
    } | loan  # fmt: skip
    return checked(pl.DataFrame([asked]), movements)
