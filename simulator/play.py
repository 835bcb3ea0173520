"""`python -m simulator.play --rate 5`: live traffic of the simulated bank, until told to stop.

Most events go onto the inbound topic, as from a card network; some transfers go to the API, as from the bank's own app. Event
times are now. While Kafka is away its client keeps what is sent; while the API is away its transfers wait and are tried again
with the same key, and what finds no place in that queue goes by Kafka.
"""

import argparse
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

import msgspec
import numpy as np
from prometheus_client import Counter

from contracts.topics import INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import Transaction
from kit.clock import Clock, SystemClock
from kit.kafka import topic_name
from kit.log import configure, get_logger
from kit.process import Lifecycle, serve_health
from kit.settings import Settings, settings
from simulator.files import MANIFEST, read_manifest, simulated_folder
from simulator.later import LabelsToCome
from simulator.live import Hour, hours
from simulator.partner import Partner, api_key
from simulator.population import make_population
from simulator.publish import NotDelivered, Publisher

PROCESS = "live"
DEFAULT_API_SHARE = 0.25
LABEL_DAY_LASTS_S = 60.0
MOST_BEHIND_MS = 2_000
LONGEST_WAIT_S = 0.25

PLAYED = Counter("live_events", "Events that the play has sent", ["door"])
LABELLED = Counter("live_labels", "Labels that the play has sent")


@dataclass(frozen=True, slots=True)
class Script:
    """What to play: the same seed and people as the loaded history."""

    seed: int
    customers: int
    tenant_id: str
    rate_per_s: float
    api_share: float
    label_day_s: float


class Play:
    """One run of live traffic."""

    def __init__(self, tree: Settings, script: Script, *, lifecycle: Lifecycle, clock: Clock) -> None:
        self._script, self._lifecycle, self._clock = script, lifecycle, clock
        self._rng = np.random.default_rng([script.seed, 9, clock.now_ms()])
        self._labels = LabelsToCome(
            np.random.default_rng([script.seed, 10, clock.now_ms()]), tenant_id=script.tenant_id, day_lasts_s=script.label_day_s
        )
        self._people = make_population(seed=script.seed, customers=script.customers, tenant_id=script.tenant_id)
        self._accounts = frozenset(bytes(row).decode() for row in self._people.account_text)
        self._inbound = _publisher(tree, INBOUND_TRANSACTIONS, script, tell_deliveries=True)
        self._told = _publisher(tree, LABELS, script)
        key = api_key(tree.secrets, tenant_id=script.tenant_id)
        self._partner = Partner(tree.api, key=key, lifecycle=lifecycle) if key and script.api_share > 0 else None
        if self._partner is None:
            get_logger().warning("no API key: everything is played onto the inbound topic", secrets=str(tree.secrets))

    def run(self) -> None:
        """Play until the lifecycle ends, then send what is under way."""
        self._lifecycle.ready()
        try:
            for hour in self._hours():
                self._play(hour)
                if not self._lifecycle.running:
                    return
        finally:
            if self._partner is not None:
                self._partner.close()
            self._told.flush()
            self._inbound.flush()

    def facts(self) -> dict[str, object]:
        """What `/readyz` adds: the API's answers so far, and how many transfers never got one."""
        partner = self._partner
        return {"api_answers": partner.answers() if partner else {}, "api_given_up": partner.given_up if partner else 0}

    def _hours(self) -> Iterator[Hour]:
        """The hours from now on; the next one is drawn while one is played."""
        now_ms = self._clock.now_ms()
        source = hours(
            self._people, seed=self._script.seed, rate_per_s=self._script.rate_per_s, from_ms=now_ms, run=f"l{now_ms}"
        )
        ready: Queue[Hour] = Queue(1)

        def draw() -> None:
            for hour in source:
                ready.put(hour)

        threading.Thread(target=draw, name="draw", daemon=True).start()
        while self._lifecycle.running:
            yield ready.get()

    def _play(self, hour: Hour) -> None:
        late_ms = self._clock.now_ms() - hour.starts_ms
        for batch_start in range(0, len(hour.table), 1_000):
            rows = hour.table.slice(batch_start, 1_000).to_pylist()
            for offset, row in enumerate(rows):
                due_ms = hour.due_ms[batch_start + offset] + late_ms
                if not self._wait_until(due_ms):
                    return
                late_ms += max(self._clock.now_ms() - due_ms - MOST_BEHIND_MS, 0)
                self._send(row, kind=hour.kind[batch_start + offset])

    def _wait_until(self, due_ms: int) -> bool:
        """Wait for an event's moment, sending labels meanwhile; False when asked to end."""
        while self._lifecycle.running:
            now_ms = self._clock.now_ms()
            if labels := self._labels.due(now_ms):
                self._deliver(partial(self._told.send, labels))
                LABELLED.inc(len(labels))
            if now_ms >= due_ms:
                return True
            self._lifecycle.wait(min((due_ms - now_ms) / 1_000, LONGEST_WAIT_S))
        return False

    def _send(self, row: dict[str, Any], *, kind: int) -> None:
        now_ms = self._clock.now_ms()
        arrival_ms = min(row["known_at"] - row["event_time"], 2_000)
        known = {name: value for name, value in row.items() if value is not None}
        transaction = msgspec.convert(known | {"event_time": now_ms - arrival_ms, "known_at": now_ms}, Transaction)
        if self._by_api(transaction, kind):
            PLAYED.labels("api").inc()
            return

        def arrived() -> None:
            """Only of what came in will anybody say what it was."""
            PLAYED.labels("inbound").inc()
            self._labels.expect(transaction.transaction_id, kind=kind, now_ms=self._clock.now_ms())

        self._deliver(lambda: self._inbound.send_one(msgspec.json.encode(transaction).decode(), delivered=arrived))

    def _by_api(self, transaction: Transaction, kind: int) -> bool:
        """Hand a transfer from the bank's own app to the API; False when it goes by Kafka."""
        if self._partner is None or transaction.direction != "debit" or transaction.channel not in ("pix", "ted", "internal"):
            return False
        if self._rng.random() >= self._script.api_share * 2:
            return False
        inside = transaction.payee_id if transaction.payee_id in self._accounts else None

        def answered(transfer_id: str | None, _status: int) -> None:
            if transfer_id is not None:
                self._labels.expect(transfer_id, kind=kind, now_ms=self._clock.now_ms())

        return self._partner.offer(transaction, credit_account_id=inside, answered=answered)

    def _deliver(self, send: Callable[[], None]) -> None:
        try:
            send()
            self._lifecycle.ready()
        except NotDelivered as problem:
            self._lifecycle.not_ready("the broker is away")
            get_logger().warning("messages were not delivered; the play goes on", problem=str(problem))


def script_of(folder: Path, options: argparse.Namespace) -> Script:
    """Return what to play: the loaded bank's people where there is one, or else the ones that the options name."""
    plan = read_manifest(folder)["plan"] if (folder / MANIFEST).exists() else {}
    return Script(
        seed=plan.get("seed", options.seed),
        customers=plan.get("customers", options.customers),
        tenant_id=plan.get("tenant_id", options.tenant),
        rate_per_s=options.rate,
        api_share=options.api_share,
        label_day_s=options.label_day_s,
    )


def main(arguments: list[str]) -> int:
    """Play until SIGTERM."""
    options = _parser().parse_args(arguments)
    configure(PROCESS)
    tree, lifecycle = settings(), Lifecycle()
    lifecycle.install_signal_handlers()
    play = Play(
        tree, script_of(options.folder or simulated_folder(tree.var), options), lifecycle=lifecycle, clock=SystemClock()
    )
    address = tree.health.get(PROCESS)
    server = serve_health(address, lifecycle, play.facts) if address is not None else None
    play.run()
    if server is not None:
        server.shutdown()
    return 0


def _publisher(tree: Settings, topic: str, script: Script, *, tell_deliveries: bool = False) -> Publisher:
    return Publisher(
        tree.kafka, topic=topic_name(tree.kafka, topic), key=script.tenant_id, client=PROCESS, tell_deliveries=tell_deliveries
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.play", description=__doc__)
    parser.add_argument("--rate", type=float, default=settings().demo.live_per_second, help="events a second")
    parser.add_argument("--api-share", type=float, default=DEFAULT_API_SHARE, help="share of the events sent to the API")
    parser.add_argument("--folder", type=Path, help="the loaded history (default: var/simulated)")
    parser.add_argument("--label-day-s", type=float, default=LABEL_DAY_LASTS_S, help="seconds for a day until a report")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--tenant", default="demo")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
