"""A client of the graph database, with the bounds that every use of it has."""

import ssl
from typing import Any

from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from kit.settings import Neo4j

CONNECT_S = 5.0
ACQUIRE_S = 10.0
RETRY_S = 5.0
CONNECTIONS = 16


def driver(server: Neo4j, *, application: str, connections: int = CONNECTIONS, retry_s: float = RETRY_S) -> Driver:
    """Return a client that is connected when first used. Thread-safe; close it."""
    options: dict[str, Any] = {}
    if server.tls and server.ca is not None:
        options["ssl_context"] = ssl.create_default_context(cafile=str(server.ca))
    return GraphDatabase.driver(
        server.uri,
        auth=(server.user, server.password.get_secret_value() if server.password else ""),
        user_agent=f"baas/{application}",
        connection_timeout=CONNECT_S,
        connection_acquisition_timeout=ACQUIRE_S,
        max_transaction_retry_time=retry_s,
        max_connection_pool_size=connections,
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        telemetry_disabled=True,
        **options,
    )


def check_neo4j(server: Neo4j) -> None:
    """Raise unless the server answers a query of the graph's own user: a port that is open is not ready yet."""
    with driver(server, application="check", connections=1, retry_s=0.0) as client:
        client.execute_query("return 1", database_=server.database)
