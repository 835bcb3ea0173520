"""The intake: take decisions in order, post a batch, then move Kafka's offset. A replay is answered `duplicate` row by row."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg
from confluent_kafka import Consumer, Message, TopicPartition
from prometheus_client import Counter, Gauge

from contracts.topics import DECISIONS, topics
from kit import kafka as kit_kafka
from kit.clock import Clock
from kit.log import get_logger
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from kit.subject_keys import local_keys
from ledger.postings import InvalidPosting, Outcome, PostingResult
from ledger.repository import post_batch
from streams.intake.decisions import InboundDecision, Unreadable, read
from streams.intake.listed import Listed, hold_back
from streams.intake.payers import KnownPayer, Payers, Payment, Stands
from streams.intake.put_aside import ASIDE, Aside, put_aside
from streams.intake.repository import CustomerAccounts, SettlementAccounts
from streams.intake.requests import named_accounts, request, settlement_needed
from streams.intake.screening import Screening
from streams.intake.second_look import SecondLook
from streams.intake.suspense import suspend, uncredited
from streams.refusals import Refusals

PROCESS = "intake"
BATCH_MESSAGES = 1_000
WAIT_S = 0.2
# How long the group waits for a member that died; the shortest that the broker allows.
SESSION_MS = 6_000
HEARTBEAT_MS = 2_000
MALFORMED = "malformed"
UNPOSTABLE = "unpostable"

_PASSED_ON = frozenset(topics()[DECISIONS].headers) - {"duration_us"}
_outcomes = Counter("baas_intake_decisions_total", "Inbound decisions by what the ledger answered", ["outcome"])
_suspended = Counter("baas_intake_suspended_total", "Inbound payments that could not be credited and lie in suspense")
_lag = Gauge("baas_intake_lag_messages", "Messages between the intake and the log's end")

_Entry = tuple[Message, InboundDecision]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of accounts, and who looks at payers."""

    customers: CustomerAccounts
    settlements: SettlementAccounts
    payers: Payers


class Intake:
    """Posts what the inbound door let in."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle, clock: Clock) -> None:
        self._settings = settings
        self._lifecycle = lifecycle
        self._clock = clock
        self._refusals = Refusals(settings.kafka, process=PROCESS)
        self._lag: int | None = None
        self._second_look: SecondLook | None = None

    def facts(self) -> dict[str, object]:
        """Lag, and how many payments wait in suspense for a look at their payer, for the health port."""
        return {"lag": self._lag, "waiting": None if self._second_look is None else self._second_look.waiting}

    def run(self) -> None:
        """Post until asked to end. Raises when the broker or the database does; the next start goes on from the offset."""
        consumer = kit_kafka.consumer(
            self._settings.kafka,
            group=PROCESS,
            client=PROCESS,
            **{"session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS},
        )
        with (
            connect(self._settings.core.dsn("intake"), application=PROCESS) as connection,
            closing(Screening(connection, keys=lambda: local_keys(self._settings))) as screening,
        ):
            payers = Payers(connection, screening=screening)
            self._second_look = SecondLook(connection, payers)
            known = _Known(CustomerAccounts(connection), SettlementAccounts(connection), payers)
            consumer.subscribe(
                [kit_kafka.topic_name(self._settings.kafka, DECISIONS)], on_assign=lambda *_: self._lifecycle.ready()
            )
            try:
                while self._lifecycle.running:
                    self._step(consumer, connection, known)
                    self._second_look.when_due(now_ms=self._clock.now_ms())
            finally:
                consumer.close()

    def _step(self, consumer: Consumer, connection: psycopg.Connection, known: _Known) -> None:
        messages = kit_kafka.take(consumer, at_most=BATCH_MESSAGES, wait_s=WAIT_S)
        if not messages:
            return
        entries = self._read(messages)
        self._post(connection, known, entries)
        self._refusals.settle()
        self._commit(consumer, messages)

    def _read(self, messages: list[Message]) -> list[_Entry]:
        entries: list[_Entry] = []
        for message in messages:
            try:
                decision = read(message.value())
            except Unreadable as problem:
                self._refusals.refuse(message, topic=DECISIONS, reason=MALFORMED, detail=str(problem))
                continue
            if decision is not None:
                entries.append((message, decision))
        return entries

    def _post(self, connection: psycopg.Connection, known: _Known, entries: list[_Entry]) -> None:
        """Post a batch; one that cannot be posted is halved, in order, until the decision that is the cause stands alone."""
        if not entries:
            return
        known.customers.learn(named_accounts(decision.transaction for _, decision in entries))
        now_ms = self._clock.now_ms()
        requests = [
            request(decision, is_ours=known.customers.is_ours, headers=_passed_on(message), now_ms=now_ms)
            for message, decision in entries
        ]
        payments = [
            Payment(posting, decision.transaction, decision.place)
            for posting, (_, decision) in zip(requests, entries, strict=True)
        ]
        through = [settlement_needed(payment.request, payment.transaction) for payment in payments]
        try:
            known.settlements.open([account for account in through if account is not None], now_ms=now_ms)
            results = self._carry_out(connection, known.payers, payments, now_ms=now_ms)
        except (InvalidPosting, psycopg.DataError, psycopg.IntegrityError) as problem:
            if len(entries) > 1:
                middle = len(entries) // 2
                self._post(connection, known, entries[:middle])
                self._post(connection, known, entries[middle:])
                return
            self._refusals.refuse(entries[0][0], topic=DECISIONS, reason=UNPOSTABLE, detail=str(problem))
            return
        for result in results:
            _outcomes.labels(result.outcome).inc()
            if result.outcome is Outcome.CONFLICT:
                get_logger().error(
                    "the ledger knows this transfer otherwise", transfer=str(result.transfer_id), field=result.field
                )

    @staticmethod
    def _carry_out(
        connection: psycopg.Connection, payers: Payers, payments: list[Payment], *, now_ms: int
    ) -> list[PostingResult]:
        """Keep back what comes from payers who may be listed or have to be looked at, and post the rest.

        What cannot be credited goes to suspense.
        """
        known = payers.look(payments, now_ms=now_ms)
        asides = [
            Aside(at, payments[at], payer, problem) for stands, problem in ASIDE.items() for at, payer in _who(known, stands)
        ]
        aside, suspended = put_aside(connection, asides, now_ms=now_ms)
        listed = [Listed(at, payments[at], payer) for at, payer in _who(known, Stands.LISTED)]
        kept = hold_back(connection, listed, now_ms=now_ms)
        results = aside | kept.results
        rest = [at for at in range(len(payments)) if at not in results]
        answers = post_batch(connection, [payments[at].request for at in rest], now_ms=now_ms) if rest else []
        results |= dict(zip(rest, answers, strict=True))
        lost = uncredited(
            [payment.request for payment in payments],
            [str(payment.transaction.channel) for payment in payments],
            [None if payer is None else payer.party_id for payer in known],
            [results[at] for at in range(len(payments))],
        )
        _suspended.inc(suspended + kept.suspended + suspend(connection, lost, now_ms=now_ms))
        return [results[at] for at in range(len(payments))]

    def _commit(self, consumer: Consumer, messages: list[Message]) -> None:
        after = {(message.topic(), message.partition()): message.offset() + 1 for message in messages}
        positions = [TopicPartition(topic, partition, offset) for (topic, partition), offset in after.items()]
        consumer.commit(offsets=positions, asynchronous=True)
        lag = 0
        for position in positions:
            ends = consumer.get_watermark_offsets(position, cached=True)
            lag += max(0, ends[1] - position.offset) if ends else 0
        self._lag = lag
        _lag.set(lag)


def _who(known: Sequence[KnownPayer | None], stands: Stands) -> list[tuple[int, KnownPayer]]:
    return [(at, payer) for at, payer in enumerate(known) if payer is not None and payer.stands is stands]


def _passed_on(message: Message) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in message.headers() or () if name in _PASSED_ON and value}
