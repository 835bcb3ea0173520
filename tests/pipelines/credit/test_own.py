"""What moved on a bank's own accounts comes from its ledger's facts, both sides of each, with the ledger's own balances."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from contracts.topics import BANKING_TRANSACTIONS, DECISIONS
from kit.lake.manifest import file_name
from pipelines.credit.book import BadLoanBook
from pipelines.credit.own import own_movements, with_opening

NOON_MS = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp() * 1_000)
HOUR_MS = 3_600_000


def lay(lake: Path, topic: str, rows: list[dict]) -> None:
    (lake / topic).mkdir(parents=True)
    frame = pl.DataFrame([{"tenant_id": "demo", "payload": b"{}", "offset": place} | row for place, row in enumerate(rows)])
    frame.write_parquet(lake / topic / file_name(partition=0, first=0, last=len(rows) - 1))


def fact(transfer: str, amount: int, debit: str | None, credit: str | None, **changes: object) -> dict:
    return {
        "transfer_id": transfer, "status": "posted", "purpose": "transfer", "occurred_at_ms": NOON_MS, "amount_minor": amount,
        "debit_account_id": debit, "credit_account_id": credit,
    } | changes  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    facts = [
        fact("opening", 1_000, "system", "ana", purpose="opening"),
        fact("t1", 300, "ana", "bia"),
        fact("t2", 50, "ana", "cash-desk", occurred_at_ms=NOON_MS + 15 * HOUR_MS + 1),  # 00:00 in Brasília
        fact("t3", 999, "ana", "bia", status="denied"),
        fact("fee", 5, "ana", "system", purpose="fee"),
        fact("t1", 7, "ana", "bia", tenant_id="other"),
    ]
    lay(tmp_path, BANKING_TRANSACTIONS, facts)
    decided = [{"transaction_id": name, "channel": channel} for name, channel in (("t1", "pix"), ("t2", "cash"), ("t3", "pix"))]
    lay(tmp_path, DECISIONS, [{"record": "decision", "n": place} | row for place, row in enumerate(decided)])
    return tmp_path


def test_both_sides_have_what_was_posted_and_the_balance_after_it(lake):
    moved = own_movements(lake, tenant_id="demo")
    ana = moved.filter(pl.col("account_id") == "ana").rows()
    assert [(row[2], row[3], row[4]) for row in ana] == [
        (1_000, 1_000, None), (-300, 700, "transfer"), (-50, 650, "cash"), (-5, 645, "fee"),
    ]  # fmt: skip
    assert [str(row[1]) for row in ana] == ["2026-03-10", "2026-03-10", "2026-03-11", "2026-03-10"]
    assert moved.filter(pl.col("account_id") == "bia")["balance_minor"].to_list() == [300]


def test_an_application_says_when_its_account_was_opened_or_the_ledger_does(lake):
    moved = own_movements(lake, tenant_id="demo")
    asked = pl.DataFrame({"account_id": ["ana", "bia", "nobody"], "opened_on": [datetime(2020, 1, 1).date(), None, None]})
    assert [str(day) for day in with_opening(asked, moved)["opened_on"]] == ["2020-01-01", "2026-03-10", "None"]
    assert "opened_on" in with_opening(asked.drop("opened_on"), moved).columns


def test_a_tenant_without_a_transfer_is_refused(lake, tmp_path):
    with pytest.raises(BadLoanBook, match="no posted transfer of tenant nowhere"):
        own_movements(lake, tenant_id="nowhere")
    with pytest.raises(BadLoanBook, match="no posted transfer"):
        own_movements(tmp_path / "empty", tenant_id="demo")
