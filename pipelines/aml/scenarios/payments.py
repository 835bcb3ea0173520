"""Payments as scenarios look at them: what moved on each account, and with whom.

Frames in, frames out. `payments` has the fields of `contracts.Transaction` of what took place (one row a payment); `accounts`
has `account_id`, `customer_id`, `opened_at` (ms; null where it is not known).
"""

from dataclasses import dataclass, field

import polars as pl

from ledger.days import TIMEZONE

NOBODY = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True, slots=True)
class History:
    """What scenarios are run over.

    `since` is the moment (ms) from which on findings are told: what lies before it only tells what is usual.
    `devices` has `customer_id`, `device_id`, and `since` and `until` (ms; null while it is) of devices that were registered: of
    payments before the first of them nothing is said. `notices` has `account_id`, `day`, `amount_minor` and `given_at` (ms),
    each day's in the order in which they were given. `incomes` has `customer_id`, `income_minor` (a month's) and `since` (ms),
    from when on it holds. `erased` has the `customer_id` of those whose devices are kept no more. None is as none of them.
    """

    payments: pl.DataFrame
    accounts: pl.DataFrame
    since: int
    devices: pl.DataFrame | None = None
    notices: pl.DataFrame | None = None
    incomes: pl.DataFrame | None = None
    erased: pl.DataFrame | None = None
    moved: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "moved", moved(self.payments, self.accounts))


def moved(payments: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each account of ours that a payment moves, by account and time.

    `account_id`, `other` (account or payee at the other side; null for cash), `is_out`, `amount_minor`, `at` (ms), `moment`,
    `day` (America/Sao_Paulo), `channel`, `entry_mode`, `place` (to a kilometre; null where unknown), `transaction_id`, and
    `is_first`: whether these two never had a payment in this direction before.
    """
    own = accounts.select("account_id").with_columns(is_ours=pl.lit(True))
    base = payments.select(
        "transaction_id",
        pl.col("account_id"),
        other=pl.coalesce("payee_id", "merchant_id") if "merchant_id" in payments.columns else pl.col("payee_id"),
        is_out=pl.col("direction") == "debit",
        amount_minor="amount_minor",
        at=pl.col("event_time").cast(pl.Int64),
        channel="channel",
        entry_mode="entry_mode",
        place=pl.concat_str(pl.col("latitude_e5") // 100, pl.lit(":"), pl.col("longitude_e5") // 100),
    )
    arrived = (
        base.filter("is_out")
        .join(own, left_on="other", right_on="account_id", how="inner")
        .with_columns(account_id=pl.col("other"), other=pl.col("account_id"), is_out=pl.lit(False), place=NOBODY)
        .drop("is_ours")
    )
    both = pl.concat([base, arrived]).sort("account_id", "at", "transaction_id")
    seen = pl.struct("account_id", "other", "is_out")
    return both.with_columns(
        is_first=pl.col("other").is_not_null() & seen.is_first_distinct(),
        moment=pl.from_epoch("at", time_unit="ms"),
        day=pl.from_epoch("at", time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE).dt.date(),
    )
