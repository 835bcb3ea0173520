"""One settings tree for every process: environment (`BAAS_CORE__PORT=5433`), then `var/local.json`, then defaults.

`var/local.json` is written by `baas up` (mode 600): free ports it chose, passwords it made, and whatever the environment named
at a start, so that every shell finds the same set. Each server can be an outside one: docs/outside-servers.md.
"""

from kit.settings.environment import OTHER_VARIABLES, forget_environment, named_in_environment, unknown_variables, user_cache
from kit.settings.processes import AmlStream, AssumedReturn, Chain, Demo, Edge, Investing, Scorer
from kit.settings.servers import Http, Kafka, Neo4j, PostgresServer, Valkey
from kit.settings.tree import REPOSITORY_ROOT, Settings, settings

__all__ = [
    "OTHER_VARIABLES",
    "REPOSITORY_ROOT",
    "AmlStream",
    "AssumedReturn",
    "Chain",
    "Demo",
    "Edge",
    "Http",
    "Investing",
    "Kafka",
    "Neo4j",
    "PostgresServer",
    "Scorer",
    "Settings",
    "Valkey",
    "forget_environment",
    "named_in_environment",
    "settings",
    "unknown_variables",
    "user_cache",
]
