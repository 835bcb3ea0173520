"""A Flink cluster of one machine: the job manager and one task manager that ship in PyFlink's package, under a supervisor.

A Flink project is a folder with an environment of its own (`.venv` with apache-flink in it), a `flink-config.yaml` in which
`$name` stands for what differs from one machine to the next, and a `job.py` that submits.

`python -m kit.localset.flink --help` starts and stops one.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from string import Template

from kit.localset import ports
from kit.localset.flink_rest import FlinkRest
from kit.localset.java import find_java
from kit.localset.program import Program
from kit.localset.readiness import wait_until_ready
from kit.localset.supervision import Supervisor
from kit.settings import REPOSITORY_ROOT

HOST = "127.0.0.1"
PORT = 8_081  # where Flink listens unless told otherwise
JOB_MANAGER, TASK_MANAGER = "jobmanager", "taskmanager"
READY_S = 180.0
SUBMIT_S = 240.0
STOP_WAIT_S = 30
KEPT = "cluster.json"
LOG4J = """rootLogger.level = INFO
rootLogger.appenderRef.console.ref = Console
appender.console.name = Console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %c - %m%n
logger.kafka.name = org.apache.kafka
logger.kafka.level = WARN
"""


class SubmitFailed(RuntimeError):
    """A job did not reach the cluster."""


class NotInstalled(RuntimeError):
    """The project's environment is not there."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the cluster may take: task slots, megabytes of each process in all, and RocksDB's share of a task manager's."""

    slots: int = 2
    jobmanager_mb: int = 1_024
    taskmanager_mb: int = 2_048
    managed_share: float = 0.1


@dataclass(frozen=True)
class FlinkProject:
    """A folder with an environment, a configuration and a job of its own."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of its environment. Raises NotInstalled."""
        found = self.folder / ".venv" / "bin" / "python"
        if not found.exists():
            raise NotInstalled(f"{self.folder.name} has no environment: run make flink")
        return found

    @property
    def home(self) -> Path:
        """The Flink distribution within the environment. Raises NotInstalled."""
        found = sorted(self.folder.glob(".venv/lib/python*/site-packages/pyflink/bin/jobmanager.sh"))
        if not found:
            raise NotInstalled(f"{self.folder.name} has no Flink: run make flink")
        return found[0].parents[1]

    @property
    def job(self) -> Path:
        """The program that submits."""
        return self.folder / "job.py"

    @property
    def configuration(self) -> str:
        """The cluster's settings with their `$name`s."""
        return (self.folder / "flink-config.yaml").read_text()


@dataclass(frozen=True)
class FlinkCluster:
    """One cluster: the project that it is of, the folder of its files, its ports and sizes."""

    project: FlinkProject
    folder: Path
    rest_port: int
    rpc_port: int
    sizes: Sizes = Sizes()

    @property
    def address(self) -> str:
        """host:port of the REST interface, which jobs are submitted to."""
        return f"{HOST}:{self.rest_port}"

    @property
    def checkpoints(self) -> str:
        """Where checkpoints and savepoints lie, as a URI."""
        return (self.folder / "checkpoints").as_uri()

    @cached_property
    def supervisor(self) -> Supervisor:
        """Who keeps the two processes running."""
        return Supervisor(self.folder)

    @property
    def rest(self) -> FlinkRest:
        """The REST interface."""
        return FlinkRest(f"http://{self.address}")

    @property
    def environment(self) -> dict[str, str]:
        """What Flink's own scripts, and whoever submits, need to be told."""
        return {"FLINK_CONF_DIR": str(self.folder / "conf"), "JAVA_HOME": str(find_java().program.parent.parent)}

    def programs(self) -> tuple[Program, Program]:
        """How the supervisor runs them. The scripts become the Java process, so that a signal reaches it."""
        scripts = self.project.home / "bin"
        return (self._program(JOB_MANAGER, scripts), self._program(TASK_MANAGER, scripts))

    def _program(self, name: str, scripts: Path) -> Program:
        return Program(
            name=name,
            command=(str(scripts / f"{name}.sh"), "start-foreground"),
            folder=self.folder,
            environment=self.environment,
            stop_wait_s=STOP_WAIT_S,
        )

    def prepare(self) -> None:
        """Write its configuration."""
        scratch, conf = self.folder / "scratch", self.folder / "conf"
        for folder in (scratch, conf, self.folder / "checkpoints"):
            folder.mkdir(parents=True, exist_ok=True)
        values = {
            "host": HOST,
            "rest_port": self.rest_port,
            "rpc_port": self.rpc_port,
            "checkpoints": self.checkpoints,
            "scratch": scratch,
            "logs": scratch,
            **asdict(self.sizes),
        }
        (conf / "config.yaml").write_text(Template(self.project.configuration).substitute(values))
        (conf / "log4j-console.properties").write_text(LOG4J)
        ports_kept = {"rest_port": self.rest_port, "rpc_port": self.rpc_port}
        (self.folder / KEPT).write_text(json.dumps(ports_kept))

    def start(self) -> float:
        """Start both and return the seconds until all slots were there. Raises NotInstalled, NoJava and NotReady."""
        self.prepare()
        self.supervisor.configure(self.programs())
        self.supervisor.start([JOB_MANAGER, TASK_MANAGER])
        return wait_until_ready("flink", self.check, timeout_s=READY_S, obstacle=self._obstacle)

    def check(self) -> None:
        """Raise unless the job manager answers and every slot has registered."""
        found = self.rest.slots()
        if found < self.sizes.slots:
            raise RuntimeError(f"{found} of {self.sizes.slots} task slots are there")

    def submit(self, arguments: Sequence[str]) -> str:
        """Run the project's job with these flags against this cluster and return the job's id.

        Raises SubmitFailed with the end of what it said, and NotInstalled.
        """
        command = [str(self.project.python), str(self.project.job), "--jobmanager", self.address, *arguments]
        environment = os.environ | self.environment
        try:
            done = subprocess.run(  # noqa: S603 (our own program)
                command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=SUBMIT_S, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise SubmitFailed(f"the job was not submitted within {SUBMIT_S:.0f} s") from late
        if done.returncode != 0 or not done.stdout.strip():
            raise SubmitFailed(f"the job was not submitted: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout.split()[-1]

    def _obstacle(self, waited_s: float) -> str | None:
        reasons = (self.supervisor.obstacle(name, waited_s=waited_s) for name in (JOB_MANAGER, TASK_MANAGER))
        return next(filter(None, reasons), None)

    def stop(self) -> None:
        """End both, the task manager first, and their supervisor. Raises NotReady when one stays."""
        if self.supervisor.alive():
            self.supervisor.stop([TASK_MANAGER])
            self.supervisor.stop([JOB_MANAGER])
        self.supervisor.shutdown()


def cluster_in(folder: Path, project: FlinkProject, sizes: Sizes = Sizes(), *, port: int | None = None) -> FlinkCluster:
    """Return the cluster of a folder, on the ports of its last start, else on free ones: REST on `port` where that is free."""
    kept = folder / KEPT
    if kept.exists():
        return FlinkCluster(project, folder, **json.loads(kept.read_text()), sizes=sizes)
    rest_port = ports.choose(taken=(), preferred=port)
    return FlinkCluster(project, folder, rest_port, ports.choose(taken=(rest_port,)), sizes=sizes)


@contextmanager
def running_cluster(folder: Path, project: FlinkProject, sizes: Sizes = Sizes()) -> Iterator[FlinkCluster]:
    """Keep a cluster for as long as the block lasts."""
    cluster = cluster_in(folder, project, sizes)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, stop or ask a cluster, or stop a job with a savepoint."""
    found = argparse.ArgumentParser(prog="python -m kit.localset.flink", description=main.__doc__)
    found.add_argument("command", choices=("start", "status", "savepoint", "stop"))
    found.add_argument("job", nargs="?", help="the job that `savepoint` stops")
    found.add_argument("--project", type=Path, required=True, help="folder of the Flink project")
    found.add_argument("--folder", type=Path, default=REPOSITORY_ROOT / "var" / "flink", help="folder of the cluster's files")
    found.add_argument("--slots", type=int, default=Sizes().slots)
    found.add_argument("--taskmanager-mb", type=int, default=Sizes().taskmanager_mb)
    options = found.parse_args(arguments)
    sizes = Sizes(slots=options.slots, taskmanager_mb=options.taskmanager_mb)
    cluster = cluster_in(options.folder.resolve(), FlinkProject(options.project.resolve()), sizes, port=PORT)
    if options.command == "start":
        cluster.start()
        sys.stdout.write(f"{cluster.address} {cluster.checkpoints}\n")
    elif options.command == "status":
        sys.stdout.writelines(f"{job} {state}\n" for job, state in cluster.rest.jobs().items())
    elif options.command == "stop":
        cluster.stop()
    elif options.job is None:
        found.error("savepoint needs the job's id")
    else:
        sys.stdout.write(f"{cluster.rest.stop_with_savepoint(options.job, cluster.checkpoints)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
