"""The server of the RPC door: uvicorn in a thread of its own, with the short way past ASGI (`kit.short_way`)."""

import threading
import time

import uvicorn

from kit.settings import Http
from kit.short_way import ShortWay
from streams.scorer.rpc import RpcDoor

_START_TIMEOUT_S = 10.0
KEEP_ALIVE_S = 75


class RpcServer:
    """The door in a thread of its own, beside the Kafka door."""

    def __init__(self, door: RpcDoor, address: Http, *, keep_alive_s: int = KEEP_ALIVE_S) -> None:
        config = uvicorn.Config(
            door,  # type: ignore[arg-type]
            proxy_headers=False,
            host=address.host,
            port=address.port,
            loop="uvloop",
            http=ShortWay,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=keep_alive_s,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="rpc", daemon=True)

    def start(self) -> None:
        """Return once requests are taken. Raises RuntimeError when the port is not free."""
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the RPC door did not open")
            time.sleep(0.01)

    def stop(self) -> None:
        """Answer what came, and take nothing more."""
        self._server.should_exit = True
        self._thread.join(_START_TIMEOUT_S)
