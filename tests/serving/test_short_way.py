"""A transfer on the short way past ASGI is admitted, answered and audited as one on the usual way is."""

import json
import socket
import uuid

import psycopg
import pytest

from serving.edge.limits import Limits
from tests.serving.conftest import Server, eventually
from tests.serving.test_transfers import account, balance, body

OF_ITS_OWN = {"date", "x-correlation-id", "traceparent", "connection", "idempotent-replayed"}


class Answer:
    """Status, headers and JSON of what came back."""

    def __init__(self, connection: socket.socket) -> None:
        read = connection.makefile("rb")
        self.status = int(read.readline().split()[1])
        self.headers: dict[str, str] = {}
        while line := read.readline().strip():
            name, _, value = line.decode().partition(": ")
            assert name.lower() not in self.headers
            self.headers[name.lower()] = value
        self.content = json.loads(read.read(int(self.headers["content-length"])))


@pytest.fixture(scope="module")
def pair(api: Server) -> tuple[str, str]:
    return account(api), account(api)


def connected(api: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", api.settings.api.port), timeout=20)


def post(api: Server, content: object, *, key: str | None = None, version: str = "1.1", expects: bool = False) -> bytes:
    """The bytes of a transfer. Under HTTP/1.0, or with a word expected before the body, it goes the usual way."""
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [
        f"POST /v1/transfers HTTP/{version}",
        "Host: bank",
        f"X-Api-Key: {api.secret('demo-partner')}",
        f"Idempotency-Key: {key or uuid.uuid4()}",
        f"Content-Length: {len(sent)}",
    ]
    lines += ["Expect: 100-continue"] if expects else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + sent


def asked(api: Server, request: bytes) -> Answer:
    with connected(api) as connection:
        connection.sendall(request)
        return Answer(connection)


def test_both_ways_give_the_same_answer_with_the_same_headers(api, pair):
    key, wanted = str(uuid.uuid4()), body(*pair)
    first = asked(api, post(api, wanted, key=key))
    again = asked(api, post(api, wanted, key=key, version="1.0"))
    assert (first.status, again.status) == (201, 201)
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    same, usual = ({name: v for name, v in found.headers.items() if name not in OF_ITS_OWN} for found in (first, again))
    assert same == usual
    assert {"content-security-policy", "cache-control", "location"} <= same.keys()
    assert {"x-correlation-id", "traceparent", "date"} <= first.headers.keys()


@pytest.mark.parametrize("content", [b"{", {"debit_account_id": "x"}, b"x" * 9_000])
def test_both_ways_refuse_alike_and_leave_a_row_in_the_audit(api, content):
    before = refused_rows(api)
    short, usual = (asked(api, post(api, content, version=version)) for version in ("1.1", "1.0"))
    assert short.status == usual.status >= 400
    for told in (short.content, usual.content):
        assert told.pop("correlation_id")
    assert short.content == usual.content
    eventually(lambda: refused_rows(api) == before + 2)


def refused_rows(api: Server) -> int:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [(count,)] = connection.execute(
            "select count(*) from identity.audit where action = 'POST /v1/transfers' and status >= 400"
        ).fetchall()
    return int(count)


def test_who_is_not_known_is_told_so_on_the_short_way(api, pair):
    request = post(api, body(*pair)).replace(api.secret("demo-partner").encode(), b"nobody.at-all")
    answer = asked(api, request)
    assert (answer.status, answer.content["code"]) == (401, "unauthenticated")
    assert "www-authenticate" in answer.headers


def test_a_body_beyond_the_bound_is_refused_before_its_end_and_the_connection_ends(api):
    most = Limits().max_body_bytes
    with connected(api) as connection:
        connection.sendall(post(api, b"x" * (most + 100_000))[: most + 1_000])
        answer = Answer(connection)
        assert (answer.status, answer.content["code"], answer.headers["connection"]) == (413, "body-too-large", "close")


def test_a_client_that_waits_for_a_word_before_its_body_gets_it(api, pair):
    head, _, content = post(api, body(*pair), expects=True).partition(b"\r\n\r\n")
    with connected(api) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(content)
        assert Answer(connection).status == 201


def test_what_is_sent_without_waiting_for_an_answer_moves_nothing(api, pair):
    before_minor = balance(api, pair[0])
    with connected(api) as connection:
        connection.sendall(post(api, body(*pair, 10)) + post(api, body(*pair, 1_000)))
        answer = Answer(connection)
        assert (answer.status, answer.headers["connection"]) == (201, "close")
        assert connection.recv(1) == b""
    assert balance(api, pair[0]) == before_minor - 10
