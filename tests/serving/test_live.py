"""The live feed: what is decided shows within a moment, for its own tenant, and a slow reader is let go."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.decisions import Verdict
from contracts.ledger_events import LedgerStatus
from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS
from kit.clock import ManualClock
from kit.kafka import producer, topic_name
from serving.live.hub import ALLOWED_SHOWN_PER_S, MAX_READERS_OF_A_TENANT, LiveEvent, LiveHub, TooManyReaders
from serving.live.statistics import LiveStatistics
from tests.serving.conftest import Server, eventually

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"


def example(topic: str) -> dict:
    return json.loads((EXAMPLES / f"{topic}.json").read_text())[0]


class Feed(threading.Thread):
    """Reads the feed in a thread and keeps what came."""

    def __init__(self, api: Server, tenant_id: str) -> None:
        super().__init__(daemon=True)
        self.client = api.browser("risk", tenant_id)
        self.events: list[tuple[str, dict]] = []
        self.opened = threading.Event()
        self.stop = threading.Event()

    def run(self) -> None:
        with self.client.stream("GET", "/v1/live") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            self.opened.set()
            name = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line[6:])))
                if self.stop.is_set():
                    return

    def named(self, name: str) -> list[dict]:
        return [data for event, data in list(self.events) if event == name]


@pytest.fixture
def feeds(api: Server) -> Iterator[tuple[Feed, Feed]]:
    mine, theirs = Feed(api, "demo"), Feed(api, "other")
    mine.start()
    theirs.start()
    assert mine.opened.wait(60)
    assert theirs.opened.wait(60)
    yield mine, theirs
    for feed in (mine, theirs):
        feed.stop.set()
        feed.join(10)
        assert not feed.is_alive()


def test_decisions_and_alerts_reach_their_own_tenant_and_nobody_else(api, feeds):
    mine, theirs = feeds
    decision, alert, booked = example(DECISIONS), example(ALERTS), example(BANKING_TRANSACTIONS)
    assert (booked["status"], booked["tenant_id"]) == ("posted", "demo")
    sink = producer(api.settings.kafka, client="test")

    def publish() -> bool:
        # The tail begins at the end, so what is published before it is there is not shown: publish until something is.
        sink.produce(topic_name(api.settings.kafka, DECISIONS), json.dumps(decision), headers=[("duration_us", b"812")])
        sink.produce(topic_name(api.settings.kafka, DECISIONS), b"not json")
        sink.produce(topic_name(api.settings.kafka, ALERTS), json.dumps(alert))
        for change in ({}, {"status": "failed"}, {"status": "held"}, {"purpose": "opening"}):
            sink.produce(topic_name(api.settings.kafka, BANKING_TRANSACTIONS), json.dumps(booked | change))
        sink.produce(topic_name(api.settings.kafka, BANKING_TRANSACTIONS), b"{}")
        sink.flush(5)
        return bool(mine.named("decision") and mine.named("alert"))

    eventually(publish)
    shown = mine.named("decision")[0]
    assert shown["transaction_id"] == decision["transaction"]["transaction_id"]
    assert (shown["verdict"], shown["latency_us"], shown["amount_minor"]) == ("allow", 812, 125000)
    assert mine.named("alert")[0] == alert
    stats = eventually(lambda: [s for s in mine.named("stats") if s["verdicts"]["allow"] and s["moved_minor"]])[-1]
    assert stats["moved_minor"] % booked["amount_minor"] == 0
    assert (stats["currency"], stats["saved_minor"], stats["other_currencies"]) == (booked["currency"], 0, [])
    assert stats["p50_us"] == stats["p99_us"] == 812
    eventually(lambda: theirs.named("stats"))
    assert not theirs.named("decision")
    assert not theirs.named("alert")
    assert all((s["verdicts"]["allow"], s["currency"], s["moved_minor"]) == (0, None, 0) for s in theirs.named("stats"))


def test_a_customer_cannot_watch_the_bank(api):
    refused = api.browser("customer").get("/v1/live")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_reader_that_does_not_read_is_let_go_and_the_others_go_on():
    hub = LiveHub(clock=ManualClock(0))
    slow, quick = hub.read("demo"), hub.read("demo")
    await anext(slow)
    await anext(quick)
    event = LiveEvent("demo", "decision", b"{}", verdict=Verdict.DENY)
    seen = 0
    for _ in range(1_500):
        hub.dispatch([event])
        seen += (await anext(quick)).count(b"event: decision")
    assert seen == 1_500
    assert [chunk async for chunk in slow] == []
    assert hub.readers == 1
    await quick.aclose()
    assert hub.readers == 0
    assert not hub.watched.is_set()


async def test_of_many_allowed_only_some_are_shown_and_every_flagged_one_is():
    hub = LiveHub(clock=ManualClock(0))
    reader = hub.read("demo")
    await anext(reader)
    allowed = LiveEvent("demo", "decision", b'{"v":"allow"}', verdict=Verdict.ALLOW)
    denied = LiveEvent("demo", "decision", b'{"v":"deny"}', verdict=Verdict.DENY)
    hub.dispatch([allowed] * (ALLOWED_SHOWN_PER_S + 50) + [denied] * 3)
    chunk = await asyncio.wait_for(anext(reader), 5)
    assert (chunk.count(b"allow"), chunk.count(b"deny")) == (ALLOWED_SHOWN_PER_S, 3)
    await reader.aclose()


async def test_a_tenant_cannot_open_feeds_without_end():
    hub = LiveHub(clock=ManualClock(0))
    readers = [hub.read("demo") for _ in range(MAX_READERS_OF_A_TENANT)]
    for reader in readers:
        await anext(reader)
    with pytest.raises(TooManyReaders):
        hub.admit("demo")
    hub.admit("other")
    for reader in readers:
        await reader.aclose()


def test_a_second_tells_speed_latency_and_money_of_the_currency_that_most_transfers_are_in():
    statistics = LiveStatistics(since_ms=5)
    for latency_us in range(1, 101):
        statistics.count(Verdict.ALLOW, latency_us=latency_us)
    statistics.count(Verdict.DENY, latency_us=None)
    statistics.count(Verdict.REVIEW, latency_us=None)
    before = statistics.second()
    assert (before["per_second"], before["currency"], before["moved_minor"]) == (102, None, 0)
    for status, amount_minor, currency in (
        (LedgerStatus.POSTED, 10, "BRL"),
        (LedgerStatus.POSTED, 20, "BRL"),
        (LedgerStatus.DENIED, 7_000, "BRL"),
        (LedgerStatus.POSTED, 900_000, "USD"),
        (LedgerStatus.DENIED, 1, "USD"),
    ):
        statistics.book(status, amount_minor=amount_minor, currency=currency)
    for status in (LedgerStatus.FAILED, LedgerStatus.OBSERVED, LedgerStatus.ABANDONED, LedgerStatus.HELD):
        for _ in range(9):
            statistics.book(status, amount_minor=5, currency="EUR")
    first, second = statistics.second(), statistics.second()
    assert first == {
        "per_second": 0,
        "p50_us": 51,
        "p99_us": 100,
        "verdicts": {"allow": 100, "review": 1, "step_up": 0, "deny": 1},
        "currency": "BRL",
        "moved_minor": 30,
        "saved_minor": 7_000,
        "other_currencies": [{"currency": "USD", "moved_minor": 900_000, "saved_minor": 1}],
        "since": 5,
    }
    assert second == first
