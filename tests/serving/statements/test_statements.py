"""Statements over HTTP: in every format the ledger's own entries, to the cent."""

import csv
import io
import json
import random
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from lxml import etree
from ofxtools.Parser import OFXTree

from serving.statements.period import period_of
from serving.statements.service import CHUNK_LINES, MAX_PDF_LINES
from tests.serving.conftest import Server
from tests.serving.statements.history import (
    CLOCK,
    DAY_MS,
    START_MS,
    bank_account,
    ledger_entries,
    post,
    posting,
    random_history,
)
from tests.serving.test_transfers import account

SCHEMA = Path(__file__).parent / "schemas" / "camt.053.001.08.xsd"
NAMES = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
FIRST_DAY = date(2026, 9, 1)
DAYS = 20


@pytest.fixture(scope="module")
def own(api: Server) -> str:
    return random_history(api, movements=260, days=DAYS, seed=7)


def statement(api: Server, account_id: str, *, tenant_id: str = "demo", accept: str | None = None, **parameters):
    headers = {"Accept": accept} if accept else {}
    return api.partner(tenant_id).get(f"/v1/accounts/{account_id}/statement", params=parameters, headers=headers)


def days(first: date, past: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": past.isoformat()}


def in_ledger(api: Server, account_id: str, first: date, past: date, zone: str = "America/Sao_Paulo"):
    period = period_of(first, past, time_zone=zone, now_ms=CLOCK.now_ms())
    return ledger_entries(api, account_id, start_ms=period.start_ms, past_ms=period.past_ms)


def whole(api: Server, account_id: str, first: date, past: date, *, limit: int = 200) -> dict:
    """A statement read page by page."""
    found, cursor = {}, {}
    while True:
        answer = statement(api, account_id, limit=limit, **days(first, past), **cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items = found.get("items", []) + page["items"]
        found = page | {"items": items}
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def test_any_periods_statement_is_the_ledger_to_the_cent(api, own):
    chance = random.Random(11)
    for _ in range(12):
        first = FIRST_DAY + timedelta(days=chance.randrange(-2, DAYS))
        past = first + timedelta(days=chance.randrange(1, DAYS))
        found, entries = whole(api, own, first, past, limit=chance.choice([1, 7, 50, 200])), in_ledger(api, own, first, past)
        assert found["entries"] == len(found["items"]) == len(entries)
        balance = found["opening"]["amount_minor"]
        for item, entry in zip(found["items"], entries, strict=True):
            balance += item["amount"]["amount_minor"]
            assert (item["version"], item["transfer_id"]) == (entry.version, entry.transfer_id)
            assert item["amount"]["amount_minor"] == entry.delta_minor
            assert item["balance_after"]["amount_minor"] == entry.balance_after_minor == balance
            assert datetime.fromisoformat(item["booked_at"]).timestamp() * 1000 == pytest.approx(entry.booked_ms, abs=0.5)
            assert datetime.fromisoformat(item["value_at"]).timestamp() * 1000 == pytest.approx(entry.value_ms, abs=0.5)
        assert balance == found["closing"]["amount_minor"]
        assert found["credits"]["amount_minor"] == sum(e.delta_minor for e in entries if e.delta_minor > 0)
        assert found["debits"]["amount_minor"] == -sum(e.delta_minor for e in entries if e.delta_minor < 0)


def test_one_periods_closing_balance_is_the_nexts_opening_one(api, own):
    middle = FIRST_DAY + timedelta(days=9)
    before, after = whole(api, own, FIRST_DAY, middle), whole(api, own, middle, FIRST_DAY + timedelta(days=DAYS))
    assert before["closing"] == after["opening"]
    assert before["opening"]["amount_minor"] == 0
    assert before["entries"] + after["entries"] == 261


def test_a_day_begins_and_ends_at_midnight_of_the_time_zone_asked_for(api):
    pix, mine = bank_account(api, "settlement:pix"), account(api, funds_minor=0)
    midnight_ms = START_MS + DAY_MS
    post(api, [posting(pix, mine, 100 + n, booked_ms=midnight_ms + n) for n in (-1, 0)])
    second = FIRST_DAY + timedelta(days=1)
    amounts = [
        [i["amount"]["amount_minor"] for i in whole(api, mine, d, d + timedelta(days=1))["items"]] for d in (FIRST_DAY, second)
    ]
    assert amounts == [[99], [100]]
    utc = statement(api, mine, time_zone="UTC", **days(second, second + timedelta(days=1))).json()
    assert (utc["entries"], utc["time_zone"]) == (2, "UTC")


def test_csv_opens_lists_and_closes(api, own):
    first, past = FIRST_DAY + timedelta(days=3), FIRST_DAY + timedelta(days=12)
    answer = statement(api, own, format="csv", **days(first, past))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="extrato-{own[:8]}-2026-09-04-2026-09-12.csv"'
    opening, *rows, closing = list(csv.DictReader(io.StringIO(answer.text)))
    entries = in_ledger(api, own, first, past)
    assert (opening["kind"], closing["kind"]) == ("opening", "closing")
    assert [(int(r["version"]), cents(r["amount"]), cents(r["balance_after"]), r["transfer_id"]) for r in rows] == [
        (e.version, e.delta_minor, e.balance_after_minor, e.transfer_id) for e in entries
    ]
    assert cents(opening["balance_after"]) + sum(cents(r["amount"]) for r in rows) == cents(closing["balance_after"])
    assert opening["booked_at"] == "2026-09-04T00:00:00-03:00"


def test_ndjson_has_the_statement_first_and_then_what_the_pages_have(api, own):
    first, past = FIRST_DAY, FIRST_DAY + timedelta(days=DAYS)
    head, *lines = [json.loads(line) for line in statement(api, own, format="ndjson", **days(first, past)).text.splitlines()]
    paged = whole(api, own, first, past)
    differing = {"items", "next_cursor", "issued_at"}
    assert {k: v for k, v in head.items() if k != "issued_at"} == {k: v for k, v in paged.items() if k not in differing}
    assert [line["version"] for line in lines] == [item["version"] for item in paged["items"]]
    assert [line["balance_after"] for line in lines] == [item["balance_after"] for item in paged["items"]]


def test_ofx_is_read_back_by_another_program(api, own):
    first, past = FIRST_DAY + timedelta(days=1), FIRST_DAY + timedelta(days=15)
    answer = statement(api, own, format="ofx", **days(first, past))
    assert answer.content.startswith(b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n")
    reader = OFXTree()
    reader.parse(io.BytesIO(answer.content))
    [read] = reader.convert().statements
    entries = in_ledger(api, own, first, past)
    assert [(t.fitid, int(t.trnamt * 100)) for t in read.transactions] == [(e.transfer_id, e.delta_minor) for e in entries]
    assert [t.dtposted.timestamp() for t in read.transactions] == [e.booked_ms / 1000 for e in entries]
    assert int(read.balance.balamt * 100) == entries[-1].balance_after_minor
    assert (read.curdef, len(read.account.acctid)) == ("BRL", 22)
    assert {t.memo for t in read.transactions} >= {"Tarifa", "Pix recebido", "Transferência enviada"}


def test_camt053_is_valid_against_the_schema_and_says_the_ledgers_amounts(api, own):
    first, past = FIRST_DAY + timedelta(days=2), FIRST_DAY + timedelta(days=18)
    answer = statement(api, own, accept="application/xml", **days(first, past))
    document = etree.fromstring(answer.content)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    entries = in_ledger(api, own, first, past)

    def signed(node) -> int:
        sign = -1 if node.findtext("c:CdtDbtInd", namespaces=NAMES) == "DBIT" else 1
        return sign * cents(node.findtext("c:Amt", namespaces=NAMES))

    assert [signed(node) for node in document.iterfind(".//c:Ntry", NAMES)] == [e.delta_minor for e in entries]
    balances = {b.findtext("c:Tp/c:CdOrPrtry/c:Cd", namespaces=NAMES): signed(b) for b in document.iterfind(".//c:Bal", NAMES)}
    assert balances["CLBD"] == entries[-1].balance_after_minor
    assert balances["OPBD"] + sum(e.delta_minor for e in entries) == balances["CLBD"]
    assert document.findtext(".//c:TxsSummry/c:TtlNtries/c:NbOfNtries", namespaces=NAMES) == str(len(entries))


def test_pdf_shows_every_line_and_the_sums_on_numbered_pages(api, own):
    first, past = FIRST_DAY, FIRST_DAY + timedelta(days=DAYS)
    answer = statement(api, own, accept="application/pdf;q=0.9, text/html;q=0.1", **days(first, past))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    printed = pypdfium2.PdfDocument(answer.content)
    texts = [page.get_textpage().get_text_bounded() for page in printed]
    found = whole(api, own, first, past)
    assert all(f"Página {n} de {len(texts)}" in text for n, text in enumerate(texts, start=1))
    for name in ("opening", "closing", "credits"):
        assert brazilian(found[name]["amount_minor"]) in texts[0]
    amounts = [brazilian(item["balance_after"]["amount_minor"]) for item in found["items"]]
    assert re.findall(r"[+-][\d.]+,\d\d (-?[\d.]+,\d\d)", "\n".join(texts)) == amounts
    assert "1 de setembro de 2026, terça-feira" in texts[0]


def brazilian(amount_minor: int) -> str:
    whole_part, fraction = divmod(abs(amount_minor), 100)
    return f"{'-' if amount_minor < 0 else ''}{whole_part:,}".replace(",", ".") + f",{fraction:02d}"


def test_a_long_statement_streams_whole_and_has_no_pdf(api):
    pix, mine = bank_account(api, "settlement:pix"), account(api, funds_minor=0)
    count = MAX_PDF_LINES + 1
    post(api, [posting(pix, mine, n + 1, booked_ms=START_MS + n) for n in range(count)])
    period = days(FIRST_DAY, FIRST_DAY + timedelta(days=1))
    refused = statement(api, mine, format="pdf", **period)
    assert (refused.status_code, refused.json()["code"]) == (422, "statement-too-long")
    assert refused.json()["facts"] == {"entries": count, "most": MAX_PDF_LINES}
    rows = list(csv.DictReader(io.StringIO(statement(api, mine, format="csv", **period).text)))
    assert count > 5 * CHUNK_LINES
    assert [cents(row["amount"]) for row in rows[1:-1]] == list(range(1, count + 1))
    assert cents(rows[-1]["balance_after"]) == count * (count + 1) // 2


def test_pages_are_of_one_statement_while_money_moves(api):
    pix, mine = bank_account(api, "settlement:pix"), account(api, funds_minor=0)
    post(api, [posting(pix, mine, 10, booked_ms=CLOCK.now_ms()) for _ in range(5)])
    first = statement(api, mine, limit=2).json()
    post(api, [posting(pix, mine, 10, booked_ms=CLOCK.now_ms()) for _ in range(3)])
    second = statement(api, mine, limit=2, cursor=first["next_cursor"]).json()
    third = statement(api, mine, limit=2, cursor=second["next_cursor"]).json()
    assert [len(page["items"]) for page in (first, second, third)] == [2, 2, 1]
    assert third["next_cursor"] is None
    assert {page["closing"]["amount_minor"] for page in (first, second, third)} == {50}
    assert statement(api, mine).json()["entries"] == 8


def test_a_period_without_entries_opens_and_closes_alike_in_every_format(api, own):
    period = days(FIRST_DAY + timedelta(days=40), FIRST_DAY + timedelta(days=41))
    found = statement(api, own, **period).json()
    assert (found["items"], found["entries"]) == ([], 0)
    assert found["opening"] == found["closing"]
    for name in ("ndjson", "csv", "ofx", "camt053", "pdf"):
        assert statement(api, own, format=name, **period).status_code == 200
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.fromstring(statement(api, own, format="camt053", **period).content))


def test_a_statement_is_its_owners_alone_and_of_a_period_that_there_is(api, own):
    assert statement(api, own, tenant_id="other").status_code == 404
    assert api.browser("customer").get(f"/v1/accounts/{own}/statement").status_code == 404
    for wrong in (
        {"from": "2026-09-02", "to": "2026-09-02"},
        {"from": "1969-12-31", "to": "2026-09-02"},
        {"to": "9999-12-31"},
        {"time_zone": "Mars/Olympus"},
        {"format": "docx"},
        {"cursor": "nonsense"},
    ):
        answer = statement(api, own, **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), wrong


def test_a_period_is_final_a_minute_after_its_end(api, own):
    today = datetime.now(ZoneInfo("America/Sao_Paulo")).date()
    assert statement(api, own, **days(today - timedelta(days=9), today - timedelta(days=1))).json()["final"] is True
    assert statement(api, own, **days(today, today + timedelta(days=1))).json()["final"] is False
