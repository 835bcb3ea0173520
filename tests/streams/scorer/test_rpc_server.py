"""The short way past ASGI answers as the usual one does, whatever comes over the wire, and in whatever pieces."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from contracts.transactions import MAX_MESSAGE_BYTES
from kit.settings import Http
from streams.scorer.rpc import RpcDoor
from streams.scorer.rpc_server import RpcServer
from tests.streams.scorer.conftest import free_port, transaction
from tests.streams.scorer.test_rpc_door import desk_of, ready


class Client:
    """A connection, and the bytes on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._read = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], object]:
        """Status, headers and body of the next answer."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return int(first.split()[1]), headers, json.loads(body) if body.startswith((b"{", b"[")) else body

    def _more(self) -> None:
        some = self.socket.recv(65_536)
        assert some, "the connection ended"
        self._read += some

    def has_ended(self) -> bool:
        return self.socket.recv(1) == b""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return desk_of(tmp_path_factory.mktemp("models"), keys=1_000)


@pytest.fixture
def served(desk) -> Iterator[tuple[RpcServer, int]]:
    port = free_port()
    server = RpcServer(RpcDoor(desk, ready()), Http(host="127.0.0.1", port=port))
    server.start()
    yield server, port
    server.stop()


@pytest.fixture
def client(served) -> Client:
    return Client(served[1])


def post(content: object, *more: str, path: str = "/score", version: str = "1.1") -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = (f"POST {path} HTTP/{version}", "Host: scorer", f"Content-Length: {len(body)}", *more)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_one_connection_is_answered_again_and_again_as_the_usual_way_answers(client):
    asked = transaction(1)
    client.send(post(asked))
    status, headers, first = client.answer()
    assert (status, headers["content-type"]) == (200, "application/json")
    client.send(post([asked], path="/score/batch"))
    assert client.answer()[2] == [{"answer": first}]
    client.send(post(asked, version="1.0"))
    assert client.answer()[2] == first


def test_refusals_have_the_status_and_the_words_of_the_usual_way(client):
    asked = transaction(2)
    client.send(post(asked))
    client.answer()
    for content, status, word in (
        (asked | {"amount_minor": 3}, 409, "altered-duplicate"),
        (asked | {"currency": "XXX"}, 422, "wrong-currency"),
        (b"{", 422, "malformed"),
        (b"", 422, "malformed"),
    ):
        client.send(post(content))
        found, _, problem = client.answer()
        assert (found, problem["refusal"]) == (status, word)
    client.send(post(asked, "x-deadline-ms: soon"))
    assert client.answer()[2]["refusal"] == "malformed"


@pytest.mark.parametrize("piece", [1, 7, 200])
def test_a_request_may_come_in_pieces(client, piece):
    request = post(transaction(10 + piece))
    for at in range(0, len(request), piece):
        client.send(request[at : at + piece])
    assert client.answer()[0] == 200


def test_a_body_may_come_in_chunks(client):
    body = json.dumps(transaction(20)).encode()
    client.send(b"POST /score HTTP/1.1\r\nHost: scorer\r\nTransfer-Encoding: chunked\r\n\r\n")
    for part in (body[:50], body[50:]):
        client.send(b"%x\r\n%b\r\n" % (len(part), part))
    client.send(b"0\r\n\r\n")
    assert client.answer()[0] == 200


def test_a_client_that_waits_for_a_word_before_its_body_gets_it(client):
    body = json.dumps(transaction(21)).encode()
    head, _, _ = post(body, "Expect: 100-continue").partition(b"\r\n\r\n")
    client.send(head + b"\r\n\r\n")
    assert client.answer()[0] == 100
    client.send(body)
    assert client.answer()[0] == 200


def test_a_body_beyond_the_bound_is_refused_before_its_end_and_the_connection_ends(client, desk):
    before = desk.engine.next_n
    client.send(post(b"x" * (MAX_MESSAGE_BYTES + 100_000)))
    status, headers, problem = client.answer()
    assert (status, problem["refusal"], headers["connection"]) == (422, "oversized", "close")
    assert desk.engine.next_n == before


def test_what_is_sent_without_waiting_for_an_answer_is_not_decided_and_can_be_sent_again(client, served, desk):
    first, second = transaction(30), transaction(31)
    client.send(post(first) + post(second))
    status, headers, _ = client.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert client.has_ended()
    again = Client(served[1])
    decided = desk.engine.counters.decided
    again.send(post(second))
    assert again.answer()[0] == 200
    assert desk.engine.counters.decided == decided + 1


def test_what_is_no_request_is_answered_so(client):
    client.send(b"\x16\x03\x01 hello\r\n\r\n")
    assert client.answer()[0] == 400


def test_a_client_that_leaves_before_its_answer_disturbs_nobody(served, desk):
    gone = Client(served[1])
    with desk.lanes.bulk():
        gone.send(post(transaction(40)))
        gone.socket.close()
    other = Client(served[1])
    other.send(post(transaction(41)))
    assert other.answer()[0] == 200


def test_a_request_that_came_before_the_end_is_answered_before_the_end(served, desk, eventually):
    server, port = served
    client = Client(port)
    client.send(post(transaction(50)))
    client.answer()  # so that the connection is known
    stopping = threading.Thread(target=server.stop)
    with ThreadPoolExecutor(1) as pool:
        with desk.lanes.bulk():
            client.send(post(transaction(51)))
            answered = pool.submit(client.answer)
            eventually(lambda: desk.lanes.is_asked, what="the request at the engine", within_s=10)
            stopping.start()
        assert answered.result(20)[0] == 200
    stopping.join(20)
    assert not stopping.is_alive()
    assert client.has_ended()


def test_a_connection_that_is_used_stays_and_one_that_is_not_ends(desk):
    """Whichever way its last answer went."""
    port = free_port()
    server = RpcServer(RpcDoor(desk, ready()), Http(host="127.0.0.1", port=port), keep_alive_s=1)
    server.start()
    used, usual, unused = Client(port), Client(port), Client(port)
    asked = transaction(60)
    for client in (used, unused):
        client.send(post(asked))
        assert client.answer()[0] == 200
    unused.socket.settimeout(0.01)
    ended = False
    while not ended:  # the other two are asked without a pause until the third has ended
        used.send(post(asked))
        usual.send(post([asked], path="/score/batch"))
        assert (used.answer()[0], usual.answer()[0]) == (200, 200)
        with suppress(TimeoutError):
            ended = unused.has_ended()
    for client in (used, usual):
        assert client.has_ended()
    server.stop()
