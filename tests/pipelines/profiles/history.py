"""A decision log in the lake with days of traffic, and what an oracle says at the end of each of its days."""

import json
import uuid
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from contracts.decisions import Door
from contracts.topics import DECISIONS
from contracts.transactions import Transaction
from feature_store.definitions import CATALOGUE, MAX_EVENTS_PER_KEY, MAX_LATENESS_MS
from feature_store.profiles import PROFILE_FEATURES, PROFILED, day_of, days_between, end_ms
from feature_store.vocabulary import DAY_MS, HOUR_MS, ID_FIELDS, Entity, WindowFeature
from kit.lake.files import write_file
from scoring.engine import Engine
from scoring.labels import apply_labels
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode
from tests.feature_store.events import START_MS, random_events, transaction
from tests.feature_store.oracle import Oracle, as_array

# Counts nothing of the event that asks, so that what is said is what was there before it.
UNCOUNTED = tuple(replace(each, counts_itself=False) if isinstance(each, WindowFeature) else each for each in CATALOGUE)
COLUMNS = {entity: [CATALOGUE.index(feature) for feature in PROFILE_FEATURES[entity]] for entity in PROFILED}
BATCH = 23


@dataclass(frozen=True)
class Told:
    """A label that is in the log before the decision `comes`."""

    comes: int
    transaction: Transaction
    known_at: int
    fraud: bool

    def message(self) -> bytes:
        content = {
            "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": self.transaction.tenant_id,
            "transaction_id": self.transaction.transaction_id, "fraud": self.fraud,
            "kind": "stolen_card" if self.fraud else "legitimate", "known_at": self.known_at, "source": "test",
        }  # fmt: skip
        return json.dumps(content).encode()


@dataclass(frozen=True)
class History:
    """Decisions in the order of the log, and labels."""

    events: list[Transaction]
    labels: list[Told] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        """From the first decision's to the day after the last one's."""
        known = [event.known_at for event in self.events]
        return list(days_between(day_of(min(known)), day_of(max(known) + DAY_MS)))

    def met(self, tenant_id: str, entity: Entity) -> set[str]:
        """All ids of an entity."""
        return {getattr(each, ID_FIELDS[entity]) for each in self.events if each.tenant_id == tenant_id} - {None}


def random_history(seed: int, events: int, *, days: int, tenants: int = 2) -> History:
    """Days of traffic: some events come late, some too late, some are known out of order, and of some labels are told."""
    rng = np.random.default_rng(seed)
    drafted = random_events(seed, events, span_ms=days * DAY_MS, tenants=tenants)
    found = []
    for number, event in enumerate(drafted):
        behind_ms = int(rng.choice([0, rng.integers(0, 20 * HOUR_MS), rng.integers(DAY_MS, 3 * DAY_MS)], p=[0.8, 0.15, 0.05]))
        delay_ms = int(rng.integers(0, HOUR_MS)) if rng.random() < 0.3 else 0
        found.append(
            msgspec.structs.replace(
                event,
                transaction_id=str(uuid.UUID(bytes=rng.bytes(16), version=4)),
                external_id=f"x{number}",
                event_time=event.event_time - behind_ms,
                known_at=event.event_time + delay_ms,
                amount_minor=int(rng.integers(1, 10**6)),
            )
        )
    arrivals = [event.known_at for event in drafted]
    labels = []
    for event in found:
        if rng.random() < 0.4:
            known_at = event.known_at + int(rng.integers(0, 9 * DAY_MS))
            labels.append(Told(bisect_left(arrivals, known_at), event, known_at, bool(rng.random() < 0.7)))
    return History(found, sorted(labels, key=lambda label: label.comes))


def write_lake(lake: Path, history: History, *, models: Path, files: int = 2) -> None:
    """Have an engine decide the history, and write its log as the sink does."""
    engine = Engine(models=models)
    log = [msgspec.json.encode(engine.start_epoch(now_ms=START_MS, memory_rows=100_000))]
    newest_ms = max(max(event.known_at, event.event_time) for event in history.events)
    told = 0
    for start in range(0, len(history.events), BATCH):
        stop = min(start + BATCH, len(history.events))
        while start < stop:
            while told < len(history.labels) and history.labels[told].comes <= start:
                label = history.labels[told]
                key = label.transaction.tenant_id.encode()
                log += [record for _, record in apply_labels(engine, [label.message()], keys=[key]).records]
                told += 1
            until = stop if told == len(history.labels) else min(stop, history.labels[told].comes)
            messages = [msgspec.json.encode(event) for event in history.events[start:until]]
            decided = engine.decide(messages, now_ms=newest_ms, door=Door.INBOUND)
            assert not decided.refused
            log += decided.encoded.records()
            start = until
    keep(lake, log, files=files)


def keep(lake: Path, log: list[bytes], *, files: int) -> None:
    """Write records as so many files of the lake."""
    rows = [LakeRow(decode(DECISIONS, record), offset, None, record) for offset, record in enumerate(log)]
    folder = lake / DECISIONS
    folder.mkdir(parents=True)
    for part in np.array_split(np.arange(len(rows)), files):
        first, last = int(part[0]), int(part[-1])
        batch = pa.Table.from_batches([as_batch(DECISIONS, rows[first : last + 1])])
        write_file(folder, batch, partition=0, first=first, last=last, now_ms=0)


Expected = dict[tuple[str, date, Entity, str], np.ndarray]


def at_day_ends(history: History) -> Expected:
    """What the oracle says of everybody who was ever met, at the end of each day: float32[k] in the profile's order."""
    oracle = Oracle(UNCOUNTED, max_lateness_ms=MAX_LATENESS_MS, events_per_key=MAX_EVENTS_PER_KEY)
    days = history.days
    found: Expected = {}
    clocks: dict[str, int] = {}
    coming = dict.fromkeys({event.tenant_id for event in history.events}, 0)
    told = 0

    def take(tenant_id: str, until_ms: int) -> None:
        while coming[tenant_id] < len(days) and end_ms(days[coming[tenant_id]]) <= until_ms:
            day = days[coming[tenant_id]]
            for entity in PROFILED:
                for name in history.met(tenant_id, entity):
                    asked = transaction(end_ms(day) - 1, tenant_id=tenant_id, **{ID_FIELDS[entity]: name})
                    values, _, _ = oracle.score(asked)
                    found[tenant_id, day, entity, name] = as_array([values])[0][COLUMNS[entity]]
            coming[tenant_id] += 1

    for number, event in enumerate(history.events):
        while told < len(history.labels) and history.labels[told].comes <= number:
            label = history.labels[told]
            of = label.transaction
            oracle.tell(of.tenant_id, of.transaction_id, known_at=label.known_at, fraud=label.fraud)
            told += 1
        clocks[event.tenant_id] = max(clocks.get(event.tenant_id, 0), event.known_at)
        take(event.tenant_id, clocks[event.tenant_id])
        oracle.apply(event)
    for tenant_id in coming:
        take(tenant_id, end_ms(days[-1]))
    return found
