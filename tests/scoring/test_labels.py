"""Labels: they count from the moment at which the bank knew, in the engine as in the oracle, live as folded or restored."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.decisions import DecisionRecord, Door, LabelRecord, LogRecord
from contracts.transactions import Transaction
from feature_store.definitions import DAILY_FEATURES, FEATURE_NAMES, MAX_EVENTS_PER_KEY, MAX_LATENESS_MS, WINDOW_FEATURES
from feature_store.stream.waiting import Waiting, WaitingLabels
from feature_store.vocabulary import DAY_MS, HOUR_MS, LABEL_DELAY_MS, OF_LABELS
from scoring.engine import Engine
from scoring.facts import apply_controls
from scoring.features import Bounds
from scoring.fold import rebuild
from scoring.labels import apply_labels
from scoring.tenants import MAX_TENANTS
from tests.feature_store.events import START_MS, random_events, transaction
from tests.feature_store.oracle import Oracle, as_array
from tests.scoring.test_snapshot import assert_equal, restored

NOW_MS = START_MS + 4_000 * DAY_MS
OF_LABELS_NAMES = [feature.name for feature in (*WINDOW_FEATURES, *DAILY_FEATURES) if feature.aggregation in OF_LABELS]
decode = msgspec.json.Decoder(LogRecord).decode

# An input of a bank: an event, or (tenant, transaction id, known_at, fraud).
Told = tuple[str, str, int, bool]
Input = Transaction | Told


def bounds_of(**more: Any) -> Bounds:
    return Bounds(**({"tenants": MAX_TENANTS, "keys": 5_000, "log_bytes": 2**26, "table_bytes": 2**26} | more))


def label(told: Told) -> bytes:
    tenant_id, transaction_id, known_at, fraud = told
    return json.dumps(
        {
            "schema": 1, "label_id": str(uuid.uuid5(uuid.NAMESPACE_OID, repr(told))), "tenant_id": tenant_id,
            "transaction_id": transaction_id, "fraud": fraud, "kind": "unspecified" if fraud else "legitimate",
            "known_at": known_at, "source": "test",
        }
    ).encode()  # fmt: skip


def whole(engine: Engine) -> Engine:
    """Have an engine work out every feature, and not only those that its rules read."""
    engine.features.ask(None)
    return engine


class Bank:
    """An engine, every record that it wrote, and every vector that it decided with."""

    def __init__(self, models: Path, *, memory_rows: int = 10_000, **bounds: Any) -> None:
        self.fresh = lambda: whole(Engine(models=models, memory_rows=memory_rows, bounds=bounds_of(**bounds)))
        self.log: list[bytes] = []
        self.refused: list[str] = []
        self.take_over(self.fresh())

    def take_over(self, engine: Engine) -> None:
        self.engine, self.vectors = engine, []
        apply = engine.features.apply

        def watched(*inputs: Any) -> tuple[np.ndarray, np.ndarray]:
            x, flags = apply(*inputs)
            self.vectors.append(x.copy())
            return x, flags

        engine.features.apply = watched

    def decide(self, events: list[Transaction]) -> np.ndarray:
        self.vectors.clear()
        batch = self.engine.decide([msgspec.json.encode(event) for event in events], now_ms=NOW_MS, door=Door.INBOUND)
        assert not batch.refused
        self.log += batch.encoded.records()
        return np.concatenate(self.vectors)

    def tell(self, told: Told) -> None:
        written = apply_labels(self.engine, [label(told)], keys=[told[0].encode()])
        self.log += [record for _, record in written.records]
        self.refused += [word for _, word, _ in written.refused]

    def restart(self) -> None:
        """Go on from a snapshot of half the log, and the rest of the log."""
        half = self.fresh()
        middle = len(self.log) // 2
        rebuild(half, [self.log[:middle]])
        again = restored(half, self.fresh())
        assert_equal(half, again)
        proof = rebuild(again, [self.log[middle:]], check=True)
        assert proof.differing == []
        self.take_over(again)


def assert_bank_is_oracle(
    models: Path,
    inputs: list[Input],
    *,
    batch: int = 17,
    restarts: tuple[int, ...] = (),
    memory_rows: int = 10_000,
    **bounds: Any,
) -> np.ndarray:
    """Return the columns that look at labels, of every event."""
    bank = Bank(models, memory_rows=memory_rows, **bounds)
    oracle = Oracle(
        max_lateness_ms=bounds.get("max_lateness_ms", MAX_LATENESS_MS),
        events_per_key=bounds.get("events_per_key", MAX_EVENTS_PER_KEY),
        remembered=memory_rows,
    )
    waiting: list[Transaction] = []
    found, expected = [], []

    def decide() -> None:
        if waiting:
            expected.append(as_array([oracle.apply(event)[0] for event in waiting]))
            found.append(bank.decide(waiting))
            waiting.clear()

    for number, one in enumerate(inputs):
        if number in restarts:
            decide()
            bank.restart()
        if isinstance(one, Transaction):
            waiting.append(one)
            if len(waiting) == batch:
                decide()
        else:
            decide()
            tenant_id, transaction_id, known_at, fraud = one
            bank.tell(one)
            oracle.tell(tenant_id, transaction_id, known_at=known_at, fraud=fraud)
    decide()
    ours, theirs = np.concatenate(found), np.concatenate(expected)
    wrong = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
    told = [(int(r), FEATURE_NAMES[c], ours[r, c], theirs[r, c]) for r, c in zip(*np.nonzero(wrong), strict=True)]
    assert not told, told[:10]
    proof = rebuild(bank.fresh(), [bank.log[at : at + 29] for at in range(0, len(bank.log), 29)], check=True)
    assert (proof.differing, proof.labels) == ([], sum(not isinstance(one, Transaction) for one in inputs))
    return ours[:, [FEATURE_NAMES.index(name) for name in OF_LABELS_NAMES]]


def with_labels(
    events: list[Transaction],
    seed: int,
    *,
    share: float = 0.3,
    frauds: float = 0.9,
    early: float = 0.3,
    within_ms: int = 60 * DAY_MS,
    quantum_ms: int = 1,
) -> list[Input]:
    """Events that are known minutes after they happen, and labels: of some, twice of some, taken back of some.

    A label is known up to `within_ms` after its event. It comes then, or long before (`early` of them), or days later. Every
    moment is a multiple of `quantum_ms`, so that many are the same.
    """
    rng = np.random.default_rng(seed)
    whole = lambda moment: int(moment) // quantum_ms * quantum_ms  # noqa: E731
    known_at, timed = START_MS, []
    for number, event in enumerate(events):
        event_time = whole(event.event_time)
        known_at = max(known_at, whole(event_time + int(rng.integers(0, 60_000))))
        jitter = int(rng.integers(0, HOUR_MS)) if rng.random() < 0.1 else 0
        event = msgspec.structs.replace(
            event,
            transaction_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}/{number}")),
            event_time=event_time,
            known_at=max(whole(known_at - jitter), event_time),
            amount_minor=event.amount_minor if quantum_ms == 1 else int(rng.integers(1, 4)),
        )
        timed.append((known_at, number, event))
        for again in range(int(rng.choice([0, 1, 2, 3], p=[1 - share, share * 0.7, share * 0.2, share * 0.1]))):
            learnt = whole(known_at + rng.choice([0, 1, rng.integers(0, within_ms), rng.integers(0, within_ms)]))
            comes = learnt + int(rng.choice([0, 0, rng.integers(0, 10 * DAY_MS)]))
            if rng.random() < early:
                comes = START_MS + int(rng.integers(0, max(learnt - START_MS, 0) + 1))
            which = str(uuid.uuid4()) if rng.random() < 0.02 else event.transaction_id
            fraud = bool(rng.random() < (frauds if again == 0 else 0.5))
            timed.append((comes, len(events) + number, (event.tenant_id, which, learnt, fraud)))
    return [one for _, _, one in sorted(timed, key=lambda each: each[:2])]


SCENARIOS: dict[str, tuple[list[Input], dict[str, Any]]] = {
    "months in order": (with_labels(random_events(21, 400, span_ms=120 * DAY_MS), 1), {}),
    "most are fraud, and long streaks": (
        with_labels(random_events(22, 400, span_ms=40 * DAY_MS, customers=2), 2, share=0.9, within_ms=10 * DAY_MS), {},
    ),
    "nothing but frauds": (
        with_labels(
            random_events(31, 300, span_ms=30 * DAY_MS, customers=2, missing=0.0), 11, share=1.0, frauds=0.98, early=1.0,
            within_ms=DAY_MS,
        ), {},
    ),
    "four moments a day": (
        with_labels(
            random_events(32, 400, span_ms=60 * DAY_MS, customers=2), 12, share=0.6, frauds=0.6, within_ms=20 * DAY_MS,
            quantum_ms=6 * HOUR_MS,
        ), {},
    ),
    "four moments a day and hot keys": (
        with_labels(
            random_events(33, 400, span_ms=60 * DAY_MS, jitter_ms=2 * DAY_MS, customers=2), 13, share=0.6,
            within_ms=20 * DAY_MS, quantum_ms=6 * HOUR_MS,
        ), {"events_per_key": 7},
    ),
    "out of order past the lateness, several tenants": (
        with_labels(random_events(23, 400, span_ms=90 * DAY_MS, jitter_ms=2 * DAY_MS, tenants=3), 3), {},
    ),
    "every label comes before its time": (
        with_labels(random_events(24, 300, span_ms=60 * DAY_MS, jitter_ms=HOUR_MS), 4, early=1.0, share=0.6), {},
    ),
    "nearly every hash collides": (
        with_labels(random_events(25, 300, span_ms=30 * DAY_MS, jitter_ms=5_000, tenants=3, customers=40), 5), {"hash_bits": 1},
    ),
    "hot keys are cut, and events come late": (
        with_labels(random_events(26, 400, span_ms=60 * DAY_MS, jitter_ms=2 * DAY_MS, tenants=2), 6, share=0.7),
        {"hash_bits": 3, "events_per_key": 5},
    ),
    "everything in twenty milliseconds": (
        with_labels(random_events(27, 200, span_ms=20, jitter_ms=4, tenants=2), 7, share=0.8, within_ms=30),
        {"events_per_key": 50},
    ),
    "keys come and go": (
        with_labels(random_events(28, 500, span_ms=900 * DAY_MS, customers=400, tenants=2), 8, within_ms=200 * DAY_MS), {},
    ),
    "few decisions are remembered": (
        with_labels(random_events(29, 400, span_ms=60 * DAY_MS, tenants=2), 9, share=0.6), {"memory_rows": 30},
    ),
    "no lateness at all": (
        with_labels(random_events(30, 200, span_ms=20 * DAY_MS, jitter_ms=60_000), 10, share=0.6), {"max_lateness_ms": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("batch", [1, 17])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_engine_with_labels_is_the_oracle_over(models, name, batch):
    inputs, options = SCENARIOS[name]
    columns = assert_bank_is_oracle(models, inputs, batch=batch, **options)
    assert np.nanmax(columns) > 0


def test_an_engine_that_is_restarted_between_labels_is_the_oracle_too(models):
    inputs, _ = SCENARIOS["every label comes before its time"]
    assert_bank_is_oracle(models, inputs, restarts=(40, 41, 190, 300))


STEPS_MS = st.sampled_from(
    [0, 0, 1, HOUR_MS, DAY_MS, LABEL_DELAY_MS - 1, LABEL_DELAY_MS, LABEL_DELAY_MS + 1, 30 * DAY_MS, 37 * DAY_MS,
     37 * DAY_MS + 1, -HOUR_MS, -DAY_MS, -DAY_MS - 1]
)  # fmt: skip
EVENTS = st.tuples(st.just("event"), STEPS_MS, st.sampled_from([1, 1, 2]), st.sampled_from(["t0", "t0", "t1"]), st.booleans())
LABELS = st.tuples(st.just("label"), STEPS_MS, st.integers(-3, 6), st.booleans(), st.booleans())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(st.one_of(EVENTS, LABELS), min_size=1, max_size=40),
    batch=st.integers(1, 9),
    events_per_key=st.sampled_from([2, 7, 64]),
    max_lateness_ms=st.sampled_from([0, HOUR_MS, DAY_MS]),
    memory_rows=st.sampled_from([2, 10, 1_000]),
)
def test_the_engine_with_labels_is_the_oracle_for_any_stream(
    models, drawn, batch, events_per_key, max_lateness_ms, memory_rows
):
    now, events, inputs = START_MS, [], []
    ids = [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in range(60)]
    for what, step, amount_or_back, tenant_or_fraud, flag in drawn:
        if what == "event":
            now += step
            event = transaction(
                now, amount_or_back, transaction_id=ids[len(events)], tenant_id=tenant_or_fraud, known_at=max(now, START_MS),
                customer_id="c", merchant_id="m" if flag else None, payee_id="p", mcc=7995 if flag else None,
            )  # fmt: skip
            events.append(event)
            inputs.append(event)
        else:
            of = ids[max(len(events) - 1 - amount_or_back, 0)] if amount_or_back >= 0 else ids[len(events) - amount_or_back]
            inputs.append(("t0", of, now + step, tenant_or_fraud))
    if events:
        assert_bank_is_oracle(
            models, inputs, batch=batch, memory_rows=memory_rows, events_per_key=events_per_key, max_lateness_ms=max_lateness_ms
        )


def at(day: float, number: int, **more: Any) -> Transaction:
    moment = START_MS + int(day * DAY_MS)
    ids = {"merchant_id": "m", "transaction_id": str(uuid.UUID(int=number))}
    return transaction(moment, **(ids | more))


def of(number: int, *, day: float, fraud: bool = True) -> Told:
    return "demo", str(uuid.UUID(int=number)), START_MS + int(day * DAY_MS), fraud


def value(row: np.ndarray, name: str) -> float:
    return float(row[FEATURE_NAMES.index(name)])


def test_a_label_counts_from_its_known_at_on_and_not_a_millisecond_before(models):
    bank = Bank(models)
    bank.tell(of(1, day=2))
    day_two = START_MS + 2 * DAY_MS
    asked = [at(0, 1), at(1, 2), at(2, 3, known_at=day_two - 1), at(2, 4, known_at=day_two)]
    rows = bank.decide(asked)
    assert [value(row, "merchant_frauds_7d") for row in rows] == [0, 0, 0, 1]
    assert value(rows[3], "merchant_fraud_idle_s_30d") == 2 * 86_400


def test_the_clock_that_labels_wait_for_is_their_own_tenant_s(models):
    bank = Bank(models)
    bank.decide([at(0, 1)])
    bank.tell(of(1, day=5))
    bank.decide([at(50, 7, tenant_id="other")])
    assert value(bank.decide([at(4, 2)])[0], "merchant_frauds_7d") == 0
    assert value(bank.decide([at(5, 3)])[0], "merchant_frauds_7d") == 1


def test_a_category_s_share_of_frauds_looks_at_whole_days_that_are_old_enough(models):
    bank = Bank(models)
    mcc = {"mcc": 7995}
    bank.decide([at(0, 1, merchant_id="m1", **mcc), at(0.1, 2, merchant_id="m2", **mcc)])
    bank.tell(of(1, day=1))
    # The first two fall on a day that ends eight hours after them, and is over for seven days at 7.33.
    rows = bank.decide(
        [at(1, 3, merchant_id="m3", **mcc), at(7.3, 4, **mcc), at(7.4, 5, **mcc), at(7.4, 6, mcc=5411), at(7.4, 7)]
    )
    assert [value(row, "mcc_frauds_7d") for row in rows[:4]] == [1, 0, 0, 0]
    assert [value(row, "mcc_frauds_30d") for row in rows[:4]] == [1, 1, 1, 0]
    assert [value(row, "mcc_fraud_share_7d") for row in rows[2:3]] == [0.5]
    assert [value(row, "mcc_count_7d") for row in rows[:4]] == [2, 1, 1, 0]
    assert np.isnan(
        [value(rows[1], "mcc_fraud_share_7d"), value(rows[3], "mcc_fraud_share_30d"), value(rows[4], "mcc_count_1d")]
    ).all()


def test_share_streak_and_last_known_good_say_what_is_known(models):
    bank = Bank(models)
    bank.decide([at(day, number) for number, day in enumerate((0, 1, 2, 3, 9))])
    for number in (2, 3):
        bank.tell(of(number, day=10))
    row = bank.decide([at(11, 20)])[0]
    # Days 0 to 3 are a week old: two good, then two frauds; day 9 is of no known status.
    assert value(row, "merchant_fraud_share_7d") == 0.5
    assert value(row, "merchant_fraud_streak_30d") == 2
    assert value(row, "merchant_fraud_streak_age_s_30d") == 9 * 86_400
    assert value(row, "merchant_fraud_idle_s_30d") == 8 * 86_400
    assert value(row, "merchant_good_idle_s_30d") == 10 * 86_400
    bank.tell(of(4, day=11))
    assert value(bank.decide([at(11, 21)])[0], "merchant_fraud_streak_30d") == 3
    bank.tell(of(3, day=11, fraud=False))
    row = bank.decide([at(11, 22)])[0]
    assert (value(row, "merchant_fraud_streak_30d"), value(row, "merchant_frauds_30d")) == (1, 2)
    assert value(row, "merchant_good_idle_s_30d") == 8 * 86_400


def test_without_a_known_event_nothing_is_claimed(models):
    row = Bank(models).decide([at(0, 1)])[0]
    assert [value(row, f"merchant_{name}") for name in ("frauds_30d", "fraud_streak_30d")] == [0, 0]
    unknown = ("fraud_share_30d", "fraud_streak_age_s_30d", "fraud_idle_s_30d", "good_idle_s_30d")
    assert all(np.isnan(value(row, f"merchant_{name}")) for name in unknown)
    assert np.isnan(value(row, "card_frauds_30d"))


def test_a_label_that_comes_again_or_was_known_before_the_last_changes_nothing(models):
    bank = Bank(models)
    bank.decide([at(0, 1), at(0, 2)])  # the same merchant, millisecond and amount
    for told in (of(1, day=1), of(1, day=1), of(1, day=2)):
        bank.tell(told)
    assert value(bank.decide([at(3, 3)])[0], "merchant_frauds_7d") == 1
    bank.tell(of(1, day=3, fraud=False))
    bank.tell(of(1, day=1))
    assert value(bank.decide([at(3.5, 4)])[0], "merchant_frauds_7d") == 0


def test_a_label_of_what_was_never_decided_is_counted_and_has_no_effect(models):
    bank = Bank(models)
    bank.decide([at(0, 1)])
    bank.tell(of(99, day=0))
    bank.decide([at(1, 2)])
    assert (bank.engine.counters.labels, bank.engine.counters.labels_unknown) == (1, 1)


def test_a_label_that_finds_no_place_to_wait_is_in_the_log_refused_and_counted_alike_in_a_fold(models):
    bank = Bank(models)
    fresh = bank.fresh
    bank.engine.labels.bound = 2
    bank.decide([at(0, number) for number in range(1, 5)])
    for number in range(1, 5):
        bank.tell(of(number, day=1))
    assert (bank.refused, bank.engine.counters.labels_refused) == (["labels-full"] * 2, 2)
    assert [type(decode(record)) for record in bank.log[4:]] == [LabelRecord] * 4
    again = fresh()
    again.labels.bound = 2
    rebuild(again, [bank.log])
    assert again.counters.labels_refused == 2
    row = bank.decide([at(2, 9)])[0]
    assert value(row, "merchant_frauds_7d") == 2
    bank.tell(of(4, day=2))
    assert value(bank.decide([at(3, 10)])[0], "merchant_frauds_7d") == 3


@pytest.mark.parametrize(
    ("message", "key", "word"),
    [
        (b"{", b"demo", "malformed"),
        (label(of(1, day=1)).replace(b'"fraud": true', b'"fraud": 1'), b"demo", "malformed"),
        (label(of(1, day=1)), b"other", "wrong-tenant"),
        (label(of(1, day=1)), None, "wrong-tenant"),
        (b" " * 70_000, b"demo", "oversized"),
    ],
)
def test_what_is_no_label_of_its_key_is_refused_and_not_in_the_log(models, message, key, word):
    engine = Bank(models).engine
    written = apply_labels(engine, [message], keys=[key])
    assert (written.records, [refusal[1] for refusal in written.refused]) == ([], [word])
    assert engine.next_n == 0


@pytest.fixture
def told(models, champion) -> Bank:
    """A bank with a champion: five days, a label of each of them that is known on the sixth, and ten more days."""
    bank = Bank(models)
    written = apply_controls(bank.engine, [champion])
    assert not written.refused
    bank.log += [record for _, record in written.records]
    days = [at(day / 4, day, customer_id="c", card_id="k", payee_id="p", amount_minor=1_000 * (day + 1)) for day in range(60)]
    bank.decide(days[:20])
    for number in range(20):
        bank.tell(of(number, day=6))
    bank.decide(days[20:])
    return bank


def differing(bank: Bank, log: list[bytes]) -> list[int]:
    """The records of a log that a fold of it does not confirm."""
    return [n for n, _ in rebuild(bank.fresh(), [log], check=True).differing]


def changed(record: bytes, change: Callable[[dict], object]) -> bytes:
    content = json.loads(record)
    change(content)
    return json.dumps(content, separators=(",", ":")).encode()


def test_a_log_of_what_was_known_is_confirmed(told):
    assert differing(told, told.log) == []


def test_a_score_that_rests_on_a_label_before_it_was_known_is_found_out(told):
    labels = [n for n, record in enumerate(told.log) if isinstance(decode(record), LabelRecord)]
    log = [*told.log]
    for n in labels:
        log[n] = changed(log[n], lambda record: record["label"].update(known_at=START_MS + 12 * DAY_MS))
    found = differing(told, log)
    assert found
    assert all(6 <= day_of(told.log[n]) < 12 for n in found)


def test_a_score_that_knew_no_label_although_it_was_known_is_found_out(told):
    log = [*told.log]
    for n in range(len(log)):
        if isinstance(decode(log[n]), LabelRecord):
            log[n] = changed(log[n], lambda record: record["label"].update(known_at=START_MS))
    assert day_of(told.log[differing(told, log)[0]]) < 6


def test_a_score_that_knew_an_event_of_the_future_is_found_out(told):
    decisions = [n for n, record in enumerate(told.log) if isinstance(decode(record), DecisionRecord)]
    first, after = decisions[25], decisions[45]
    order = [*range(first), *range(after, len(told.log)), *range(first, after)]
    log = [changed(told.log[n], lambda record, place=place: renumber(record, place)) for place, n in enumerate(order)]
    assert set(differing(told, log)) & set(range(first, first + len(told.log) - after))


def test_a_score_that_was_rewritten_is_found_out(told):
    n = len(told.log) - 5
    log = [*told.log]
    log[n] = changed(log[n], lambda record: record["answer"].update(probability=0.123456))
    assert differing(told, log) == [n]


def renumber(record: dict, n: int) -> None:
    record["n"] = n
    if "answer" in record:
        record["answer"]["sequence"]["n"] = n


def day_of(record: bytes) -> float:
    return (json.loads(record)["transaction"]["event_time"] - START_MS) / DAY_MS


def test_labels_fall_due_by_known_at_and_then_by_their_place_in_the_log():
    waiting = WaitingLabels(4)
    ids = [str(uuid.UUID(int=number)).encode() for number in range(5)]
    for n, known_at in enumerate((30, 10, 20, 10, 99)):
        assert waiting.add(1, Waiting(known_at, n, ids[n], True))
    tenants, known = np.array([0, 1, 1, 1], np.int32), np.array([99, 9, 20, 30])
    runs = [(run.start, run.stop, [label.n for label in run.due]) for run in waiting.runs(tenants, known)]
    assert runs == [(0, 2, []), (2, 3, [1, 3, 2]), (3, 4, [0])]
    assert len(waiting) == 1
    assert [(run.start, run.stop) for run in waiting.runs(tenants[:0], known[:0])] == [(0, 0)]
