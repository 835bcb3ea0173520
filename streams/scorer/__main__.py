"""`python -m streams.scorer`: warm up, fence the previous scorer, fold the log, start an epoch in it, then work."""

import gc
import sys
import time

from kit.clock import SystemClock
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
from streams.scorer.log_reader import fold_log
from streams.scorer.rpc import RpcDoor, RpcServer

# Two threads share the interpreter; a request must not wait the default 5 ms for its turn.
SWITCH_INTERVAL_S = 0.0005


def main() -> int:
    """Return the process's exit status: 0 when it was asked to end, 1 when something broke."""
    configure("scorer")
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    state: dict[str, object] = {}
    start_health("scorer", lifecycle, lambda: state)
    try:
        _run(settings(), lifecycle, state)
    except Exception:
        get_logger().exception("the scorer ends; the next start folds the log")
        return 1
    return 0


def _run(config: Settings, lifecycle: Lifecycle, state: dict[str, object]) -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    keep_freed_memory()
    warm_up(config.models)
    producer = transactional_producer(config.kafka)
    engine = Engine(models=config.models, bounds=_bounds(config.scorer))
    started_s = time.perf_counter()
    proof = fold_log(config.kafka, engine)
    metrics.unusable_controls.set(proof.unusable)
    get_logger().info("log folded", records=proof.records, seconds=round(time.perf_counter() - started_s, 3))
    gc.collect()
    gc.freeze()
    desk = Desk(engine, SystemClock())
    door = KafkaDoor(config.kafka, config.scorer, desk, producer)
    door.join()
    door.start_epoch(memory_rows=config.scorer.memory_rows)
    state |= {"epoch": engine.epoch, "folded_records": proof.records, "unusable_controls": proof.unusable}
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
