"""From a loan book to attributes. Nothing that happened on the day of the grant or later is looked at.

Of movements the `WINDOW_DAYS` before the grant count, in months of `MONTH_DAYS` counted back from it. An account with less
than `LEAST_DAYS` of history before the grant, or whose history ends more than `max_stale_days` before it, has unknown
behaviour (NaN), never 0. A file that ends earlier moves the window back to its end.
"""

from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.credit.attributes import CATALOGUE
from pipelines.credit.book import LoanBook
from risk.scorecard.making import Candidate

MONTH_DAYS = 30
WINDOW_DAYS = 6 * MONTH_DAYS
LEAST_DAYS = 2 * MONTH_DAYS
MAX_STALE_DAYS = 31
CASH, INTEREST, PENALTY, LOAN = "cash", "interest", "penalty_interest", "loan_payment"
# A month in which less than this share of the usual comes in is one without income.
USUAL_SHARE = 0.5


def attributes(book: LoanBook, *, max_stale_days: int = MAX_STALE_DAYS) -> pl.DataFrame:
    """Return one row a loan, in the book's order: `loan_id` and the `CATALOGUE` as float64, null for unknown."""
    loans = book.loans.with_row_index("place")
    found = (
        loans.join(_behaviour(loans, book, max_stale_days), on="place", how="left")
        .join(_standing_orders(loans, book.orders), on="place", how="left")
        .join(_areas(loans, book.areas), on="place", how="left")
        .sort("place")
    )
    payment = pl.col("payment_minor")
    return found.select(
        "loan_id",
        **{
            "balance_to_payment": pl.col("mean_balance") / payment,
            "lowest_balance_to_payment": pl.col("lowest_balance") / payment,
            "balance_volatility": pl.col("std_balance") / pl.col("mean_abs_balance"),
            "months_in_the_red": pl.col("months_in_the_red"),
            "penalty_interest": pl.col("penalties"),
            "payment_to_income": payment / pl.col("income"),
            "income_regularity": pl.col("income_regularity"),
            "outflow_to_inflow": pl.col("outflow") / pl.col("inflow"),
            "cash_share": pl.col("cash_out") / pl.col("outflow"),
            "loan_amount": pl.col("amount_minor"),
            "monthly_payment": payment,
            "duration_months": pl.col("duration_months"),
            "account_age_days": (pl.col("granted_on") - pl.col("opened_on")).dt.total_days(),
            "holds_card": (pl.col("card_since") < pl.col("granted_on")).fill_null(value=False),
            "standing_orders": pl.col("orders"),
            "standing_orders_to_payment": pl.col("orders_minor") / payment,
            "area_unemployment_pct": pl.col("unemployment_pct"),
            "area_average_salary": pl.col("average_salary_minor"),
            "area_crimes_per_1000": pl.col("crimes_per_1000"),
        },
    ).with_columns(_finite(candidate.name) for candidate in CATALOGUE)


def matrix(frame: pl.DataFrame, candidates: tuple[Candidate, ...] | tuple[str, ...]) -> NDArray[np.float64]:
    """Return the values float64[n, C] of some attributes, NaN for unknown."""
    names = [each if isinstance(each, str) else each.name for each in candidates]
    return frame.select(pl.col(names).fill_null(float("nan"))).to_numpy()


def _finite(name: str) -> pl.Expr:
    value = pl.col(name).cast(pl.Float64)
    return pl.when(value.is_finite()).then(value).alias(name)


def _behaviour(loans: pl.DataFrame, book: LoanBook, max_stale_days: int) -> pl.DataFrame:
    """Daily balances and flows of each loan's window; loans whose behaviour is unknown have no row."""
    until = book.covered_until
    end = pl.col("granted_on") if until is None else pl.min_horizontal("granted_on", pl.lit(until, pl.Date))
    windows = loans.select("place", "account_id", "granted_on", end.alias("end"))
    windows = windows.filter((pl.col("granted_on") - pl.col("end")).dt.total_days() <= max_stale_days)
    moved = windows.join(book.movements.with_row_index("turn"), on="account_id").filter(pl.col("day") < pl.col("end"))
    days_before = (pl.col("end") - pl.col("day")).dt.total_days()
    moved = moved.with_columns(days_before.alias("days_before"))
    history = moved.group_by("place").agg(pl.col("days_before").max().alias("history_days"))
    moved = moved.join(history.filter(pl.col("history_days") >= LEAST_DAYS), on="place").sort("place", "turn")
    flows = _flows(moved.filter(pl.col("days_before") <= WINDOW_DAYS))
    return _balances(moved).join(flows, on="place", how="left").with_columns(pl.col("penalties").fill_null(0))


def _balances(moved: pl.DataFrame) -> pl.DataFrame:
    """Closing balances of each day of the window: a day without a movement closes as the one before it."""
    closing = moved.group_by("place", "days_before").agg(pl.col("balance_minor").last(), pl.col("history_days").first())
    # The day on which the window begins has the balance of the last movement before it, where there is one.
    closing = closing.with_columns(pl.col("days_before").clip(upper_bound=WINDOW_DAYS).alias("from_days"))
    closing = closing.sort("place", "days_before", descending=[False, True]).unique(
        ["place", "from_days"], keep="last", maintain_order=True
    )
    closing = closing.with_columns(
        (pl.col("from_days") - pl.col("from_days").shift(-1).over("place").fill_null(0)).cast(pl.Int64).alias("days")
    )
    daily = closing.select(
        "place",
        "balance_minor",
        pl.int_ranges(pl.col("from_days") - pl.col("days") + 1, pl.col("from_days") + 1).alias("before"),
    )
    daily = daily.explode("before").with_columns(pl.col("balance_minor").cast(pl.Float64))
    balance, month = pl.col("balance_minor"), (pl.col("before") - 1) // MONTH_DAYS
    return daily.group_by("place").agg(
        balance.mean().alias("mean_balance"),
        balance.abs().mean().alias("mean_abs_balance"),
        balance.std(ddof=0).alias("std_balance"),
        balance.min().alias("lowest_balance"),
        month.filter(balance < 0).n_unique().alias("months_in_the_red"),
    )


def _flows(moved: pl.DataFrame) -> pl.DataFrame:
    """Money in and out of the window, without interest and what earlier loans took."""
    kind = pl.col("kind").fill_null("")
    own = ~kind.is_in([INTEREST, PENALTY, LOAN])
    amount = pl.col("amount_minor")
    coming, going = own & (amount > 0), own & (amount < 0)
    months = moved.group_by("place", ((pl.col("days_before") - 1) // MONTH_DAYS).alias("month")).agg(
        pl.col("history_days").first(), amount.filter(coming).sum().alias("came")
    )
    # Only whole months of the history count; those in which nothing moved have no row, and count too.
    whole = pl.min_horizontal(pl.col("history_days").first(), WINDOW_DAYS) // MONTH_DAYS
    came = pl.col("came").filter(pl.col("month") < pl.col("history_days") // MONTH_DAYS)
    usual = came.filter(came > 0).median()
    income = months.group_by("place").agg(
        (came.sum() / whole).alias("income"),
        ((came >= USUAL_SHARE * usual).sum() / whole).alias("income_regularity"),
    )
    totals = moved.group_by("place").agg(
        amount.filter(coming).sum().alias("inflow"),
        (-amount).filter(going).sum().alias("outflow"),
        (-amount).filter(going & (kind == CASH)).sum().alias("cash_out"),
        (kind == PENALTY).sum().alias("penalties"),
    )
    return income.join(totals, on="place")


def _standing_orders(loans: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """How many orders ran before the grant and what they took; unknown where the book has no order that began by then."""
    if not len(orders):
        return pl.DataFrame(schema={"place": pl.UInt32, "orders": pl.Int64, "orders_minor": pl.Int64})
    ran = loans.join(orders.rename({"amount_minor": "order_minor"}), on="account_id").filter(
        pl.col("started_on") < pl.col("granted_on")
    )
    counted = ran.group_by("place").agg(pl.len().alias("orders"), pl.col("order_minor").sum().alias("orders_minor"))
    return loans.select("place").join(counted, on="place", how="left").fill_null(0)


def _areas(loans: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """The newest figures of the loan's area that were known before the grant."""
    dated = loans.select("place", "area", (pl.col("granted_on") - timedelta(days=1)).alias("known_from")).sort("known_from")
    found = dated.drop_nulls("area").join_asof(areas.sort("known_from"), on="known_from", by="area", check_sortedness=False)
    return found.drop("area", "known_from")
