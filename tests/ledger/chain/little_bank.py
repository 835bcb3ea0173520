"""A little bank in which everything happens that a ledger books, and the means to seal it."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from contracts.ledger_events import Purpose
from kit.clock import ManualClock, SystemClock
from kit.ids import uuid7
from kit.postgres import connect
from kit.settings import Chain, PostgresServer
from ledger.accounts import NewAccount, open_accounts
from ledger.chain.keys import PrivateKeys
from ledger.chain.sealer import Sealer
from ledger.postings import Kind, PostingRequest, PostingResult
from ledger.repository import post_batch

START_MS = 1_750_000_000_000
TENANT = "demo"
# A search that ends at once, so that a test waits for nothing.
QUICK = Chain(block_ms=0, work_ms=1)


@dataclass
class LittleBank:
    """Four accounts in reais and one in dollars, of two tenants."""

    api: psycopg.Connection
    clock: ManualClock = field(default_factory=lambda: ManualClock(START_MS))
    source: uuid.UUID = field(default_factory=uuid.uuid4)
    first: uuid.UUID = field(default_factory=uuid.uuid4)
    second: uuid.UUID = field(default_factory=uuid.uuid4)
    elsewhere: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        made = [
            NewAccount(account_id=self.source, tenant_id=TENANT, currency="BRL", owner_id="bank"),
            NewAccount(account_id=self.first, tenant_id=TENANT, currency="BRL", owner_id="c1"),
            NewAccount(account_id=self.second, tenant_id=TENANT, currency="BRL", owner_id="c2"),
            NewAccount(account_id=self.elsewhere, tenant_id="other", currency="USD", owner_id="c3"),
        ]
        open_accounts(self.api, made, now_ms=self.clock.now_ms())

    def request(self, kind: Kind = Kind.POST, **fields: object) -> PostingRequest:
        """A transfer of 100 from the first account to the second, but for what `fields` say."""
        known = {
            "kind": kind, "transfer_id": uuid7(self.clock), "tenant_id": TENANT, "occurred_at_ms": self.clock.now_ms() - 5,
            "amount_minor": 100, "currency": "BRL", "debit_account_id": self.first, "credit_account_id": self.second,
            "answer": b'{"verdict":"allow"}', "door": "rpc",
        }  # fmt: skip
        return PostingRequest(**{**known, **fields})  # type: ignore[arg-type]

    def post(self, *requests: PostingRequest) -> list[PostingResult]:
        """Post one batch, a second later than the last."""
        self.clock.advance(1_000)
        return post_batch(self.api, requests, now_ms=self.clock.now_ms())

    def end(self, kind: Kind, transfer_id: uuid.UUID, amount_minor: int | None = None) -> PostingResult:
        """End a hold."""
        [result] = self.post(
            PostingRequest(
                kind=kind,
                transfer_id=transfer_id,
                tenant_id=TENANT,
                occurred_at_ms=self.clock.now_ms(),
                amount_minor=amount_minor,
            )
        )
        return result

    def funds(self) -> uuid.UUID:
        """Give the first account 10,000."""
        given = self.request(
            debit_account_id=self.source,
            credit_account_id=self.first,
            amount_minor=10_000,
            purpose=Purpose.OPENING,
            answer=None,
        )
        self.post(given)
        return given.transfer_id

    def everything(self) -> dict[str, uuid.UUID]:
        """Book one transfer of each kind there is; returns them by what became of them."""
        found = {"posted": self.funds()}
        hold = {"expires_at_ms": self.clock.now_ms() + 60_000, "reason": "looked-at"}
        for name in ("held", "posted whole", "posted in part", "voided", "expired"):
            request = self.request(Kind.HOLD, **hold)
            found[name] = request.transfer_id
            self.post(request)
        self.end(Kind.POST_PENDING, found["posted whole"])
        self.end(Kind.POST_PENDING, found["posted in part"], 40)
        self.end(Kind.VOID_PENDING, found["voided"])
        at_once = self.request(Kind.HOLD, reason="short")
        ended = PostingRequest(
            kind=Kind.POST_PENDING, transfer_id=at_once.transfer_id, tenant_id=TENANT, occurred_at_ms=self.clock.now_ms()
        )
        self.post(at_once, ended)
        found["held and posted at once"] = at_once.transfer_id
        original = self.request(door="kafka")
        back = {
            "purpose": Purpose.REVERSAL,
            "debit_account_id": self.second,
            "credit_account_id": self.first,
            "amount_minor": 30,
        }
        self.post(original, self.request(reverses_id=original.transfer_id, **back))
        reversal = self.request(reverses_id=original.transfer_id, **back)
        self.post(reversal)
        linked = [self.request(group=1), self.request(group=1)]
        self.post(*linked)
        denied = self.request(Kind.DENY, reason='"said"\n\\ é', answer=b"\x00\xff")
        failed = self.request(amount_minor=7, currency="USD")
        abroad = self.request(
            Kind.OBSERVE,
            tenant_id="other",
            currency="USD",
            debit_account_id=self.elsewhere,
            credit_account_id=None,
            answer=None,
        )
        self.post(denied, failed, abroad)
        self.clock.advance(120_000)
        self.end(Kind.EXPIRE, found["expired"])
        still = self.request(Kind.HOLD, reason="still looked at")
        self.post(still)
        return found | {
            "reversed": original.transfer_id,
            "reversal": reversal.transfer_id,
            "linked": linked[0].transfer_id,
            "denied": denied.transfer_id,
            "failed": failed.transfer_id,
            "observed": abroad.transfer_id,
            "held": still.transfer_id,
        }


def sealer_of(sealing: psycopg.Connection, folder: Path, bank: LittleBank, *, chain: Chain = QUICK) -> Sealer:
    """The sealer of a bank, with keys and anchor in `folder`."""
    return Sealer(sealing, keys=PrivateKeys(folder / "keys"), anchor=folder / "anchor.json", chain=chain, clock=bank.clock)


def seal_as_it_is(core: PostgresServer, folder: Path) -> None:
    """Put all that a core has booked into a block, with keys and anchor in `folder`."""
    with connect(core.dsn("postgres"), application="test-sealer") as sealing:
        sealing.execute("set role sealer")
        sealer = Sealer(
            sealing, keys=PrivateKeys(folder / "keys"), anchor=folder / "anchor.json", chain=QUICK, clock=SystemClock()
        )
        assert sealer.seal()
        assert sealer.gather()
