"""A night's learning from a bank's histories: what it learns, when it leaves things as they are, and what it never keeps."""

import itertools
import random
import string
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import pytest

from contracts.categories import Category, CounterpartyKind
from contracts.ledger_events import Purpose
from contracts.transactions import Channel
from insight.categories.asking import asked_of
from insight.categories.deciding import Source, decide
from insight.categories.files import load
from insight.categories.model import decode, encode
from kit.apart import Apart
from kit.clock import FixedClock, ManualClock
from kit.process import Lifecycle
from kit.settings import PostgresServer, Settings
from pipelines.insight.categories.__main__ import main
from pipelines.insight.categories.labelled import Line, Mark
from pipelines.insight.categories.learning import HISTORIES, learn, learned, publish
from pipelines.insight.categories.registry import newest
from pipelines.insight.categories.starting import STATEMENTS, start
from pipelines.tracking import tracking_uri
from pipelines.upkeep.chores import LearnedCategories
from tests.registry import mlflow_server

HERE = ZoneInfo("America/Sao_Paulo")
LAST = date(2026, 3, 31)
NOW_MS = int(datetime(2026, 4, 1, 4, 30, tzinfo=HERE).timestamp() * 1000)
CLOCK = FixedClock(NOW_MS)
HOUR_MS = 3_600_000
TRADES = {Category.UTILITIES: ("energia", "aguas"), Category.EDUCATION: ("colegio", "escola"), Category.HOME: ("imobiliaria",)}
HOLDERS, MONTHS = 4, 6
_MOVEMENT = """
insert into read_model.movement (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor,
    currency, purpose, channel, decided, category, counterparty_account_id, counterparty_id, counterparty_kind, description,
    value_at, booked_at, log_offset)
values (1, 'demo', %s, %s, %s, -9000, 0, 'BRL', 'transfer', 'boleto', true, 'bills', %s, %s, 'outside', %s, %s, %s, %s)
"""


def about(text: str, *, payee: str | None = None, tenant_id: str = "demo"):
    return asked_of(
        tenant_id=tenant_id, purpose=Purpose.TRANSFER, channel=Channel.BOLETO, mcc=None, kind=CounterpartyKind.OUTSIDE,
        received=False, counterparty_id=payee, counterparty_account_id=uuid.UUID(int=1), text=text,
    )  # fmt: skip


class Histories:
    """Holders who pay bills with a text and call each of them something on the day after."""

    def __init__(self, core: PostgresServer, warehouse: PostgresServer) -> None:
        self._core, self._warehouse = core, warehouse
        self._offset = 0
        self.accounts = [uuid.uuid4() for _ in range(HOLDERS)]
        self._sequences = dict.fromkeys(self.accounts, 0)
        with psycopg.connect(core.dsn("postgres")) as connection:
            for number, account_id in enumerate(self.accounts):
                connection.execute("insert into bank.customer values ('demo', %s)", (f"c{number}",))
                connection.execute(
                    "insert into bank.account (account_id, tenant_id, customer_id, currency) values (%s, 'demo', %s, 'BRL')",
                    (account_id, f"c{number}"),
                )

    def pay(self, account_id: uuid.UUID, day: date, text: str | None, *, payee: str, said: Category | None) -> None:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=HERE)
        transfer_id, self._offset = uuid.uuid4(), self._offset + 1
        self._sequences[account_id] += 1
        with psycopg.connect(self._warehouse.dsn("postgres")) as connection:
            connection.execute(
                _MOVEMENT,
                (
                    account_id, self._sequences[account_id], transfer_id, uuid.UUID(int=7), payee, text, at, at, self._offset,
                ),
            )  # fmt: skip
        if said is not None:
            with psycopg.connect(self._core.dsn("postgres")) as connection:
                connection.execute(
                    "insert into bank.transaction_mark (tenant_id, account_id, transfer_id, category, marked_at) "
                    "values ('demo', %s, %s, %s, %s)",
                    (account_id, transfer_id, str(said), at + timedelta(days=1)),
                )


@pytest.fixture(scope="module")
def histories(core: PostgresServer, warehouse: PostgresServer) -> Histories:
    found = Histories(core, warehouse)
    consonants = "BCDFGLMNPRSTV"
    for number in range(240):
        category = list(TRADES)[number % len(TRADES)]
        words = TRADES[category]
        name = consonants[number % 13] + consonants[number // 13 % 13] + "AEIO"[number % 4]
        day = LAST - timedelta(days=number * 30 * MONTHS // 240)
        text = f"{words[number % len(words)]} {name}"
        found.pay(found.accounts[number % HOLDERS], day, text, payee=f"p{number}", said=category)
    for account_id in found.accounts[:3]:
        found.pay(account_id, LAST - timedelta(days=2), None, payee="p-alike", said=Category.TRAVEL)
        found.pay(account_id, LAST - timedelta(days=2), None, payee="somebody@example.com", said=Category.TRAVEL)
    return found


@pytest.fixture(scope="module")
def settings(core, warehouse, tmp_path_factory, histories) -> Iterator[Settings]:
    with mlflow_server(Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse)) as found:
        yield found


def rows(settings: Settings) -> list[tuple]:
    with psycopg.connect(settings.warehouse.dsn("audit")) as connection:
        return connection.execute(
            "select sha256, learned_from, learned_until, texts, merchants from read_model.category_model order by model_id"
        ).fetchall()


@pytest.mark.servers
def test_a_night_learns_words_and_merchants_and_names_the_file_once(settings: Settings) -> None:
    before = len(rows(settings))
    told = learn(settings, last_day=LAST, clock=CLOCK)
    assert "from now on" in told, told
    (*_, (sha256, learned_from, until, texts, merchants)) = rows(settings)
    assert (learned_from, until, merchants) == (HISTORIES, LAST, 1)
    assert texts >= 200
    model = load(settings.models, sha256)
    assert set(model.merchants) == {"demo/p-alike"}, "an address that tells who somebody is is not kept"
    asked = [
        about("ENERGIA ZUM"), about("colegio zum"), about("", payee="p-alike"), about("", payee="p-alike", tenant_id="other"),
    ]  # fmt: skip
    assert [(each.category, each.source) for each in decide(asked, model=model)] == [
        (Category.UTILITIES, Source.TEXT), (Category.EDUCATION, Source.TEXT), (Category.TRAVEL, Source.MERCHANT),
        (Category.BILLS, Source.RULE),
    ]  # fmt: skip
    registered = newest(tracking_uri(settings))
    assert registered.weights == model.weights
    assert "stays" in learn(settings, last_day=LAST, clock=CLOCK)
    assert len(rows(settings)) == before + 1
    assert "has learned from days up to" in learn(settings, last_day=LAST - timedelta(days=1), clock=CLOCK)


@pytest.mark.servers
def test_the_chore_is_due_at_night_after_a_day_that_nothing_was_learned_from(settings: Settings) -> None:
    learn(settings, last_day=LAST, clock=CLOCK)
    clock = ManualClock(NOW_MS)
    chore = LearnedCategories(settings, clock, Apart(Lifecycle(), process="test"))
    assert not chore.due(clock.now_ms())
    clock.advance(20 * HOUR_MS)
    assert not chore.due(clock.now_ms()), "the day has ended, and the night is not far enough"
    clock.advance(4 * HOUR_MS)
    assert chore.due(clock.now_ms())
    assert chore.do()
    assert not chore.due(clock.now_ms())


@pytest.mark.servers
def test_a_model_whose_file_is_gone_is_learned_anew(settings: Settings) -> None:
    learn(settings, last_day=LAST, clock=CLOCK)
    present = load(settings.models, rows(settings)[-1][0])
    publish(settings, msgspec.structs.replace(present, facts={"texts": 3}), learned_from="test", until=LAST, clock=CLOCK)
    gone = rows(settings)[-1][0]
    for path in (settings.models / gone).iterdir():
        path.unlink()
    assert "from now on" in learn(settings, last_day=LAST, clock=CLOCK)
    assert load(settings.models, rows(settings)[-1][0]).facts != {"texts": 3}


@pytest.mark.servers
def test_the_command_learns_as_the_night_does(settings: Settings, monkeypatch, capsys) -> None:
    monkeypatch.setattr("pipelines.insight.categories.__main__.settings", lambda: settings)
    assert main(["learn", "--until", LAST.isoformat()]) == 0
    assert "text model" in capsys.readouterr().out


# -- what is taken, without a server ---------------------------------------------------------------------------------------


def told_lines(count: int) -> tuple[list[Line], list[Mark]]:
    lines, marks = [], []
    for number in range(count):
        category = list(TRADES)[number % len(TRADES)]
        text = f"{TRADES[category][0]} {'BCDFGLMNPRSTV'[number % 13]}{'BCDFGLMNPRSTV'[number // 13 % 13]}O"
        lines.append(
            Line(f"l{number:04d}", f"{number % 7}", LAST - timedelta(days=number % 90), about(text, payee=f"p{number}"))
        )
        marks.append(Mark(lines[-1].line_id, category, LAST))
    return lines, marks


def test_too_little_leaves_the_texts_and_merchants_are_learned_all_the_same() -> None:
    whole = learned(*told_lines(300), until=LAST, present=None)
    assert not isinstance(whole, str)
    lines, marks = told_lines(20)
    assert "200 are needed" in str(learned(lines, marks, until=LAST, present=None))
    alike = [Line(f"a{number}", f"{number}", LAST, about("", payee="p-alike")) for number in range(3)]
    said = [Mark(line.line_id, Category.TRAVEL, LAST) for line in alike]
    found = learned([*lines, *alike], [*marks, *said], until=LAST, present=whole.model)
    assert not isinstance(found, str)
    assert found.trained is None
    assert found.model.weights == whole.model.weights
    assert found.model.merchants == {"demo/p-alike": "travel"}
    assert isinstance(learned([*lines, *alike], [*marks, *said], until=LAST, present=found.model), str), "nothing is new"
    alone = learned([*lines, *alike], [*marks, *said], until=LAST, present=None)
    assert not isinstance(alone, str)
    asked = [about("energia", payee="p-alike"), about("energia zum")]
    assert [each.source for each in decide(asked, model=decode(encode(alone.model)))] == [Source.MERCHANT, Source.RULE]


def test_texts_that_are_called_right_less_often_than_before_stay_as_they_were() -> None:
    """Each word is one payee's alone tonight, so that nothing is learned for new payees; the model that there is knows them."""
    chance = random.Random(7)
    words = ["".join(chance.choices(string.ascii_lowercase, k=8)) for _ in range(60)]
    names = ["".join(chance.choices("bcdfglmnprstv", k=3)) for _ in range(10)]

    def lines_of(payee: Callable[[int, int], str]) -> tuple[list[Line], list[Mark]]:
        lines, marks = [], []
        for number, (place, name) in enumerate(itertools.product(range(60), range(10))):
            asked = about(f"{words[place]} {names[name]}", payee=payee(place, name))
            lines.append(Line(f"l{number:04d}", f"{number % 7}", LAST - timedelta(days=number % 90), asked))
            marks.append(Mark(lines[-1].line_id, list(TRADES)[place % len(TRADES)], LAST))
        return lines, marks

    before = learned(*lines_of(lambda place, name: f"p{place}-{name}"), until=LAST, present=None)
    assert not isinstance(before, str)
    tonight = lines_of(lambda place, _: f"p{place}")
    assert "texts stay" in str(learned(*tonight, until=LAST, present=before.model))
    alone = learned(*tonight, until=LAST, present=None)
    assert not isinstance(alone, str)
    assert alone.trained is not None


@pytest.mark.servers
def test_a_bank_without_texts_starts_with_what_simulated_statements_teach(warehouse: PostgresServer, tmp_path) -> None:
    with psycopg.connect(warehouse.dsn("postgres")) as connection:
        connection.execute("truncate read_model.category_model")
    settings = Settings(var=tmp_path, warehouse=warehouse)
    said: list[str] = []
    start(settings, clock=CLOCK, progress=said.append)
    ((sha256, learned_from, until, texts, merchants),) = rows(settings)
    assert (learned_from, until, merchants) == (STATEMENTS, LAST, 0)
    assert texts >= 1_000
    model = load(settings.models, sha256)
    (found,) = decide([about("PAG BOLETO ENERGIA SUL")], model=model)
    assert (found.category, found.source) == (Category.UTILITIES, Source.TEXT)
    assert len(said) == 1
    start(settings, clock=CLOCK, progress=said.append)
    assert len(rows(settings)) == len(said) == 1
