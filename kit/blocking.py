"""Blocking work on an asynchronous connection, so that it is part of what is done there: of a trial, say."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from psycopg import AsyncConnection, Connection
from psycopg.pq import TransactionStatus

Found = TypeVar("Found")


class _Lent(Connection[tuple[object, ...]]):
    """The same session for blocking code. It belongs to the asynchronous connection, which closes it."""

    def __del__(self, _warn: object = None, /) -> None:
        pass


async def blocking(connection: AsyncConnection, work: Callable[[Connection], Found]) -> Found:
    """Do `work` in a thread, on the session of `connection`, and return what it returns.

    The thread has the session to itself until the work is done, also when the caller is cancelled meanwhile. Inside a
    transaction the work is part of it; otherwise each statement is one, as `connection` must be in autocommit mode.
    """
    if not connection.autocommit:
        raise AssertionError("blocking work is lent a connection in autocommit mode")
    handlers = connection.pgconn.notice_handler, connection.pgconn.notify_handler
    lent = _Lent(connection.pgconn)
    # Both would give the same names to what they prepare.
    lent.prepare_threshold = None
    if lent.info.transaction_status == TransactionStatus.IDLE:
        lent.autocommit = True
    done = asyncio.ensure_future(asyncio.to_thread(work, lent))
    try:
        return await asyncio.shield(done)
    finally:
        while not done.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([done])
        connection.pgconn.notice_handler, connection.pgconn.notify_handler = handlers
