"""Step one: the servers. Keep what the settings name, choose ports and passwords, make data folders, start, and wait."""

import os
from collections.abc import Callable

from baas import local_file
from baas.machine import Machine, absolute, machine
from baas.processes import FULL_SERVERS, Profile, servers_of
from kit.localset.readiness import wait_until_ready
from kit.localset.supervision import Supervisor
from kit.settings import forget_environment, settings, unknown_variables

READY_S = {"core": 120.0, "warehouse": 120.0, "kafka": 120.0, "valkey": 60.0, "neo4j": 240.0}
Say = Callable[[str], None]


def start_servers(say: Say, *, profile: Profile = "core") -> Machine:
    """Bring up every server of the profile that is ours, check every one that is not, and return the set. Raises NotReady."""
    settings.cache_clear()
    for name, meant in unknown_variables(os.environ).items():
        say(f"WARNING: {name} is no setting and changes nothing" + (f"; did you mean {meant}?" if meant else ""))
    found = absolute(settings())
    local_file.require_passwords(found)
    supervisor = Supervisor(found.var)
    running = supervisor.alive()
    if not running:
        supervisor.shutdown()  # ends what a killed supervisor left behind, so that its ports are free again
    local_file.complete(found, move_ports=not running, keep_graph=profile == "full")
    os.environ["BAAS_VAR"] = str(found.var)
    forget_environment()
    ours = machine()
    states = ours.supervisor.states()
    wanted = servers_of(profile)
    for name, node in ours.nodes.items():
        if name in FULL_SERVERS and name not in wanted:
            continue  # not so much as fetched
        if name not in states or not states[name].running:
            node.prepare()
    ours.supervisor.configure(ours.programs())
    ours.supervisor.start([name for name in ours.nodes if name in wanted])
    checks = ours.server_checks()
    for name in wanted:
        own = name in ours.nodes
        seconds = wait_until_ready(
            name,
            checks[name],
            timeout_s=READY_S[name],
            obstacle=_obstacle(ours, name) if own else lambda _waited_s: None,
        )
        say(f"{name}: {'ready' if own else 'outside server answers'} ({seconds:.1f} s)")
    return ours


def _obstacle(ours: Machine, name: str) -> Callable[[float], str | None]:
    return lambda waited_s: ours.supervisor.obstacle(name, waited_s=waited_s)
