"""Snapshots of the scorer as it runs, on a real broker: whatever is killed or broken, the log decides what the state is."""

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from confluent_kafka import TopicPartition

from contracts.topics import CONTROLS, DECISIONS, INBOUND_TRANSACTIONS, broker_topics
from kit.kafka import admin, ensure_topics, topic_name
from kit.plain_http import NO_TLS
from scoring.engine import Engine
from scoring.snapshot import arrays, describe
from streams.scorer.lake_log import records_from
from streams.scorer.log_reader import DecisionLog, LogBeginningGone
from streams.scorer.snapshots import folder
from streams.scorer.snapshots import start as starting
from tests.http import http
from tests.streams.conftest import Traffic
from tests.streams.scorer.conftest import Scorer, has_champion, transaction

pytestmark = pytest.mark.servers


@pytest.fixture
def snapshots(tmp_path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def scorer(kafka, start, environment, champion, traffic, eventually, snapshots) -> Scorer:
    """With a champion, and a snapshot as often as there is something to write."""
    running = Scorer(kafka, start, Path(environment["BAAS_VAR"]) / "models")
    running.settings = {
        "BAAS_SCORER__SNAPSHOTS": str(snapshots),
        "BAAS_SCORER__SNAPSHOT_INTERVAL_S": "0",
        "BAAS_SCORER__SNAPSHOT_INTERVAL_RECORDS": "50",
    }
    running.start()
    traffic.send(CONTROLS, [champion])
    eventually(running.is_ready, what="the scorer to be ready", within_s=120)
    eventually(lambda: has_champion(running), what="the champion to decide")
    return running


def send(scorer: Scorer, traffic, eventually: Callable[..., None], numbers: range) -> None:
    """Have them decided."""
    traffic.send(INBOUND_TRANSACTIONS, [transaction(number) for number in numbers])
    last = transaction(numbers[-1])["transaction_id"]
    eventually(
        lambda: any(each["transaction"]["transaction_id"] == last for each in scorer.decisions()), what="the messages decided"
    )


def have_two_snapshots(scorer: Scorer, traffic, eventually, snapshots: Path, first: int) -> None:
    """The newest of them is after everything that is sent here."""
    for at in (first, first + 200, first + 400):
        send(scorer, traffic, eventually, range(at, at + 200))
        eventually(lambda: is_at_rest(scorer), what="a snapshot of it")
    assert len(folder.newest_first(snapshots)) == 2


def is_at_rest(scorer: Scorer) -> bool:
    """No child writes, and none is due."""
    facts = scorer.facts()["snapshot"]
    return not facts["writing"] and facts.get("records_since", 50) < 50


def restart(scorer: Scorer, eventually: Callable[..., None]) -> dict:
    """Kill it without warning and start it again; return what it says of itself."""
    scorer.process.kill()
    scorer.start()
    eventually(scorer.is_ready, what="the scorer to be ready again", within_s=60)
    return scorer.facts()


def check_log(scorer: Scorer, wanted: set[str]) -> None:
    """Each input has exactly one decision, the numbers have no gap, and the log from its beginning gives them all again."""
    records = scorer.records()
    decided = [record["transaction"]["transaction_id"] for record in records if record["record"] == "decision"]
    assert len(decided) == len(set(decided))
    assert wanted <= set(decided)
    assert [record["n"] for record in records] == list(range(len(records)))
    _, proof = scorer.folded()
    assert (proof.differing, proof.decisions) == ([], len(decided))


def ids(numbers: range) -> set[str]:
    return {transaction(number)["transaction_id"] for number in numbers}


def test_a_restart_goes_on_from_the_newest_snapshot(scorer, traffic, eventually, snapshots):
    have_two_snapshots(scorer, traffic, eventually, snapshots, 1_000)
    newest, _ = folder.newest_first(snapshots)
    records = len(scorer.records())
    facts = restart(scorer, eventually)
    assert facts["folded_records"] == records - newest.next_n < 200
    assert facts["state"]["windows"]["keys"]["customer"] == 37
    assert "snapshot restored" in scorer.process.output()
    shown = http.get(f"http://127.0.0.1:{scorer.health_port}/metrics").text
    assert "baas_scorer_snapshot_bytes" in shown
    asked = scorer.score(transaction(1_000)).json()
    assert asked["sequence"]["n"] < newest.next_n  # a repetition from before the snapshot gets the answer of then
    send(scorer, traffic, eventually, range(1_600, 1_700))
    check_log(scorer, ids(range(1_000, 1_700)))


def test_a_snapshot_that_becomes_due_in_quiet_is_taken(scorer, traffic, eventually, snapshots):
    """The last commit came while the interval still ran, and no other follows."""
    scorer.process.kill()
    scorer.settings["BAAS_SCORER__SNAPSHOT_INTERVAL_S"] = "5"
    restart(scorer, eventually)
    for numbers in (range(2_000, 2_100), range(2_100, 2_200)):
        send(scorer, traffic, eventually, numbers)
        eventually(lambda: is_at_rest(scorer), what="the snapshot that was due")
    assert folder.newest_first(snapshots)[0].next_n > len(scorer.records()) - 50


def flip_a_byte(path: Path, *, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_broken_snapshot_gives_way_to_the_older_and_two_broken_ones_to_the_log(scorer, traffic, eventually, snapshots):
    have_two_snapshots(scorer, traffic, eventually, snapshots, 3_000)
    scorer.process.kill()
    newest, older = folder.newest_first(snapshots)
    records = len(scorer.records())
    flip_a_byte(newest.path, at=newest.bytes // 3)
    facts = restart(scorer, eventually)
    assert facts["folded_records"] == records - older.next_n
    assert "does not have its checksum" in scorer.process.output()
    send(scorer, traffic, eventually, range(3_600, 3_700))
    eventually(lambda: is_at_rest(scorer), what="the snapshot that was due")
    assert newest.path not in [kept.path for kept in folder.newest_first(snapshots)]
    scorer.process.kill()
    for kept in folder.newest_first(snapshots):
        flip_a_byte(kept.path, at=kept.bytes // 2)
    records = len(scorer.records())
    facts = restart(scorer, eventually)
    assert facts["folded_records"] == records
    assert scorer.process.output().count("a snapshot is not used") == 2
    send(scorer, traffic, eventually, range(3_700, 3_800))
    check_log(scorer, ids(range(3_000, 3_800)))


def test_no_kill_of_parent_or_child_loses_repeats_or_changes_a_decision(scorer, traffic, eventually, snapshots):
    """Both doors, a snapshot in flight at nearly every moment, and kills of either process where it happens to be.

    One snapshot is there before the first kill: on a busy machine no other may be done by then.
    """
    send(scorer, traffic, eventually, range(9_000, 9_100))
    eventually(lambda: folder.newest_first(snapshots), what="a snapshot to go on from")
    answered: dict[str, dict] = {}
    stop = threading.Event()
    wanted: set[str] = set()

    def ask() -> None:
        number = 50_000
        with httpx.Client(verify=NO_TLS, timeout=2) as client:
            while not stop.is_set():
                number += 1
                try:
                    answer = client.post(scorer.url("/score"), json=transaction(number))
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    answered[transaction(number)["transaction_id"]] = answer.json()

    def children_killed() -> bool:
        for child in psutil.Process(scorer.process._process.pid).children():
            child.kill()
            return True
        return False

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for round_number in range(3):
            sent = range(10_000 + round_number * 3_000, 13_000 + round_number * 3_000)
            wanted |= ids(sent)
            traffic.send(INBOUND_TRANSACTIONS, [transaction(number) for number in sent])
            eventually(children_killed, what="a child to kill")
            passed = len(answered) + 50
            eventually(lambda passed=passed: len(answered) > passed, what="requests between the kills")
            assert scorer.process.ended is None
            restart(scorer, eventually)
            assert "snapshot restored" in scorer.process.output()
        eventually(lambda: wanted <= {each["transaction"]["transaction_id"] for each in scorer.decisions()}, what="all decided")
        eventually(lambda: scorer.facts()["snapshot"]["age_s"] < 5, what="a snapshot after the last kill")
    finally:
        stop.set()
        asking.join()
    assert scorer.process.terminate() == 0
    check_log(scorer, wanted)
    in_log = {each["transaction"]["transaction_id"]: each["answer"] for each in scorer.decisions()}
    assert all(in_log[key] == answer for key, answer in answered.items() if key in in_log)
    assert list(snapshots.glob("*.partial")) == []
    restored = starting.start(DecisionLog(scorer.kafka), snapshots, lambda: Engine(models=scorer.models))
    assert restored.restored is not None
    assert same_content(restored.engine, scorer.folded()[0])


def same_content(one: Engine, other: Engine) -> bool:
    """What does not depend on how the log was batched: positions, controls, tenants, memory's columns, keys and lateness."""
    facts, theirs = describe(one), describe(other)
    names = ("epoch", "next_n", "memory", "tenants", "in_force", "unfollowed", "controls_seen", "profiles")
    mine, found = arrays(one, facts), arrays(other, theirs)
    alike = ("memory.young.ids", "memory.young.contents", "memory.young.outcomes", "windows.highs", "tenants.names")
    return (
        all(getattr(facts, name) == getattr(theirs, name) for name in names)
        and all((mine[name] == found[name]).all() for name in alike)
        and one.features.state.usage().keys == other.features.state.usage().keys
        and one.features.state.stats().late_events == other.features.state.stats().late_events
    )


def test_a_snapshot_that_is_ahead_of_the_logs_end_is_refused(scorer, traffic, eventually, snapshots, capsys):
    have_two_snapshots(scorer, traffic, eventually, snapshots, 30_000)
    scorer.process.kill()
    records = len(scorer.records())
    empty = scorer.kafka.model_copy(update={"prefix": f"{scorer.kafka.prefix}empty."})
    ensure_topics(empty, {DECISIONS: broker_topics()[DECISIONS]})
    Traffic(empty).end(DECISIONS, 0)  # once the new topic has a leader
    begun = starting.start(DecisionLog(empty), snapshots, lambda: Engine(models=scorer.models))
    assert (begun.restored, begun.engine.next_n) == (None, 0)
    assert capsys.readouterr().out.count("ahead of the log's end") == 2
    again = starting.start(DecisionLog(scorer.kafka), snapshots, lambda: Engine(models=scorer.models))
    assert again.engine.next_n == records


def forget_before(scorer: Scorer, offset: int) -> None:
    """As retention does."""
    place = TopicPartition(topic_name(scorer.kafka, DECISIONS), 0, offset)
    client = admin(scorer.kafka)
    for done in client.delete_records([place]).values():
        done.result(20)


def test_a_log_without_its_beginning_needs_a_snapshot_or_the_lake(scorer, traffic, eventually, snapshots, tmp_path):
    have_two_snapshots(scorer, traffic, eventually, snapshots, 40_000)
    assert scorer.process.terminate() == 0
    whole, _ = scorer.folded()
    lake = lake_of(scorer, tmp_path / "var", eventually)
    end = DecisionLog(scorer.kafka).extent().end
    forget_before(scorer, end - 400)
    assert DecisionLog(scorer.kafka).extent().first == end - 400

    by_snapshot = starting.start(DecisionLog(scorer.kafka), snapshots, lambda: Engine(models=scorer.models))
    assert by_snapshot.restored is not None
    by_lake = starting.start(DecisionLog(scorer.kafka, lake), tmp_path / "none", lambda: Engine(models=scorer.models))
    assert by_lake.restored is None
    assert same_content(by_snapshot.engine, whole)
    assert same_content(by_lake.engine, whole)

    shutil.rmtree(snapshots)
    with pytest.raises(LogBeginningGone, match=f"begins {DECISIONS} at offset {end - 400}"):
        starting.start(DecisionLog(scorer.kafka), snapshots, lambda: Engine(models=scorer.models))
    scorer.start()
    eventually(lambda: scorer.process.ended == 1, what="the scorer to end")
    said = [json.loads(line) for line in scorer.process.output().splitlines() if "log-beginning" in line or "remedy" in line]
    assert "retention.ms" in said[-1]["remedy"]


def lake_of(scorer: Scorer, var: Path, eventually: Callable[..., None]) -> Path:
    """The lake as its own process writes it, up to the log's end."""
    records, lake = len(scorer.records()), var / "lake"
    sink = scorer.launch("streams.sinks.lake", BAAS_VAR=str(var))
    eventually(lambda: sum(map(len, records_from(lake, offset=0))) == records, what="the lake to have every record")
    assert sink.terminate() == 0
    return lake
