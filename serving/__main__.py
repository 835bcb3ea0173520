"""`python -m serving [--workers N]`: the API on settings().api, and the built front end when there is one."""

import argparse

import uvicorn
from starlette.types import ASGIApp

from kit import log
from kit.settings import settings
from kit.short_way import ShortWay
from serving.app import create_app

PROCESS = "api"
DRAIN_S = 10
MAX_WAITING_CONNECTIONS = 2048


def worker() -> ASGIApp:
    """Make the application of one worker process."""
    log.configure(PROCESS)
    return create_app(settings())


def main() -> None:
    """Serve until SIGTERM, then drain."""
    parser = argparse.ArgumentParser(prog="python -m serving", description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="worker processes (each keeps its own rate limits and metrics)")
    arguments = parser.parse_args()
    address, proxies = settings().api, settings().edge.trusted_proxies
    uvicorn.run(
        "serving.__main__:worker",
        factory=True,
        host=address.host,
        port=address.port,
        workers=arguments.workers,
        loop="uvloop",
        http=ShortWay,
        access_log=False,
        server_header=False,
        date_header=True,
        log_level="warning",
        backlog=MAX_WAITING_CONNECTIONS,
        timeout_graceful_shutdown=DRAIN_S,
        # Whoever may set these headers chooses the address that the limits count: nobody, unless the settings name them.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )


if __name__ == "__main__":
    main()
