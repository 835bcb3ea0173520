"""`python -m ledger.chain`: seal the ledger until SIGTERM; exits 1 when the server is lost, to be started again."""

import psycopg

from kit import log
from kit.clock import SystemClock
from kit.process import Lifecycle, serve_health
from kit.settings import settings
from ledger.chain.errors import ChainCutOff, SigningKeyMissing
from ledger.chain.process import PROCESS, SealerProcess


def main() -> int:
    """Run the sealer; returns the process's exit status."""
    log.configure(PROCESS)
    lifecycle = Lifecycle()
    lifecycle.install_signal_handlers()
    process = SealerProcess(settings(), lifecycle, SystemClock())
    address = settings().health.get(PROCESS)
    if address is not None:
        serve_health(address, lifecycle, process.facts)
    try:
        process.run()
    except (psycopg.OperationalError, ChainCutOff, SigningKeyMissing) as problem:
        log.get_logger().error("sealer_ended", problem=str(problem), kind=type(problem).__name__)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
