"""Components, communities and PageRank agree with plain Python, whatever the order of rows, and are kept a tenant."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

import numpy as np
import polars as pl
import psycopg
import pytest

from kit.clock import SystemClock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.graph import run
from pipelines.graph.communities import communities
from pipelines.graph.structure import COLUMNS, structure

DAY = date(2025, 11, 24)


def drawn(seed: int, *, accounts: int = 30, pairs: int = 45) -> pl.DataFrame:
    rng = Random(seed)
    chosen = rng.sample([(a, b) for a in range(accounts) for b in range(accounts) if a != b], pairs)
    return pl.DataFrame(
        {"payer": [f"a{a:02d}" for a, _ in chosen], "payee": [f"a{b:02d}" for _, b in chosen],
         "payments": [rng.randint(1, 9) for _ in chosen]}
    )  # fmt: skip


def parts(pairs: pl.DataFrame) -> set[frozenset[str]]:
    """Components by going along every pair."""
    near: dict[str, set[str]] = {}
    for a, b, _ in pairs.iter_rows():
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = set()
    for start in near:
        seen, waiting = {start}, [start]
        while waiting:
            more = near[waiting.pop()] - seen
            seen |= more
            waiting += more
        found.add(frozenset(seen))
    return found


def ranks(pairs: pl.DataFrame) -> dict[str, float]:
    """PageRank by repeating its equation; whoever pays nobody gives to everybody alike."""
    names = sorted({*pairs["payer"], *pairs["payee"]})
    out = {name: pairs.filter(pl.col("payer") == name)["payments"].sum() for name in names}
    rank = dict.fromkeys(names, 1 / len(names))
    for _ in range(500):
        loose = sum(rank[name] for name in names if not out[name])
        new = dict.fromkeys(names, (0.15 + 0.85 * loose) / len(names))
        for payer, payee, count in pairs.iter_rows():
            new[payee] += 0.85 * rank[payer] * count / out[payer]
        rank = new
    return rank


@pytest.mark.parametrize("seed", range(10))
def test_components_and_ranks_are_those_of_plain_python(seed):
    pairs = drawn(seed)
    found = structure(pairs)
    assert tuple(found.columns) == COLUMNS
    assert {frozenset(group["account_id"]) for _, group in found.group_by("component")} == parts(pairs)
    wanted = ranks(pairs)
    assert found["pagerank"].to_numpy() == pytest.approx([wanted[name] for name in found["account_id"]], abs=1e-6)
    assert found["pagerank"].sum() == pytest.approx(1.0)
    for row in found.iter_rows(named=True):
        name = row["account_id"]
        assert row["payees"] == len(pairs.filter(pl.col("payer") == name))
        assert row["payers"] == len(pairs.filter(pl.col("payee") == name))
        assert row["component_accounts"] == len(found.filter(pl.col("component") == row["component"]))
        assert row["pagerank_share_above"] == pytest.approx((found["pagerank"] > row["pagerank"]).mean())


def test_the_order_of_rows_changes_nothing():
    pairs = drawn(3)
    assert structure(pairs).equals(structure(pairs.sample(fraction=1.0, shuffle=True, seed=1)))


def test_nothing_has_no_structure():
    assert structure(drawn(1).head(0)).is_empty()


def modularity(pairs: list[tuple[int, int]], label: np.ndarray) -> float:
    total, degree = len(pairs), np.bincount(np.array(pairs).ravel(), minlength=len(label))
    inside = sum(label[a] == label[b] for a, b in pairs) / total
    return float(inside - sum((degree[label == each].sum() / (2 * total)) ** 2 for each in np.unique(label)))


@pytest.mark.parametrize("seed", range(5))
def test_groups_that_pay_each_other_are_communities(seed):
    """Twelve groups of ten, each paying within: found whole, and nothing does better than they do."""
    rng = Random(seed)
    pairs = [(10 * g + a, 10 * g + b) for g in range(12) for a, b in combinations(range(10), 2) if rng.random() < 0.7]
    pairs += [tuple(rng.sample(range(120), 2)) for _ in range(30)]
    sources, targets = (np.array(side) for side in zip(*pairs, strict=True))
    found = communities(sources, targets, np.ones(len(pairs)), nodes=120)
    planted = np.arange(120) // 10
    assert {frozenset(np.flatnonzero(found == each)) for each in np.unique(found)} == {
        frozenset(np.flatnonzero(planted == each)) for each in range(12)
    }
    assert modularity(pairs, found) >= modularity(pairs, planted) > modularity(pairs, planted // 2)


@pytest.mark.servers
def test_a_night_reads_the_payments_of_customers_accounts_and_keeps_each_tenants(warehouse, tmp_path):
    settings, past = Settings(var=tmp_path, warehouse=warehouse), datetime.fromtimestamp(end_ms(DAY) / 1000, UTC)
    accounts = {
        "demo": [f"00000000-0000-7000-8000-00000000000{n}" for n in range(4)],
        "other": ["0193f2aa-0000-7000-8000-000000000009"],
    }
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        for tenant, ids in accounts.items():
            for n, name in enumerate(ids):
                kind, code = ("settlement", "settlement:pix") if n == 3 else ("customer", None)
                connection.execute(ACCOUNT, {"tenant": tenant, "account": name, "kind": kind, "code": code})
        a, b, c, own = accounts["demo"]
        for n, (payer, payee, status, purpose, ago) in enumerate(
            [(a, b, "posted", "transfer", 1), (a, b, "posted", "transfer", 2), (b, c, "denied", "transfer", 1),
             (a, own, "posted", "transfer", 1), (a, c, "posted", "fee", 1), (b, a, "posted", "transfer", 91)]
        ):  # fmt: skip
            at = past - timedelta(days=ago)
            connection.execute(EVENT, {"n": n, "status": status, "purpose": purpose, "at": at, "payer": payer, "payee": payee})
    made = {each.tenant_id: each for each in run.make(settings, last_day=DAY, clock=SystemClock())}
    assert (made["demo"].accounts, made["demo"].pairs, made["other"].accounts) == (2, 1, 0)
    assert {each.tenant_id for each in run.make(settings, last_day=DAY - timedelta(days=1), clock=SystemClock())} == set()
    with connect(warehouse.dsn("analytics"), application="test") as connection, connection.transaction():
        assert connection.execute("select count(*) from graph.account_structure").fetchone() == (0,)
        connection.execute("select set_config('app.tenant_id', 'demo', true)")
        rows = connection.execute("select account_id::text, payers, payees from graph.account_structure order by 1").fetchall()
        assert rows == [(a, 0, 1), (b, 1, 0)]
        assert connection.execute("select payments, cut from graph.made").fetchall() == [(2, False)]


ACCOUNT = """
insert into raw.accounts (tenant_id, account_id, kind, code, customer_id, currency, status, opened_at,
  balance_minor, entries, extracted_at)
values (%(tenant)s, %(account)s, %(kind)s, %(code)s, 'c', 'BRL', 'active', now(), 0, 0, now())
"""
EVENT = """
insert into raw.ledger_events (tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, currency,
  debit_account_id, credit_account_id, log_offset)
values ('demo', gen_random_uuid(), gen_random_uuid(), %(status)s, %(purpose)s, %(at)s, 100, 'BRL', %(payer)s, %(payee)s, %(n)s)
"""
