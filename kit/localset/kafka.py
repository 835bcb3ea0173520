"""An Apache Kafka broker of our own: one node that is broker and controller (KRaft), formatted once."""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.localset.java import ARCHIVE_VERSION, Java
from kit.localset.program import Program

STOP_WAIT_S = 60
FORMAT_S = 60
ADMIN_S = 5.0


class FormatFailed(RuntimeError):
    """The log folder could not be made."""


@dataclass(frozen=True)
class KafkaNode:
    """One broker: where its logs lie, its ports, the jars and the Java that run it."""

    name: str
    folder: Path
    port: int
    controller_port: int
    java: Java
    class_path: tuple[Path, ...]
    heap_mb: int = 512

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, *arguments: str, heap_mb: int) -> tuple[str, ...]:
        return (
            str(self.java.program),
            f"-Xms{heap_mb}m",
            f"-Xmx{heap_mb}m",
            *arguments,
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
            "-cp",
            ":".join(str(path) for path in self.class_path),
        )

    def prepare(self) -> None:
        """Write its settings and format its log folder when that was never done."""
        logs = self.folder / "data"
        logs.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(self._properties(logs))
        (self.folder / "log4j2.properties").write_text(LOG4J2)
        if (logs / "meta.properties").exists():
            return
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        quick = self._java("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", heap_mb=128)
        # One argument with its value: one id in 64 starts with a dash, which would be read as an option.
        of_this = [f"--cluster-id={cluster}", f"--config={self._settings}"]
        command = [*quick, "kafka.tools.StorageTool", "format", "--ignore-formatted", *of_this]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_S, check=False)  # noqa: S603
        if done.returncode != 0:
            raise FormatFailed(f"formatting {logs} failed: {(done.stderr or done.stdout).strip()[-500:]}")

    def _properties(self, logs: Path) -> str:
        return f"""# Written at every start by the local process set.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{self.controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
{SINGLE_NODE}"""

    @property
    def server_settings(self) -> dict[str, str]:
        """What this broker is told besides its addresses and folders: any other single broker in its place needs it."""
        return dict(line.split("=", 1) for line in SINGLE_NODE.splitlines())

    def program(self) -> Program:
        """How the supervisor runs it."""
        options = ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExitOnOutOfMemoryError"]
        if self.java.version >= ARCHIVE_VERSION:  # the classes of the last start, mapped: seconds off every later one
            options += ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={self.folder / 'classes.jsa'}", "-Xlog:cds=off"]
        return Program(
            name=self.name,
            command=(*self._java(*options, heap_mb=self.heap_mb), "kafka.Kafka", str(self._settings)),
            folder=self.folder,
            stop_wait_s=STOP_WAIT_S,
        )

    def check(self) -> None:
        """Raise unless an admin client finds a broker and its topics."""
        check_broker({"bootstrap.servers": f"127.0.0.1:{self.port}"})


def check_broker(client_settings: Mapping[str, str]) -> None:
    """Raise unless an admin client with these settings gets an answer about the cluster and its topics."""
    from confluent_kafka.admin import AdminClient

    client = AdminClient({**client_settings, "log_level": 0, "socket.timeout.ms": int(ADMIN_S * 1000)})
    client.poll(0)
    cluster = client.describe_cluster(request_timeout=ADMIN_S).result(ADMIN_S)
    if not cluster.nodes:
        raise RuntimeError("no broker has joined yet")
    client.list_topics(timeout=ADMIN_S)


# Every replication factor is 1 because there is one broker. acks=all then means: this broker has it.
# Group offsets are kept for 400 days, as long as the topics that the scorer reads. Kafka's default is seven: a scorer that was
# stopped for longer, or a partition that was quiet, would be read again from the beginning.
SINGLE_NODE = """default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
offsets.retention.minutes=576000
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.max.timeout.ms=900000
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.consumer.session.timeout.ms=10000
group.consumer.min.session.timeout.ms=6000
group.min.session.timeout.ms=6000
auto.create.topics.enable=false
num.partitions=1
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=134217728
message.max.bytes=2097152
controlled.shutdown.enable=true
"""

LOG4J2 = """status = error
name = kafka
appender.console.type = Console
appender.console.name = STDOUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = STDOUT
"""
