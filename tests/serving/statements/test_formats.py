"""What documents are made of: amounts, days, text that its format could not hold, and the same bytes for the same statement."""

import asyncio
import csv
import io
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from ofxtools.Parser import OFXTree
from psycopg_pool import AsyncConnectionPool

from kit.clock import ManualClock
from kit.settings import Settings
from kit.subject_keys import SealedRecords, local_keys
from serving.customers.person import People
from serving.edge.clocks import TenantClocks
from serving.edge.errors import InvalidRequest
from serving.statements.errors import PrinterBusy
from serving.statements.formats import STREAMED, wanted
from serving.statements.formats.ofx import account_text
from serving.statements.pdf import look
from serving.statements.pdf.document import pdf
from serving.statements.pdf.layout import wrapped
from serving.statements.period import Period, period_of
from serving.statements.service import MAX_PDFS_AT_ONCE, MAX_PDFS_WAITING, PDF_RETRY_S, StatementsService
from serving.statements.statement import Line, Statement, decimal_text
from serving.statements.wording import amount_text, title

ZONE = ZoneInfo("America/Sao_Paulo")
PERIOD = Period(date(2026, 9, 1), date(2026, 10, 1), ZONE)
LINE = Line(
    version=8,
    transfer_id=uuid.UUID(int=1),
    delta_minor=-12_550,
    balance_after_minor=87_450,
    booked_at_ms=PERIOD.start_ms + 1,
    value_at_ms=PERIOD.start_ms + 1,
    purpose="transfer",
    reverses_id=None,
    counterparty_account_id=uuid.UUID(int=2),
    counterparty_code=None,
    counterparty_name="João & Filhos <Ltda>",
    description="Aluguel",
)
STATEMENT = Statement(
    tenant_id="demo",
    account_id=uuid.UUID(int=2**128 - 1),
    customer_id="c1",
    holder="Maria Conceição",
    product="checking",
    currency="BRL",
    period=PERIOD,
    opening_minor=100_000,
    closing_minor=87_450,
    opening_version=7,
    closing_version=8,
    credits_minor=0,
    debits_minor=12_550,
    credits=0,
    issued_at_ms=PERIOD.past_ms,
)
# What people write, and what a program would rather not read.
TEXTS = [
    "Aluguel & luz <julho>",
    "=1+1",
    "@cmd",
    "-2",
    "a\x01b\x1f",
    "linha\nnova\ttab",
    "\ufffe",
    "😀 ação",
    "x" * 140,
    '"',
    " ",
]


def written(name: str, statement: Statement, *lines: Line) -> bytes:
    writer = STREAMED[name].writer(statement)
    return writer.begin() + writer.lines(lines) + writer.end()


@pytest.mark.parametrize(("amount_minor", "currency", "text"), [
    (-125_000, "BRL", "-1250.00"), (7, "BRL", "0.07"), (-7, "BRL", "-0.07"), (1_234, "JPY", "1234"), (-1_234, "KWD", "-1.234"),
    (10**15 + 1, "BRL", "10000000000000.01"), (0, "BRL", "0.00"),
])  # fmt: skip
def test_an_amount_in_major_units_is_exact(amount_minor, currency, text):
    assert decimal_text(amount_minor, currency) == text


def test_an_amount_is_printed_as_it_is_written_in_brazil():
    assert [amount_text(a, exponent=2) for a in (-123_456_789, 5, 0)] == ["-1.234.567,89", "0,05", "0,00"]
    assert amount_text(1_234, exponent=0) == "1.234"


def test_a_period_counts_days_as_the_zones_clocks_do():
    sao_paulo = period_of(date(2018, 11, 4), date(2018, 11, 5), time_zone="America/Sao_Paulo", now_ms=0)
    assert sao_paulo.past_ms - sao_paulo.start_ms == 23 * 3_600_000  # summer time began that midnight
    utc = period_of(None, date(2026, 10, 1), time_zone="UTC", now_ms=0)
    assert (utc.first, utc.last) == (date(2026, 9, 1), date(2026, 9, 30))
    ends_today = period_of(None, None, time_zone="America/Sao_Paulo", now_ms=PERIOD.start_ms - 1)
    assert (ends_today.first, ends_today.past) == (date(2026, 8, 1), date(2026, 9, 1))
    with pytest.raises(InvalidRequest):
        period_of(date(2026, 9, 1), None, time_zone="../../etc/passwd", now_ms=0)


@pytest.mark.parametrize(("accept", "name"), [
    (None, "json"), ("*/*", "json"), ("text/html,application/xhtml+xml", "json"), ("application/pdf", "pdf"),
    ("text/csv;q=0.5, application/x-ofx;q=0.8", "ofx"), ("text/csv;q=0, */*", "json"),
    ("TEXT/XML", "camt053"), (";;,q=", "json"),
])  # fmt: skip
def test_accept_chooses_the_preferred_format_that_there_is(accept, name):
    assert wanted(accept) == name


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_breaks_a_document(text):
    line = replace(LINE, description=text, counterparty_name=text)
    statement = replace(STATEMENT, holder=text)
    document = etree.fromstring(written("camt053", statement, line))
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "camt.053.001.08.xsd"))
    schema.assertValid(document)
    reader = OFXTree()
    reader.parse(io.BytesIO(written("ofx", statement, line)))
    assert [t.fitid for t in reader.convert().statements[0].transactions] == [str(LINE.transfer_id)]
    [_, row, _] = csv.DictReader(io.StringIO(written("csv", statement, line).decode()))
    assert not row["description"].startswith(("=", "+", "-", "@"))
    assert len(written("ndjson", statement, line).splitlines()) == 2
    assert pdf(statement, [line]).startswith(b"%PDF")


def test_the_same_statement_is_the_same_bytes():
    assert pdf(STATEMENT, [LINE]) == pdf(STATEMENT, [LINE])
    for name in STREAMED:
        assert written(name, STATEMENT, LINE) == written(name, STATEMENT, LINE)


def test_the_font_has_every_letter_of_portuguese():
    look.load_fonts()
    from reportlab.pdfbase.pdfmetrics import getFont

    letters = "ÁÂÃÀÇÉÊÍÓÔÕÚÜáâãàçéêíóôõúüºª€R$–—·"
    assert {
        letter
        for letter in letters
        for font in (look.REGULAR, look.STRONG)
        if ord(letter) not in getFont(font).face.charToGlyph
    } == set()


def test_text_is_cut_into_lines_that_fit():
    look.load_fonts()
    lines = wrapped("uma palavra " + "x" * 400, font=look.REGULAR, size=8, width=120)
    assert all(look.width_of(line, look.REGULAR, 8) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == "umapalavra" + "x" * 400


def test_an_account_is_named_in_ofx_by_22_digits_that_no_other_has():
    ids = [uuid.UUID(int=n) for n in (0, 1, 61, 62, 2**64, 2**128 - 1)]
    assert {len(account_text(account_id)) for account_id in ids} == {22}
    assert len({account_text(account_id) for account_id in ids}) == len(ids)


def test_a_movement_through_a_channel_is_called_by_it():
    pix = replace(LINE, counterparty_code="settlement:pix")
    assert (title(pix), title(replace(pix, delta_minor=5)), title(LINE)) == (
        "Pix enviado",
        "Pix recebido",
        "Transferência enviada",
    )
    assert title(replace(LINE, purpose="something-new")) == "Débito"


async def test_who_finds_the_printer_taken_by_many_is_told_when_to_come_back(tmp_path: Path):
    core = AsyncConnectionPool("", open=False)
    people = People(SealedRecords(local_keys(Settings(var=tmp_path))))
    service = StatementsService(core, clocks=TenantClocks(core, clock=ManualClock(0)), people=people)
    for _ in range(MAX_PDFS_AT_ONCE):
        await service._drawing.acquire()
    waiting = [asyncio.create_task(service.printed(STATEMENT)) for _ in range(MAX_PDFS_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(PrinterBusy) as busy:
        await service.printed(STATEMENT)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert busy.value.facts["retry_after_s"] == PDF_RETRY_S
    with pytest.raises(TimeoutError):  # it waits in its turn again, and is not refused
        await asyncio.wait_for(service.printed(STATEMENT), timeout=0.05)
