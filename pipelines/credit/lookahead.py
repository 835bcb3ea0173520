"""Whether an attribute looks at what was not known yet: it is worked out again without anything from the day of the grant on.

Each loan gets copies of its own account's past alone, so that nothing that happened later, on this account or with another
loan of it, is there. A value that differs has looked ahead.
"""

from collections.abc import Callable

import polars as pl

from kit.errors import DomainError
from pipelines.credit.book import LoanBook

Build = Callable[[LoanBook], pl.DataFrame]
SHOWN = 3


class LooksAhead(DomainError):
    """An attribute depends on what happened on the day of the grant or after it."""

    code = "looks-ahead"
    title = "An attribute looks past the grant of its loan"
    remedy = "Leave the attribute out, or date what it reads; a card that was taught the future fails in the present."


def refuse_lookahead(book: LoanBook, build: Build) -> pl.DataFrame:
    """Return the attributes of `book`. Raises LooksAhead, with their names, when some change once the future is taken away."""
    whole, past = build(book), build(known_before(book))
    ahead = [name for name in whole.columns if name != "loan_id" and not _close(whole[name], past[name])]
    if ahead:
        raise LooksAhead(f"{', '.join(ahead[:SHOWN])} would be other values if the day of the grant were not over")
    return whole


def known_before(book: LoanBook) -> LoanBook:
    """Return the book as it was known on the eve of each grant: every loan has an account of its own."""
    loans = book.loans.select("loan_id", "account_id", "granted_on", pl.col("card_since"))
    known = pl.col("granted_on")
    movements = book.movements.with_row_index("turn").join(loans, on="account_id").filter(pl.col("day") < known).sort("turn")
    orders = book.orders.join(loans, on="account_id").filter(pl.col("started_on") < known)
    areas = book.loans.select("loan_id", "area", "granted_on").join(book.areas, on="area").filter(pl.col("known_from") < known)

    def own(frame: pl.DataFrame, like: pl.DataFrame, name: str) -> pl.DataFrame:
        return frame.with_columns(pl.col("loan_id").alias(name)).select(like.columns)

    # Where the file ends is no secret of the future: a row that no loan has keeps its last day.
    end = book.movements.sort("day").tail(1).with_columns(pl.lit("").alias("account_id"))
    return LoanBook(
        loans=book.loans.with_columns(
            pl.col("loan_id").alias("account_id"),
            pl.when(pl.col("area").is_not_null()).then("loan_id").alias("area"),
            pl.when(pl.col("card_since") < known).then("card_since").alias("card_since"),
            pl.lit(None, pl.Boolean).alias("bad"),
        ),
        movements=pl.concat([own(movements, book.movements, "account_id"), end]),
        orders=pl.concat(
            [own(orders, book.orders, "account_id"), book.orders.head(1).with_columns(pl.lit("").alias("account_id"))]
        ),
        areas=own(areas, book.areas, "area"),
    )


def _close(one: pl.Series, other: pl.Series) -> bool:
    near = ((one - other).abs() <= 1e-9 * (1 + one.abs())).fill_null(value=False)
    return bool((near | (one.is_null() & other.is_null())).all())
