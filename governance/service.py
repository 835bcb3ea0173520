"""What may be done with policies, lists and simulations. One call is one transaction; what changes decisions leaves with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import psycopg

from contracts.controls import ListChange, ListControl
from governance import repository
from governance.actor import Actor
from governance.checking import require_sound
from governance.lists import AlreadyListed, Entry, List, ListExists, ListKind
from governance.policies import Move, NotTried, PolicyDocument, PolicyVersion, Status, control_of, encode, require_move
from governance.trials import repository as simulations
from governance.trials.simulation import Simulation
from kit.clock import Clock
from kit.errors import Conflict, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction

Connection = psycopg.AsyncConnection


class Governance:
    """Policies and lists of all tenants, over connections that the caller holds."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC)

    @asynccontextmanager
    async def _changing(self, connection: Connection, actor: Actor) -> AsyncIterator[datetime]:
        async with tenant_transaction(connection, actor.tenant_id):
            await repository.lock(connection, actor.tenant_id)
            yield self._now()

    # -- policies ----------------------------------------------------------------------------------------------------------

    async def write(
        self, connection: Connection, actor: Actor, document: PolicyDocument, *, note: str, based_on: int | None
    ) -> PolicyVersion:
        """Keep a draft as the next version. Raises Unsound (what is wrong, where) or NotFound for what it is based on."""
        require_sound(document, lists=await self._list_fields(connection, actor))
        text, sha256 = encode(document)
        async with self._changing(connection, actor) as now:
            if based_on is not None:
                await _required(connection, actor, based_on)
            version = await repository.insert_policy(
                connection, tenant_id=actor.tenant_id, document=text, sha256=sha256, based_on=based_on, note=note,
                author=actor.name, now=now,
            )  # fmt: skip
            await self._note(connection, actor, version, action="write", note=note, now=now)
            return await _required(connection, actor, version)

    async def judge(self, connection: Connection, actor: Actor, version: int, move: Move, *, note: str | None) -> PolicyVersion:
        """Approve or reject somebody else's draft. Raises NotFound, MoveNotAllowed or SamePerson."""
        async with self._changing(connection, actor) as now:
            require_move(await _required(connection, actor, version), move, by=actor.name)
            await repository.judge(connection, tenant_id=actor.tenant_id, version=version, move=move, by=actor.name, now=now)
            await self._note(connection, actor, version, action=move.value, note=note, now=now)
            return await _required(connection, actor, version)

    async def activate(self, connection: Connection, actor: Actor, version: int, *, note: str | None) -> PolicyVersion:
        """Decide by a version from the scorer's next batch on; the one before is retired.

        A retired version is activated as it was: that is the way back. Raises NotFound, MoveNotAllowed, NotTried or Unsound.
        """
        fields = await self._list_fields(connection, actor)
        async with self._changing(connection, actor) as now:
            found = await _required(connection, actor, version)
            require_move(found, Move.ACTIVATE, by=actor.name)
            is_first_time = found.status is Status.APPROVED
            if is_first_time and not await repository.was_tried(connection, tenant_id=actor.tenant_id, version=version):
                raise NotTried(f"no simulation of version {version} came to its end")
            require_sound(found.document, lists=fields)  # a feature that it reads may be gone since
            retired = await repository.activate(connection, tenant_id=actor.tenant_id, version=version, by=actor.name, now=now)
            if retired is not None:
                await self._note(connection, actor, retired, action="retire", note=None, now=now)
            await self._note(connection, actor, version, action="activate", note=note, now=now)
            control = control_of(
                found.document, version=version, tenant_id=actor.tenant_id, control_id=str(uuid7(self._clock)),
                known_at_ms=self._clock.now_ms(),
            )  # fmt: skip
            await repository.publish_control(connection, tenant_id=actor.tenant_id, payload=msgspec.json.encode(control))
            return await _required(connection, actor, version)

    async def policy(self, connection: Connection, actor: Actor, version: int) -> tuple[PolicyVersion, list[dict[str, Any]]]:
        """Return a version and what was done with it. Raises NotFound."""
        async with tenant_transaction(connection, actor.tenant_id):
            found = await _required(connection, actor, version)
            return found, await repository.list_moves(connection, tenant_id=actor.tenant_id, version=version)

    async def policies(self, connection: Connection, actor: Actor, *, before: int | None, limit: int) -> list[PolicyVersion]:
        """Return versions before a number, newest first."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await repository.list_policies(connection, tenant_id=actor.tenant_id, before=before, limit=limit)

    async def active(self, connection: Connection, actor: Actor) -> PolicyVersion | None:
        """Return the version that decides now; None while the built-in policy does."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await repository.active_policy(connection, tenant_id=actor.tenant_id)

    async def _note(
        self, connection: Connection, actor: Actor, version: int, *, action: str, note: str | None, now: datetime
    ) -> None:
        await repository.insert_move(
            connection, tenant_id=actor.tenant_id, version=version, action=action, actor=actor.name, note=note, now=now
        )

    # -- lists -------------------------------------------------------------------------------------------------------------

    async def make_list(
        self, connection: Connection, actor: Actor, *, list_id: str, kind: ListKind, field: str, sentence: str
    ) -> List:
        """Make an empty list. Raises ListExists."""
        async with self._changing(connection, actor) as now:
            made = await repository.insert_list(
                connection, tenant_id=actor.tenant_id, list_id=list_id, kind=kind, field=field, sentence=sentence,
                by=actor.name, now=now,
            )  # fmt: skip
            if not made:
                raise ListExists(f"{list_id} is there")
            return await _required_list(connection, actor, list_id)

    async def lists(self, connection: Connection, actor: Actor) -> list[List]:
        """Return all lists."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await repository.lists(connection, tenant_id=actor.tenant_id)

    async def entries(
        self, connection: Connection, actor: Actor, list_id: str, *, before: int | None, removed: bool, limit: int
    ) -> list[Entry]:
        """Return a page of a list's entries, newest first. Raises NotFound."""
        async with tenant_transaction(connection, actor.tenant_id):
            await _required_list(connection, actor, list_id)
            return await repository.entries(
                connection, tenant_id=actor.tenant_id, list_id=list_id, before=before, removed=removed, limit=limit
            )

    async def add(
        self, connection: Connection, actor: Actor, list_id: str, *, value: str, reason: str, expires_at: datetime | None
    ) -> None:
        """Put a value on a list, from the scorer's next batch on. Raises NotFound or AlreadyListed."""
        async with self._changing(connection, actor) as now:
            await _required_list(connection, actor, list_id)
            added = await repository.add_entry(
                connection, tenant_id=actor.tenant_id, list_id=list_id, value=value, reason=reason, expires_at=expires_at,
                by=actor.name, now=now,
            )  # fmt: skip
            if added is None:
                raise AlreadyListed(f"{value} is on {list_id}")
            until = None if expires_at is None else int(expires_at.timestamp() * 1_000)
            await self._publish_change(connection, actor, list_id, ListChange(value=value, until=until))

    async def remove(self, connection: Connection, actor: Actor, list_id: str, *, value: str) -> None:
        """Take a value off a list, from the scorer's next batch on. Raises NotFound."""
        async with self._changing(connection, actor) as now:
            await _required_list(connection, actor, list_id)
            removed = await repository.remove_entry(
                connection, tenant_id=actor.tenant_id, list_id=list_id, value=value, by=actor.name, now=now
            )
            if not removed:
                raise NotFound(f"{value} is not on {list_id}")
            await self._publish_change(connection, actor, list_id, ListChange(value=value, removed=True))

    async def _publish_change(self, connection: Connection, actor: Actor, list_id: str, change: ListChange) -> None:
        control = ListControl(
            control_id=str(uuid7(self._clock)),
            known_at=self._clock.now_ms(),
            tenant_id=actor.tenant_id,
            list_id=list_id,
            changes=[change],
        )
        await repository.publish_control(connection, tenant_id=actor.tenant_id, payload=msgspec.json.encode(control))

    async def _list_fields(self, connection: Connection, actor: Actor) -> dict[str, str]:
        return {found.list_id: found.field for found in await self.lists(connection, actor)}

    # -- simulations -------------------------------------------------------------------------------------------------------

    async def simulate(
        self, connection: Connection, actor: Actor, *, version: int, model: str, from_day: date, to_day: date
    ) -> Simulation:
        """Queue a trial of a version on history. Raises NotFound."""
        simulation_id = str(uuid7(self._clock))
        async with tenant_transaction(connection, actor.tenant_id):
            queued = await simulations.insert(
                connection, tenant_id=actor.tenant_id, simulation_id=simulation_id, version=version, model=model,
                from_day=from_day, to_day=to_day, by=actor.name, now=self._now(),
            )  # fmt: skip
            if not queued:
                raise NotFound(f"there is no policy version {version}")
            return await _required_simulation(connection, actor, simulation_id)

    async def simulation(self, connection: Connection, actor: Actor, simulation_id: str) -> Simulation:
        """Return one with its progress, and what it found. Raises NotFound."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await _required_simulation(connection, actor, simulation_id)

    async def simulations(
        self, connection: Connection, actor: Actor, *, version: int | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Simulation]:
        """Return simulations, newest first."""
        async with tenant_transaction(connection, actor.tenant_id):
            return await simulations.page(connection, tenant_id=actor.tenant_id, version=version, before=before, limit=limit)

    async def cancel(self, connection: Connection, actor: Actor, simulation_id: str) -> Simulation:
        """End one that is not at its end. Raises NotFound, or Conflict when it is."""
        async with tenant_transaction(connection, actor.tenant_id):
            found = await _required_simulation(connection, actor, simulation_id)
            cancelled = await simulations.cancel(
                connection, tenant_id=actor.tenant_id, simulation_id=simulation_id, now=self._now()
            )
            if not cancelled:
                raise Conflict(f"the simulation is {found.status.value}")
            return await _required_simulation(connection, actor, simulation_id)


async def _required(connection: Connection, actor: Actor, version: int) -> PolicyVersion:
    found = await repository.find_policy(connection, tenant_id=actor.tenant_id, version=version)
    if found is None:
        raise NotFound(f"there is no policy version {version}")
    return found


async def _required_list(connection: Connection, actor: Actor, list_id: str) -> List:
    found = await repository.lists(connection, tenant_id=actor.tenant_id, list_id=list_id)
    if not found:
        raise NotFound(f"there is no list {list_id}")
    return found[0]


async def _required_simulation(connection: Connection, actor: Actor, simulation_id: str) -> Simulation:
    found = await simulations.find(connection, tenant_id=actor.tenant_id, simulation_id=simulation_id)
    if found is None:
        raise NotFound(f"there is no simulation {simulation_id}")
    return found
