"""What every long-running process does alike: answer health and metrics, and drain on SIGTERM."""

import json
import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kit.settings import Http


class Lifecycle:
    """Whether this process should go on, and whether it is ready for work. Safe to share between threads."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._not_ready: str | None = "starting"

    def install_signal_handlers(self) -> None:
        """Drain on SIGTERM and SIGINT; call from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask every loop of this process to finish what it has and end."""
        self._stop.set()

    @property
    def running(self) -> bool:
        """False once the process has been asked to end."""
        return not self._stop.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Sleep until asked to end; True when it was."""
        return self._stop.wait(timeout_s)

    def ready(self) -> None:
        """Say that work is being done."""
        self._not_ready = None

    def not_ready(self, reason: str) -> None:
        """Say why it is not."""
        self._not_ready = reason

    @property
    def obstacle(self) -> str | None:
        """Why this process is not ready, or None."""
        return "stopping" if self._stop.is_set() else self._not_ready


def serve_health(address: Http, lifecycle: Lifecycle, facts: Callable[[], dict[str, object]] = dict) -> ThreadingHTTPServer:
    """Answer `/healthz`, `/readyz` and `/metrics` on `address` from a daemon thread. `facts` adds lag and positions."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            elif self.path == "/healthz":
                self._answer(200, json.dumps({"alive": True}).encode(), "application/json")
            elif self.path == "/readyz":
                obstacle = lifecycle.obstacle
                body = {"ready": obstacle is None, "obstacle": obstacle, **facts()}
                self._answer(200 if obstacle is None else 503, json.dumps(body).encode(), "application/json")
            else:
                self._answer(404, b"", "text/plain")

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Health checks are not news."""

    server = ThreadingHTTPServer((address.host, address.port), Handler)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
