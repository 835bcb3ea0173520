"""Changes of a tenant's own watch-lists: checked, proposed, judged by somebody else. `upkeep` loads what is approved."""

import asyncio
import hashlib
from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kit.clock import Clock
from kit.errors import Conflict, DomainError, NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from risk.screening.book import entry_of
from risk.screening.entry import Entry
from risk.screening.reading.difference import Differs, EntryChange, difference
from risk.screening.reading.own import Parsed, of_csv, of_rows
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.list_changes import repository, schemas
from serving.list_changes.repository import Row
from serving.risk.change import change
from serving.screening.judged import ScreeningChangeJudgement, ScreeningChangeWithdrawal

ROUTE = "POST /v1/screening/changes"
MOST_SHOWN = 200
MOST_COMPARED = 100_000
OWN_FORMAT = "own"


class ListUnsound(DomainError):
    """Lines of the list are wrong."""

    code = "list-unsound"
    title = "The list has lines that cannot be read"
    remedy = "Correct the lines named; POST /v1/screening/changes/check names all of them and keeps nothing."


class NotOwnList(Conflict):
    """The list is an authority's, or was loaded in an authority's format."""

    code = "not-own-list"
    title = "This list is not the bank's own to write"
    remedy = "Choose another name; lists of authorities are loaded by the command `baas screening load`."


class SameList(DomainError):
    """The list says all of that already."""

    code = "same-list"
    title = "That would change nothing"
    remedy = "Read the list's newest version, and propose what differs from it."


class ListChangeDecided(Conflict):
    """Something was said to the change already."""

    code = "list-change-decided"
    title = "The change has been decided already"
    remedy = "Read the change again; to change the list once more, propose another one."


class ListMovedOn(Conflict):
    """The list is not what the change was compared with any more."""

    code = "list-moved-on"
    title = "The list has changed since this was proposed"
    remedy = "Propose the change again, against the list as it is now."


class OwnListChange(DomainError):
    """Whoever proposed a change wanted to judge it, or another to withdraw it."""

    code = "own-list-change"
    title = "Two people change a list"
    remedy = "A colleague with the role compliance or admin judges it; whoever proposed it withdraws it."


class ListChangesService:
    """What the routes for changes of lists do."""

    def __init__(self, core: AsyncConnectionPool, *, clock: Clock, clocks: TenantClocks) -> None:
        self._core = core
        self._clock = clock
        self._clocks = clocks

    async def check(self, principal: Principal, content: schemas.ListContent) -> Row:
        """Say what is wrong, or how the list would differ; keep nothing. Raises InvalidRequest, NotOwnList."""
        parsed = await asyncio.to_thread(_parsed, content)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            list_id, _, differs = await _compared(connection, principal, content.list_id, parsed.entries)
        sound = not parsed.problems
        return {
            "list_id": list_id,
            "problems": [{"line": each.line, "column": each.column, "message": each.message} for each in parsed.problems],
            "entry_count": len(parsed.entries),
            **_counts(differs if sound else []),
            "difference": _shown(differs) if sound else [],
        }

    async def propose(self, principal: Principal, wanted: schemas.NewListChange, *, correlation_id: str) -> Row:
        """Keep a list as it is to be. Raises InvalidRequest, ListUnsound, NotOwnList, SameList, Forbidden for a machine."""
        principal.require_person("proposes who is on a watch-list")
        parsed = await asyncio.to_thread(_parsed, wanted)
        if parsed.problems:
            raise ListUnsound(_told(parsed), problems=len(parsed.problems))
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        change_id = uuid7(self._clock)
        async with change(self._core, principal, ROUTE, correlation_id, why=wanted.why) as (connection, said):
            list_id, based_on, differs = await _compared(connection, principal, wanted.list_id, parsed.entries)
            if not differs:
                raise SameList(f"{list_id} says all of it")
            await repository.insert(
                connection, tenant_id=principal.tenant_id, change_id=change_id, list_id=list_id, licence=wanted.licence,
                why=wanted.why, based_on=based_on, entries=msgspec.to_builtins(parsed.entries),
                entry_count=len(parsed.entries), by=principal.subject, now=now, **_counts(differs),
            )  # fmt: skip
            said["resource"] = f"changes/{change_id}"
            return await self._detail(connection, principal, change_id)

    async def changes(
        self, principal: Principal, *, list_id: str | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Row]:
        """Return changes, newest first."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.page(connection, tenant_id=principal.tenant_id, list_id=list_id, before=before, limit=limit)

    async def change(self, principal: Principal, change_id: UUID) -> Row:
        """Return one with its difference while it waits. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await self._detail(connection, principal, change_id)

    async def judge(
        self, principal: Principal, change_id: UUID, judgement: ScreeningChangeJudgement, *, correlation_id: str
    ) -> Row:
        """Approve or reject. Raises NotFound, ListChangeDecided, OwnListChange, ListMovedOn, Forbidden for a machine."""
        principal.require_person("judges what somebody proposed")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        action = f"{ROUTE}/{{change_id}}/judgement"
        async with change(self._core, principal, action, correlation_id, note=judgement.note) as (connection, said):
            found = await _waiting(connection, principal, change_id)
            if found["proposed_by"] == principal.subject:
                raise OwnListChange("they proposed it themselves")
            if judgement.approve:
                await _require_same(connection, principal, found)
            await repository.judge(
                connection, tenant_id=principal.tenant_id, change_id=change_id, approve=judgement.approve,
                by=principal.subject, note=judgement.note, now=now,
            )  # fmt: skip
            said["resource"] = f"changes/{change_id}"
            return await self._detail(connection, principal, change_id)

    async def withdraw(
        self, principal: Principal, change_id: UUID, wanted: ScreeningChangeWithdrawal, *, correlation_id: str
    ) -> Row:
        """Take back what one proposed oneself. Raises NotFound, ListChangeDecided, OwnListChange."""
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        action = f"{ROUTE}/{{change_id}}/withdrawal"
        async with change(self._core, principal, action, correlation_id, note=wanted.note) as (connection, said):
            found = await _waiting(connection, principal, change_id)
            if found["proposed_by"] != principal.subject:
                raise OwnListChange("another person proposed it")
            await repository.withdraw(connection, tenant_id=principal.tenant_id, change_id=change_id, note=wanted.note, now=now)
            said["resource"] = f"changes/{change_id}"
            return await self._detail(connection, principal, change_id)

    async def version(self, principal: Principal, list_id: str, version: int) -> Row:
        """Return how a version differs from the one before it. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.between(
                connection, tenant_id=principal.tenant_id, list_id=list_id, version=version, limit=MOST_SHOWN
            )
        if found is None:
            raise NotFound(f"{list_id} has no version {version}")
        items = [each | {"before": _texts(each["before"]), "after": _texts(each["after"])} for each in found]
        return {
            "list_id": list_id, "version": version,
            "items": [each | {"name": (each["after"] or each["before"] or [""])[0]} for each in items],
        }  # fmt: skip

    @staticmethod
    async def _detail(connection: AsyncConnection, principal: Principal, change_id: UUID) -> Row:
        found = await _required(connection, principal, change_id)
        entries = found.pop("entries")
        if entries is None:
            return found | {"difference": []}
        after = msgspec.convert(entries, list[Entry])
        _, _, differs = await _compared(connection, principal, str(found["list_id"]), after)
        return found | {"difference": _shown(differs)}


def _parsed(content: schemas.ListContent) -> Parsed:
    if (content.csv is None) == (content.entries is None):
        raise InvalidRequest("csv or entries: exactly one of the two", field="entries")
    return of_csv(content.csv) if content.csv is not None else of_rows(each.model_dump() for each in content.entries or [])


def _told(parsed: Parsed) -> str:
    first = parsed.problems[:5]
    lines = "; ".join(f"line {each.line}" + (f", {each.column}" if each.column else "") + f": {each.message}" for each in first)
    more = len(parsed.problems) - len(first)
    return lines + (f"; and {more} more" if more else "")


def own_list_id(list_id: str, *, tenant_id: str) -> str:
    """Return the name of a new list: names are everybody's, so that it carries a mark of the tenant."""
    mark = hashlib.sha256(tenant_id.encode()).hexdigest()[:6]
    return list_id if list_id.endswith(f"-{mark}") else f"{list_id}-{mark}"


async def _compared(
    connection: AsyncConnection, principal: Principal, wanted: str, after: list[Entry]
) -> tuple[str, int, list[Differs]]:
    """Return the list that is meant, its newest version (0 where it is new), and how it would differ. Raises NotOwnList."""
    tenant_id = principal.tenant_id
    list_id, found = wanted, await repository.find_list(connection, tenant_id=tenant_id, list_id=wanted)
    if found is None:
        list_id = own_list_id(wanted, tenant_id=tenant_id)
        found = await repository.find_list(connection, tenant_id=tenant_id, list_id=list_id)
    if found is None:
        return list_id, 0, difference({}, after)
    if not found["own"] or found["format"] != OWN_FORMAT:
        raise NotOwnList(f"{list_id} is in the format {found['format']}" if found["own"] else f"{list_id} is every tenant's")
    rows = await repository.current(connection, tenant_id=tenant_id, list_id=list_id, limit=MOST_COMPARED)
    before = {str(row["entry_id"]): (_bytes(row["digest"]), entry_of(row["document"])) for row in rows}
    return list_id, int(str(found["version"])), await asyncio.to_thread(difference, before, after)


async def _required(connection: AsyncConnection, principal: Principal, change_id: UUID) -> Row:
    found = await repository.find(connection, tenant_id=principal.tenant_id, change_id=change_id)
    if found is None:
        raise NotFound(f"there is no change {change_id}")
    return found


async def _waiting(connection: AsyncConnection, principal: Principal, change_id: UUID) -> Row:
    """Return a change that waits, its list locked. Raises NotFound, ListChangeDecided."""
    list_id = str((await _required(connection, principal, change_id))["list_id"])
    await repository.lock(connection, list_id)
    found = await _required(connection, principal, change_id)
    if found["status"] != schemas.ListChangeStatus.PROPOSED:
        raise ListChangeDecided(f"it is {found['status']}")
    return found


async def _require_same(connection: AsyncConnection, principal: Principal, found: Row) -> None:
    """Raise ListMovedOn unless the list is what the change was compared with."""
    named = {"tenant_id": principal.tenant_id, "list_id": str(found["list_id"])}
    there = await repository.find_list(connection, **named)
    moved = (0 if there is None else there["version"]) != found["based_on"]
    if moved or await repository.waits_to_be_loaded(connection, **named):
        raise ListMovedOn(f"it was compared with version {found['based_on']}")


def _counts(differs: list[Differs]) -> dict[str, int]:
    counted = Counter(each.change for each in differs)
    return {each.value: counted[each] for each in EntryChange}


def _shown(differs: list[Differs]) -> list[Row]:
    return [
        {
            "entry_id": each.entry_id, "change": each.change.value, "name": each.name,
            "before": _names(each.before), "after": _names(each.after),
        }
        for each in differs[:MOST_SHOWN]
    ]  # fmt: skip


def _names(entry: Entry | None) -> list[str]:
    return [] if entry is None else [each.text for each in entry.names]


def _texts(names: object) -> list[str]:
    return [str(each["text"]) for each in names] if isinstance(names, list) else []


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
