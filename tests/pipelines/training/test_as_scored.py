"""The vectors that training sees are those that the engine decided with, bit for bit, over what the lake keeps of its log."""

import json
import random
import uuid
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from contracts.decisions import Door
from contracts.topics import DECISIONS, LABELS
from feature_store.definitions import FEATURE_NAMES
from feature_store.stream.state import LATE, Bounds, FeatureState
from feature_store.vocabulary import DAY_MS, HOUR_MS
from kit.settings import Scorer, Settings
from pipelines.training.dataset import LABEL_DELAY_MS, TrainingSet, build, hide_entities
from scoring.engine import Engine
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.lake.files import write_file
from streams.sinks.messages import decode

START_MS = 1_760_000_000_000
EVENTS = 1_200
MAX_LATENESS_MS = 2 * HOUR_MS
BATCH = 37
CUTOFF_MS = START_MS + 60 * DAY_MS
ENTITY_FIELDS = ("customer_id", "account_id", "card_id", "device_id", "ip", "merchant_id", "payee_id")


class Watched:
    """The vectors that an engine of `MAX_LATENESS_MS` decides with, and how many of its events were late."""

    def __init__(self, engine: Engine) -> None:
        engine.features.state = FeatureState(Bounds(max_lateness_ms=MAX_LATENESS_MS))
        self._apply = engine.features.apply
        self._vectors: list[NDArray[np.float32]] = []
        self.late = 0
        engine.features.apply = self.apply

    def apply(self, *inputs: object) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        x, flags = self._apply(*inputs)
        self._vectors.append(x.copy())
        self.late += int(np.count_nonzero(flags & LATE))
        return x, flags

    @property
    def vectors(self) -> NDArray[np.float32]:
        return np.concatenate(self._vectors)


def traffic() -> list[dict]:
    """Events of two tenants, few keys each; some out of order, some too late, some without a device, card or payee."""
    chance = random.Random(11)
    found = []
    moment = START_MS
    for number in range(EVENTS):
        moment += chance.randrange(HOUR_MS)
        behind = chance.choices(
            (0, chance.randrange(MAX_LATENESS_MS), MAX_LATENESS_MS + chance.randrange(DAY_MS)), (80, 15, 5)
        )[0]
        event = {
            "schema": 1, "transaction_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "source": "test",
            "tenant_id": chance.choices(("demo", "other"), (9, 1))[0], "external_id": f"x{number}",
            "event_time": moment - behind, "known_at": moment, "channel": chance.choice(("pix", "card", "ted", "boleto")),
            "direction": chance.choice(("debit", "debit", "credit")), "amount_minor": chance.randrange(1, 900_000),
            "currency": "BRL", "customer_id": f"c{chance.randrange(12)}", "account_id": f"a{chance.randrange(12)}",
            "card_id": f"k{chance.randrange(9)}", "device_id": f"d{chance.randrange(9)}",
            "ip": f"203.0.113.{chance.randrange(20)}", "payee_id": f"p{chance.randrange(15)}",
            "merchant_id": f"m{chance.randrange(6)}", "mcc": chance.choice((5411, 7995, 6011)),
            "country": chance.choice(("BR", "US")), "entry_mode": chance.choice(("app", "chip", "ecommerce")),
            "latitude_e5": chance.randrange(-2_400_000, -2_300_000), "longitude_e5": chance.randrange(-4_700_000, -4_600_000),
        }  # fmt: skip
        for name in (*ENTITY_FIELDS, "mcc", "country", "entry_mode"):
            if chance.random() < 0.2:
                del event[name]
        found.append(event)
    return found


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> tuple[Settings, Watched, list[dict]]:
    """A lake that holds the log of an engine of an uncommon lateness, and the engine's features."""
    settings = Settings(var=tmp_path_factory.mktemp("var"), scorer=Scorer(max_lateness_ms=MAX_LATENESS_MS))
    engine = Engine(models=settings.models)
    watched = Watched(engine)
    events = traffic()
    log: list[bytes] = []
    for at in range(0, EVENTS, BATCH):
        messages = [json.dumps(event).encode() for event in events[at : at + BATCH]]
        decided = engine.decide(messages, now_ms=CUTOFF_MS, door=Door.INBOUND)
        assert not decided.refused
        log += decided.encoded.records()
    rows = [LakeRow(decode(DECISIONS, record), offset, None, record) for offset, record in enumerate(log)]
    middle = EVENTS // 3
    keep(settings.lake, DECISIONS, rows[:middle], first=0)
    keep(settings.lake, DECISIONS, rows[middle:], first=middle)
    label = {
        "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": "demo", "transaction_id": events[0]["transaction_id"],
        "fraud": True, "kind": "stolen_card", "known_at": events[0]["known_at"], "source": "test",
    }  # fmt: skip
    payload = msgspec.json.encode(label)
    keep(settings.lake, LABELS, [LakeRow(decode(LABELS, payload), 0, None, payload)], first=0)
    return settings, watched, events


def keep(lake: Path, topic: str, rows: list[LakeRow], *, first: int) -> None:
    (lake / topic).mkdir(parents=True, exist_ok=True)
    write_file(
        lake / topic, pa.Table.from_batches([as_batch(topic, rows)]), partition=0, first=first, last=first + len(rows) - 1
    )


def trained_on(settings: Settings, *, cutoff_ms: int) -> TrainingSet:
    return build(settings, tenant_id="demo", cutoff_ms=cutoff_ms, progress=lambda _line: None)


def test_training_vectors_are_the_engine_s_own_with_late_and_unordered_events(scored):
    settings, watched, events = scored
    assert watched.late > 20
    ours = np.array([event["tenant_id"] == "demo" for event in events])
    found = trained_on(settings, cutoff_ms=CUTOFF_MS)
    np.testing.assert_array_equal(found.rows.view(np.uint32), watched.vectors[ours].view(np.uint32))
    assert found.event_time_ms.tolist() == [event["event_time"] for event in events if event["tenant_id"] == "demo"]
    assert found.reference["max_lateness_ms"] == MAX_LATENESS_MS


def test_a_decision_known_after_the_cutoff_stays_in_the_windows_of_those_that_were_scored_after_it(scored):
    settings, watched, events = scored
    ours = [number for number, event in enumerate(events) if event["tenant_id"] == "demo"]
    path = next(path for path in (settings.lake / DECISIONS).iterdir() if "-00000000000000000000-" in path.name)
    whole = pl.read_parquet(path)
    later = events[ours[5]]["transaction_id"]
    moved = pl.when(pl.col("transaction_id") == later).then(CUTOFF_MS + 1).otherwise(pl.col("known_at_ms"))
    whole.with_columns(moved.alias("known_at_ms")).write_parquet(path)
    try:
        found = trained_on(settings, cutoff_ms=CUTOFF_MS)
    finally:
        whole.write_parquet(path)
    del ours[5]
    np.testing.assert_array_equal(found.rows.view(np.uint32), watched.vectors[ours].view(np.uint32))


def test_a_cutoff_in_the_middle_gives_the_vectors_of_what_was_old_enough_then(scored):
    settings, watched, events = scored
    cutoff_ms = events[900]["known_at"]
    chosen = [
        number
        for number, event in enumerate(events)
        if event["tenant_id"] == "demo" and event["event_time"] < cutoff_ms - LABEL_DELAY_MS and event["known_at"] <= cutoff_ms
    ]
    assert 100 < len(chosen) < 800
    np.testing.assert_array_equal(trained_on(settings, cutoff_ms=cutoff_ms).rows, watched.vectors[chosen])


def test_hiding_entities_makes_unknown_what_the_engine_makes_unknown_and_nothing_else(scored):
    _, watched, events = scored
    vectors = watched.vectors
    unknown = np.zeros(len(FEATURE_NAMES), bool)
    for field in ENTITY_FIELDS:
        without = np.array([field not in event for event in events])
        assert without.sum() > 20
        unknown |= np.isnan(vectors[without]).all(axis=0) & ~np.isnan(vectors[~without]).all(axis=0)
    hidden = hide_entities(np.zeros((2_000, len(FEATURE_NAMES)), np.float32), generator=np.random.default_rng(3))
    assert np.array_equal(np.isnan(hidden).any(axis=0), unknown)
