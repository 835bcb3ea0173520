"""A Neo4j server of our own (Community edition): Bolt on this machine alone, bounded memory, a password before its first start.

Its jars are fetched by `prepare` and by nothing else, so that a set that keeps no graph never loads them.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from kit.localset.jars import NEO4J_JARS, read_lock, resolve
from kit.localset.java import find_java
from kit.localset.program import Program

STOP_WAIT_S = 60
PASSWORD_S = 120
TRANSACTION_TIMEOUT_S = 60
# What all transactions together may hold of the heap: a query that would take more is ended, and the server goes on.
TRANSACTION_MEMORY_SHARE = 0.5
_OPENED = (
    "java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.util.concurrent",
    "jdk.management/com.sun.management.internal",
)  # fmt: skip
_SERVER, _ADMIN = "org.neo4j.server.CommunityEntryPoint", "org.neo4j.cli.AdminTool"


class PasswordNotSet(RuntimeError):
    """The first password could not be set."""


@dataclass(frozen=True)
class Neo4jNode:
    """One server: where its data lies, its port, its password, where jars are kept, and its bounds."""

    name: str
    folder: Path
    port: int
    password: str
    jars: Path
    heap_mb: int = 512
    page_cache_mb: int = 256

    @property
    def _program_file(self) -> Path:
        return self.folder / "server.args"

    def prepare(self) -> None:
        """Fetch its jars, write its settings, and set the password before its first start. Raises PasswordNotSet."""
        for name in ("conf", "data", "logs", "run", "plugins", "import"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "conf" / "neo4j.conf").write_text(
            "# Written at every start by the local process set.\n"
            + "\n".join(f"{name}={value}" for name, value in (self._addresses | self.server_settings).items())
            + "\n"
        )
        options = ("-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", *self._options(self.heap_mb))
        self._program_file.write_text(_lines(*options, _SERVER, f"--home-dir={self.folder}", f"--config-dir={self._conf}"))
        if not (self.folder / "data" / "dbms" / "auth.ini").exists():
            self._set_first_password()

    @property
    def _conf(self) -> Path:
        return self.folder / "conf"

    @property
    def _addresses(self) -> dict[str, str]:
        return {
            "server.default_listen_address": "127.0.0.1",
            "server.default_advertised_address": "127.0.0.1",
            "server.bolt.listen_address": f"127.0.0.1:{self.port}",
            "server.bolt.advertised_address": f"127.0.0.1:{self.port}",
        }

    @property
    def server_settings(self) -> dict[str, str]:
        """What this server is told besides where it listens, its folder and its password."""
        return {
            "server.bolt.enabled": "true",
            "server.http.enabled": "false",
            "server.https.enabled": "false",
            "server.memory.heap.initial_size": f"{self.heap_mb}m",
            "server.memory.heap.max_size": f"{self.heap_mb}m",
            "server.memory.pagecache.size": f"{self.page_cache_mb}m",
            "dbms.memory.transaction.total.max": f"{int(self.heap_mb * TRANSACTION_MEMORY_SHARE)}m",
            "db.tx_log.rotation.retention_policy": "64M size",
            "db.transaction.timeout": f"{TRANSACTION_TIMEOUT_S}s",
            "dbms.usage_report.enabled": "false",
        }

    def _options(self, heap_mb: int) -> tuple[str, ...]:
        class_path = ":".join(str(path) for path in resolve(read_lock(NEO4J_JARS), cache=self.jars))
        return (
            f"-Xms{heap_mb}m",
            f"-Xmx{heap_mb}m",
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENED),
            "-cp",
            class_path,
        )

    def _set_first_password(self) -> None:
        """Set it by a file that we alone read: an argument could be seen by everybody on the machine."""
        told = self.folder / "run" / "first.args"
        told.touch(mode=0o600)
        told.write_text(_lines(*self._options(128), _ADMIN, "dbms", "set-initial-password", self.password))
        try:
            done = subprocess.run(  # noqa: S603
                [str(find_java().program), f"@{told}"],
                env={"NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(self._conf)},
                capture_output=True,
                text=True,
                timeout=PASSWORD_S,
                check=False,
            )
        finally:
            told.unlink()
        if done.returncode != 0:
            said = (done.stderr or done.stdout).replace(self.password, "***").strip()
            raise PasswordNotSet(f"the password of {self.folder} was not set: {said[-500:]}")

    def program(self) -> Program:
        """How the supervisor runs it; what it is told lies in a file, because 209 jars are long to say."""
        return Program(
            name=self.name,
            command=(str(find_java().program), f"@{self._program_file}"),
            folder=self.folder,
            stop_wait_s=STOP_WAIT_S,
        )


def _lines(*words: str) -> str:
    """Return an argument file of the Java launcher: a word a line, quoted."""
    return "".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for word in words)
