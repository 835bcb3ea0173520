"""What may be asked of models. One call is one transaction; a worker carries moves out."""

from datetime import UTC, datetime

import psycopg

from governance.actor import Actor
from governance.models import repository
from governance.models.model import ModelMove, ModelVersion, MoveKind, MoveUnderWay
from kit.clock import Clock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction

Connection = psycopg.AsyncConnection
CHAMPION = "champion"


class Models:
    """The models of all tenants, over connections that the caller holds."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def models(self, connection: Connection, actor: Actor, *, before: int | None, limit: int) -> list[ModelVersion]:
        """Return versions before a number, newest first."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await repository.models(connection, tenant_id=actor.tenant_id, before=before, limit=limit)

    async def model(self, connection: Connection, actor: Actor, version: int) -> ModelVersion:
        """Return one with its card. Raises NotFound."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await _required(connection, actor, version)

    async def ask(
        self, connection: Connection, actor: Actor, *, kind: MoveKind, version: int | None, dry_run: bool, why: str
    ) -> ModelMove:
        """Queue a move. Raises NotFound, MoveUnderWay, or Conflict for the version that decides already."""
        move_id = str(uuid7(self._clock))
        async with tenant_transaction(connection, actor.tenant_id):
            if version is not None and CHAMPION in (await _required(connection, actor, version)).aliases:
                raise Conflict(f"version {version} is the champion")
            queued = await repository.insert_move(
                connection, tenant_id=actor.tenant_id, move_id=move_id, kind=kind, version=version, dry_run=dry_run, why=why,
                by=actor.name, now=datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC),
            )  # fmt: skip
            if not queued:
                raise MoveUnderWay("one of this bank's moves is queued or running")
            return await _required_move(connection, actor, move_id)

    async def move(self, connection: Connection, actor: Actor, move_id: str) -> ModelMove:
        """Return one with its progress, and what it found. Raises NotFound."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await _required_move(connection, actor, move_id)

    async def moves(
        self, connection: Connection, actor: Actor, *, version: int | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[ModelMove]:
        """Return moves, newest first."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await repository.moves(connection, tenant_id=actor.tenant_id, version=version, before=before, limit=limit)


async def _required(connection: Connection, actor: Actor, version: int) -> ModelVersion:
    found = await repository.find_model(connection, tenant_id=actor.tenant_id, version=version)
    if found is None:
        raise NotFound(f"there is no version {version}; one that was just trained takes some seconds to arrive here")
    return found


async def _required_move(connection: Connection, actor: Actor, move_id: str) -> ModelMove:
    found = await repository.find_move(connection, tenant_id=actor.tenant_id, move_id=move_id)
    if found is None:
        raise NotFound(f"there is no move {move_id}")
    return found
