"""What the core knows reaches the warehouse as of one moment, without a person's name, once, and whole wherever it was cut."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from contracts.locks import WarehouseLock
from contracts.sealed import PERSON, PERSON_FIELDS
from insight.suitability import QUESTIONNAIRE
from kit.postgres import connect, tenant_block
from kit.settings import REPOSITORY_ROOT, PostgresServer, Settings
from kit.subject_keys import SealedRecords, Subject, local_keys
from ledger.accounts import NewAccount, open_accounts
from ledger.close.run import close_day
from pipelines.reference import RatesUnreadable, extract, load_rates, repository
from pipelines.reference.rates import read_rates
from tests.ledger.bank import Bank, ms, night
from tests.servers import environment_of
from tests.streams.conftest import wait_until

pytestmark = pytest.mark.servers

DAY = date(2026, 3, 30)
SECRETS = ("Ana Souza", "ana@example.com", "52998224725", "+5511987654321", "Rua Augusta")


@pytest.fixture(scope="module")
def settings(core: PostgresServer, warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse)


@pytest.fixture
def bank(core: PostgresServer):
    made = Bank(core)
    yield made
    made.api.close()


@pytest.fixture
def kept(warehouse: PostgresServer):
    with connect(warehouse.dsn("audit"), application="test") as connection:
        yield connection


def rows(kept: psycopg.Connection, bank: Bank, columns: str, table: str) -> list[tuple]:
    return kept.execute(f"select {columns} from raw.{table} where tenant_id = %s order by 1, 2", (bank.tenant_id,)).fetchall()


def named(settings: Settings, bank: Bank, customer_id: str) -> None:
    name, email, document, phone, street = SECRETS
    told = {"full_name": name, "email": email, "document": document, "phone": phone, "address": {"street": street}}
    records = SealedRecords(local_keys(settings))
    sealed = records.seal(Subject(bank.tenant_id, customer_id), dict.fromkeys(PERSON_FIELDS) | told, kind=PERSON)
    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute(
            "insert into bank.person (tenant_id, customer_id, sealed, birth_year, state) values (%s, %s, %s, 1987, 'SP')",
            (bank.tenant_id, customer_id, sealed),
        )


def test_accounts_come_with_their_kind_and_what_is_on_them(settings, bank, kept):
    bank.product("savings", credit_rate_ppm=105_000, transfer_fees='{"ted": 990}')
    account = bank.account("savings", opened=DAY)
    bank.deposit(account, 12_345, at_ms=ms(DAY))
    idle = bank.account("savings", opened=DAY)
    extract(settings)
    found = {
        row[0]: row[1:]
        for row in rows(kept, bank, "account_id, kind, code, product, status, balance_minor, entries", "accounts")
    }
    assert found[account] == ("customer", None, "savings", "active", 12_345, 1)
    assert found[idle] == ("customer", None, "savings", "opened", 0, 0)
    assert found[bank.system("settlement:pix")] == ("settlement", "settlement:pix", None, "active", -12_345, 1)
    assert rows(kept, bank, "code, credit_rate_ppm", "products") == [("savings", 105_000)]
    assert rows(kept, bank, "product, channel, fee_minor", "transfer_fees") == [("savings", "ted", 990)]


def test_money_set_aside_comes_under_the_account_that_it_is_of(settings, bank, kept):
    bank.product("savings")
    account, goal_id = bank.account("savings", opened=DAY, customer_id="c77"), uuid.uuid4()
    goal = NewAccount(account_id=goal_id, tenant_id=bank.tenant_id, currency="BRL", owner_id="c77", code=f"goal:{goal_id}")
    open_accounts(bank.api, [goal], now_ms=ms(DAY))
    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute(
            "insert into bank.goal (goal_id, tenant_id, parent_account_id, name, created_at) "
            "values (%s, %s, %s, 'Lisbon', now())",
            (goal_id, bank.tenant_id, account),
        )
    extract(settings)
    found = {row[0]: row[1:] for row in rows(kept, bank, "account_id, kind, code, customer_id, parent_account_id", "accounts")}
    assert found[goal_id] == ("goal", None, "c77", account)
    assert found[account] == ("customer", None, "c77", None)


def test_budgets_come_and_the_newest_profile_without_what_was_answered(settings, bank, kept):
    bank.product("savings")
    bank.account("savings", opened=DAY, customer_id="c77")
    budget_id, answered_at = uuid.uuid4(), datetime(2026, 3, 30, 12, tzinfo=UTC)
    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute(
            "insert into bank.budget (budget_id, tenant_id, customer_id, category, currency, limit_minor, created_at) "
            "values (%s, %s, 'c77', null, 'BRL', 80000, %s)",
            (budget_id, bank.tenant_id, answered_at),
        )
        for version, profile, questionnaire in ((1, "moderate", QUESTIONNAIRE), (2, "aggressive", QUESTIONNAIRE)):
            answers(bank, version, profile, questionnaire, answered_at)
    extract(settings)
    assert rows(kept, bank, "budget_id, customer_id, category, limit_minor, version", "budgets") == [
        (budget_id, "c77", None, 80_000, 1)
    ]
    until = answered_at + timedelta(days=730)
    columns = "customer_id, version, profile, answered_at, holds_until"
    assert rows(kept, bank, columns, "suitability") == [("c77", 2, "aggressive", answered_at, until)]
    assert "said-of-oneself" not in "".join(row[0] for row in kept.execute("select s::text from raw.suitability s"))
    with tenant_block(bank.api, bank.tenant_id):
        answers(bank, 3, "moderate", QUESTIONNAIRE + 1, answered_at)
        bank.api.execute("delete from bank.budget where budget_id = %s", (budget_id,))
    extract(settings)
    assert rows(kept, bank, columns, "suitability") == [("c77", 3, "moderate", answered_at, None)]
    assert rows(kept, bank, "budget_id, customer_id", "budgets") == []


def answers(bank: Bank, version: int, profile: str, questionnaire: int, answered_at: datetime) -> None:
    bank.api.execute(
        "insert into bank.suitability (tenant_id, customer_id, version, answers, profile, questionnaire, answered_at, "
        "expires_at) values (%s, 'c77', %s, %s, %s, %s, %s, %s)",
        (
            bank.tenant_id, version, '{"loss": "said-of-oneself"}', profile, questionnaire, answered_at,
            answered_at + timedelta(days=730),
        ),
    )  # fmt: skip


def test_nothing_that_says_who_somebody_is_leaves_the_core(settings, bank, kept):
    bank.account("savings", opened=DAY, customer_id="c77")
    named(settings, bank, "c77")
    extract(settings)
    assert rows(kept, bank, "customer_id, kind, birth_decade, state", "customers") == [("c77", "person", 1980, "SP")]
    for table in repository.TABLES:
        text = "".join(row[0] for row in kept.execute(f"select t::text from raw.{table.name} t"))
        assert not [secret for secret in SECRETS if secret in text], table.name


def test_an_erased_person_leaves_no_group_behind(settings, bank, kept):
    bank.account("savings", opened=DAY, customer_id="c77")
    named(settings, bank, "c77")
    extract(settings)
    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute("delete from bank.person where customer_id = 'c77'")
    extract(settings)
    assert rows(kept, bank, "customer_id, birth_decade, state", "customers") == [("c77", None, None)]


def test_a_closed_day_comes_with_its_trial_balance(settings, bank, kept):
    bank.product("savings")
    account = bank.account("savings", opened=DAY)
    bank.deposit(account, 500, at_ms=ms(DAY))
    close_day(bank.api, tenant_id=bank.tenant_id, day=DAY, now_ms=night(DAY))
    extract(settings)
    assert rows(kept, bank, "day, entries", "day_closes") == [(DAY, 2)]
    assert rows(kept, bank, "line, currency, debits_minor::bigint, credits_minor::bigint", "trial_balances") == [
        ("assets:settlement:pix", "BRL", 500, 0),
        ("liabilities:deposits:savings", "BRL", 0, 500),
    ]


def test_a_second_extract_writes_nothing_and_a_third_only_what_changed(settings, bank, kept):
    account = bank.account("savings", opened=DAY)
    other = bank.account("savings", opened=DAY)
    first = extract(settings)
    assert extract(settings).changes == 0
    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute("update bank.account set status = 'closed' where account_id = %s", (account,))
    assert extract(settings).changes == 1
    found = {row[0]: row[1:] for row in rows(kept, bank, "account_id, status, extracted_at", "accounts")}
    assert found[other] == ("opened", first.at)
    assert found[account][0] == "closed"
    assert found[account][1] > first.at
    [[at]] = kept.execute("select extracted_at from raw.reference_extract").fetchall()
    assert at == found[account][1]


def test_what_is_gone_in_the_core_is_gone_in_the_warehouse(settings, bank, kept, core):
    account = bank.account("savings", opened=DAY)
    extract(settings)
    with connect(core.dsn("postgres"), application="test") as admin:
        admin.execute("delete from bank.account where account_id = %s", (account,))
        admin.execute("delete from ledger.account where id = %s", (account,))
    extract(settings)
    assert rows(kept, bank, "account_id, kind", "accounts") == []


def test_an_extract_waits_for_nobody_who_holds_a_lock_of_their_own_for_good(settings, bank, kept, warehouse):
    bank.account("savings", opened=DAY)
    with connect(warehouse.dsn("postgres"), application="test") as others:
        for lock in set(WarehouseLock) - {WarehouseLock.REFERENCE}:
            others.execute("select pg_advisory_lock(%s)", (int(lock),))
        extract(settings)
    assert len(rows(kept, bank, "account_id, status", "accounts")) == 1
    assert WarehouseLock.REFERENCE not in {WarehouseLock.SINK, WarehouseLock.PROJECTOR, WarehouseLock.REBUILD}


def test_a_sandbox_is_not_copied(settings, bank, kept, core):
    with connect(core.dsn("postgres"), application="test") as admin:
        admin.execute("insert into identity.tenant (tenant_id, name) values (%s, 'Sandbox')", (bank.tenant_id,))
        admin.execute("insert into bank.sandbox_clock (tenant_id) values (%s)", (bank.tenant_id,))
    bank.product("savings")
    bank.account("savings", opened=DAY)
    extract(settings)
    for table in repository.TABLES:
        assert kept.execute(f"select count(*) from raw.{table.name} where tenant_id = %s", (bank.tenant_id,)).fetchone() == (0,)


def test_rates_are_kept_by_day_also_when_the_core_has_a_newer_one(settings, bank, kept):
    def set_rate(bid_e8: int, day: date) -> None:
        with tenant_block(bank.api, bank.tenant_id):
            bank.api.execute(
                "insert into bank.exchange_rate (tenant_id, base, quote, bid_e8, ask_e8, set_by, set_at) "
                "values (%s, 'USD', 'BRL', %s, %s, 'x', ledger.at(%s)) on conflict (tenant_id, base, quote) do update set "
                "bid_e8 = excluded.bid_e8, ask_e8 = excluded.ask_e8, set_at = excluded.set_at",
                (bank.tenant_id, bid_e8, bid_e8 + 2, ms(day)),
            )

    set_rate(510_000_000, DAY)
    extract(settings)
    set_rate(520_000_000, DAY + timedelta(days=1))
    extract(settings)
    assert rows(kept, bank, "day, source, bid_e8, ask_e8", "exchange_rates") == [
        (DAY, "bank", 510_000_000, 510_000_002),
        (DAY + timedelta(days=1), "bank", 520_000_000, 520_000_002),
    ]


def test_what_customers_were_offered_last_on_a_day_stands_for_it(settings, bank, kept):
    bank.account("savings", opened=DAY)
    with tenant_block(bank.api, bank.tenant_id):
        for hour, rate, sold in ((9, 505_000_000, "USD"), (15, 506_000_000, "USD"), (16, 509_000_000, "BRL")):
            bought = "BRL" if sold == "USD" else "USD"
            bank.api.execute(
                "insert into bank.exchange_quote (quote_id, tenant_id, customer_id, base, quote, rate_e8, rate_version, "
                "sell_currency, sell_minor, buy_currency, buy_minor, worked_out, residue_nano, quoted_at, expires_at) values "
                "(%s, %s, 'c1', 'USD', 'BRL', %s, 1, %s, 1000, %s, 5000, %s, 0, ledger.at(%s), ledger.at(%s))",
                (uuid.uuid4(), bank.tenant_id, rate, sold, bought, bought, ms(DAY, hour), ms(DAY, hour)),
            )
    extract(settings)
    assert rows(kept, bank, "day, source, bid_e8, ask_e8", "exchange_rates") == [(DAY, "quotes", 506_000_000, 509_000_000)]


def test_a_file_of_rates_is_loaded_whole_or_not_at_all(settings, bank, kept, tmp_path: Path):
    good = tmp_path / "good.csv"
    good.write_text("day,base,quote,bid,ask\n2026-03-10,USD,BRL,5.1020,5.1080\n2026-03-11,JPY,BRL,0.03361,0.03363\n")
    now = datetime(2026, 3, 12, tzinfo=UTC)
    assert load_rates(settings, good, tenant_id=bank.tenant_id, now=now) == 2
    assert load_rates(settings, good, tenant_id=bank.tenant_id, now=now) == 0
    bad = tmp_path / "bad.csv"
    bad.write_text("day,base,quote,bid,ask\n2026-03-12,USD,BRL,5.2,5.3\n2026-03-13,USD,BRL,5.3,5.2\n")
    with pytest.raises(RatesUnreadable, match="line 3"):
        load_rates(settings, bad, tenant_id=bank.tenant_id, now=now)
    assert rows(kept, bank, "day, base, source, bid_e8", "exchange_rates") == [
        (date(2026, 3, 10), "USD", "file", 510_200_000),
        (date(2026, 3, 11), "JPY", "file", 3_361_000),
    ]


def test_a_file_that_is_no_csv_is_said_to_be_none(settings, tmp_path: Path):
    (tmp_path / "other").write_bytes(b"day,base,quote,bid,ask\n\xff\xfe,USD,BRL,5,6\n")
    with pytest.raises(RatesUnreadable, match="no CSV in UTF-8"):
        load_rates(settings, tmp_path / "other", tenant_id="t", now=datetime(2026, 3, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    [
        "2026-02-30,USD,BRL,5.1,5.2", "2026-03-10,USD,USD,5.1,5.2", "2026-03-10,US,BRL,5.1,5.2", "2026-03-10,USD,BRL,-5,5.2",
        "2026-03-10,USD,BRL,1e3,1e4", "2026-03-10,USD,BRL,0,0", "2026-03-10,USD,BRL,5.1", "1800-03-10,USD,BRL,5.1,5.2",
    ],
)  # fmt: skip
def test_a_line_that_is_no_rate_is_refused_with_its_number(line):
    with pytest.raises(RatesUnreadable, match="line 2"):
        list(read_rates(["day,base,quote,bid,ask\n", line + "\n"], tenant_id="t"))


def test_killed_in_the_middle_it_leaves_what_was_there(settings, bank, kept, core, warehouse, kafka, tmp_path: Path):
    bank.product("savings")
    bank.account("savings", opened=DAY)
    extract(settings)
    before = rows(kept, bank, "account_id, status", "accounts")
    bank.account("savings", opened=DAY)
    with (
        connect(core.dsn("postgres"), application="test") as observer,
        connect(core.dsn("postgres"), application="test", autocommit=False) as admin,
    ):
        admin.execute("lock table cases.alert in access exclusive mode")  # the last table that is read
        code = "from kit.settings import settings; from pipelines.reference import extract; extract(settings())"
        environment = environment_of(core=core, warehouse=warehouse, kafka=kafka, var=tmp_path)
        process = subprocess.Popen([sys.executable, "-c", code], cwd=REPOSITORY_ROOT, env=os.environ | environment)

        def stands() -> bool:
            assert process.poll() is None, "it ended before it was killed"
            waiting = "select count(*) from pg_stat_activity where application_name = 'reference' and wait_event_type = 'Lock' "
            [[count]] = observer.execute(waiting + "and datname = current_database()").fetchall()
            return bool(count)

        try:
            wait_until(stands, what="the extract reads", within_s=30)
        finally:
            process.kill()
            process.wait()
    assert rows(kept, bank, "account_id, status", "accounts") == before
    extract(settings)
    assert len(rows(kept, bank, "account_id, status", "accounts")) == len(before) + 1


CASE = """
with alert as (
    insert into cases.alert (tenant_id, alert_id, kind, scenarios, subject_kind, subject_id, currency, status,
                             first_event_time, last_event_time, decisions, total_amount_minor, opened_at, changed_at)
    values (%(tenant)s, %(alert)s, 'scenario', '{fan-in,structuring}', 'customer', %(who)s, 'BRL', 'confirmed', now(), now(),
            1, 100, now(), now())
    returning alert_id
)
insert into cases.case (tenant_id, case_id, subject_kind, subject_id, customer_id, scheme, severity, state, opened_by,
                        opened_at, operation_on, selected_on, due_on, proposal, proposed_by, proposed_at, judged_by, judged_at)
select %(tenant)s, %(case)s, 'customer', %(who)s, %(who)s, 'structuring', 2, 'to_report', 'user:a', now(), current_date,
       current_date, current_date, '{"outcome": "report", "label": "structuring"}', 'user:a', now(), 'user:b', now()
from alert;
insert into cases.case_alert values (%(tenant)s, %(alert)s, %(case)s, 'user:a', now());
insert into cases.report (tenant_id, report_id, kind, case_id, year, state, due_on, made_by, made_at)
values (%(tenant)s, gen_random_uuid(), 'suspicion', %(case)s, 2026, 'draft', current_date, 'user:b', now());
insert into cases.freeze (tenant_id, freeze_id, customer_id, cause, incoming, case_id, state, placed_by, placed_at, salt)
select %(tenant)s, gen_random_uuid(), %(who)s, 'suspicion', 'accept', %(case)s, 'active', 'user:a', now(),
       decode(repeat('00', 16), 'hex')
from generate_series(1, 2);
"""


def test_what_became_of_alerts_comes_without_whom_they_are_about(settings, core, bank, kept):
    told = {"tenant": bank.tenant_id, "alert": uuid.uuid4(), "case": uuid.uuid4(), "who": f"c-{uuid.uuid4().hex[:8]}"}
    with psycopg.ClientCursor(psycopg.connect(core.dsn("postgres"), autocommit=True)) as admin:
        admin.execute(CASE, told)
        admin.connection.close()
    extract(settings)
    assert rows(kept, bank, "alert_id, case_id, kind, scenarios", "alert_cases") == [
        (told["alert"], told["case"], "scenario", ["fan-in", "structuring"])
    ]
    assert rows(kept, bank, "case_id, state, severity, outcome, label, freezes, report_sent_at", "cases") == [
        (told["case"], "to_report", 2, "report", "structuring", 2, None)
    ]
    [[kept_text]] = kept.execute("select string_agg(to_jsonb(c)::text, '') from raw.cases c").fetchall()
    assert told["who"] not in kept_text
    assert extract(settings).changes == 0, "nothing has changed since"
