"""Asking the graph: in threads of their own, so many at a time, and what comes back as answers show it."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from psycopg_pool import AsyncConnectionPool

from cases.graph import questions
from cases.graph.bounds import MAX_WINDOW_MS
from cases.graph.cycles import find_cycles
from cases.graph.model import DAY_MS, HOUR_MS, Flow
from cases.graph.paths import find_path
from cases.graph.reading import GraphReader, Reading
from cases.graph.tracing import MILLION, Trace
from kit.errors import NotFound
from kit.settings import Settings
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.edge.presented import moment
from serving.edge.principals import Principal
from serving.edge.schemas import with_offset
from serving.edge.warehouse import warehouse_reading
from serving.graph import repository

AT_ONCE = 4
DEFAULT_WINDOW_MS = 90 * DAY_MS
# Money is told apart by this rule, which cases/graph/tracing.py explains.
RULE = "traced-leaves-first"
Shown = dict[str, Any]
T = TypeVar("T")


class GraphService:
    """What the graph's routes do. All raise NoGraph, GraphAway, GraphNotBuilt, QuestionTooLarge, and NotInGraph."""

    def __init__(self, settings: Settings, warehouse: AsyncConnectionPool, *, clocks: TenantClocks) -> None:
        self._reader = GraphReader(settings, application="api")
        self._warehouse = warehouse
        self._clocks = clocks
        self._turns = asyncio.Semaphore(AT_ONCE)

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()

    async def neighbours(
        self, principal: Principal, *, account: str, start: datetime | None, end: datetime | None, hops: int, fan_out: int
    ) -> Shown:
        """Return who is around an account."""
        since, until = await self._window(principal, start, end)
        found = await self._ask(
            principal,
            lambda reading: questions.around(reading, account=account, since=since, until=until, hops=hops, fan_out=fan_out),
        )
        return {
            "nodes": found.nodes,
            "payments": [_pair(row) for row in found.payments],
            "links": [
                {"kind": link["kind"], "from_id": link["from"], "to_id": link["to"], **_seen(link)} for link in found.links
            ],
            "cut": found.cut,
        }

    async def path(
        self, principal: Principal, *, payer: str, payee: str, start: datetime | None, end: datetime | None, max_hops: int,
        fan_out: int,
    ) -> Shown:  # fmt: skip
        """Return a way of money from one account to another. Raises InvalidRequest where both are one."""
        if payer == payee:
            raise InvalidRequest("payee_account_id: the payer's own; ask for its cycles", field="payee_account_id")
        since, until = await self._window(principal, start, end)

        def ask(reading: Reading) -> Shown:
            for account in (payer, payee):
                questions.required_account(reading, account)
            found = find_path(reading, payer=payer, payee=payee, since=since, until=until, max_hops=max_hops, fan_out=fan_out)
            return {"payments": _payments(found.flows), "cut": found.cut}

        return await self._ask(principal, ask)

    async def cycles(
        self, principal: Principal, *, account: str, start: datetime | None, end: datetime | None, within_hours: int,
        keep_pct: int, max_hops: int, fan_out: int,
    ) -> Shown:  # fmt: skip
        """Return the rings through an account."""
        since, until = await self._window(principal, start, end)

        def ask(reading: Reading) -> Shown:
            questions.required_account(reading, account)
            found = find_cycles(
                reading, account=account, since=since, until=until, within_ms=within_hours * HOUR_MS, keep_pct=keep_pct,
                max_hops=max_hops, fan_out=fan_out,
            )  # fmt: skip
            items = [
                {"payments": _payments(ring), "returned_ppm": ring[-1].amount_minor * MILLION // ring[0].amount_minor}
                for ring in found.cycles
            ]
            return {"items": items, "cut": found.cut}

        return await self._ask(principal, ask)

    async def shared(self, principal: Principal, *, account: str, fan_out: int) -> Shown:
        """Return what an account's owners act from that others act from too."""
        rows = await self._ask(principal, lambda reading: questions.shared(reading, account=account, fan_out=fan_out))
        items = [
            {
                "kind": row["kind"].lower(), "id": row["id"], "customer_id": row["customer"], "users": row["users"],
                "others": [
                    {"customer_id": other["customer_id"], "account_ids": other["accounts"], **_seen(other)}
                    for other in row["others"]
                ],
            }
            for row in rows
        ]  # fmt: skip
        return {"items": items}

    async def trace(self, principal: Principal, *, transfer_id: str, within_hours: int, max_hops: int, fan_out: int) -> Shown:
        """Return where the money of a payment lies."""
        found = await self._ask(
            principal,
            lambda reading: questions.traced(
                reading, transfer_id=transfer_id, within_ms=within_hours * HOUR_MS, max_hops=max_hops, fan_out=fan_out
            ),
        )
        return _trace(found)

    async def structure(self, principal: Principal, *, account_id: str) -> Shown:
        """Return an account's place among all. Raises NotFound, MartNotBuilt, WarehouseAway."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            found = await repository.structure(connection, tenant_id=principal.tenant_id, account_id=account_id)
        if found is None:
            raise NotFound(f"nothing was found of account {account_id}: it paid and was paid nothing in the time looked at")
        return found

    async def score(self, principal: Principal, *, account_id: str) -> Shown:
        """Return an account's score and who made it. Raises NotFound, MartNotBuilt, WarehouseAway."""
        async with warehouse_reading(self._warehouse, principal.tenant_id) as connection:
            found = await repository.score(connection, tenant_id=principal.tenant_id, account_id=account_id)
        if found is None:
            raise NotFound(f"account {account_id} has no score: it paid and was paid nothing, or no network scored it yet")
        return found

    async def _ask(self, principal: Principal, question: Callable[[Reading], T]) -> T:
        def asked() -> T:
            with self._reader.of(principal.tenant_id) as reading:
                return question(reading)

        async with self._turns:
            return await asyncio.to_thread(asked)

    async def _window(self, principal: Principal, start: datetime | None, end: datetime | None) -> tuple[int, int]:
        """Return [since, until) in milliseconds: the last 90 days unless it is said. Raises InvalidRequest."""
        with_offset(start, "from_time")
        with_offset(end, "until_time")
        until = await self._clocks.now_ms(principal.tenant_id) + 1 if end is None else _ms(end)
        since = until - DEFAULT_WINDOW_MS if start is None else _ms(start)
        if not 0 <= until - since <= MAX_WINDOW_MS:
            raise InvalidRequest(f"from_time: at most {MAX_WINDOW_MS // DAY_MS} days before until_time", field="from_time")
        return since, until


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _payments(flows: Iterable[Flow]) -> list[Shown]:
    return [
        {
            "transfer_id": flow.transfer_id, "payer_account_id": flow.payer, "payee_account_id": flow.payee,
            "at": moment(flow.at), "amount_minor": flow.amount_minor, "currency": flow.currency, "purpose": flow.purpose,
        }
        for flow in flows
    ]  # fmt: skip


def _pair(row: Any) -> Shown:
    facts = {name: row[name] for name in ("currency", "payments", "amount_minor")}
    return {"payer_account_id": row["payer"], "payee_account_id": row["payee"], **facts, **_seen(row)}


def _seen(row: Any) -> Shown:
    return {"first_at": moment(row["first_at"]), "last_at": moment(row["last_at"])}


def _trace(found: Trace) -> Shown:
    [start] = _payments([found.start])
    hops: dict[int, int] = {}
    for place in found.places:
        hops[place.hop] = hops.get(place.hop, 0) + place.amount_minor
    return {
        "start": start,
        "rule": RULE,
        "hops": [
            {"hop": hop, "amount_minor": amount, "share_ppm": amount * MILLION // found.start.amount_minor}
            for hop, amount in sorted(hops.items())
        ],
        "places": [
            {
                "account_id": place.account, "hop": place.hop, "amount_minor": place.amount_minor,
                "share_ppm": place.share_ppm, "rest": str(place.rest),
            }
            for place in found.places
        ],
        "payments": [
            {"payment": _payments([each.flow])[0], "traced_minor": each.amount_minor, "hop": each.hop} for each in found.carried
        ],
        "cut": found.cut,
    }  # fmt: skip
