"""What a batch of messages says of the graph: nodes, payments, links with the first and last moment they were seen. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from cases.graph.model import Kind
from contracts.decisions import DecisionRecord, LogRecord
from contracts.ledger_events import LedgerEvent, LedgerStatus, Purpose
from contracts.topics import BANKING_TRANSACTIONS, DECISIONS
from contracts.transactions import UNREADABLE, Channel, Transaction
from ledger.accounts import settlement_account, suspense_account, system_account

TOPICS = (BANKING_TRANSACTIONS, DECISIONS)
# Why money moves that somebody may follow. Interest, fees and openings are the bank's own.
FOLLOWED = frozenset({Purpose.TRANSFER, Purpose.REVERSAL, Purpose.ALLOCATION})
_OWN_CODES = ("opening", "micro-deposits")
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    BANKING_TRANSACTIONS: msgspec.json.Decoder(LedgerEvent),
    DECISIONS: msgspec.json.Decoder(LogRecord),
}
Row = dict[str, Any]


class Unreadable(ValueError):
    """A message that its topic's contract does not allow; the text says why."""


def decode(topic: str, payload: bytes | None) -> LedgerEvent | LogRecord:
    """Return a message of `topic` as its contract has it. Raises Unreadable."""
    if payload is None:
        raise Unreadable("the message has no value")
    try:
        found: LedgerEvent | LogRecord = _decoders[topic].decode(payload)
    except UNREADABLE as problem:
        raise Unreadable(str(problem)) from problem
    return found


@dataclass(slots=True)
class Batch:
    """What some messages say, each thing once. Links have (kind, tenant, from, to) as their key."""

    nodes: dict[tuple[Kind, str, str], Row] = field(default_factory=dict)
    flows: dict[tuple[str, str], Row] = field(default_factory=dict)
    links: dict[tuple[Kind, str, str, str], Row] = field(default_factory=dict)

    def node(self, kind: Kind, tenant_id: str, name: str, **facts: object) -> None:
        """Note a node; its facts follow from its id."""
        self.nodes.setdefault((kind, tenant_id, name), {"tenant_id": tenant_id, "id": name, **facts})

    def account(self, tenant_id: str, currency: str, name: str) -> None:
        """Note an account, and whether it is the bank's own."""
        self.node(Kind.ACCOUNT, tenant_id, name, bank=name in own_accounts(tenant_id, currency))

    def link(self, to_kind: Kind, tenant_id: str, source: str, target: str, *, at: int) -> None:
        """Note that a link was seen: of a customer to an account or a thing, or of an account to whom it names as payee."""
        row = self.links.setdefault(
            (to_kind, tenant_id, source, target),
            {"tenant_id": tenant_id, "from": source, "to": target, "first_at": at, "last_at": at},
        )
        row["first_at"], row["last_at"] = min(row["first_at"], at), max(row["last_at"], at)

    def without(self, people: Iterable[tuple[str, str]]) -> None:
        """Leave out customers who were erased, and whatever of this batch hangs on them alone."""
        gone = set(people)
        if not gone:
            return
        self.nodes = {key: row for key, row in self.nodes.items() if (key[1], key[2]) not in gone}
        self.links = {key: row for key, row in self.links.items() if not {(key[1], key[2]), (key[1], key[3])} & gone}
        linked = {(key[0], key[1], key[3]) for key in self.links}
        loose = (Kind.DEVICE, Kind.IP, Kind.CARD)
        self.nodes = {key: row for key, row in self.nodes.items() if key[0] not in loose or key in linked}


def gather(messages: Iterable[LedgerEvent | LogRecord]) -> Batch:
    """Return what messages say."""
    batch = Batch()
    for message in messages:
        if isinstance(message, LedgerEvent):
            _event(batch, message)
        elif isinstance(message, DecisionRecord):
            _intent(batch, message.transaction)
    return batch


def _event(batch: Batch, event: LedgerEvent) -> None:
    if event.status is not LedgerStatus.POSTED or event.purpose not in FOLLOWED:
        return
    payer, payee = event.debit_account_id, event.credit_account_id
    if payer is None or payee is None:
        return
    for name in (payer, payee):
        batch.account(event.tenant_id, event.currency, name)
    batch.flows.setdefault(
        (event.tenant_id, event.event_id),
        {
            "tenant_id": event.tenant_id, "event_id": event.event_id, "transfer_id": event.transfer_id, "payer": payer,
            "payee": payee, "at": event.occurred_at, "amount_minor": event.amount_minor, "currency": event.currency,
            "purpose": str(event.purpose),
        },
    )  # fmt: skip


def _intent(batch: Batch, wanted: Transaction) -> None:
    """Who wanted to pay whom, and from what: it is noted whatever was decided."""
    tenant, at = wanted.tenant_id, wanted.event_time
    if wanted.account_id is not None:
        batch.account(tenant, wanted.currency, wanted.account_id)
        for kind, name in ((Kind.PAYEE, wanted.payee_id), (Kind.MERCHANT, wanted.merchant_id)):
            if name is not None:
                batch.node(kind, tenant, name)
                batch.link(kind, tenant, wanted.account_id, name, at=at)
    if wanted.customer_id is None:
        return
    batch.node(Kind.CUSTOMER, tenant, wanted.customer_id)
    if wanted.account_id is not None:
        batch.link(Kind.ACCOUNT, tenant, wanted.customer_id, wanted.account_id, at=at)
    for kind, name in ((Kind.DEVICE, wanted.device_id), (Kind.IP, wanted.ip), (Kind.CARD, wanted.card_id)):
        if name is not None:
            batch.node(kind, tenant, name)
            batch.link(kind, tenant, wanted.customer_id, name, at=at)


@lru_cache(maxsize=4_096)
def own_accounts(tenant_id: str, currency: str) -> frozenset[str]:
    """Return the ids of the bank's own accounts through which a tenant's money comes and goes."""
    named = {"tenant_id": tenant_id, "currency": currency}
    own = [make(**named, channel=str(channel)) for make in (settlement_account, suspense_account) for channel in Channel]
    own += [system_account(tenant_id=tenant_id, currency=currency, code=code) for code in _OWN_CODES]
    return frozenset(str(account.account_id) for account in own)
