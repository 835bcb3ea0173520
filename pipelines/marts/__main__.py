"""`python -m pipelines.marts`: keep the marts up with the warehouse until SIGTERM; exits 1 when the warehouse is lost."""

import os
import sys

import psycopg

from kit import log
from kit.process import Lifecycle, serve_health
from kit.settings import settings
from pipelines.marts.keeper import PROCESS, MartKeeper

# What decides and what moves money goes first.
NICENESS = 10


def main() -> int:
    """Run until asked to end; returns the process's exit status."""
    log.configure(PROCESS)
    os.nice(NICENESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    ours = settings()
    keeper = MartKeeper(ours, lifecycle)
    address = ours.health.get(PROCESS)
    if address is not None:
        serve_health(address, lifecycle, keeper.facts)
    try:
        keeper.run()
    except psycopg.OperationalError as problem:
        log.get_logger().error("marts_ended", problem=str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
