"""After a replay: wait until what was sent is decided and has its outcome, and build the marts that it belongs to."""

from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.bootstrap.progress import Drain, DrainStopped
from pipelines.marts import BuildStopped, build
from pipelines.replay.play import Progress


class ReplayInterrupted(Exception):
    """The process was asked to end before the marts were built; they are built when the process `marts` next does."""


def build_marts_of(settings: Settings, tenant_id: str, *, progress: Progress, lifecycle: Lifecycle) -> None:
    """Return once the marts hold the tenant's replayed transactions.

    Raises Stalled while a process that has a part in it is down, MartsNotBuilt, MartsBusy, and ReplayInterrupted.
    """

    def stopped() -> bool:
        return not lifecycle.running

    try:
        Drain(settings, progress, stopped=stopped).until_inbound_is_settled(tenant_id)
        progress("building the marts")
        build(settings, progress=progress, stopped=stopped)
    except (DrainStopped, BuildStopped) as interrupted:
        raise ReplayInterrupted(str(interrupted)) from interrupted
