"""What the routes of models do: the domain in `governance.models`, with an audit row beside each move."""

from dataclasses import asdict

from psycopg_pool import AsyncConnectionPool

from governance.models.service import Models
from kit.clock import Clock
from serving.edge.principals import Principal
from serving.models import schemas
from serving.risk.change import actor_of, change, place_of

Shown = dict[str, object]


class ModelsService:
    """What the routes of models do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock) -> None:
        self._core = core
        self._models = Models(clock=clock)

    async def models(self, principal: Principal, *, before: int | None, limit: int) -> list[Shown]:
        """Return versions before a number, newest first."""
        async with self._core.connection() as connection:
            found = await self._models.models(connection, actor_of(principal), before=before, limit=limit)
        return [asdict(version) for version in found]

    async def model(self, principal: Principal, version: int) -> Shown:
        """Return one with its card. Raises NotFound."""
        async with self._core.connection() as connection:
            return asdict(await self._models.model(connection, actor_of(principal), version))

    async def ask(self, principal: Principal, new: schemas.NewMove, *, correlation_id: str) -> Shown:
        """Queue a move. Raises NotFound, Conflict or MoveUnderWay."""
        version = None if new.version is None else str(new.version)
        async with change(
            self._core, principal, "POST /v1/risk/moves", correlation_id, kind=new.kind.value, version=version, why=new.why
        ) as (connection, said):
            queued = await self._models.ask(
                connection, actor_of(principal), kind=new.kind, version=new.version, dry_run=new.dry_run, why=new.why
            )
            said["resource"] = f"moves/{queued.move_id}"
            return asdict(queued)

    async def move(self, principal: Principal, move_id: str) -> Shown:
        """Return one with its progress. Raises NotFound."""
        async with self._core.connection() as connection:
            return asdict(await self._models.move(connection, actor_of(principal), move_id))

    async def moves(
        self, principal: Principal, *, version: int | None, before: tuple[str, str] | None, limit: int
    ) -> list[Shown]:
        """Return moves, newest first. Raises InvalidRequest for a cursor that is none of ours."""
        place = place_of(before)
        async with self._core.connection() as connection:
            found = await self._models.moves(connection, actor_of(principal), version=version, before=place, limit=limit)
        return [asdict(move) for move in found]
