"""`python -m streams.sinks.lake`: keep the lake up with the topics."""

import sys
from importlib.abc import MetaPathFinder

from kit import log
from kit.process import Lifecycle
from kit.settings import settings
from streams.health import start_health
from streams.sinks.lake.sink import PROCESS, LakeSink


class _WithoutPandas(MetaPathFinder):
    """pyarrow imports pandas only to ask whether a list is a Series: two seconds and 100 MB that this process can spare."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ImportError("the lake sink goes without pandas")


def main() -> None:
    """Run until SIGTERM; whatever goes wrong ends the process, and the next one goes on from what the files cover."""
    sys.meta_path.insert(0, _WithoutPandas())
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    sink = LakeSink(settings(), lifecycle)
    start_health(PROCESS, lifecycle, sink.facts)
    sink.run()


if __name__ == "__main__":
    main()
