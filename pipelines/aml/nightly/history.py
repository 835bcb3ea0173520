"""A bank's payments in parts that fit: each part has all payments of its customers' accounts, and one has who paid whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.aml.declared import NOTHING, Declared
from pipelines.aml.nightly.repository import ACCOUNT
from pipelines.aml.scenarios.payments import History
from pipelines.aml.trials.history import MOST_PAYMENTS, took_place
from risk.scenarios.catalogue import DAY_MS, SCENARIOS
from risk.scenarios.declared import Engine
from risk.scenarios.running import NIGHTLY

GRAPH = tuple(code for code in NIGHTLY if SCENARIOS[code].engine is Engine.GRAPH)
LOCAL = tuple(code for code in NIGHTLY if code not in GRAPH)
"""The scenarios that look at one customer's accounts at a time."""
GRAPH_DAYS = 30
# Thirty days against the ninety before them, of accounts that had begun by then; a trial reads less, and tells of more days.
USUAL_DAYS = 125
_PART = "part"


@dataclass(frozen=True, slots=True)
class Part:
    """Payments and the scenarios that are asked of them; `cut` where the smallest were left out for their number."""

    history: History
    scenarios: tuple[str, ...]
    cut: bool = False


def accounts_of(rows: Sequence[tuple[str, str, int, str, str]]) -> pl.DataFrame:
    """Return accounts of the core as a frame with the columns of `repository.ACCOUNT`."""
    schema = dict.fromkeys(ACCOUNT, pl.String) | {"opened_at": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def parts(
    lake: Path, accounts: pl.DataFrame, *, tenant_id: str, since_ms: int, until_ms: int, declared: Declared = NOTHING,
    most: int = MOST_PAYMENTS,
) -> Iterator[Part]:  # fmt: skip
    """Yield a tenant's payments of [since, until) with what lies before them, in parts of some `most` payments.

    `accounts` are those of the core: nobody else's are looked at. Nothing is yielded where nothing took place. Raises LakeGap.
    """
    payments = took_place(lake, tenant_id=tenant_id, between_ms=(since_ms - USUAL_DAYS * DAY_MS, until_ms))
    if payments is None:
        return
    count = int(payments.select(pl.len()).collect().item())
    if not count:
        return
    number = -(-count // most)
    if number == 1:
        yield Part(declared.history(payments.collect(), accounts, since=since_ms), (*LOCAL, *GRAPH))
        return
    placed = accounts.with_columns((pl.col("customer_id").hash(seed=1) % number).alias(_PART))
    for place in range(number):
        own = placed.filter(pl.col(_PART) == place).drop(_PART)
        ids = own["account_id"].implode()
        some = payments.filter(pl.col("account_id").is_in(ids) | pl.col("payee_id").is_in(ids)).collect()
        yield Part(declared.history(some, own, since=since_ms), LOCAL)
    yield _between(payments, accounts, since_ms=since_ms, most=most)


def payments_by_day(part: Part) -> dict[object, int]:
    """Return how many movements a part has of each day."""
    counts = part.history.moved.group_by("day").len()
    return dict(zip(counts["day"].to_list(), counts["len"].to_list(), strict=True))


def _between(payments: pl.LazyFrame, accounts: pl.DataFrame, *, since_ms: int, most: int) -> Part:
    """Payments between accounts of ours, of so many days; of too many the largest."""
    ids = accounts["account_id"].implode()
    inside = payments.filter(
        (pl.col("event_time") >= since_ms - GRAPH_DAYS * DAY_MS)
        & (pl.col("direction") == "debit")
        & pl.col("account_id").is_in(ids)
        & pl.col("payee_id").is_in(ids)
    )
    count = int(inside.select(pl.len()).collect().item())
    kept = inside.collect() if count <= most else inside.top_k(most, by="amount_minor").collect()
    return Part(History(kept, accounts, since_ms), GRAPH, cut=count > most)
