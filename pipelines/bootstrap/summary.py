"""The table at the end of a start: what was decided, how well against the hidden truth, how fast, and the books.

Only the simulated history has a truth to be judged by. What live traffic brought since is counted and not judged: whether it
was fraud becomes known by labels, later and in part.
"""

import io
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from kit.postgres import connect
from kit.settings import Settings
from pipelines.bootstrap import repository
from simulator.files import EVENTS

FLAGGED = ("review", "step_up", "deny")


def summarise(settings: Settings, folder: Path, *, tenant_id: str) -> str:
    """Return the table as text. Judged are decisions that the scorer itself made about the simulated history."""
    with connect(settings.warehouse.dsn("audit"), application="summary", statement_timeout_ms=120_000) as warehouse:
        rows = repository.scored(warehouse, tenant_id=tenant_id)
        total = repository.decisions(warehouse, tenant_id=tenant_id)
        marts = repository.mart_rows(warehouse)
    with connect(settings.core.dsn("audit"), application="summary", statement_timeout_ms=120_000) as core:
        books = repository.books(core, tenant_id=tenant_id)
    scored = pl.DataFrame(
        rows, schema=["transaction_id", "verdict", "amount_minor", "duration_us"], orient="row", infer_schema_length=None
    )
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    history = pl.scan_parquet(folder / EVENTS / "*.parquet").select("transaction_id")
    judged = scored.lazy().join(history, on="transaction_id", how="semi").collect()
    _decisions(table, scored, total)
    _latency(table, judged)
    _detection(table, judged, pl.read_parquet(folder / "truth.parquet"))
    table.add_row("not judged: live, its truth comes by labels", f"{len(scored) - len(judged):,}")
    for currency, entries, balance, moved in books:
        table.add_row(f"ledger {currency}", f"{entries:,} entries, {moved / 100:,.2f} moved, sum {balance}")
    for name, count in marts:
        table.add_row(f"marts.{name}", f"{count:,} rows")
    text = io.StringIO()
    Console(file=text, width=100).print(table)
    return text.getvalue()


def _decisions(table: Table, scored: pl.DataFrame, total: int) -> None:
    table.add_row("transactions", f"{total:,}")
    table.add_row("decided by the scorer", f"{len(scored):,}")
    for verdict in ("allow", *FLAGGED):
        table.add_row(f"  {verdict}", f"{scored.filter(pl.col('verdict') == verdict).height:,}")


def _latency(table: Table, judged: pl.DataFrame) -> None:
    known = judged["duration_us"].drop_nulls()
    if len(known):
        p50, p99 = known.quantile(0.5, "nearest"), known.quantile(0.99, "nearest")
        table.add_row("score latency under the replay", f"p50 {p50:,.0f} us, p99 {p99:,.0f} us")


def _detection(table: Table, scored: pl.DataFrame, truth: pl.DataFrame) -> None:
    table.add_row("judged: of the simulated history", f"{len(scored):,}")
    judged = scored.join(truth.select("transaction_id", "kind"), on="transaction_id", how="left")
    fraud, flagged = pl.col("kind").is_not_null(), pl.col("verdict").is_in(FLAGGED)
    frauds, caught = judged.filter(fraud).height, judged.filter(fraud & flagged).height
    false_alarms = judged.filter(~fraud & flagged).height
    saved = judged.filter(fraud & flagged)["amount_minor"].sum()
    share = f" ({100 * caught / frauds:.1f}%)" if frauds else ""
    table.add_row("frauds caught", f"{caught:,} of {frauds:,}{share}, {saved / 100:,.2f} of their money")
    table.add_row("false alarms", f"{false_alarms:,} ({1e4 * false_alarms / max(1, len(scored)):.1f} in 10,000)")
