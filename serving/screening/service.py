"""Screening: what-if searches, the lists, and hits that two people decide."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from cases.payers import NOT_NAMED, sealed_under
from contracts.sealed import SCREENED_PARTY
from kit.errors import NotFound
from kit.postgres import tenant_transaction
from kit.subject_keys import SealedRecords
from risk.screening.book import Book, asked_of_customer, asked_of_party, entry_of
from risk.screening.entry import BIRTH
from risk.screening.index import MAX_HITS, Asked
from risk.screening.model import built_in
from risk.screening.verdicts import HitStatus, Standing, require_judgeable, require_open
from serving.customers.person import People
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.identity.audit import record
from serving.screening import party_repository, presented, repository
from serving.screening.books import Books
from serving.screening.compiled import Compiled
from serving.screening.held import Ended, end_decided
from serving.screening.repository import Row
from serving.screening.schemas import ProposedVerdict, ScreeningSearch, VerdictJudgement

PROPOSE_ROUTE = "POST /v1/screening/hits/{hit_id}/verdict"
JUDGE_ROUTE = "POST /v1/screening/hits/{hit_id}/judgement"
SEARCH_WAITS_S, WHY_WAITS_S = 15.0, 2.0
SHOWN_PAYMENTS = 50
_WAITING = [HitStatus.OPEN, HitStatus.PROPOSED]


class ScreeningService:
    """What the screening routes do."""

    def __init__(
        self, core: AsyncConnectionPool, *, books: Books, records: SealedRecords, people: People, clocks: TenantClocks,
        compiled: Compiled,
    ) -> None:  # fmt: skip
        self._core = core
        self._records = records
        self._people = people
        self._clocks = clocks
        self._compiled = compiled
        self._books = books

    async def search(self, principal: Principal, wanted: ScreeningSearch) -> Row:
        """Hold a name against all lists; nothing is kept.

        Raises InvalidRequest for a birth or a country that is none, ScreeningNotReady.
        """
        for birth in wanted.births:
            if not BIRTH.fullmatch(birth):
                raise InvalidRequest("births: 1971, 1971-03, 1971-03-25, or 1970/1975", field="births")
        for country in wanted.countries:
            if len(country) != 2 or not (country.isascii() and country.isupper()):
                raise InvalidRequest("countries: two capital letters each (ISO 3166-1)", field="countries")
        await self._compiled.require(within_s=SEARCH_WAITS_S)
        books = (await self._books.of(principal.tenant_id)).books
        asked = Asked(wanted.name, wanted.kind, tuple(wanted.births), tuple(wanted.countries))
        # In a thread: the kernel lets others run meanwhile, and a request of a long name holds up none of them.
        found = await asyncio.to_thread(_search, books, asked, wanted.threshold)
        return {
            "items": found,
            "threshold": built_in().threshold if wanted.threshold is None else wanted.threshold,
            "entries": sum(len(book) for book in books),
        }

    async def lists(self, principal: Principal) -> Row:
        """Return the lists with their newest versions."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return {"items": await repository.lists(connection, tenant_id=principal.tenant_id)}

    async def versions(self, principal: Principal, list_id: str, *, before: int | None, limit: int) -> list[Row]:
        """Return a list's versions, newest first. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            found = await repository.list_versions(
                connection, tenant_id=principal.tenant_id, list_id=list_id, before=before, limit=limit
            )
        if not found and before is None:
            raise NotFound(f"there is no watch-list {list_id}")
        return found

    async def hits(
        self, principal: Principal, *, status: HitStatus | None, customer_id: str | None, after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Row]:  # fmt: skip
        """Return hits, oldest first: those that wait for people, or those of one status."""
        statuses = [each.value for each in (_WAITING if status is None else [status])]
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            return await repository.hits(
                connection, tenant_id=principal.tenant_id, statuses=statuses, customer_id=customer_id, after=after, limit=limit
            )

    async def hit(self, principal: Principal, hit_id: UUID) -> Row:
        """Return a hit with both sides and why. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            sides = await self._sides(connection, principal, hit_id)
        return await self._detail(principal, *sides)

    async def propose(self, principal: Principal, hit_id: UUID, wanted: ProposedVerdict, *, correlation_id: str) -> Row:
        """Propose a verdict, in the place of one that was. Raises NotFound, HitDecided, Forbidden for a machine."""
        principal.require_person("proposes a verdict on somebody")
        now = moment(await self._clocks.now_ms(principal.tenant_id))
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            require_open(_standing(await self._required(connection, principal, hit_id, lock=True)))
            await repository.propose(
                connection, tenant_id=principal.tenant_id, hit_id=hit_id, verdict=wanted.verdict, note=wanted.note,
                by=principal.subject, now=now,
            )  # fmt: skip
            await record(
                connection, principal, PROPOSE_ROUTE, resource=f"hits/{hit_id}", correlation_id=correlation_id,
                detail={"verdict": wanted.verdict.value, "note": wanted.note},
            )  # fmt: skip
            sides = await self._sides(connection, principal, hit_id)
        return await self._detail(principal, *sides)

    async def judge(self, principal: Principal, hit_id: UUID, judgement: VerdictJudgement, *, correlation_id: str) -> Row:
        """Let a proposal be the verdict, or take it away. A verdict ends payments that waited for it alone, in its transaction.

        Raises NotFound, HitDecided, NoVerdictProposed, VerdictChanged, OwnVerdict, or Forbidden for a machine.
        """
        principal.require_person("judges what somebody proposed")
        present = await self._clocks.present(principal.tenant_id)
        now, ended = moment(present.now_ms), Ended()
        named = {"tenant_id": principal.tenant_id, "hit_id": hit_id}
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            await party_repository.lock_verdicts(connection, principal.tenant_id)
            found = await self._required(connection, principal, hit_id, lock=True)
            require_judgeable(_standing(found), approve=judgement.approve, by=principal.subject, read_at=judgement.proposed_at)
            if judgement.approve:
                await repository.judge(connection, tenant_id=principal.tenant_id, hit_id=hit_id, by=principal.subject, now=now)
                ended = await end_decided(
                    connection, principal.tenant_id, hit_id, present=present, headers={"correlation_id": correlation_id}
                )
            else:
                await repository.propose(connection, **named, verdict=None, note=None, by=None, now=now)  # type: ignore[arg-type]
            await record(
                connection, principal, JUDGE_ROUTE, resource=f"hits/{hit_id}", correlation_id=correlation_id,
                detail={"approve": judgement.approve, "verdict": str(found["verdict"])} | ended.told(),
            )  # fmt: skip
            sides = await self._sides(connection, principal, hit_id)
        return await self._detail(principal, *sides)

    async def _sides(self, connection: AsyncConnection, principal: Principal, hit_id: UUID) -> tuple[Row, Row]:
        named = {"tenant_id": principal.tenant_id, "hit_id": hit_id}
        found = await self._required(connection, principal, hit_id)
        payments = await party_repository.payments(connection, **named, limit=SHOWN_PAYMENTS)  # type: ignore[arg-type]
        return found | {"payments": payments}, await repository.of_hit(connection, **named) or {}  # type: ignore[arg-type]

    async def _detail(self, principal: Principal, found: Row, sides: Row) -> Row:
        """Compare both sides, outside of any transaction; `why` is null while searches are not ready."""
        sealed, about = sides.get("sealed"), found["about"]
        [name] = self._people.names(
            principal.tenant_id, [(_text(found["customer_id"]), sealed if isinstance(sealed, bytes) else None)]
        )
        party = self._party_name(principal.tenant_id, found, sides.get("party"))
        entry = None if sides.get("document") is None else entry_of(sides["document"])
        asked, why = _asked(name if about == "customer" else party, about, sides), None
        if asked is not None and entry is not None and await self._compiled.is_ready(within_s=WHY_WAITS_S):
            why = await asyncio.to_thread(presented.why, asked, entry)
        return found | {
            "customer_name": name, "payee_name": party if about == "payee" else None,
            "payer_name": party if about == "payer" else None,
            "entry": None if entry is None else presented.entry_shown(entry), "why": why,
        }  # fmt: skip

    def _party_name(self, tenant_id: str, found: Row, sealed: object) -> str | None:
        if not isinstance(sealed, bytes) or sealed == NOT_NAMED:
            return None
        subject = sealed_under(tenant_id, customer_id=_text(found["customer_id"]), payer_id=_text(found["payer_id"]))
        fields = self._records.open(subject, sealed, kind=SCREENED_PARTY)
        return None if fields is None else str(fields["name"])

    @staticmethod
    async def _required(connection: AsyncConnection, principal: Principal, hit_id: UUID, *, lock: bool = False) -> Row:
        found = await repository.find_hit(connection, tenant_id=principal.tenant_id, hit_id=hit_id, lock=lock)
        if found is None:
            raise NotFound(f"there is no hit {hit_id}")
        return {name: value for name, value in found.items() if name != "digest"}


def _search(books: Sequence[Book], asked: Asked, threshold: float | None) -> list[presented.Shown]:
    return presented.search(books, asked, threshold=threshold, limit=MAX_HITS)


def _asked(name: str | None, about: object, sides: Row) -> Asked | None:
    """Return whom was asked for when the hit was found."""
    if name is None:
        return None
    if about != "customer":
        return asked_of_party(name, kind=_text(sides.get("party_kind")), country=_text(sides.get("country")))
    birth = sides.get("birth_year")
    return asked_of_customer(name, kind=str(sides.get("kind")), birth_year=birth if isinstance(birth, int) else None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _standing(row: Row) -> Standing:
    by, at = row["proposed_by"], row["proposed_at"]
    return Standing(HitStatus(str(row["status"])), None if by is None else str(by), at if isinstance(at, datetime) else None)
