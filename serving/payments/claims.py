"""Idempotency keys: claimed before anything happens. Claims gather while the last batch of them commits, like postings do."""

import asyncio
import hashlib
import re
from collections import deque
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kit.clock import Clock
from kit.errors import Unavailable
from kit.postgres import SharedConnection
from kit.trial import on_trial
from serving.edge.principals import Principal
from serving.payments import repository
from serving.payments.errors import IdempotencyConflict, MissingIdempotencyKey, TransferInProgress
from serving.payments.repository import ClaimAnswer, ClaimWish

LEASE_MS = 10_000
MAX_BATCH = 256
MAX_WAITING = 4_096
REPLAYED_HEADER = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class LedgerAway(Unavailable):
    """The core database does not answer, or too many wait for it."""

    code = "ledger-away"
    title = "The ledger does not answer"
    remedy = "Send the same request with the same key after the number of seconds in Retry-After; it happens at most once."


def stored_key(principal: Principal, key: str | None) -> str:
    """Return the key as it is stored: a principal's keys are its own, and a trial's is nobody else's.

    Raises MissingIdempotencyKey.
    """
    if key is None or not _KEY.fullmatch(key):
        raise MissingIdempotencyKey("send Idempotency-Key: 1 to 128 visible ASCII characters")
    # A trial that held the key itself would have its twin, and whoever is claimed with it, wait for its end.
    return f"{principal.subject[:64]}/dry-run/{uuid4()}" if on_trial() else f"{principal.subject[:64]}/{key}"


def request_hash(route: str, body: bytes) -> bytes:
    """Return the digest that tells a repetition from another request under the same key."""
    return hashlib.sha256(route.encode() + b"\n" + body).digest()


class Claims:
    """One worker's claims. They take turns with the postings at one connection: on two, both go in more and smaller batches."""

    def __init__(self, core: AsyncConnectionPool, shared: SharedConnection, *, clock: Clock) -> None:
        self._core = core
        self._shared = shared
        self._clock = clock
        self._waiting: deque[tuple[ClaimWish, asyncio.Future[ClaimAnswer]]] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to claim what gathers."""
        self._task = asyncio.create_task(self._run(), name="claims")

    async def close(self) -> None:
        """Stop; nothing may be waiting any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def claim(self, wish: ClaimWish) -> ClaimAnswer:
        """Return a claim that may be worked under, or the stored answer of one that is done.

        Raises TransferInProgress for a running twin, IdempotencyConflict for another request, LedgerAway.
        """
        if on_trial():
            async with self._core.connection() as connection:
                [tried] = await repository.claim(connection, [wish], now_ms=self._clock.now_ms(), lease_ms=LEASE_MS)
            return tried
        if len(self._waiting) >= MAX_WAITING:
            raise LedgerAway("too many requests are waiting", retry_after_s=1)
        future: asyncio.Future[ClaimAnswer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, future))
        self._wake.set()
        answer = await future
        if answer.answer == "running":
            raise TransferInProgress("a request with this key has not ended yet", retry_after_s=1)
        if answer.answer == "mismatch":
            raise IdempotencyConflict("this key belongs to a request with another body")
        return answer

    async def release(self, *, tenant_id: str, key: str, transfer_id: UUID) -> None:
        """Give a key back under which nothing was decided, so that it can be tried again at once.

        Nothing happens when the lease had run out and somebody has taken the key over: it is theirs.
        """
        try:
            async with self._core.connection() as connection:
                await repository.release(connection, tenant_id=tenant_id, key=key, transfer_id=transfer_id, lease_ms=LEASE_MS)
        except (psycopg.OperationalError, PoolTimeout) as problem:
            raise LedgerAway("the ledger does not answer", retry_after_s=LEASE_MS // 1000) from problem

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._carry_out()

    async def _carry_out(self) -> None:
        """Claim what has gathered by the time of our turn."""
        batch: list[tuple[ClaimWish, asyncio.Future[ClaimAnswer]]] = []
        try:
            async with self._shared.turn() as connection:
                batch = self._gather()
                wishes = [wish for wish, _ in batch]
                answers = await repository.claim(connection, wishes, now_ms=self._clock.now_ms(), lease_ms=LEASE_MS)
        except (psycopg.Error, PoolTimeout) as problem:
            for _, future in batch or self._gather():
                if not future.done():
                    away = LedgerAway("the ledger does not answer", retry_after_s=1)
                    away.__cause__ = problem
                    future.set_exception(away)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    def _gather(self) -> list[tuple[ClaimWish, asyncio.Future[ClaimAnswer]]]:
        return [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
