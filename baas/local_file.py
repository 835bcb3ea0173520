"""`var/local.json`: all that tells one set from another, so that every shell finds the same one (mode 600).

It holds the ports that this machine chose at the first start, the passwords it made, and what the environment named at a start:
that stays until it is named again, and outside servers are among it.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from baas.operator_errors import Refused
from baas.processes import ALL_SERVERS, HEALTH_PORTS
from kit.localset import ports
from kit.settings import Settings, named_in_environment

NAME = "local.json"
PASSWORD_BYTES = 24
CORE_ROLES = ("postgres", "api", "intake", "alerts", "relay", "audit", "backtester", "sealer", "eraser", "screener")
WAREHOUSE_ROLES = (
    "postgres", "sinks", "transform", "analytics", "analyst", "audit", "mlflow", "dagster", "feast", "eraser", "bi", "superset",
)  # fmt: skip

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


def complete(settings: Settings, *, move_ports: bool, keep_graph: bool = False) -> bool:
    """Keep what the environment names, choose what is still missing, write the file; return whether it changed.

    `move_ports` (when nothing of the set is running) also replaces every port that something else has taken since;
    `keep_graph` notes for good that this bank keeps a graph.
    Raises Refused when a server was ours and now is an outside one, or the other way round: its data is elsewhere then.
    """
    var = settings.var.resolve()
    var.mkdir(parents=True, exist_ok=True)
    content = read(var)
    before = json.dumps(content, sort_keys=True)
    _refuse_exchanged_servers(content, settings)
    content = _merged(content, named_in_environment())
    _complete_servers(content, settings)
    if keep_graph:
        content["neo4j"]["kept"] = True
    _complete_ports(content, move_ports=move_ports)
    if json.dumps(content, sort_keys=True) == before:
        return False
    _write(path_in(var), content)
    return True


def require_passwords(settings: Settings) -> None:
    """Raise Refused when an outside database server's settings lack the password of a role that we log in as."""
    for section, server, roles in (("core", settings.core, CORE_ROLES), ("warehouse", settings.warehouse, WAREHOUSE_ROLES)):
        missing = [role for role in roles if role not in server.passwords or not server.passwords[role].get_secret_value()]
        if server.external and missing:
            example = json.dumps(dict.fromkeys(roles, "..."))
            raise Refused(
                f"{section} is an outside server, and no password is named for {', '.join(missing)}. `postgres` is its own "
                f"superuser's; the others are roles that `baas up` makes there, with the passwords that you choose:\n"
                f"  export BAAS_{section.upper()}__PASSWORDS='{example}'"
            )


def _refuse_exchanged_servers(content: Content, settings: Settings) -> None:
    for section in ALL_SERVERS:
        if section not in content:
            continue
        was, now = bool(content[section].get("external")), getattr(settings, section).external
        if was != now:
            words = {True: "an outside server", False: "a server of its own"}
            raise Refused(
                f"the set in {settings.var.resolve()} was started with {words[was]} as {section}, and the settings now "
                f"name {words[now]}; their data differs. Set BAAS_VAR to another folder for another set, or unset "
                f"BAAS_{section.upper()}__EXTERNAL."
            )


def _merged(old: Content, new: Content) -> Content:
    """Return `old` with every value that `new` names, section by section."""
    both = {name: _merged(old[name], value) for name, value in new.items() if _is_section(value) and _is_section(old.get(name))}
    return old | new | both


def _is_section(value: object) -> bool:
    return isinstance(value, dict)


def _complete_servers(content: Content, settings: Settings) -> None:
    for section, server, roles in (("core", settings.core, CORE_ROLES), ("warehouse", settings.warehouse, WAREHOUSE_ROLES)):
        if server.external:
            content[section]["external"] = True
            continue
        own = content.setdefault(section, {})
        own.setdefault("dbname", section)
        own.setdefault("sslmode", "disable")
        passwords = own.setdefault("passwords", {})
        for role in roles:
            passwords.setdefault(role, _password())
    for section, outside in (
        ("valkey", settings.valkey.external),
        ("kafka", settings.kafka.external),
        ("neo4j", settings.neo4j.external),
    ):
        own = content.setdefault(section, {})
        if outside:
            own["external"] = True
    if not settings.valkey.external:
        content["valkey"].setdefault("password", _password())
    if not settings.neo4j.external:
        content["neo4j"].setdefault("password", _password())


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
    for section in ("core", "warehouse", "valkey", "neo4j"):
        if not content[section].get("external"):
            yield None, _port(content[section]), _keeper(content[section])
    if not content["kafka"].get("external"):
        bootstrap = content["kafka"].get("bootstrap")
        yield (
            None,
            int(bootstrap.rpartition(":")[2]) if bootstrap else None,
            lambda port: content["kafka"].update(bootstrap=f"127.0.0.1:{port}"),
        )
        controller = content.setdefault("kafka_controller", {})
        yield None, _port(controller), _keeper(controller)
    for section in ("api", "mlflow", "dagster", "superset"):
        own = content.setdefault(section, {})
        yield Settings.model_fields[section].default.port, _port(own), _keeper(own)
    rpc = content.setdefault("scorer", {}).setdefault("rpc", {})
    yield None, _port(rpc), _keeper(rpc)
    for name in HEALTH_PORTS:
        own = content.setdefault("health", {}).setdefault(name, {})
        yield None, _port(own), _keeper(own)


def _port(section: Content) -> int | None:
    return int(section["port"]) if "port" in section else None


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
