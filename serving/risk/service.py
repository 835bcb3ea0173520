"""What the risk routes do: the domain in `governance`, with an audit row beside each change."""

from dataclasses import asdict
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from governance.checking import findings
from governance.lists import FIELDS, Entry, List
from governance.policies import Move, PolicyDocument, PolicyVersion, name_of
from governance.service import Governance
from governance.trials.simulation import Simulation
from kit.clock import Clock
from risk.expressions.resolve import FUNCTIONS
from risk.expressions.schema import Schema
from risk.rules import RULES
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.edge.schemas import with_offset
from serving.risk import schemas
from serving.risk.change import actor_of, change, place_of

Shown = dict[str, object]


class RiskService:
    """What the risk routes do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock) -> None:
        self._core = core
        self._governance = Governance(clock=clock)
        self._vocabulary = _vocabulary()

    def vocabulary(self) -> Shown:
        """Every name that expressions may use, and the rules that are built in."""
        return self._vocabulary

    # -- policies ----------------------------------------------------------------------------------------------------------

    async def policies(self, principal: Principal, *, before: int | None, limit: int) -> list[Shown]:
        """Return versions before a number, newest first."""
        async with self._core.connection() as connection:
            found = await self._governance.policies(connection, actor_of(principal), before=before, limit=limit)
        return [_policy(version) for version in found]

    async def policy(self, principal: Principal, version: int) -> Shown:
        """Return a version with what was done with it. Raises NotFound."""
        async with self._core.connection() as connection:
            return await self._detail(connection, principal, version)

    async def active(self, principal: Principal) -> Shown:
        """Return what decides now."""
        async with self._core.connection() as connection:
            found = await self._governance.active(connection, actor_of(principal))
        return {"built_in": found is None, "policy": None if found is None else _policy(found)}

    async def check(self, principal: Principal, document: dict[str, Any]) -> Shown:
        """Return everything that is wrong with a document. Raises InvalidRequest for one that is none."""
        async with self._core.connection() as connection:
            lists = await self._governance.lists(connection, actor_of(principal))
        found = findings(_document(document), lists={each.list_id: each.field for each in lists})
        return {"findings": [asdict(finding) for finding in found]}

    async def write(self, principal: Principal, draft: schemas.NewPolicy, *, correlation_id: str) -> Shown:
        """Keep a draft. Raises InvalidRequest, Unsound or NotFound."""
        document = _document(draft.document)
        async with change(self._core, principal, "POST /v1/risk/policies", correlation_id, note=draft.note) as (
            connection,
            said,
        ):
            found = await self._governance.write(
                connection, actor_of(principal), document, note=draft.note, based_on=draft.based_on
            )
            said["resource"] = f"policies/{found.version}"
            return await self._detail(connection, principal, found.version)

    async def judge(self, principal: Principal, version: int, judgement: schemas.Judgement, *, correlation_id: str) -> Shown:
        """Approve or reject. Raises NotFound, MoveNotAllowed, SamePerson, or Forbidden for a machine client."""
        principal.require_person("judges what somebody proposed")
        move = Move.APPROVE if judgement.approve else Move.REJECT
        action = "POST /v1/risk/policies/{version}/judgement"
        async with change(self._core, principal, action, correlation_id, move=move.value, note=judgement.note) as (
            connection,
            said,
        ):
            said["resource"] = f"policies/{version}"
            await self._governance.judge(connection, actor_of(principal), version, move, note=judgement.note)
            return await self._detail(connection, principal, version)

    async def activate(
        self, principal: Principal, version: int, activation: schemas.Activation, *, correlation_id: str
    ) -> Shown:
        """Have a version decide. Raises NotFound, MoveNotAllowed, NotTried or Unsound."""
        action = "POST /v1/risk/policies/{version}/activation"
        async with change(self._core, principal, action, correlation_id, note=activation.note) as (connection, said):
            said["resource"] = f"policies/{version}"
            await self._governance.activate(connection, actor_of(principal), version, note=activation.note)
            return await self._detail(connection, principal, version)

    async def _detail(self, connection: AsyncConnection, principal: Principal, version: int) -> Shown:
        found, moves = await self._governance.policy(connection, actor_of(principal), version)
        return _policy(found) | {"moves": moves}

    # -- lists -------------------------------------------------------------------------------------------------------------

    async def lists(self, principal: Principal) -> Shown:
        """Return all lists."""
        async with self._core.connection() as connection:
            found = await self._governance.lists(connection, actor_of(principal))
        return {"items": [_list(each) for each in found]}

    async def make_list(self, principal: Principal, new: schemas.NewList, *, correlation_id: str) -> Shown:
        """Make a list. Raises InvalidRequest or ListExists."""
        if new.field not in FIELDS:
            raise InvalidRequest(f"field: one of {', '.join(FIELDS)}", field="field")
        async with change(self._core, principal, "POST /v1/risk/lists", correlation_id, kind=new.kind.value) as (
            connection,
            said,
        ):
            said["resource"] = f"lists/{new.list_id}"
            made = await self._governance.make_list(
                connection, actor_of(principal), list_id=new.list_id, kind=new.kind, field=new.field, sentence=new.sentence
            )
            return _list(made)

    async def entries(
        self, principal: Principal, list_id: str, *, before: int | None, removed: bool, limit: int
    ) -> list[Shown]:
        """Return entries, newest first. Raises NotFound."""
        async with self._core.connection() as connection:
            found = await self._governance.entries(
                connection, actor_of(principal), list_id, before=before, removed=removed, limit=limit
            )
        return [_entry(entry) for entry in found]

    async def add_entry(self, principal: Principal, list_id: str, entry: schemas.NewEntry, *, correlation_id: str) -> None:
        """Put a value on a list. Raises InvalidRequest, NotFound or AlreadyListed."""
        expires_at = with_offset(entry.expires_at, "expires_at")
        action = "POST /v1/risk/lists/{list_id}/entries"
        async with change(self._core, principal, action, correlation_id, value=entry.value, reason=entry.reason) as (
            connection,
            said,
        ):
            said["resource"] = f"lists/{list_id}"
            await self._governance.add(
                connection, actor_of(principal), list_id, value=entry.value, reason=entry.reason, expires_at=expires_at
            )

    async def remove_entry(self, principal: Principal, list_id: str, value: str, *, correlation_id: str) -> None:
        """Take a value off a list. Raises NotFound."""
        action = "DELETE /v1/risk/lists/{list_id}/entries/{value}"
        async with change(self._core, principal, action, correlation_id, value=value) as (connection, said):
            said["resource"] = f"lists/{list_id}"
            await self._governance.remove(connection, actor_of(principal), list_id, value=value)

    # -- simulations -------------------------------------------------------------------------------------------------------

    async def simulate(self, principal: Principal, new: schemas.NewSimulation, *, correlation_id: str) -> Shown:
        """Queue a trial. Raises InvalidRequest or NotFound."""
        if new.to_day < new.from_day:
            raise InvalidRequest("to_day: not before from_day", field="to_day")
        async with change(self._core, principal, "POST /v1/risk/simulations", correlation_id, model=new.model) as (
            connection,
            said,
        ):
            queued = await self._governance.simulate(
                connection, actor_of(principal), version=new.policy_version, model=new.model, from_day=new.from_day,
                to_day=new.to_day,
            )  # fmt: skip
            said["resource"] = f"simulations/{queued.simulation_id}"
            return _simulation(queued)

    async def simulation(self, principal: Principal, simulation_id: str) -> Shown:
        """Return a trial. Raises NotFound."""
        async with self._core.connection() as connection:
            return _simulation(await self._governance.simulation(connection, actor_of(principal), simulation_id))

    async def simulations(
        self, principal: Principal, *, version: int | None, before: tuple[str, str] | None, limit: int
    ) -> list[Shown]:
        """Return trials, newest first. Raises InvalidRequest for a cursor that is none of ours."""
        async with self._core.connection() as connection:
            found = await self._governance.simulations(
                connection, actor_of(principal), version=version, before=place_of(before), limit=limit
            )
        return [_simulation(each) for each in found]

    async def cancel(self, principal: Principal, simulation_id: str, *, correlation_id: str) -> Shown:
        """End a trial. Raises NotFound or Conflict."""
        action = "POST /v1/risk/simulations/{simulation_id}/cancellation"
        async with change(self._core, principal, action, correlation_id) as (connection, said):
            said["resource"] = f"simulations/{simulation_id}"
            return _simulation(await self._governance.cancel(connection, actor_of(principal), simulation_id))


def _document(content: dict[str, Any]) -> PolicyDocument:
    try:
        return msgspec.json.decode(msgspec.json.encode(content), type=PolicyDocument)
    except UnicodeEncodeError as problem:
        raise InvalidRequest("document: half a surrogate pair is no character", field="document") from problem
    except msgspec.ValidationError as problem:
        what, _, where = str(problem).partition(" - at `$")
        field = "document" + where.rstrip("`")
        raise InvalidRequest(f"{field}: {what}", field=field) from problem


def _policy(version: PolicyVersion) -> Shown:
    shown: Shown = {name: getattr(version, name) for name in PolicyVersion.__slots__}
    return shown | {"name": name_of(version.version), "document": msgspec.to_builtins(version.document)}


def _list(found: List) -> Shown:
    return asdict(found)


def _entry(entry: Entry) -> Shown:
    return asdict(entry)


def _simulation(simulation: Simulation) -> Shown:
    return asdict(simulation)


def _vocabulary() -> Shown:
    fields = Schema.of().fields.values()
    return {
        "names": [
            {
                "name": field.name,
                "kind": field.kind.value,
                "source": field.source.name.lower(),
                "sentence": field.sentence,
                "words": list(field.words),
            }
            for field in fields
        ],
        "functions": list(FUNCTIONS),
        "built_in": [msgspec.to_builtins(rule) for rule in RULES],
    }
