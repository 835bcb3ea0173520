"""An account's history over HTTP with a projector at work: found by words and facts, added up, in pages that do not shift."""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import quote

import psycopg
import pytest

from contracts.topics import BANKING_TRANSACTIONS
from kit.clock import SystemClock
from kit.process import Lifecycle
from serving.history.service import words_of
from streams.projector.process import Projector
from tests.serving.conftest import Server, eventually
from tests.serving.statements.history import DAY_MS, START_MS, bank_account, post, posting
from tests.serving.test_hostile_values import IN_URLS
from tests.serving.test_transfers import account, body, customer, key
from tests.streams.conftest import Traffic

FIRST_DAY = date(2026, 9, 1)
Carry = Callable[[], None]


@pytest.fixture(scope="module")
def carry(api: Server) -> Iterator[Carry]:
    """Brings what is in the outbox to the topic, and waits until the read model has it."""
    traffic, carried = Traffic(api.settings.kafka), 0
    lifecycle = Lifecycle()
    projector = Projector(api.settings, lifecycle, SystemClock())
    thread = threading.Thread(target=projector.run, daemon=True)
    thread.start()

    def carry() -> None:
        nonlocal carried
        with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
            found = connection.execute(
                "select id, payload from outbox.event where topic = %s and id > %s order by id", (BANKING_TRANSACTIONS, carried)
            ).fetchall()
            standings = connection.execute("select id, version from ledger.account where version > 0 order by id").fetchall()
        if found:
            carried = found[-1][0]
            traffic.send_in_transaction(BANKING_TRANSACTIONS, [bytes(payload) for _, payload in found], commit=True)

        def is_there() -> bool:
            with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
                rows = connection.execute("select account_id, sequence from read_model.balance order by 1").fetchall()
            return rows == standings

        eventually(is_there, within_s=30)

    yield carry
    lifecycle.stop()
    thread.join(60)
    assert not thread.is_alive()


def found(api: Server, account_id: str, **parameters: object) -> list[dict]:
    answer = api.partner().get(f"/v1/accounts/{account_id}/transactions", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.fixture(scope="module")
def own(api: Server, carry: Carry) -> dict[str, str]:
    """An account with seven movements over three days, and the accounts on the other side."""
    mine, pix = account(api, funds_minor=0), bank_account(api, "settlement:pix")
    ana = customer(api, full_name="Ana Conceição Araújo")
    friend = account(api, funds_minor=0, customer_id=ana)
    requests = [
        posting(pix, mine, 500_000, booked_ms=START_MS),
        posting(mine, friend, 4_000, booked_ms=START_MS + DAY_MS - 1),
        posting(mine, friend, 5_000, booked_ms=START_MS + DAY_MS),
        posting(mine, pix, 6_000, booked_ms=START_MS + DAY_MS + 1, door="rpc", transaction=b'{"channel":"card","mcc":5411}'),
        posting(mine, pix, 7_000, booked_ms=START_MS + 2 * DAY_MS, door="rpc", transaction=b'{"channel":"card","mcc":5812}'),
        posting(friend, mine, 900, booked_ms=START_MS + 2 * DAY_MS + 1),
        posting(mine, friend, 3_000, booked_ms=START_MS + 2 * DAY_MS + 2),
    ]
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        for request, text in ((requests[1], "Almoço no João, às 12h"), (requests[2], "Transferências do mês")):
            connection.execute("insert into bank.transfer_note values ('demo', %s, %s)", (request.transfer_id, text))
    post(api, requests)
    carry()
    return {"mine": mine, "friend": friend, "pix": pix}


@pytest.mark.parametrize(("words", "sequences"), [
    ("almoco", [2]), ("ALMOÇO", [2]), ("alm joao", [2]), ("joão 12h", [2]), ("transferencia", [3]), ("mês", [3]),
    ("conceicao", [7, 6, 3, 2]), ("arauj", [7, 6, 3, 2]), ("almoço conceição", [2]), ("nada disso", []), ("almoço | mês", []),
])  # fmt: skip
def test_words_are_found_whatever_their_accents_case_and_endings(api, own, words, sequences):
    assert [item["sequence"] for item in found(api, own["mine"], q=words)] == sequences


def test_movements_are_found_by_their_facts_and_newest_first(api, own):
    mine = own["mine"]
    for filters, sequences in (
        ({}, [7, 6, 5, 4, 3, 2, 1]),
        ({"direction": "in"}, [6, 1]),
        ({"direction": "out", "at_least_minor": 5_000}, [5, 4, 3]),
        ({"at_least_minor": 4_000, "at_most_minor": 5_000}, [3, 2]),
        ({"counterparty_account_id": own["friend"], "direction": "out"}, [7, 3, 2]),
        ({"category": "groceries"}, [4]),
        ({"category": "people", "direction": "in"}, [6]),
        ({"channel": "card"}, [5, 4]),
        ({"from": "2026-09-02"}, [7, 6, 5, 4, 3]),
        ({"to": "2026-09-02"}, [2, 1]),
        ({"from": "2026-09-02", "to": "2026-09-03"}, [4, 3]),
        ({"from": "2026-09-02", "to": "2026-09-03", "time_zone": "UTC"}, [4, 3, 2]),
        ({"from": "2026-10-02"}, []),
        ({"q": "conceição", "direction": "out", "from": "2026-09-03"}, [7]),
    ):
        assert [item["sequence"] for item in found(api, mine, **filters)] == sequences, filters


def test_each_says_what_it_was_and_what_was_left(api, own):
    newest, *_, oldest = found(api, own["mine"])
    assert (oldest["category"], oldest["counterparty"]["kind"], oldest["channel"]) == ("transfers", "outside", "pix")
    assert newest["counterparty"] == {"account_id": own["friend"], "kind": "customer", "name": "Ana Conceição Araújo"}
    assert newest["amount"] == {"amount_minor": -3_000, "currency": "BRL"}
    balance = api.partner().get(f"/v1/accounts/{own['mine']}/balance").json()["balance"]
    assert newest["balance_after"] == balance


def test_pages_do_not_shift_while_money_moves(api, own, carry):
    mine = account(api, funds_minor=0)
    post(api, [posting(own["pix"], mine, n + 1, booked_ms=START_MS + n) for n in range(6)])
    carry()
    partner, path = api.partner(), f"/v1/accounts/{mine}/transactions"
    first = partner.get(path, params={"limit": 2}).json()
    post(api, [posting(own["pix"], mine, 100, booked_ms=START_MS + DAY_MS)])
    carry()
    seen, cursor = first["items"], first["next_cursor"]
    while cursor:
        page = partner.get(path, params={"limit": 2, "cursor": cursor}).json()
        seen, cursor = seen + page["items"], page["next_cursor"]
    assert [item["amount"]["amount_minor"] for item in seen] == [6, 5, 4, 3, 2, 1]


def test_spending_adds_up_by_category_and_month(api, own, carry):
    mine = account(api, funds_minor=0)
    october_ms = START_MS + 30 * DAY_MS
    post(
        api,
        [
            posting(own["pix"], mine, 90_000, booked_ms=START_MS),
            posting(mine, own["friend"], 100, booked_ms=october_ms - 1),
            posting(mine, own["friend"], 20, booked_ms=october_ms),
            posting(own["friend"], mine, 7, booked_ms=october_ms + 1),
        ],
    )
    carry()
    path = f"/v1/accounts/{mine}/spending"
    rows = api.partner().get(path, params={"from": "2026-09-01", "to": "2026-11-01"}).json()["items"]
    shown = [(r["month"], r["category"], r["spent"]["amount_minor"], r["received"]["amount_minor"]) for r in rows]
    assert shown == [("2026-09-01", "people", 100, 0), ("2026-09-01", "transfers", 0, 90_000), ("2026-10-01", "people", 20, 7)]
    assert [(r["spent_count"], r["received_count"]) for r in rows] == [(1, 0), (0, 1), (1, 1)]
    only = api.partner().get(path, params={"from": "2026-09-02", "to": "2026-10-02"}).json()["items"]
    assert {row["month"] for row in only} == {"2026-10-01"}
    for wrong in ({"from": "2026-09-01", "to": "2026-09-01"}, {"from": "1990-01-01"}, {"to": "x"}):
        assert api.partner().get(path, params=wrong).status_code == 422


def test_a_holder_calls_a_movement_otherwise_and_takes_it_back(api, own, carry):
    mine = account(api, customer_id="c000042", funds_minor=0)
    post(api, [posting(own["pix"], mine, 1_000, booked_ms=START_MS)])
    carry()
    [item] = found(api, mine)
    path = f"/v1/accounts/{mine}/transactions/{item['transfer_id']}"
    browser = api.browser("customer")
    marked = browser.patch(path, json={"category": "salary", "note": "décimo terceiro"})
    assert (marked.status_code, marked.json()["category"]) == (200, "salary"), marked.text
    assert browser.patch(path, json={"category": "salary"}).json() == marked.json()
    eventually(lambda: found(api, mine, category="salary", q="decimo"))
    again = browser.patch(path, json={"category": None})
    assert again.json() == marked.json() | {"category": None}
    eventually(lambda: found(api, mine, category="transfers", q="terceiro"))
    assert browser.patch(path, json={"note": None}).json()["note"] is None
    eventually(lambda: not found(api, mine, q="terceiro"))
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        assert connection.execute("select count(*) from bank.transaction_mark").fetchone() == (0,)
    audit = api.browser("admin").get("/v1/audit", params={"resource": item["transfer_id"]}).json()["items"]
    assert [row["detail"]["changed"] for row in audit] == [["note"], ["category"], ["category"], ["category", "note"]]
    assert "terceiro" not in str(audit)
    for wrong in ({}, {"category": "nonsense"}, {"note": ""}, {"note": "x" * 141}, {"colour": "red"}):
        assert browser.patch(path, json=wrong).status_code == 422, wrong


def test_a_history_is_its_holders_alone(api, own):
    mine = own["mine"]
    transfer_id = found(api, mine)[0]["transfer_id"]
    for asker in (api.partner("other"), api.browser("customer")):
        assert asker.get(f"/v1/accounts/{mine}/transactions").status_code == 404
        assert asker.get(f"/v1/accounts/{mine}/spending").status_code == 404
        assert asker.patch(f"/v1/accounts/{mine}/transactions/{transfer_id}", json={"note": "x"}).status_code == 404
    nobodys = api.partner().patch(f"/v1/accounts/{mine}/transactions/{uuid.uuid4()}", json={"note": "x"})
    assert nobodys.status_code == 404
    assert api.browser("risk").patch(f"/v1/accounts/{mine}/transactions/{transfer_id}", json={"note": "x"}).status_code == 403


def test_nothing_that_is_looked_for_is_an_error_of_ours(api, own):
    hostile = [*IN_URLS, *map(quote, ("':*", "a' & b", "!", "((", "a:b", "\\", "%", "_", "<->", "a <-> b", "ñ", "日本"))]
    for name in ("q", "from", "to", "time_zone", "cursor", "at_least_minor", "category", "counterparty_account_id"):
        for value in hostile:
            answer = api.partner().get(f"/v1/accounts/{own['mine']}/transactions?{name}={value}")
            assert answer.status_code in (200, 422), (name, value, answer.text)


def test_a_fresh_transfer_is_in_the_history_once_its_event_is_folded_and_as_of_goes_on(api, own, carry):
    debit, credit = account(api), account(api, funds_minor=0)
    carry()
    made = api.partner().post("/v1/transfers", json=body(debit, credit, description="café"), headers=key()).json()
    carry()
    page = api.partner().get(f"/v1/accounts/{credit}/transactions", params={"q": "cafe"}).json()
    assert [item["transfer_id"] for item in page["items"]] == [made["id"]]
    assert page["items"][0]["channel"] == "pix"
    before = page["as_of"]
    eventually(lambda: api.partner().get(f"/v1/accounts/{credit}/transactions").json()["as_of"] > before)


def test_words_are_asked_for_one_by_one_and_bounded():
    assert words_of("Ação  e-mail 12,50") == "acao:* & e:* & mail:* & 12:* & 50:*"
    assert words_of(" ".join("x" * 40)).count(":*") == 10
