"""A process that posts without end through a gathering writer, and writes down what it asks and what it is answered.

Run as `python -m tests.ledger.crowd FOLDER NAME`. A process that was killed is followed by another of the same name: what was
asked and not answered is asked again, with the same ids and fields, before anything new.
"""

import asyncio
import json
import random
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contracts.ledger_events import Purpose
from kit.clock import SystemClock
from kit.postgres import SharedConnection, pool
from ledger.accounts import NewAccount
from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.writer import BatchingWriter, OutcomeUnknown, WriterBusy

TENANT = "one"
BUSY = 8
WORLD = uuid.UUID("0193f2aa-0000-7000-8000-000000000000")
# Two without a limit, and customers who cannot overdraw; the last may not be paid above what it owes.
ACCOUNTS = [
    NewAccount(
        account_id=uuid.uuid5(WORLD, f"account {number}"),
        tenant_id=TENANT,
        currency="BRL",
        owner_id=f"c{number}",
        debits_must_not_exceed_credits=2 <= number < 9,
        credits_must_not_exceed_debits=number == 9,
    )
    for number in range(10)
]


@dataclass(frozen=True)
class Asked:
    """Rows that were asked for together; one, or a linked pair."""

    rows: list[PostingRequest]

    @property
    def key(self) -> str:
        """What an answer is written down under."""
        return f"{self.rows[0].kind.value} {self.rows[0].transfer_id}"


FIELDS = ("kind", "transfer_id", "tenant_id", "occurred_at_ms", "amount_minor", "currency", "debit_account_id",
          "credit_account_id", "purpose", "reverses_id")  # fmt: skip


def encoded(asked: Asked) -> list[dict[str, Any]]:
    """The rows as JSON can carry them."""
    return [{name: None if (value := getattr(row, name)) is None else str(value) for name in FIELDS} for row in asked.rows]


def decoded(rows: list[dict[str, Any]]) -> Asked:
    """Read back what was written down."""

    def read(name: str, text: str) -> object:
        if name.endswith(("_ms", "_minor")):
            return int(text)
        if name.endswith("_id") and name != "tenant_id":
            return uuid.UUID(text)
        return {"kind": Kind, "purpose": Purpose}.get(name, str)(text)

    return Asked([PostingRequest(**{n: read(n, v) for n, v in row.items() if v is not None}) for row in rows])


class Notebook:
    """One line a question or an answer; a line that a kill has cut short is as if it were not there."""

    def __init__(self, path: Path) -> None:
        self.asked: dict[str, Asked] = {}
        self.answered: dict[str, list[dict[str, Any]]] = {}
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "asked" in said:
                self.asked[said["key"]] = decoded(said["asked"])
            else:
                self.answered.setdefault(said["key"], []).append(said)
        self._file = path.open("a")
        self._file.write("\n")  # after a line that was cut short

    def ask(self, asked: Asked) -> None:
        """Write down what is about to be sent."""
        self.asked[asked.key] = asked
        self._write({"key": asked.key, "asked": encoded(asked)})

    def answer(self, asked: Asked, results: list[PostingResult]) -> None:
        """Write down what came back."""
        told = [[result.outcome.value, result.code, result.field, result.status and result.status.value] for result in results]
        self.answered.setdefault(asked.key, []).append({"answer": told})
        self._write({"key": asked.key, "answer": told})

    def _write(self, said: dict[str, Any]) -> None:
        self._file.write(json.dumps(said) + "\n")
        self._file.flush()


class Somebody:
    """Asks for one thing after another, at random."""

    def __init__(self, writer: BatchingWriter, notes: Notebook, chance: random.Random) -> None:
        self._writer = writer
        self._notes = notes
        self._chance = chance

    async def settle(self, asked: Asked) -> None:
        """Send until an answer comes; nobody knows of an unknown outcome what became of it but by asking again."""
        while True:
            try:
                if len(asked.rows) > 1:
                    results = await self._writer.post_linked(asked.rows)
                else:
                    results = [await self._writer.post(asked.rows[0])]
            except (OutcomeUnknown, WriterBusy):
                continue
            self._notes.answer(asked, results)
            return

    async def do_something(self) -> None:
        """Something new, the end of a hold, a reversal, or something that was asked before."""
        chance, known = self._chance, list(self._notes.asked.values())
        what = chance.choice(["post"] * 5 + ["hold"] * 3 + ["pair"] * 2 + ["post_pending", "void_pending", "reversal", "again"])
        earlier = chance.choice(known[-200:]) if known else None
        if what == "again" and earlier is not None:
            await self.settle(earlier)
            return
        if earlier is None or what in ("post", "hold", "pair", "again"):
            kind = Kind.HOLD if what == "hold" else Kind.POST
            asked = Asked([self._fresh(kind) for _ in range(2 if what == "pair" else 1)])
        elif what == "reversal":
            asked = Asked([self._reversal(earlier.rows[0])])
        else:
            held = next((each.rows[0] for each in reversed(known[-100:]) if each.rows[0].kind is Kind.HOLD), earlier.rows[0])
            part = chance.choice([None, 1]) if what == "post_pending" else None
            asked = Asked([self._row(Kind(what), held.transfer_id, amount_minor=part, currency=None)])
        if asked.key in self._notes.asked:
            asked = self._notes.asked[asked.key]
        else:
            self._notes.ask(asked)
        await self.settle(asked)

    def _row(self, kind: Kind, transfer_id: uuid.UUID, **fields: Any) -> PostingRequest:
        now_ms = SystemClock().now_ms()
        given = {"currency": "BRL"} | fields
        return PostingRequest(kind=kind, transfer_id=transfer_id, tenant_id=TENANT, occurred_at_ms=now_ms, **given)

    def _fresh(self, kind: Kind) -> PostingRequest:
        debit, credit = self._chance.sample(ACCOUNTS, 2)
        return self._row(
            kind,
            uuid.uuid4(),
            amount_minor=self._chance.choice([1, 5, 20, 90]),
            debit_account_id=debit.account_id,
            credit_account_id=credit.account_id,
        )

    def _reversal(self, row: PostingRequest) -> PostingRequest:
        if row.debit_account_id is None:
            return self._fresh(Kind.POST)
        turned = replace(row, debit_account_id=row.credit_account_id, credit_account_id=row.debit_account_id)
        return self._row(
            Kind.POST,
            uuid.uuid4(),
            amount_minor=self._chance.choice([1, row.amount_minor]),
            debit_account_id=turned.debit_account_id,
            credit_account_id=turned.credit_account_id,
            purpose=Purpose.REVERSAL,
            reverses_id=row.transfer_id,
        )


async def run(folder: Path, name: str) -> None:
    """Post until the folder holds a file `stop`; then settle what is open and end."""
    notes = Notebook(folder / f"{name}.notes")
    chance = random.Random()
    dsn = (folder / "dsn").read_text()
    async with (
        pool(dsn, application="crowd", max_size=2) as connections,
        BatchingWriter(SharedConnection(connections), clock=SystemClock(), max_batch_rows=20) as writer,
    ):
        somebody = Somebody(writer, notes, chance)
        unknown = [asked for key, asked in notes.asked.items() if key not in notes.answered]
        await asyncio.gather(*(somebody.settle(asked) for asked in unknown))

        async def busy() -> None:
            while not (folder / "stop").exists():
                await somebody.do_something()

        await asyncio.gather(*(busy() for _ in range(BUSY)))


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
