"""`var/local.json`: the ports that this machine's set chose at its first start and the passwords it made (mode 600)."""

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from baas.processes import HEALTH_PORTS
from kit.localset import ports
from kit.settings import Settings

NAME = "local.json"
PASSWORD_BYTES = 24
CORE_ROLES = ("postgres", "api", "intake", "alerts", "relay", "audit")
WAREHOUSE_ROLES = ("postgres", "sinks", "transform", "analytics", "audit", "mlflow", "dagster", "feast")

Content = dict[str, Any]


def path_in(var: Path) -> Path:
    """Return where the file of a set lies."""
    return var / NAME


def read(var: Path) -> Content:
    """Return the file's content; empty when there is none yet."""
    path = path_in(var)
    if not path.exists():
        return {}
    content: Content = json.loads(path.read_text())
    return content


def complete(settings: Settings, *, move_ports: bool) -> bool:
    """Choose what is still missing and write the file; return whether it changed.

    `move_ports` (when nothing of the set is running) also replaces every port that something else has taken since.
    Sections of outside servers are left to the environment.
    """
    var = settings.var.resolve()
    var.mkdir(parents=True, exist_ok=True)
    content = read(var)
    before = json.dumps(content, sort_keys=True)
    _complete_servers(content, settings)
    _complete_ports(content, move_ports=move_ports)
    if json.dumps(content, sort_keys=True) == before:
        return False
    _write(path_in(var), content)
    return True


def _complete_servers(content: Content, settings: Settings) -> None:
    for section, server, roles in (("core", settings.core, CORE_ROLES), ("warehouse", settings.warehouse, WAREHOUSE_ROLES)):
        if server.external:
            continue
        own = content.setdefault(section, {})
        own.setdefault("dbname", section)
        own.setdefault("sslmode", "disable")
        passwords = own.setdefault("passwords", {})
        for role in roles:
            passwords.setdefault(role, _password())
    if not settings.valkey.external:
        content.setdefault("valkey", {}).setdefault("password", _password())
    if not settings.kafka.external:
        content.setdefault("kafka", {})


def _complete_ports(content: Content, *, move_ports: bool) -> None:
    taken = {port for _, port, _ in _ports(content) if port}
    for preferred, port, keep in _ports(content):
        if port and not (move_ports and not ports.is_free(port)):
            continue
        chosen = ports.choose(taken=taken, preferred=preferred)
        taken.add(chosen)
        keep(chosen)


def _ports(content: Content) -> Iterator[tuple[int | None, int | None, Callable[[int], None]]]:
    """Yield (the port a person would expect, the one kept, how to keep another) of everything that listens."""
    for section in ("core", "warehouse", "valkey"):
        if section in content:
            yield None, content[section].get("port"), _keeper(content[section])
    if "kafka" in content:
        bootstrap = content["kafka"].get("bootstrap")
        yield (
            None,
            int(bootstrap.rpartition(":")[2]) if bootstrap else None,
            lambda port: content["kafka"].update(bootstrap=f"127.0.0.1:{port}"),
        )
        controller = content.setdefault("kafka_controller", {})
        yield None, controller.get("port"), _keeper(controller)
    for section in ("api", "mlflow", "dagster"):
        own = content.setdefault(section, {})
        yield Settings.model_fields[section].default.port, own.get("port"), _keeper(own)
    rpc = content.setdefault("scorer", {}).setdefault("rpc", {})
    yield None, rpc.get("port"), _keeper(rpc)
    for name in HEALTH_PORTS:
        own = content.setdefault("health", {}).setdefault(name, {})
        yield None, own.get("port"), _keeper(own)


def _keeper(section: Content) -> Callable[[int], None]:
    return lambda port: section.update(port=port)


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _write(path: Path, content: Content) -> None:
    scratch = path.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    scratch.replace(path)
