"""The client that offers requests: what it counts, from when on it counts, and that it offers what it was asked to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bench.offered import offer

DECIDED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
SHED = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\nretry-after: 1\r\n\r\nfull"
RUDE = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nfull"
PIECES = (DECIDED[:20], DECIDED[20:-1], DECIDED[-1:])
ANSWERS = {b"decide": (DECIDED,), b"shed": (SHED,), b"rude": (RUDE,), b"pieces": PIECES}


class Server:
    """Answers each request by its body, on a thread a connection; `held` requests wait until they are let go."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.let_go = threading.Event()
        self.held = threading.Event()
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listening.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            while request := connection.recv(65_536):
                head, _, body = request.partition(b"\r\n\r\n")
                assert b"Content-Length: %d" % len(body) in head
                if body == b"leave":
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if body == b"hold":
                    self.held.set()
                    self.let_go.wait(10)
                    body = b"decide"
                for piece in ANSWERS[body]:
                    connection.sendall(piece)

    def close(self) -> None:
        self._listening.close()
        for connection in self._connections:
            connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.mark.parametrize("rate_per_s", [None, 2_000.0])
def test_each_request_is_counted_once_under_its_status(server, rate_per_s):
    answers = offer(server.port, [b"decide", b"shed", b"pieces"] * 100, rate_per_s=rate_per_s, connections=4)
    assert answers.statuses == {200: 200, 503: 100}
    assert answers.without_retry_after == 0
    assert 0 < answers.quantile_ms(50) <= answers.quantile_ms(99)


def test_who_is_turned_away_without_a_word_when_to_come_again_is_counted(server):
    assert offer(server.port, [b"shed", b"rude", b"decide"], rate_per_s=None).without_retry_after == 1


def test_requests_are_sent_when_they_are_due_and_not_before(server):
    answers = offer(server.port, [b"decide"] * 201, rate_per_s=1_000, connections=4)
    assert answers.seconds >= answers.offered_s >= 0.2


def test_a_stall_counts_for_every_request_that_was_due_meanwhile(server):
    """One connection is held while all others were due: each of them waited, and none was left out."""

    def let_go_later() -> None:
        server.held.wait(10)
        threading.Timer(0.3, server.let_go.set).start()

    threading.Thread(target=let_go_later, daemon=True).start()
    answers = offer(server.port, [b"hold"] + [b"decide"] * 100, rate_per_s=1_000, connections=1)
    assert answers.statuses == {200: 101}
    assert answers.quantile_ms(0) > 100
    assert answers.offered_s > 0.2


def test_a_connection_that_ends_is_an_error_and_no_missing_answer(server):
    with pytest.raises(ConnectionError):
        offer(server.port, [b"decide", b"leave", b"decide"], rate_per_s=None, connections=1)
