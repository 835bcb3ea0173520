"""Reading the chain."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.errors import NotFound
from kit.postgres import tenant_transaction
from ledger.chain.errors import LedgerDiffers
from ledger.chain.proof import proof_of
from serving.chain import repository
from serving.chain.repository import Row
from serving.edge.principals import Principal


class ChainService:
    """What the chain's routes do."""

    def __init__(self, core: AsyncConnectionPool) -> None:
        self._core = core

    async def head(self, principal: Principal) -> Row:
        """Return the newest block and the first key; both null before the first block."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.list_blocks(connection, before=None, limit=1)
            keys = await repository.keys(connection)
            block = await _whole(connection, found[0]) if found else None
        return {"block": block, "first_key": keys[0]["key_id"] if keys else None}

    async def page(self, principal: Principal, *, before: int | None, limit: int) -> list[Row]:
        """Return up to `limit` blocks, the newest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            rows = await repository.list_blocks(connection, before=before, limit=limit)
        return [_readable(row) for row in rows]

    async def block(self, principal: Principal, height: int) -> Row:
        """Return one block with its signatures. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await repository.find_block(connection, height)
            if row is None:
                raise NotFound(f"there is no block {height}")
            return await _whole(connection, row)

    async def keys(self, principal: Principal) -> list[Row]:
        """Return the keys, the oldest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return [_readable(row) for row in await repository.keys(connection)]

    async def proof(self, principal: Principal, transfer_id: UUID) -> Row:
        """Return the proof that a transfer is in a block; a customer's only of those that touch their accounts.

        Raises NotFound, also for a transfer that no block holds yet.
        """
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row: Any = await repository.proof(connection, transfer_id)
            own = principal.own_only
            if row is None or (own is not None and own not in (row["debit_owner"], row["credit_owner"])):
                raise NotFound(f"no block holds a transfer {transfer_id}; one that was just made takes some seconds")
            found = await repository.find_block(connection, row["height"])
            block = await _whole(connection, found) if found else None
            keys = [_readable(key) for key in await repository.keys(connection)]
        digests: Sequence[bytes] = row["digests"]
        try:
            proof = await asyncio.to_thread(proof_of, row["leaf"], position=row["place"], digests=digests)
        except LedgerDiffers:
            if not row["may_have_ended"]:
                raise
            # A hold that has just ended: blocks hold it as it was before, or the ledger differs and a verification will say so.
            raise NotFound(f"no block holds transfer {transfer_id} as it is now; that takes some seconds") from None
        return {
            "transfer": proof.transfer,
            "kept_hash": proof.kept_hash,
            "digest": proof.digest.hex(),
            "position": proof.position,
            "path": [sibling.hex() for sibling in proof.path],
            "block": block,
            "keys": keys,
        }


async def _whole(connection: AsyncConnection, row: Row) -> Row:
    found = await repository.signatures(connection, int(str(row["height"])))
    return _readable(row) | {"signatures": [_readable(signature) for signature in found]}


def _readable(row: Row) -> Row:
    """Return a row with its bytes in hexadecimal."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
