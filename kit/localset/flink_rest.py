"""What we ask a Flink job manager over its REST interface. Every call is bounded."""

from dataclasses import dataclass
from typing import Any

import httpx

from kit.localset.readiness import wait_until_ready
from kit.plain_http import NO_TLS

REQUEST_S = 10.0
CANCEL_S = 60.0
SAVEPOINT_S = 180.0
ENDED = frozenset({"FINISHED", "FAILED", "CANCELED", "SUSPENDED"})


class JobFailed(RuntimeError):
    """A job ended otherwise than it should have; the message is its own."""


class _NotYet(RuntimeError):
    pass


@dataclass(frozen=True, slots=True)
class FlinkRest:
    """The interface at `url` (`http://host:port`). Each call raises httpx.HTTPError when it is away or refuses."""

    url: str

    def _get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", timeout=REQUEST_S, verify=NO_TLS)
        answer.raise_for_status()
        return answer.json()

    def slots(self) -> int:
        """How many task slots have registered."""
        return int(self._get("/overview")["slots-total"])

    def jobs(self) -> dict[str, str]:
        """The state of each job by its id."""
        return {each["id"]: each["status"] for each in self._get("/jobs")["jobs"]}

    def running(self, name: str) -> str | None:
        """The id of a job of this name that has not ended; None where there is none."""
        jobs = self._get("/jobs/overview")["jobs"]
        return next((str(each["jid"]) for each in jobs if each["name"] == name and each["state"] not in ENDED), None)

    def state(self, job: str) -> str:
        """A job's state: RUNNING, RESTARTING, FINISHED ..."""
        return str(self._get(f"/jobs/{job}")["state"])

    def duration_s(self, job: str) -> float:
        """How long a job has run, or ran until its end, in seconds."""
        return float(self._get(f"/jobs/{job}")["duration"]) / 1000

    def plan(self, job: str) -> list[str]:
        """What each vertex of a job is, in Flink's words."""
        return [str(vertex["name"]) for vertex in self._get(f"/jobs/{job}")["vertices"]]

    def checkpoints(self, job: str) -> dict[str, Any]:
        """Counts, sizes and the latest of a job's checkpoints, as Flink tells them."""
        return dict(self._get(f"/jobs/{job}/checkpoints"))

    def restores(self, job: str) -> int:
        """How often a job went on from a checkpoint or savepoint since it was submitted."""
        return int(self.checkpoints(job)["counts"]["restored"])

    def require_running(self, job: str) -> None:
        """Raise unless the job and every task of it run; JobFailed when it has ended."""
        found = self._get(f"/jobs/{job}")
        if found["state"] in ENDED:
            raise JobFailed(f"{job} is {found['state']}: {self.failure(job)}")
        tasks = {vertex["status"] for vertex in found["vertices"]}
        if found["state"] != "RUNNING" or tasks - {"RUNNING", "FINISHED"}:
            raise _NotYet(f"{job} is {found['state']}, its tasks {', '.join(sorted(tasks))}")

    def failure(self, job: str) -> str:
        """The first lines of what a job last failed with."""
        entries = self._get(f"/jobs/{job}/exceptions").get("exceptionHistory", {}).get("entries", [])
        return str(entries[0]["stacktrace"])[:1000] if entries else "no exception is known"

    def wait_until_running(self, job: str, *, timeout_s: float) -> None:
        """Wait until every task runs. Raises NotReady, with the job's failure when it has ended."""
        wait_until_ready(job, lambda: self.require_running(job), timeout_s=timeout_s, obstacle=lambda _: self.end(job))

    def end(self, job: str) -> str | None:
        """Return how a job ended and with what it failed; None of one that goes on."""
        state = self.state(job)
        return f"it is {state}: {self.failure(job)}" if state in ENDED else None

    def wait_until_finished(self, job: str, *, timeout_s: float) -> None:
        """Wait for a bounded job's end. Raises NotReady when it takes longer or ends otherwise."""

        def finished() -> None:
            state = self.state(job)
            if state != "FINISHED":
                raise _NotYet(state)

        def obstacle(_waited_s: float) -> str | None:
            state = self.state(job)
            return f"it is {state}: {self.failure(job)}" if state in ENDED - {"FINISHED"} else None

        wait_until_ready(job, finished, timeout_s=timeout_s, obstacle=obstacle)

    def cancel(self, job: str) -> None:
        """End a job without saving anything. Raises NotReady where it does not end."""
        httpx.patch(f"{self.url}/jobs/{job}?mode=cancel", timeout=REQUEST_S, verify=NO_TLS).raise_for_status()

        def ended() -> None:
            state = self.state(job)
            if state not in ENDED:
                raise _NotYet(state)

        wait_until_ready(job, ended, timeout_s=CANCEL_S)

    def stop_with_savepoint(self, job: str, folder: str) -> str:
        """Stop a job at a savepoint in `folder` and return where that lies. Raises JobFailed, and NotReady after 3 minutes."""
        wanted = {"targetDirectory": folder, "drain": False}
        asked = httpx.post(f"{self.url}/jobs/{job}/stop", json=wanted, timeout=REQUEST_S, verify=NO_TLS)
        asked.raise_for_status()
        request, found = asked.json()["request-id"], {}

        def done() -> None:
            answer = self._get(f"/jobs/{job}/savepoints/{request}")
            if answer["status"]["id"] != "COMPLETED":
                raise _NotYet("the savepoint is being written")
            found.update(answer["operation"])

        wait_until_ready("savepoint", done, timeout_s=SAVEPOINT_S)
        if "location" not in found:
            raise JobFailed(f"no savepoint of {job}: {str(found.get('failure-cause'))[:1000]}")
        return str(found["location"])
