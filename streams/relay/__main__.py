"""`python -m streams.relay`: carry the outbox to Kafka until SIGTERM; exits 1 when a server is lost, to be started again."""

import argparse

import psycopg
import psycopg2
from confluent_kafka import KafkaException

from kit import log
from kit.clock import SystemClock
from kit.process import Lifecycle
from kit.settings import settings
from streams.health import start_health
from streams.relay.housekeeping import DEFAULT_KEEP_MS, HOUR_MS
from streams.relay.process import DEFAULT_SLOT, PROCESS, Relay


def main() -> int:
    """Run the relay; returns the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m streams.relay")
    parser.add_argument("--slot", default=DEFAULT_SLOT, help="logical slot; its name is the server's, not the database's")
    parser.add_argument("--keep-hours", type=float, default=DEFAULT_KEEP_MS / HOUR_MS, help="how long relayed rows stay")
    options = parser.parse_args()
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    relay = Relay(settings(), lifecycle, SystemClock(), slot=options.slot, keep_rows_ms=int(options.keep_hours * HOUR_MS))
    start_health(PROCESS, lifecycle, relay.facts)
    try:
        relay.run()
    except (psycopg.OperationalError, psycopg2.Error, KafkaException, TimeoutError) as problem:
        log.get_logger().error("relay_ended", problem=str(problem), kind=type(problem).__name__)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
