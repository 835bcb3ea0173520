"""Keys that are given back: by whoever holds them, and not by who held them before."""

import uuid

import psycopg
import pytest

from kit.clock import SystemClock
from kit.settings import PostgresServer
from serving.payments import repository
from serving.payments.claims import LEASE_MS
from serving.payments.repository import ClaimWish

NOW_MS = SystemClock().now_ms()


def wish(key: str, request_hash: bytes = b"x") -> ClaimWish:
    return ClaimWish(
        tenant_id="demo", key=key, request_hash=request_hash, transfer_id=uuid.uuid4(), intent=b"", actor="user:1",
        action="POST /v1/transfers", correlation_id="c",
    )  # fmt: skip


@pytest.fixture
async def connection(core: PostgresServer):
    async with await psycopg.AsyncConnection.connect(core.dsn("api"), autocommit=True) as found:
        yield found


async def claim(connection: psycopg.AsyncConnection, wanted: ClaimWish, *, now_ms: int) -> tuple[str, uuid.UUID]:
    [answer] = await repository.claim(connection, [wanted], now_ms=now_ms, lease_ms=LEASE_MS)
    return answer.answer, answer.transfer_id


async def release(connection: psycopg.AsyncConnection, held: ClaimWish) -> None:
    await repository.release(connection, tenant_id="demo", key=held.key, transfer_id=held.transfer_id, lease_ms=LEASE_MS)


async def test_a_key_that_is_given_back_is_new_to_the_next_who_claims_it(connection):
    first, other = wish("given-back"), wish("given-back", b"another request")
    assert await claim(connection, first, now_ms=NOW_MS) == ("claimed", first.transfer_id)
    await release(connection, first)
    assert await claim(connection, other, now_ms=NOW_MS) == ("claimed", other.transfer_id)


async def test_who_stalls_past_the_lease_does_not_give_away_the_key_of_who_took_over(connection):
    stalled, twin, third = wish("stalled"), wish("stalled"), wish("stalled")
    await claim(connection, stalled, now_ms=NOW_MS)
    assert await claim(connection, twin, now_ms=NOW_MS + LEASE_MS) == ("claimed", stalled.transfer_id)
    await release(connection, stalled)
    assert await claim(connection, third, now_ms=NOW_MS + LEASE_MS + 1) == ("running", stalled.transfer_id)
