"""The simulated app against the real API: what it sends is a transfer, once, whatever lies on the way between them."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import psycopg
import pytest

from contracts.transactions import Transaction
from kit.clock import SystemClock
from kit.process import Lifecycle
from kit.settings import Http
from ledger.accounts import NewAccount, open_accounts
from serving.payments.stand_in import limit_minor
from simulator.live import hours
from simulator.notes import note_between
from simulator.partner import Partner, api_key
from simulator.population import make_population
from tests.http import http
from tests.serving.conftest import Server, eventually

pytestmark = pytest.mark.servers

PEOPLE, SEED = 300, 7
ENOUGH = 60


@pytest.fixture(scope="module")
def payments(api: Server) -> list[tuple[Transaction, str | None]]:
    """What the app would send of an hour of live traffic, up to what is allowed while no scorer listens; accounts are open."""
    people = make_population(seed=SEED, customers=PEOPLE)
    accounts = [bytes(row).decode() for row in people.account_text]
    opened = [
        NewAccount(account_id=uuid.UUID(account), tenant_id="demo", currency="BRL", owner_id=f"c{number}")
        for number, account in enumerate(accounts)
    ]
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, opened, now_ms=SystemClock().now_ms())
    hour = next(hours(people, seed=SEED, rate_per_s=2, from_ms=1_780_000_000_000, run="p"))
    known = [{name: value for name, value in row.items() if value is not None} for row in hour.table.to_pylist()]
    sent = [msgspec.convert(row, Transaction) for row in known]
    fit = [
        each
        for each in sent
        if each.direction == "debit" and each.channel in ("pix", "ted", "internal") and each.amount_minor <= limit_minor("BRL")
    ]
    assert len(fit) >= ENOUGH
    return [(each, each.payee_id if each.payee_id in set(accounts) else None) for each in fit[:ENOUGH]]


class Answers:
    """What became of each transfer that was offered."""

    def __init__(self) -> None:
        self.given: list[tuple[str | None, int]] = []

    def __call__(self, transfer_id: str | None, status: int) -> None:
        self.given.append((transfer_id, status))


def offer_all(partner: Partner, payments: list[tuple[Transaction, str | None]]) -> Answers:
    answers = Answers()
    for transaction, credit in payments:
        assert partner.offer(transaction, credit_account_id=credit, answered=answers)
    eventually(lambda: len(answers.given) == len(payments), within_s=120)
    return answers


@contextmanager
def partner_of(api: Server, address: Http) -> Iterator[Partner]:
    key = api_key(api.settings.secrets, tenant_id="demo") or api.secret("demo-partner")
    lifecycle = Lifecycle()
    partner = Partner(address, key=key, lifecycle=lifecycle)
    try:
        yield partner
    finally:
        lifecycle.stop()
        partner.close()


def notes(api: Server) -> dict[str, str]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        return dict(connection.execute("select transfer_id::text, description from bank.transfer_note").fetchall())


def transfers(api: Server) -> set[str]:
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        found = connection.execute("select id::text from ledger.transfer where purpose = 'transfer'").fetchall()
    return {transfer_id for (transfer_id,) in found}


def addresses(api: Server, made: set[str]) -> int:
    """How many addresses these transfers came from."""
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        [count] = connection.execute(
            "select count(distinct convert_from(payload, 'UTF8')::jsonb -> 'transaction' ->> 'ip') from outbox.event "
            "where convert_from(payload, 'UTF8')::jsonb ->> 'transfer_id' = any(%s)",
            (list(made),),
        ).fetchone()
    return int(count)


def test_what_the_app_sends_is_what_the_api_takes(api: Server, payments) -> None:
    before = transfers(api)
    with partner_of(api, api.settings.api) as partner:
        answers = offer_all(partner, payments)
        assert partner.answers() == {201: len(payments)}
        assert partner.given_up == 0
    made = transfers(api) - before
    assert {transfer_id for transfer_id, _ in answers.given} == made
    assert len(made) == len(payments)
    assert addresses(api, made) == len({transaction.ip for transaction, _ in payments}) > ENOUGH // 4
    written = [note_between(each.account_id, each.payee_id) for each, _ in payments if each.payee_id is not None]
    assert sorted(text for transfer_id, text in notes(api).items() if transfer_id in made) == sorted(filter(None, written))
    assert len(set(filter(None, written))) > 1


def test_what_the_api_refuses_is_counted_and_is_nobody_s_transfer(api: Server, payments) -> None:
    """A storm of these would show in the first test; here one is made on purpose."""
    before = transfers(api)
    transaction, _ = payments[0]
    itself = msgspec.structs.replace(transaction, payee_id=None)
    with partner_of(api, api.settings.api) as partner:
        answers = offer_all(partner, [(itself, itself.account_id)])
        assert partner.answers() == {422: 1}
    assert answers.given == [(None, 422)]
    assert transfers(api) == before


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_on_the_way_back_is_tried_again_under_the_same_key_and_moves_the_money_once(api, payments, status) -> None:
    before = transfers(api)
    with failing_once(api, status=status) as (address, keys), partner_of(api, address) as partner:
        answers = offer_all(partner, payments[:8])
        assert partner.answers() == {201: 8}
    assert len(keys) == 8
    assert all(times >= 2 for times in keys.values())
    assert {transfer_id for transfer_id, _ in answers.given} == transfers(api) - before
    assert len(transfers(api) - before) == 8


@contextmanager
def failing_once(api: Server, *, status: int) -> Iterator[tuple[Http, Counter[str]]]:
    """A proxy that passes everything on to the API and, once a key, keeps its answer and says `status` instead."""
    keys: Counter[str] = Counter()

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            passed = {name: self.headers[name] for name in ("x-api-key", "content-type", "idempotency-key")}
            answer = http.post(f"{api.url}{self.path}", content=body, headers=passed, timeout=20)
            keys[passed["idempotency-key"]] += 1
            failed = keys[passed["idempotency-key"]] == 1
            self.send_response(status if failed else answer.status_code)
            for name in ("location", "retry-after"):
                if not failed and name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Http(port=server.server_address[1]), keys
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


def test_an_api_that_is_away_is_waited_for_without_an_answer(api: Server, payments) -> None:
    answers = Answers()
    with failing_once(api, status=503) as (address, _):
        pass
    with partner_of(api, address) as partner:
        transaction, credit = payments[0]
        assert partner.offer(transaction, credit_account_id=credit, answered=answers)
        began = time.monotonic()
        eventually(lambda: partner._queue.empty(), within_s=20)
        assert time.monotonic() - began < 20
    assert answers.given == []
    assert partner.given_up == 1
