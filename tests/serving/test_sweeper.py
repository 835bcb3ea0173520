"""The sweeper goes on whatever happens to one of its steps, and says so."""

import uuid
from time import monotonic

import pytest

from kit.clock import SystemClock
from kit.postgres import connect, pool
from kit.settings import PostgresServer
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, Outcome, PostingRequest
from ledger.repository import post_batch
from serving.edge import metrics
from serving.edge.authentication import Authenticator
from serving.identity.keys import KeyRing
from serving.identity.platform import PlatformToken
from serving.identity.service import IdentityService
from serving.identity.tokens import Tokens
from serving.sweeper import Sweeper
from tests.serving.conftest import async_eventually

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
TURN_S = 0.02


def due_hold(core: PostgresServer) -> uuid.UUID:
    """A hold whose time has run out."""
    now_ms = CLOCK.now_ms()
    source = system_account(tenant_id="demo", currency="BRL", code="opening")
    account = NewAccount(account_id=uuid.uuid4(), tenant_id="demo", currency="BRL", owner_id="c1")
    hold = PostingRequest(
        kind=Kind.HOLD, transfer_id=uuid.uuid4(), tenant_id="demo", occurred_at_ms=now_ms, amount_minor=5, currency="BRL",
        debit_account_id=source.account_id, credit_account_id=account.account_id, expires_at_ms=now_ms,
    )  # fmt: skip
    with connect(core.dsn("api"), application="test") as api:
        open_accounts(api, [source, account], now_ms=now_ms)
        [result] = post_batch(api, [hold], now_ms=now_ms)
    assert result.outcome is Outcome.HELD
    return hold.transfer_id


def status_of(core: PostgresServer, transfer_id: uuid.UUID) -> str:
    with connect(core.dsn("postgres"), application="test") as connection:
        row = connection.execute("select status from ledger.transfer where id = %s", (transfer_id,)).fetchone()
    return str(row[0]) if row else "missing"


def counted(step: str, result: str) -> float:
    return metrics.SWEEPS.labels(step, result)._value.get()


async def test_a_step_that_fails_is_told_and_tried_again_and_holds_no_other_step_back(core: PostgresServer, tmp_path):
    keys = KeyRing(tmp_path / "jwt", clock=CLOCK)
    spoiled = tmp_path / "jwt" / "0-spoiled.json"
    async with pool(core.dsn("api"), application="test", max_size=2) as opened:
        tokens = Tokens(keys, clock=CLOCK)
        authenticator = Authenticator(opened, tokens, PlatformToken(tmp_path), clock_s=monotonic)
        identity = IdentityService(opened, authenticator=authenticator, tokens=tokens)
        sweeper = Sweeper(core.dsn("api"), identity=identity, keys=keys, clock=CLOCK, every_s=TURN_S)
        assert sweeper.obstacle == "not running"
        failed, done = counted("keys", "failed"), counted("keys", "done")
        spoiled.write_text("no JSON")
        sweeper.start()
        await async_eventually(lambda: counted("keys", "failed") >= failed + 2)
        assert sweeper.obstacle == "keys: JSONDecodeError"
        hold = due_hold(core)
        await async_eventually(lambda: status_of(core, hold) == "expired")
        spoiled.unlink()
        await async_eventually(lambda: counted("keys", "done") > done, within_s=30)
        assert sweeper.obstacle is None
        await sweeper.close()
        assert sweeper.obstacle == "not running"
