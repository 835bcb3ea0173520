"""`python -m streams.graph`: keep the graph up with the topics. `rebuild` makes it again, `baas graph rebuild` too."""

import sys

from kit import log
from kit.process import Lifecycle
from kit.settings import settings
from streams.graph.command import main as command
from streams.graph.process import PROCESS, GraphWriter
from streams.health import start_health


def main() -> None:
    """Run until SIGTERM; whatever goes wrong ends the process, and the next one goes on from the positions."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    writer = GraphWriter(settings(), lifecycle)
    start_health(PROCESS, lifecycle, writer.facts)
    writer.run()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(command(sys.argv[1:]))
    main()
