"""`python -m streams.scorer`: warm up, fence the previous scorer, fold the log, then work."""

import gc
import sys
import time

from kit.clock import SystemClock
from kit.log import configure, get_logger
from kit.pages import keep_freed_memory
from kit.process import Lifecycle
from kit.settings import Settings, settings
from scoring.ahead import PagesAhead
from scoring.engine import Engine
from scoring.warm_up import warm_up
from streams.health import start_health
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
    engine = Engine(models=config.models, max_lateness_ms=config.scorer.max_lateness_ms)
    started_s = time.perf_counter()
    proof = fold_log(config.kafka, engine)
    engine.epoch += 1 if proof.records else 0
    state |= {"epoch": engine.epoch, "folded_records": proof.records}
    get_logger().info(
        "log folded", records=proof.records, seconds=round(time.perf_counter() - started_s, 3), epoch=engine.epoch
    )
    gc.collect()
    gc.freeze()
    PagesAhead(engine).start()
    desk = Desk(engine, SystemClock())
    door = KafkaDoor(config.kafka, config.scorer, desk, producer)
    door.join()
    rpc = RpcServer(RpcDoor(desk, lifecycle), config.scorer.rpc)
    rpc.start()
    lifecycle.ready()
    door.run(lifecycle, drain=rpc.stop)


if __name__ == "__main__":
    sys.exit(main())
