"""The parties of a payment against the lists in force, before money moves.

A customer of ours stands as they were screened last: their worst hit says what becomes of the payment. One who was not screened
as they are now, against the lists as they are, is screened at once. A party that is no customer is held against the lists by
the name under which they are paid. What a name met is remembered while lists and weights are the same: the next payment asks
nobody.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.hit_repository import NAME_INDEX, FoundHit, hit_id, party_id
from contracts.sealed import SCREENED_PARTY
from kit.errors import Unavailable
from kit.log import get_logger
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords, Subject
from kit.trial import on_trial
from risk.screening.book import asked_of_customer, asked_of_party, find_in
from risk.screening.index import Asked
from risk.screening.verdicts import HitStatus, blocks
from serving.customers.person import People
from serving.screening import party_repository
from serving.screening.books import Books, InForce
from serving.screening.compiled import Compiled, ScreeningNotReady
from serving.screening.met import CLEAR, Became, Met, MetHit, Outside, Party, Side, Stands

MAX_REMEMBERED = 50_000
COMPILED_WITHIN_S, MET_WITHIN_S = 2.0, 6.0
"""Both end before the lease of the payment's claim does."""
RETRY_S = 5

Kept = TypeVar("Kept")
log = get_logger()


class PartiesNotScreened(Unavailable):
    """The lists cannot be read, or searches are not ready; nothing moves unscreened."""

    code = "parties-not-screened"
    title = "The payment cannot be looked at right now"
    remedy = "Send the same request with the same key after the number of seconds in Retry-After; nothing has moved."


class _Matched(NamedTuple):
    """What a name met, without whose name it was."""

    list_id: str
    entry_id: str
    digest: bytes
    score: float


class _Memory(Generic[Kept]):
    """What was found, by what it was found of; of more than `MAX_REMEMBERED` the oldest go."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Kept] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Kept | None:
        """Return what is remembered."""
        return self._kept.get(key)

    def keep(self, key: tuple[object, ...], found: Kept) -> None:
        """Remember it, unless a trial found it: whom a trial has made will not be there."""
        if on_trial():
            return
        self._kept[key] = found
        if len(self._kept) > MAX_REMEMBERED:
            self._kept.popitem(last=False)


class PaymentScreening:
    """Holds the parties of payments against the lists."""

    def __init__(
        self, core: AsyncConnectionPool, *, books: Books, compiled: Compiled, records: SealedRecords, people: People
    ) -> None:
        self._core = core
        self._books = books
        self._compiled = compiled
        self._records = records
        self._people = people
        self._customers = _Memory[tuple[FoundHit, ...]]()
        self._names = _Memory[tuple[_Matched, ...]]()

    async def lists(self, tenant_id: str) -> bytes | None:
        """Return what names the lists that hold for a tenant; None where there are none, and nobody is screened."""
        return await self._books.key(tenant_id)

    async def meet(
        self, tenant_id: str, lists: bytes, *, payer: Stands | None, payee: Stands | None, outside: Outside | None
    ) -> Met:
        """Return what speaks against a payment. Call it outside of transactions. Raises PartiesNotScreened."""
        try:
            async with asyncio.timeout(MET_WITHIN_S):
                return await self._meet(tenant_id, lists, payer=payer, payee=payee, outside=outside)
        except (TimeoutError, ScreeningNotReady, psycopg.Error, msgspec.ValidationError) as problem:
            log.error("payment not screened", problem=f"{type(problem).__name__}: {problem}")
            raise PartiesNotScreened("the parties could not be looked at", retry_after_s=RETRY_S) from problem

    async def keep(self, connection: AsyncConnection, tenant_id: str, met: Met, *, now: datetime) -> Became | None:
        """Keep what is new of it, and say what becomes of the payment; None when everything was cleared meanwhile.

        In the transaction in which the payment is held or refused: nobody judges its hits until that ends.
        """
        if met.party is not None:
            await party_repository.insert_party(connection, tenant_id=tenant_id, now=now, **_columns(met.party))
        await party_repository.keep(connection, tenant_id, [each.found for each in met.hits if each.found is not None], now=now)
        standing = await party_repository.locked(connection, tenant_id, [each.hit_id for each in met.hits])
        if HitStatus.CONFIRMED in standing.values():
            return Became.REFUSED
        return Became.HELD if any(status is not HitStatus.CLEARED for status in standing.values()) else None

    async def note(
        self, connection: AsyncConnection, tenant_id: str, transfer_id: UUID, met: Met, *, became: Became, goes_on: bool,
        now: datetime,
    ) -> None:  # fmt: skip
        """Keep which payment the hits held back. `goes_on` says that it will move when all of them are cleared."""
        await party_repository.insert_payment(
            connection, tenant_id=tenant_id, transfer_id=transfer_id, hits=[(each.hit_id, each.side) for each in met.hits],
            became=became, goes_on=goes_on, now=now,
        )  # fmt: skip

    async def stops(self, tenant_id: str, customer_id: str, outside: Outside, *, now: datetime) -> bool:
        """Whether a name under which a customer is to be paid elsewhere is on a list, as far as is known; what it met is kept.

        Call it outside of transactions. Raises PartiesNotScreened.
        """
        lists = await self.lists(tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            known = await party_repository.is_customer(connection, tenant_id, customer_id)
        if lists is None or not known:
            return False
        met = await self.meet(tenant_id, lists, payer=Stands(customer_id, 0, CLEAR, lists), payee=None, outside=outside)
        if not met.hits:
            return False
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            return await self.keep(connection, tenant_id, met, now=now) is not None

    async def _meet(
        self, tenant_id: str, lists: bytes, *, payer: Stands | None, payee: Stands | None, outside: Outside | None
    ) -> Met:
        hits: list[MetHit] = []
        for side, stands in ((Side.PAYER, payer), (Side.PAYEE, None if payee == payer else payee)):
            if stands is not None:
                hits += await self._customer(tenant_id, lists, side, stands)
        if outside is None or payer is None:
            return Met(tuple(hits))
        party, met = await self._outside(tenant_id, payer.customer_id, outside)
        return Met((*hits, *met), party)

    async def _customer(self, tenant_id: str, lists: bytes, side: Side, stands: Stands) -> Sequence[MetHit]:
        if stands.worst != CLEAR:
            async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
                waiting = await party_repository.unsettled(connection, tenant_id, stands.customer_id)
            return [MetHit(each, side) for each in waiting]
        if stands.lists == lists:
            return []
        in_force = await self._books.of(tenant_id)
        key = (tenant_id, stands.customer_id, stands.version, in_force.key)
        found = self._customers.get(key)
        if found is None:
            name, asked = await self._asked(tenant_id, stands)
            matched = () if asked is None else await self._search(in_force, asked)
            found = self._found(tenant_id, stands.customer_id, None, name or "", matched)
            self._customers.keep(key, found)
        return await self._open(tenant_id, side, found)

    async def _asked(self, tenant_id: str, stands: Stands) -> tuple[str | None, Asked | None]:
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            person = await party_repository.person(connection, tenant_id, stands.customer_id)
        if person is None:
            return None, None
        [name] = self._people.names(tenant_id, [(stands.customer_id, person.sealed)])
        return name, None if name is None else asked_of_customer(name, kind=person.kind, birth_year=person.birth_year)

    async def _outside(self, tenant_id: str, payer_id: str, outside: Outside) -> tuple[Party | None, Sequence[MetHit]]:
        name = " ".join(outside.name.split())
        in_force = await self._books.of(tenant_id)
        key = (tenant_id, name, outside.country, in_force.key)
        matched = self._names.get(key)
        if matched is None:
            matched = await self._search(in_force, asked_of_party(name, kind=None, country=outside.country))
            self._names.keep(key, matched)
        if not matched:
            return None, []
        name_index = self._records.keys.blind(tenant_id, NAME_INDEX, name)
        whom = party_id(tenant_id, payer_id, name_index)
        met = await self._open(tenant_id, Side.PAYEE, self._found(tenant_id, payer_id, whom, name, matched))
        if not met:
            return None, []
        sealed = await asyncio.to_thread(
            self._records.seal, Subject(tenant_id, payer_id), {"name": name}, kind=SCREENED_PARTY
        )  # fmt: skip
        return Party(whom, payer_id, outside.country, sealed), met

    async def _search(self, in_force: InForce, asked: Asked) -> tuple[_Matched, ...]:
        if not in_force.books:
            return ()
        await self._compiled.require(within_s=COMPILED_WITHIN_S)
        found = await asyncio.to_thread(find_in, in_force.books, asked)
        return tuple(_Matched(each.list_id, each.entry.entry_id, each.digest, each.hit.score) for each in found)

    def _found(
        self, tenant_id: str, customer_id: str, whom: UUID | None, name: str, matched: Sequence[_Matched]
    ) -> tuple[FoundHit, ...]:
        if not matched:
            return ()
        name_index = self._records.keys.blind(tenant_id, NAME_INDEX, name)
        rows = [(hit_id(tenant_id, customer_id, whom, each.list_id, each.entry_id), each) for each in matched]
        return tuple(
            FoundHit(found, customer_id, whom, each.list_id, each.entry_id, each.digest, name_index, each.score)
            for found, each in rows
        )

    async def _open(self, tenant_id: str, side: Side, found: Sequence[FoundHit]) -> list[MetHit]:
        """Return those that are no good guys: cleared, with neither side changed since."""
        if not found:
            return []
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            kept = await party_repository.kept(connection, tenant_id, [each.hit_id for each in found])
        return [
            MetHit(each.hit_id, side, each)
            for each in found
            if blocks(kept.get(each.hit_id), digest=each.digest, name_index=each.name_index)
        ]


def _columns(party: Party) -> dict[str, object]:
    return {
        "party_id": party.party_id, "customer_id": party.customer_id, "country": party.country, "sealed": party.sealed,
    }  # fmt: skip
