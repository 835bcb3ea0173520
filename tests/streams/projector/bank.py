"""A small bank with a random history, its events carried to the topic as the relay carries them, and what the ledger says."""

import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from contracts.ledger_events import Purpose
from contracts.sealed import PERSON, PERSON_FIELDS
from contracts.topics import BANKING_TRANSACTIONS
from kit.clock import SystemClock
from kit.ids import uuid7
from kit.postgres import connect
from kit.settings import PostgresServer, Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from ledger.accounts import NewAccount, open_accounts, system_account
from ledger.postings import Kind, PostingRequest, Status
from ledger.repository import post_batch
from tests.streams.conftest import Traffic

CLOCK = SystemClock()
CUSTOMERS = 4
# How often each thing happens. The end of a hold, whole or in part, and a reversal need one to begin with.
KINDS = {"post": 8, "hold": 4, "end": 4, "reversal": 2, "linked": 2, "deny": 1, "fee": 2, "unlikely": 1}
_ENTRIES = """
select e.tenant_id, e.account_id::text, e.version, e.transfer_id::text, e.delta_minor, e.balance_after_minor, e.booked_at,
    e.value_at
from ledger.entry e join ledger.account a on a.id = e.account_id
where a.code is null order by e.account_id, e.version
"""
_MOVEMENTS = """
select tenant_id, account_id::text, sequence, transfer_id::text, amount_minor, balance_after_minor, booked_at, value_at
from read_model.movement m join read_model.serving s using (generation) order by account_id, sequence
"""
_STANDINGS = (
    "select id::text, version, credits_posted_minor - debits_posted_minor from ledger.account where version > 0 order by id"
)
_BALANCES = """
select account_id::text, sequence, balance_minor from read_model.balance join read_model.serving using (generation)
order by account_id
"""


def rows(server: PostgresServer, query: str, *parameters: object) -> list[tuple]:
    with psycopg.connect(server.dsn("postgres")) as connection:
        return connection.execute(query, parameters).fetchall()


def records_of(environment: dict[str, str]) -> SealedRecords:
    """What seals people for the processes that run in this environment."""
    return SealedRecords(local_keys(Settings(var=Path(environment["BAAS_VAR"]))))


@dataclass
class Bank:
    """Four customers with an account each, the bank's own accounts, and a topic."""

    core: PostgresServer
    warehouse: PostgresServer
    traffic: Traffic
    records: SealedRecords
    tenant_id: str = "demo"
    accounts: list[uuid.UUID] = field(default_factory=list)
    holds: list[uuid.UUID] = field(default_factory=list)
    posted: list[tuple[uuid.UUID, uuid.UUID, uuid.UUID, int]] = field(default_factory=list)
    carried: int = 0

    def open(self) -> "Bank":
        self.accounts = [uuid.uuid4() for _ in range(CUSTOMERS)]
        own = [
            NewAccount(
                account_id=a,
                tenant_id=self.tenant_id,
                currency="BRL",
                owner_id=f"c{n}",
                debits_must_not_exceed_credits=True,
            )
            for n, a in enumerate(self.accounts)
        ]
        banks = [
            system_account(tenant_id=self.tenant_id, currency="BRL", code=code)
            for code in ("settlement:pix", "fees", "opening")
        ]
        self.pix, self.fees, self.opening = (account.account_id for account in banks)
        with self.connect() as connection:
            open_accounts(connection, [*own, *banks], now_ms=CLOCK.now_ms())
        with psycopg.connect(self.core.dsn("postgres")) as connection:
            for n, account_id in enumerate(self.accounts):
                connection.execute("insert into bank.customer values (%s, %s)", (self.tenant_id, f"c{n}"))
                told = dict.fromkeys(PERSON_FIELDS) | {"full_name": f"João da Conceição {n}"}
                sealed = self.records.seal(Subject(self.tenant_id, f"c{n}"), told, kind=PERSON)
                connection.execute(
                    "insert into bank.person (tenant_id, customer_id, sealed) values (%s, %s, %s)",
                    (self.tenant_id, f"c{n}", sealed),
                )
                connection.execute(
                    "insert into bank.account (account_id, tenant_id, customer_id, currency) values (%s, %s, %s, 'BRL')",
                    (account_id, self.tenant_id, f"c{n}"),
                )
        self.post([self.posting(self.opening, a, 100_000, purpose=Purpose.OPENING) for a in self.accounts])
        return self

    def connect(self) -> psycopg.Connection:
        return connect(self.core.dsn("api"), application="test")

    def posting(self, debit: uuid.UUID, credit: uuid.UUID, amount_minor: int, **more) -> PostingRequest:
        return PostingRequest(
            kind=more.pop("kind", Kind.POST),
            transfer_id=more.pop("transfer_id", None) or uuid7(CLOCK),
            tenant_id=self.tenant_id,
            occurred_at_ms=more.pop("occurred_at_ms", CLOCK.now_ms()),
            amount_minor=amount_minor,
            currency="BRL",
            debit_account_id=debit,
            credit_account_id=credit,
            **more,
        )

    def post(self, requests: list[PostingRequest]) -> list[str | None]:
        with self.connect() as connection:
            results = post_batch(connection, requests, now_ms=CLOCK.now_ms())
        for request, result in zip(requests, results, strict=True):
            if result.status is Status.HELD:
                self.holds.append(request.transfer_id)
            elif result.moved and request.debit_account_id and request.purpose is Purpose.TRANSFER:
                self.posted.append(
                    (request.transfer_id, request.debit_account_id, request.credit_account_id, request.amount_minor or 0)
                )
        return [result.status for result in results]

    def live(self, chance: random.Random, *, batches: int) -> None:
        """Post some random batches."""
        for _ in range(batches):
            requests: list[PostingRequest] = []
            for group in range(chance.randrange(1, 20)):
                requests += self._some(chance, group)
            self.post(requests)

    def carry(self) -> None:
        """Bring what is in the outbox to the topic, once and in order, beside a transaction that is given up."""
        found = rows(
            self.core,
            "select id, payload from outbox.event where topic = %s and id > %s order by id",
            BANKING_TRANSACTIONS,
            self.carried,
        )
        if found:
            self.carried = found[-1][0]
            payloads = [bytes(payload) for _, payload in found]
            self.traffic.send_in_transaction(BANKING_TRANSACTIONS, payloads[: len(payloads) // 2], commit=False)
            self.traffic.send_in_transaction(BANKING_TRANSACTIONS, payloads, commit=True)

    def _some(self, chance: random.Random, group: int) -> list[PostingRequest]:
        one, other = chance.sample([*self.accounts, self.pix], 2)
        amount_minor = chance.randrange(1, 3_000)
        [kind] = chance.choices(list(KINDS), KINDS.values())
        if kind == "hold":
            expires_ms = CLOCK.now_ms() + chance.choice([-1, 10**6])
            return [self.posting(one, other, amount_minor, kind=Kind.HOLD, expires_at_ms=expires_ms)]
        if kind == "end" and self.holds:
            ending = chance.choice([Kind.POST_PENDING, Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE])
            return [
                PostingRequest(
                    kind=ending,
                    transfer_id=chance.choice(self.holds),
                    tenant_id=self.tenant_id,
                    occurred_at_ms=CLOCK.now_ms(),
                    amount_minor=chance.choice([None, 1]) if ending is Kind.POST_PENDING else None,
                )
            ]
        if kind == "reversal" and self.posted:
            first, debit, credit, whole = chance.choice(self.posted)
            part = chance.randrange(1, whole + 1)
            return [self.posting(credit, debit, part, purpose=Purpose.REVERSAL, reverses_id=first)]
        if kind == "linked":
            back = chance.choice([amount_minor, 10**9])  # the second of them may break the whole group
            return [self.posting(one, other, amount_minor, group=group), self.posting(other, one, back, group=group)]
        if kind == "deny":
            return [self.posting(one, other, amount_minor, kind=Kind.DENY, reason="no")]
        if kind == "fee":
            return [self.posting(chance.choice(self.accounts), self.fees, 99, purpose=Purpose.FEE)]
        if kind == "unlikely":
            return [self.posting(one, other, 10**9)]
        return [self.posting(one, other, amount_minor)]

    def is_projected(self) -> bool:
        return rows(self.warehouse, _BALANCES) == rows(self.core, _STANDINGS)

    def check(self) -> None:
        """The read model says of every account what the ledger says, movement by movement, and spending adds up to it."""
        assert rows(self.warehouse, _BALANCES) == rows(self.core, _STANDINGS)
        entries, movements = rows(self.core, _ENTRIES), rows(self.warehouse, _MOVEMENTS)
        assert movements == entries
        assert rows(
            self.warehouse,
            "select account_id::text, sum(received_minor - spent_minor), sum(received_count + spent_count) "
            "from read_model.spending join read_model.serving using (generation) group by 1 order by 1",
        ) == rows(
            self.core,
            "select e.account_id::text, sum(e.delta_minor), count(*) from ledger.entry e "
            "join ledger.account a on a.id = e.account_id "
            "where a.code is null group by 1 order by 1",
        )
