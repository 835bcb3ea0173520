"""`python -m pipelines.privacy.worker`: erases whom the law lets be erased, one request at a time, until SIGTERM."""

import sys

import psycopg

from governance.erasures.erasure import Store
from kit.behind import work_behind
from kit.clock import SystemClock
from kit.log import get_logger
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.privacy.job import PROCESS, Job, NotTaken

IDLE_S = 5.0


class Worker:
    """Looks for what is due and carries it out. What fails is said in the request and tried again after a while."""

    def __init__(self, ours: Settings, lifecycle: Lifecycle) -> None:
        self._settings = ours
        self._lifecycle = lifecycle
        self._done = 0
        self._failed = 0

    def run(self) -> None:
        """Work until asked to end. Raises psycopg.OperationalError when a database is lost."""
        job = Job(self._settings, SystemClock(), progress=_say)
        try:
            self._lifecycle.ready()
            while self._lifecycle.running:
                for tenant_id, erasure_id in job.due():
                    if not self._lifecycle.running:
                        return
                    try:
                        self._done += job.carry_out(tenant_id, erasure_id)
                    except NotTaken:
                        continue
                    except psycopg.OperationalError:
                        raise
                    except Exception as problem:
                        self._failed += 1
                        get_logger().error("an erasure could not go on", erasure_id=str(erasure_id), exc_info=problem)
                self._lifecycle.wait(IDLE_S)
        finally:
            job.close()

    def facts(self) -> dict[str, object]:
        """What the health port says."""
        return {"done": self._done, "failed": self._failed}


def _say(store: Store, before: int, after: int) -> None:
    get_logger().info("store erased", store=store.value, before=before, after=after)


if __name__ == "__main__":
    sys.exit(work_behind(PROCESS, Worker))
