"""`python -m streams.intake`: post what was decided about inbound money."""

from kit import log
from kit.clock import SystemClock
from kit.process import Lifecycle
from kit.settings import settings
from streams.health import start_health
from streams.intake.process import PROCESS, Intake


def main() -> None:
    """Run until SIGTERM; whatever goes wrong ends the process, and the next one goes on from the committed offset."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    intake = Intake(settings(), lifecycle, SystemClock())
    start_health(PROCESS, lifecycle, intake.facts)
    intake.run()


if __name__ == "__main__":
    main()
