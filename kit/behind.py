"""Processes that work behind those that decide and move money: polite, asked about their health, ended by SIGTERM."""

import os
from collections.abc import Callable
from typing import Protocol

import psycopg

from kit import log
from kit.process import Lifecycle, serve_health
from kit.settings import Settings, settings

# What decides and what moves money goes first.
NICENESS = 10


class Worker(Protocol):
    """What such a process does."""

    def run(self) -> None:
        """Work until the lifecycle ends. Raises psycopg.OperationalError when a database is lost."""

    def facts(self) -> dict[str, object]:
        """What the health port says."""


def work_behind(process: str, make: Callable[[Settings, Lifecycle], Worker]) -> int:
    """Run until asked to end; return the process's exit status, 1 when a database is lost: the supervisor starts it again."""
    log.configure(process)
    os.nice(NICENESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    ours = settings()
    worker = make(ours, lifecycle)
    address = ours.health.get(process)
    if address is not None:
        serve_health(address, lifecycle, worker.facts)
    try:
        worker.run()
    except psycopg.OperationalError as problem:
        log.get_logger().error("a database is lost", problem=str(problem))
        return 1
    return 0
