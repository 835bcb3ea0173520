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
from feature_store.definitions import EXTERNAL_FEATURES, FEATURE_NAMES
from feature_store.stream.state import LATE, Bounds, FeatureState
from feature_store.vocabulary import DAY_MS, HOUR_MS, LABEL_DELAY_MS
from kit.lake.files import write_file
from kit.settings import Scorer, Settings
from pipelines.training.dataset import TrainingSet, build, hide_entities
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.labels import apply_labels
from scoring.memory import DecisionMemory, generation_starts, hash_pairs
from streams.sinks.lake.columns import LakeRow, as_batch
from streams.sinks.messages import decode

START_MS = 1_760_000_000_000
EVENTS = 1_200
MAX_LATENESS_MS = 2 * HOUR_MS
BATCH = 37
CUTOFF_MS = START_MS + 60 * DAY_MS
# So few decisions are remembered that some labels come too late.
MEMORY_ROWS = 400
# One event is known after the cutoff, and in the windows of those that were scored after it.
KNOWN_LATER = 1_100
ENTITY_FIELDS = ("customer_id", "account_id", "card_id", "device_id", "ip", "merchant_id", "payee_id")


class Watched:
    """The vectors that an engine of `MAX_LATENESS_MS` decides with, and how many of its events were late."""

    def __init__(self, engine: Engine) -> None:
        engine.features.state = FeatureState(Bounds(max_lateness_ms=MAX_LATENESS_MS))
        engine.features.ask(None)
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
        for name in (*ENTITY_FIELDS, "mcc", "country", "entry_mode", "latitude_e5"):
            if chance.random() < 0.2:
                del event[name]
        found.append(event)
    found[KNOWN_LATER] |= {"tenant_id": "demo", "known_at": CUTOFF_MS + 1}
    return found


def told(events: list[dict]) -> dict[int, list[bytes]]:
    """Labels by the number of the event that they come before: at their time, days later, or long before it; some twice."""
    chance = random.Random(12)
    found: dict[int, list[bytes]] = {}
    for event in events:
        for again in range(chance.choices((0, 1, 2), (60, 30, 10))[0]):
            known_at = event["known_at"] + chance.randrange(10 * DAY_MS)
            in_time = next((later for later, one in enumerate(events) if one["known_at"] >= known_at), EVENTS)
            comes = chance.choice((in_time, min(in_time + 50, EVENTS), chance.randrange(in_time + 1)))
            found.setdefault(comes // BATCH * BATCH, []).append(
                label(event, known_at=known_at, fraud=chance.random() < (0.8 if again == 0 else 0.3))
            )
    return found


def label(event: dict, *, known_at: int, fraud: bool) -> bytes:
    content = {
        "schema": 1, "label_id": str(uuid.uuid4()), "tenant_id": event["tenant_id"], "transaction_id": event["transaction_id"],
        "fraud": fraud, "kind": "stolen_card" if fraud else "legitimate", "known_at": known_at, "source": "test",
    }  # fmt: skip
    return json.dumps(content).encode()


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> tuple[Settings, Watched, list[dict]]:
    """A lake that holds the log of an engine of an uncommon lateness, and the engine's features."""
    settings = Settings(var=tmp_path_factory.mktemp("var"), scorer=Scorer(max_lateness_ms=MAX_LATENESS_MS))
    engine = Engine(models=settings.models)
    watched = Watched(engine)
    events = traffic()
    log: list[bytes] = [msgspec.json.encode(engine.start_epoch(now_ms=START_MS, memory_rows=MEMORY_ROWS))]
    labels = told(events)
    for at in range(0, EVENTS, BATCH):
        log += [record for _, record in apply_controls(engine, profiles(events[at : at + BATCH], at)).records]
        messages = labels.get(at, [])
        keys = [json.loads(message)["tenant_id"].encode() for message in messages]
        log += [record for _, record in apply_labels(engine, messages, keys=keys).records]
        messages = [json.dumps(event).encode() for event in events[at : at + BATCH]]
        decided = engine.decide(messages, now_ms=CUTOFF_MS, door=Door.INBOUND)
        assert not decided.refused
        log += decided.encoded.records()
    rows = [LakeRow(decode(DECISIONS, record), offset, None, record) for offset, record in enumerate(log)]
    assert engine.counters.labels_unknown > 20
    middle = len(log) // 3
    keep(settings.lake, DECISIONS, rows[:middle], first=0)
    keep(settings.lake, DECISIONS, rows[middle:], first=middle)
    first = next(event for event in events if event["tenant_id"] == "demo")
    payload = label(first, known_at=first["known_at"], fraud=True)
    keep(settings.lake, LABELS, [LakeRow(decode(LABELS, payload), 0, None, payload)], first=0)
    return settings, watched, events


def profiles(events: list[dict], at: int) -> list[bytes]:
    """What is told of some of the accounts, and of payees that are accounts, before a batch; now and then nothing any more."""
    chance = random.Random(at)
    found = []
    for event in chance.sample(events, len(events) // 3):
        name = event.get(chance.choice(("account_id", "payee_id")))
        if name is not None:
            values = {} if chance.random() < 0.1 else {"graph_score": chance.random(), "graph_community_accounts": 5.0}
            if chance.random() < 0.5:
                values["graph_pagerank_share"] = chance.random()
            control = {
                "kind": "profile", "control_id": str(uuid.uuid4()), "known_at": event["known_at"], "entity": "account",
                "tenant_id": event["tenant_id"], "entity_id": name, "values": values,
            }  # fmt: skip
            found.append(json.dumps(control).encode())
    return found


def keep(lake: Path, topic: str, rows: list[LakeRow], *, first: int) -> None:
    (lake / topic).mkdir(parents=True, exist_ok=True)
    write_file(
        lake / topic,
        pa.Table.from_batches([as_batch(topic, rows)]),
        partition=0,
        first=first,
        last=first + len(rows) - 1,
        now_ms=0,
    )


def trained_on(settings: Settings, *, cutoff_ms: int) -> TrainingSet:
    return build(settings, tenant_id="demo", cutoff_ms=cutoff_ms, progress=lambda _line: None)


def ours(events: list[dict]) -> list[int]:
    return [number for number, event in enumerate(events) if event["tenant_id"] == "demo"]


def test_training_vectors_are_the_engine_s_own_with_late_events_and_labels(scored):
    """Also of those that were scored after a decision that was known after the cutoff: it is in their windows."""
    settings, watched, events = scored
    assert watched.late > 20
    wanted = [number for number in ours(events) if number != KNOWN_LATER]
    found = trained_on(settings, cutoff_ms=CUTOFF_MS)
    np.testing.assert_array_equal(found.rows.view(np.uint32), watched.vectors[wanted].view(np.uint32))
    assert found.event_time_ms.tolist() == [events[number]["event_time"] for number in wanted]
    assert found.reference["max_lateness_ms"] == MAX_LATENESS_MS
    told_of = found.rows[:, [FEATURE_NAMES.index(feature.name) for feature in EXTERNAL_FEATURES]]
    assert ((~np.isnan(told_of)).sum(axis=0) > 50).all()
    frauds = found.rows[:, FEATURE_NAMES.index("customer_frauds_30d")]
    assert np.nanmax(frauds) > 5


@pytest.mark.parametrize("leak", ["no label", "known from the beginning", "another memory"])
def test_training_with_other_labels_than_the_scorer_had_is_noticed(scored, leak):
    settings, watched, events = scored
    folder, honest = settings.lake / DECISIONS, {}
    for path in folder.glob("*.parquet"):
        honest[path] = path.read_bytes()
        whole = pl.read_parquet(path)
        if leak == "no label":
            whole = whole.filter(pl.col("record") != "label")
        else:
            whole = whole.with_columns(pl.col("payload").map_elements(lambda one: leaked(one, leak), pl.Binary))
        whole.write_parquet(path)
    try:
        found = trained_on(settings, cutoff_ms=CUTOFF_MS)
    finally:
        for path, content in honest.items():
            path.write_bytes(content)
    wanted = [number for number in ours(events) if number != KNOWN_LATER]
    same = (found.rows == watched.vectors[wanted]) | np.isnan(found.rows)
    assert not same.all()


def leaked(payload: bytes, leak: str) -> bytes:
    record = json.loads(payload)
    if record["record"] == "label" and leak == "known from the beginning":
        record["label"]["known_at"] = START_MS
    if record["record"] == "start" and leak == "another memory":
        record["memory_rows"] = 10_000
    return json.dumps(record).encode()


@pytest.mark.parametrize("starts", [[], [(0, 7)], [(0, 7), (7, 3)], [(5, 4), (20, 9), (21, 2)], [(0, 5), (5, 8), (13, 1)]])
def test_the_generations_of_a_log_are_those_of_the_scorer_s_memory(starts):
    count = 60
    begins = generation_starts([(before, rows) for before, rows in starts], count)
    memory = DecisionMemory()
    generation = np.searchsorted(begins, np.arange(count), side="right")
    for number in range(count):
        for before, rows in starts:
            if before == number:
                memory.set_rows(rows)
        memory.meet(**asked(number), contents=np.zeros(1, np.uint64))
        known = [memory.find(**asked(one)).rows[0] >= 0 for one in range(number + 1)]
        assert known == (generation[number] - generation[: number + 1] <= 1).tolist()


def asked(number: int) -> dict[str, np.ndarray]:
    """One transaction, as a memory is asked for it."""
    buffer, starts, hashes = hash_pairs([(b"demo", str(uuid.UUID(int=number)).encode())])
    return {"hashes": hashes, "tenants": np.zeros(1, np.int32), "buffer": buffer, "starts": starts}


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
    told = np.isnan(hidden).any(axis=0)
    assert [name for name, found, expected in zip(FEATURE_NAMES, told, unknown, strict=True) if found != expected] == []
