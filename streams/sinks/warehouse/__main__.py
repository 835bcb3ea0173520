"""`python -m streams.sinks.warehouse`: keep the warehouse's raw tables up with the topics."""

from kit import log
from kit.process import Lifecycle
from kit.settings import settings
from streams.health import start_health
from streams.sinks.warehouse.sink import PROCESS, WarehouseSink


def main() -> None:
    """Run until SIGTERM; whatever goes wrong ends the process, and the next one goes on from the stored offsets."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    sink = WarehouseSink(settings(), lifecycle)
    start_health(PROCESS, lifecycle, sink.facts)
    sink.run()


if __name__ == "__main__":
    main()
