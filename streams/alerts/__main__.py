"""`python -m streams.alerts`: turn flagged decisions into alerts."""

import logging

import faust

from kit import log
from kit.clock import SystemClock
from kit.process import Lifecycle
from kit.settings import settings
from streams.alerts.app import PROCESS, AlertsProcess
from streams.health import start_health


def main() -> None:
    """Run until SIGTERM, which Faust's worker handles: the batch at hand is finished and committed."""
    log.configure(PROCESS)
    for library in ("faust", "mode", "aiokafka", "streams.alerts.transport"):
        logging.getLogger(library).setLevel(logging.WARNING)
    lifecycle = Lifecycle()
    process = AlertsProcess(settings(), lifecycle, SystemClock())
    start_health(PROCESS, lifecycle, process.facts)
    faust.Worker(
        process.app, loglevel="WARN", quiet=True, redirect_stdouts=False, override_logging=False
    ).execute_from_commandline()


if __name__ == "__main__":
    main()
