"""Payments as they are posted right now, some of them planted: many strangers pay one account within seconds."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from bench.aml_traffic import ledger_event
from contracts.ledger_events import LedgerEvent
from contracts.topics import BANKING_TRANSACTIONS
from kit.kafka import producer, topic_name
from kit.localset.readiness import NotReady
from kit.settings import Kafka

TENANT = "bench"
# By the end of a whole run each has made some four payments.
ACCOUNTS, USUAL_PAYEES, NEW_PAYEES = 100_000, 5, 0.04
PAYERS = 5  # as many as make a finding of fan-in, and no more
TICK_S, TAIL_S = 0.05, 6.0
FLUSH_S = 30.0
CHANNELS = ("pix", "card", "ted", "boleto", "cash")
SHARES = (0.45, 0.38, 0.05, 0.1, 0.02)


@dataclass(slots=True)
class Planted:
    """Accounts that strangers paid, and when the broker was given the last of their payments (seconds since 1970)."""

    ended_s: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Traffic:
    """Ordinary payments of many accounts, each of which pays the same few others; and planted ones."""

    rng: np.random.Generator
    ours: frozenset[str] = field(init=False)
    _accounts: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._accounts = [str(uuid.UUID(int=(1 << 100) + number)) for number in range(ACCOUNTS)]
        self.ours = frozenset(self._accounts)

    def ordinary(self, count: int, *, at_ms: int) -> Iterator[LedgerEvent]:
        """Yield payments of one moment. Shops and strangers beyond the bank get most of it."""
        payers = self.rng.integers(0, ACCOUNTS, count).tolist()
        new, usual = self.rng.random(count) < NEW_PAYEES, self.rng.integers(0, USUAL_PAYEES, count).tolist()
        channels = self.rng.choice(CHANNELS, count, p=SHARES).tolist()
        amounts = np.exp(self.rng.normal(8.5, 1.2, count)).astype(np.int64).clip(1).tolist()
        ids = self.rng.bytes(16 * count)
        for row, payer in enumerate(payers):
            payee = f"p{self.rng.integers(10**9)}" if new[row] else f"p{(payer * 7 + usual[row]) % 100_000}"
            other = self._accounts[(payer * 13 + usual[row]) % ACCOUNTS] if channels[row] == "pix" and usual[row] < 2 else payee
            yield self._event(
                ids[16 * row : 16 * row + 16], at_ms, channel=channels[row], direction="debit", amount=amounts[row],
                account=self._accounts[payer], other=None if channels[row] == "cash" else other,
            )  # fmt: skip

    def stranger_pays(self, account: str, *, at_ms: int) -> LedgerEvent:
        """Return a payment of somebody new to an account."""
        return self._event(
            self.rng.bytes(16), at_ms, channel="pix", direction="credit", amount=45_000, account=account,
            other=f"q{uuid.UUID(bytes=self.rng.bytes(16)).hex}",
        )  # fmt: skip

    def _event(
        self, identity: bytes, at_ms: int, *, channel: str, direction: str, amount: int, account: str, other: str | None
    ) -> LedgerEvent:
        row = {
            "transaction_id": str(uuid.UUID(bytes=identity)), "event_time": at_ms, "channel": channel, "direction": direction,
            "amount_minor": amount, "customer_id": f"c{account[-8:]}", "account_id": account, "payee_id": other,
            "entry_mode": "app", "country": "BR",
        }  # fmt: skip
        return ledger_event(row, tenant_id=TENANT, ours=self.ours)


def offer(kafka: Kafka, traffic: Traffic, *, rate_per_s: int, lasts_s: float, schemes_per_s: float) -> Planted:
    """Put payments on the ledger's topic at a rate, and plant so many schemes a second among them; return when they ended.

    A scheme's payments are a tick apart. Ordinary payments go on for `TAIL_S` after the last scheme has begun: a window is
    told of once somebody has paid later. Raises NotReady when the broker does not take them.
    """
    encode = msgspec.json.Encoder().encode
    sink, name = producer(kafka, client="aml-load"), topic_name(kafka, BANKING_TRANSACTIONS)
    planted, under_way = Planted(), dict[str, int]()
    begun_s, sent, begun_schemes = time.monotonic(), 0, 0
    while (elapsed_s := time.monotonic() - begun_s) < lasts_s + TAIL_S:
        due = int(elapsed_s * rate_per_s) - sent
        at_ms = int(time.time() * 1000)
        for event in traffic.ordinary(max(due, 0), at_ms=at_ms):
            sink.produce(name, encode(event), TENANT)
        sent += max(due, 0)
        for account in list(under_way):
            sink.produce(name, encode(traffic.stranger_pays(account, at_ms=at_ms)), TENANT)
            under_way[account] += 1
            if under_way[account] == PAYERS:
                planted.ended_s[account] = time.time()
                del under_way[account]
        while elapsed_s < lasts_s and begun_schemes < elapsed_s * schemes_per_s:
            under_way[str(uuid.UUID(bytes=traffic.rng.bytes(16), version=4))] = 0
            begun_schemes += 1
        sink.poll(0)
        time.sleep(max(0.0, TICK_S - (time.monotonic() - begun_s - elapsed_s)))
    if sink.flush(FLUSH_S):
        raise NotReady(f"the broker did not take everything within {FLUSH_S:.0f} s")
    return planted
