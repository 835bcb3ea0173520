"""Transactions that a rule always flags, sent while something else goes on: who watches then sees alerts come."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec
import polars as pl

from contracts.topics import INBOUND_TRANSACTIONS
from contracts.transactions import Channel, Direction, Transaction
from kit.kafka import topic_name
from risk.rules import CASH_REPORT_LIMIT_MINOR
from simulator.files import read_manifest, simulated_folder
from simulator.publish import Publisher
from tests.e2e.conftest import Product

EVERY_S = 1.0


@contextmanager
def suspicious_cash(product: Product) -> Iterator[None]:
    """Bring cash just under the amount that is reported to one account after another until the block ends.

    No model is asked whether that is looked at (`cash_just_under_report`), so a watcher need not wait for the simulated frauds.
    """
    done = threading.Event()
    with ThreadPoolExecutor(1, "suspicious-cash") as pool:
        sending = pool.submit(_send_until, done, product)
        try:
            yield
        finally:
            done.set()
        sending.result()


def _send_until(done: threading.Event, product: Product) -> None:
    folder, kafka = simulated_folder(product.var), product.settings().kafka
    tenant_id = read_manifest(folder)["plan"]["tenant_id"]
    accounts = pl.read_parquet(folder / "accounts.parquet", columns=["account_id", "customer_id"]).iter_rows(named=True)
    with Publisher(kafka, topic=topic_name(kafka, INBOUND_TRANSACTIONS), key=tenant_id, client="suspicious-cash") as inbound:
        for account in accounts:
            inbound.send([msgspec.json.encode(_deposit(account, tenant_id=tenant_id)).decode()])
            if done.wait(EVERY_S):
                return


def _deposit(account: dict[str, str], *, tenant_id: str) -> Transaction:
    now_ms = time.time_ns() // 1_000_000
    transaction_id = str(uuid.uuid4())
    return Transaction(
        schema=1,
        transaction_id=transaction_id,
        tenant_id=tenant_id,
        source="e2e",
        external_id=transaction_id,
        event_time=now_ms,
        known_at=now_ms,
        channel=Channel.CASH,
        direction=Direction.CREDIT,
        amount_minor=CASH_REPORT_LIMIT_MINOR - 100,
        currency="BRL",
        customer_id=account["customer_id"],
        account_id=account["account_id"],
        country="BR",
        entry_mode="atm",
    )
