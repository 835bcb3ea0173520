"""`python -m streams.scorer`: warm up, fence the previous scorer, restore and fold, start an epoch in the log, then work."""

import gc
import sys
import time
from collections.abc import Callable

from kit.clock import SystemClock
from kit.errors import DomainError
from kit.log import configure, get_logger
from kit.pages import keep_freed_memory
from kit.process import Lifecycle
from kit.settings import Scorer, Settings, settings
from scoring.ahead import PagesAhead
from scoring.engine import Engine
from scoring.features import Bounds
from scoring.tenants import MAX_TENANTS
from scoring.warm_up import warm_up
from streams.health import start_health
from streams.scorer import metrics
from streams.scorer.desk import Desk
from streams.scorer.kafka_door import KafkaDoor, transactional_producer
from streams.scorer.log_reader import DecisionLog
from streams.scorer.rpc import RpcDoor
from streams.scorer.rpc_server import RpcServer
from streams.scorer.snapshots.start import start
from streams.scorer.snapshots.taker import SnapshotTaker
from streams.scorer.usage import usage_facts

# Two threads share the interpreter; a request must not wait the default 5 ms for its turn.
SWITCH_INTERVAL_S = 0.0001
# Thousands of messages live from one commit to the next, in no cycle: to look through them every 700 objects costs more than
# the few cycles of a turn are worth.
GARBAGE_OBJECTS = 50_000


def main() -> int:
    """Return the process's exit status: 0 when it was asked to end, 1 when something broke."""
    configure("scorer")
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    told: dict[str, Callable[[], object]] = {}
    start_health("scorer", lifecycle, lambda: {name: tell() for name, tell in tuple(told.items())})
    try:
        _run(settings(), lifecycle, told)
    except DomainError as problem:
        get_logger().exception("the scorer ends", detail=problem.detail, remedy=problem.remedy)
        return 1
    except Exception:
        get_logger().exception("the scorer ends; the next start goes on from the log")
        return 1
    return 0


def _run(config: Settings, lifecycle: Lifecycle, told: dict[str, Callable[[], object]]) -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    keep_freed_memory()
    warm_up(config.models)
    producer = transactional_producer(config.kafka)
    started_s = time.perf_counter()
    started = start(
        DecisionLog(config.kafka, config.lake),
        config.snapshots,
        lambda: Engine(models=config.models, bounds=_bounds(config.scorer)),
    )
    engine, proof = started.engine, started.proof
    metrics.unusable_controls.set(engine.controls.unusable)
    get_logger().info("log folded", records=proof.records, seconds=round(time.perf_counter() - started_s, 3))
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, 10, 10)
    clock = SystemClock()
    desk = Desk(engine, clock)
    snapshots = SnapshotTaker(
        config.snapshots,
        engine,
        desk.lanes.bulk,
        clock,
        interval_s=config.scorer.snapshot_interval_s,
        interval_records=config.scorer.snapshot_interval_records,
    )
    snapshots.begin(started.restored)
    door = KafkaDoor(config.kafka, config.scorer, desk, producer, snapshots)
    door.join()
    door.start_epoch(memory_rows=config.scorer.memory_rows)
    told |= {
        "epoch": lambda: engine.epoch,
        "folded_records": lambda: proof.records,
        "unusable_controls": lambda: engine.controls.unusable,
        "snapshot": snapshots.facts,
        "state": lambda: usage_facts(engine),
    }
    get_logger().info("epoch started", epoch=engine.epoch)
    PagesAhead(engine).start()
    rpc = RpcServer(RpcDoor(desk, lifecycle), config.scorer.rpc)
    rpc.start()
    lifecycle.ready()
    door.run(lifecycle, drain=rpc.stop)


def _bounds(scorer: Scorer) -> Bounds:
    return Bounds(
        tenants=MAX_TENANTS,
        keys=scorer.state_keys,
        log_bytes=scorer.state_log_bytes,
        table_bytes=scorer.state_table_bytes,
        max_lateness_ms=scorer.max_lateness_ms,
    )


if __name__ == "__main__":
    sys.exit(main())
