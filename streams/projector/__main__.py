"""`python -m streams.projector`: keep accounts' histories up with the ledger's events."""

from kit import log
from kit.clock import SystemClock
from kit.process import Lifecycle
from kit.settings import settings
from streams.health import start_health
from streams.projector.process import PROCESS, Projector


def main() -> None:
    """Run until SIGTERM; whatever goes wrong ends the process, and the next one goes on from the position."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    projector = Projector(settings(), lifecycle, SystemClock())
    start_health(PROCESS, lifecycle, projector.facts)
    projector.run()


if __name__ == "__main__":
    main()
