"""The health port of a process, where the settings give it one."""

from collections.abc import Callable

from kit.process import Lifecycle, serve_health
from kit.settings import settings


def start_health(process: str, lifecycle: Lifecycle, facts: Callable[[], dict[str, object]] = dict) -> None:
    """Serve `/healthz`, `/readyz` and `/metrics` at `settings().health[process]`; do nothing where it is absent."""
    address = settings().health.get(process)
    if address is not None:
        serve_health(address, lifecycle, facts)
