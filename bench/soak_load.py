"""What a soak asks over HTTP: customers, accounts, transfers, reading, and the same again; and what it was answered.

Whatever has no answer (the API was killed, a lease is still held, something is away) is asked again under its own key until it
has one, as the API's users are told to do.
"""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from kit.ids import uuid7

CLIENTS = 16
CUSTOMERS = 40
MAX_AMOUNT_MINOR = 500
ANSWER_S = 15.0
PAUSE_S = 0.2
GIVE_UP_S = 180.0
KEPT_TO_REPEAT = 2_000
_MIX = (
    ("transfer",) * 60
    + ("balance",) * 12
    + ("entries",) * 6
    + ("read",) * 8
    + ("again",) * 10
    + ("other",) * 2
    + ("account",) * 2
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said."""

    status: int
    text: str

    def json(self) -> dict[str, Any]:
        """Return the body."""
        return dict(json.loads(self.text))


class SoakFailed(AssertionError):
    """The API said something that cannot be true, or said nothing for too long."""


@dataclass(slots=True)
class Told:
    """What came back: `posted` are the transfers that were said to have moved money, by key."""

    operations: int = 0
    repeated: int = 0
    seconds: float = 0.0
    posted: dict[str, str] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    latencies_ms: list[float] = field(default_factory=list)


class Soak:
    """One partner's many users. `operations` are shared out among `CLIENTS`; `told` says what came of them."""

    def __init__(self, url: str, key: str, *, chance: random.Random) -> None:
        self.told = Told()
        self._url, self._key = url, key
        self._client: aiohttp.ClientSession
        self._chance = chance
        self._accounts: list[str] = []
        self._made: list[str] = []
        self._repeatable: list[tuple[str, dict[str, object], int, str]] = []

    async def open(self) -> list[str]:
        """Make customers with an account each, and return the accounts; somebody gives them money."""
        self._client = aiohttp.ClientSession(
            self._url,
            headers={"X-Api-Key": self._key, "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(ANSWER_S),
        )
        for number in range(CUSTOMERS):
            customer_id = f"soak-{uuid7()}-{number}"
            await self._until_answered("POST", "/v1/customers", {"customer_id": customer_id}, taken=409)
            self._made.append(customer_id)
            await self._open_account(customer_id)
        return list(self._accounts)

    async def run(self, operations: int) -> Told:
        """Carry out so many operations. Raises SoakFailed."""
        started_s = time.monotonic()
        left = iter(range(operations))

        async def client() -> None:
            for _ in left:
                await self._one()
                self.told.operations += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(client())
        self.told.seconds = time.monotonic() - started_s
        await self._client.close()
        return self.told

    async def _one(self) -> None:
        what = self._chance.choice(_MIX)
        account = self._chance.choice(self._accounts)
        if what in ("again", "other") and self._repeatable:
            await self._again(other=what == "other")
        elif what == "account":
            await self._open_account(self._chance.choice(self._made))
        elif what == "balance":
            await self._until_answered("GET", f"/v1/accounts/{account}/balance")
        elif what == "entries":
            await self._until_answered("GET", f"/v1/accounts/{account}/entries?limit=20")
        elif what == "read" and self._repeatable:
            *_, transfer_id = self._chance.choice(self._repeatable)
            answer = await self._until_answered("GET", f"/v1/transfers/{transfer_id}")
            if answer.status != 200:
                raise SoakFailed(f"transfer {transfer_id} was answered and is not there: {answer.text}")
        else:
            await self._transfer()

    async def _open_account(self, customer_id: str) -> None:
        wanted: dict[str, object] = {"customer_id": customer_id, "currency": "BRL"}
        answer = await self._until_answered("POST", "/v1/accounts", wanted, key=str(uuid7()))
        if answer.status != 201:
            raise SoakFailed(f"no account was opened: {answer.text}")
        self._accounts.append(answer.json()["account_id"])

    async def _transfer(self) -> None:
        debit, credit = self._chance.sample(self._accounts[: CUSTOMERS * 2], 2)
        body: dict[str, object] = {
            "debit_account_id": debit,
            "credit_account_id": credit,
            "amount": {"amount_minor": self._chance.randint(1, MAX_AMOUNT_MINOR), "currency": "BRL"},
            "channel": "pix",
        }
        key = str(uuid7())
        answer = await self._until_answered("POST", "/v1/transfers", body, key=key)
        if answer.status == 201:
            transfer_id = answer.json()["id"]
            self.told.posted[key] = transfer_id
            kept = (key, body, answer.status, transfer_id)
            if len(self._repeatable) < KEPT_TO_REPEAT:
                self._repeatable.append(kept)
            else:
                self._repeatable[self._chance.randrange(KEPT_TO_REPEAT)] = kept

    async def _again(self, *, other: bool) -> None:
        key, body, status, transfer_id = self._chance.choice(self._repeatable)
        if other:
            answer = await self._until_answered("POST", "/v1/transfers", body | {"device_id": "other"}, key=key)
            if answer.status != 422:
                raise SoakFailed(f"another request under a used key was answered {answer.status}: {answer.text}")
            return
        answer = await self._until_answered("POST", "/v1/transfers", body, key=key)
        if (answer.status, answer.json().get("id")) != (status, transfer_id):
            raise SoakFailed(f"the answer to {key} changed from {status} {transfer_id} to {answer.text}")

    async def _until_answered(
        self, method: str, path: str, body: dict[str, object] | None = None, *, key: str | None = None, taken: int | None = None
    ) -> Answer:
        """Ask until there is an answer of substance. `taken` is what a write without a key answers when it had been done."""
        headers = {} if key is None else {"Idempotency-Key": key}
        content = None if body is None else json.dumps(body)
        deadline_s = time.monotonic() + GIVE_UP_S
        last = "no answer"
        while time.monotonic() < deadline_s:
            sent_s = time.perf_counter()
            try:
                async with self._client.request(method, path, data=content, headers=headers) as response:
                    answer = Answer(response.status, await response.text())
            except (aiohttp.ClientError, TimeoutError) as problem:
                last = repr(problem)
            else:
                code = answer.json().get("code") if answer.status >= 400 else None
                self.told.statuses[f"{answer.status} {code or ''}".strip()] += 1
                if answer.status == 500 or (answer.status == 401):
                    raise SoakFailed(f"{method} {path}: {answer.text}")
                if answer.status not in (429, 503) and (code != "transfer-in-progress"):
                    self.told.latencies_ms.append((time.perf_counter() - sent_s) * 1_000)
                    return answer
                last = answer.text
            self.told.repeated += 1
            await asyncio.sleep(PAUSE_S)
        raise SoakFailed(f"{method} {path} had no answer within {GIVE_UP_S} s: {last}")
