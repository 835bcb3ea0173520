"""Free TCP ports, chosen outside the range that the system gives to outgoing connections."""

import random
import socket
from collections.abc import Iterable

# Linux hands out 32768-60999 to outgoing connections; a port from there may be gone at the next start.
FIRST_PORT = 20_000
LAST_PORT = 31_999
TRIES = 200


class NoFreePort(RuntimeError):
    """Every port tried was taken."""


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Say whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def answers(port: int, *, host: str = "127.0.0.1", timeout_s: float = 0.5) -> bool:
    """Say whether something accepts connections on `port`."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def choose(*, taken: Iterable[int], preferred: int | None = None) -> int:
    """Return `preferred` when it is free, else a random free port; never one of `taken`. Raises NoFreePort."""
    avoided = set(taken)
    if preferred is not None and preferred not in avoided and is_free(preferred):
        return preferred
    for _ in range(TRIES):
        port = random.randint(FIRST_PORT, LAST_PORT)  # noqa: S311 (a port is no secret)
        if port not in avoided and is_free(port):
            return port
    raise NoFreePort(f"none of {TRIES} ports tried between {FIRST_PORT} and {LAST_PORT} is free")
