"""What the lake has of a tenant's payments, as scenarios look at them; bounded, so that a trial fits beside everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts import topics
from contracts.outcomes import Outcome
from kit.errors import DomainError
from kit.lake.manifest import LakeFile
from pipelines.aml.declared import NOTHING, Declared
from pipelines.aml.scenarios.payments import History
from pipelines.lake import labels
from pipelines.lake.files import in_time, scan
from risk.scenarios.catalogue import DAY_MS

USUAL_DAYS = 94
"""Before what is told of: rules that ask what was usual look back 90 days, and some need a little more than that."""
MOST_PAYMENTS = 1_500_000
"""Of one trial: some 1.4 kB each while it runs, so that the largest takes about 2 GB."""
TOOK_PLACE = (Outcome.POSTED.value, Outcome.OBSERVED.value)
_FIELDS = (
    "transaction_id", "channel", "direction", "amount_minor", "customer_id", "account_id", "payee_id", "device_id",
    "merchant_id", "entry_mode", "latitude_e5", "longitude_e5",
)  # fmt: skip


class NoHistory(DomainError):
    """Nothing took place in those days."""

    code = "no-history"
    title = "There are no payments to try it on"
    remedy = "Ask for more days, or wait until payments have been made; `baas status` says whether the lake sink runs."


class TooMuchHistory(DomainError):
    """More payments than one trial reads."""

    code = "too-much-history"
    title = "There are more payments than a trial reads"
    remedy = "Ask for fewer days."


@dataclass(frozen=True, slots=True)
class Kept:
    """Payments that took place, from `since` on those that are told of; `bad` are those known to be fraud."""

    history: History
    bad: frozenset[str]
    told: int


def kept(
    lake: Path, *, tenant_id: str, since_ms: int, until_ms: int, opened: Sequence[tuple[str, int]],
    declared: Declared = NOTHING, most: int = MOST_PAYMENTS,
) -> Kept:  # fmt: skip
    """Read a tenant's payments in [since_ms, until_ms), and USUAL_DAYS before it.

    `opened` are accounts and when they were opened, of those opened lately. Raises NoHistory, TooMuchHistory, LakeGap.
    """
    between = (since_ms - USUAL_DAYS * DAY_MS, until_ms)
    found = took_place(lake, tenant_id=tenant_id, between_ms=between)
    if found is None:
        raise NoHistory("the lake has no decision yet")
    count = int(found.select(pl.len()).collect().item())
    if count > most:
        raise TooMuchHistory(f"{count:,} payments with the {USUAL_DAYS} days before that say what is usual; {most:,} are read")
    payments = found.collect()
    told = int((payments["event_time"] >= since_ms).sum()) if count else 0
    if not told:
        raise NoHistory("no payment took place on those days")
    own = payments.select(pl.col("account_id", "customer_id")).drop_nulls("account_id").unique("account_id")
    moments = pl.DataFrame(opened, schema={"account_id": pl.String, "opened_at": pl.Int64}, orient="row")
    accounts = own.join(moments, on="account_id", how="left")
    known = labels(lake, known_by_ms=until_ms).filter((pl.col("tenant_id") == tenant_id) & pl.col("fraud"))
    there = payments.filter(pl.col("event_time") >= since_ms).select("transaction_id")
    bad = known.join(there, on="transaction_id", how="semi")["transaction_id"].to_list()
    return Kept(declared.history(payments, accounts, since=since_ms), frozenset(bad), told)


def took_place(lake: Path, *, tenant_id: str, between_ms: tuple[int, int]) -> pl.LazyFrame | None:
    """Return a tenant's decisions of [from, until) by which money moved, in our ledger or where it was seen.

    None where the lake has none yet. Raises LakeGap.
    """
    told = in_time("event_time_ms", between_ms)
    decided = scan(lake, topics.DECISIONS, needed=lambda file: told(file) and _holds(file, "decision", tenant_id))
    ended = scan(lake, topics.DECISIONS, needed=lambda file: _holds(file, "outcome", tenant_id))
    if decided is None or ended is None:
        return None
    own = pl.col("tenant_id") == tenant_id
    moved = ended.filter((pl.col("record") == "outcome") & own & pl.col("outcome").is_in(TOOK_PLACE))
    return (
        decided.filter((pl.col("record") == "decision") & own & pl.col("event_time_ms").is_between(*between_ms, closed="left"))
        .filter(pl.col("account_id").is_not_null())
        .select(*_FIELDS, event_time="event_time_ms")
        .join(moved.select("transaction_id").unique(), on="transaction_id", how="semi")
    )


def _holds(file: LakeFile, record: str, tenant_id: str) -> bool:
    return file.may_have("record", record) and file.may_have("tenant_id", tenant_id)
