"""What the project gives everybody who builds on it: calendar, rates, history, masks, contracts, and a build that knows itself."""

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from kit.business_days import bank_holidays, business_day_of_month, is_business_day
from kit.money import CURRENCY_EXPONENTS, divide_half_even
from kit.postgres import connect, tenant_block
from kit.settings import PostgresServer, Settings
from ledger.close.run import close_day
from ledger.days import FIRST_DAY, LAST_DAY
from pipelines.marts import Built, MartsNotBuilt, build, build_whole_next, manifest, planned, write_docs
from pipelines.marts.build import keep_built
from pipelines.marts.command import main
from pipelines.marts.dbt import run
from pipelines.reference import extract, load_rates
from tests.dbt.rows import Decided, Raw
from tests.ledger.bank import Bank, ms, night

pytestmark = pytest.mark.servers

DAY = date(2026, 3, 30)
NOON = datetime(2026, 3, 30, 15, tzinfo=UTC)
RATES = """day,base,quote,bid,ask
2026-03-02,USD,BRL,5.1020,5.1081
2026-03-05,USD,BRL,5.2,5.3
2026-03-02,JPY,BRL,0.03361,0.03364
2026-03-02,KWD,BRL,16.55,16.61
2026-03-02,BRL,EUR,0.17,0.18
"""
STANDS_FOR_SOMEBODY = {"customer_id", "account_id", "card_id", "device_id", "ip", "payee_id", "merchant_id", "subject_id"}
ANALYST_PASSWORD = "of-this-test-alone"


@pytest.fixture(scope="module")
def settings(core: PostgresServer, warehouse: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("var"), core=core, warehouse=warehouse)


@pytest.fixture(scope="module")
def bank(core: PostgresServer) -> Iterator[Bank]:
    made = Bank(core, tenant_id="demo")
    yield made
    made.api.close()


@pytest.fixture(scope="module")
def account(bank: Bank) -> uuid.UUID:
    bank.product("savings")
    made = bank.account("savings", opened=DAY, customer_id="c000001")
    bank.deposit(made, 12_345, at_ms=ms(DAY))
    close_day(bank.api, tenant_id=bank.tenant_id, day=DAY, now_ms=night(DAY))
    return made


@pytest.fixture(scope="module")
def raw(warehouse: PostgresServer) -> Raw:
    return Raw(warehouse)


@pytest.fixture(scope="module")
def built(settings: Settings, bank: Bank, raw: Raw, account: uuid.UUID, tmp_path_factory: pytest.TempPathFactory) -> Built:
    rates = tmp_path_factory.mktemp("rates") / "rates.csv"
    rates.write_text(RATES)
    load_rates(settings, rates, tenant_id="demo", now=NOON)
    raw.add(
        Decided(event_time=NOON, account_id=str(account), amount_minor=12_345),
        Decided(event_time=NOON, customer_id="c000002", amount_minor=1),
        Decided(event_time=NOON, tenant_id="other", amount_minor=2),
    )
    raw.transfer(debit=bank.system("settlement:pix"), credit=account, amount_minor=12_345, status="posted", occurred_at=NOON)
    extract(settings)
    return build(settings)


@pytest.fixture
def audit(warehouse: PostgresServer, built: Built) -> Iterator[psycopg.Connection]:
    with connect(warehouse.dsn("audit"), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def described(settings: Settings, built: Built) -> dict[str, dict]:
    """The marts, as the project describes them."""
    nodes = json.loads(manifest(settings).read_text())["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"}


def test_the_first_build_is_whole_and_the_next_goes_on(settings: Settings, built: Built) -> None:
    assert built.whole
    assert not planned(settings).whole
    build_whole_next(settings, "a test")
    assert planned(settings).whole
    assert build(settings).whole
    assert not planned(settings).whole


def test_the_command_builds_on_from_where_the_marts_are(
    settings: Settings, built: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipelines.marts.command.settings", lambda: settings)
    assert main(["build"]) == 0
    assert "models built on from where they were" in capsys.readouterr().out


def test_another_project_than_the_one_that_built_them_builds_the_marts_whole(
    settings: Settings, built: Built, warehouse: PostgresServer
) -> None:
    as_it_was = planned(settings)
    assert not as_it_was.whole
    with connect(warehouse.dsn("transform"), application="test") as connection:
        connection.execute("update monitoring.mart_build set made_of = 'another version'")
        assert planned(settings).whole
        connection.execute("delete from monitoring.mart_build")
        assert planned(settings).whole
    keep_built(settings, as_it_was)
    assert not planned(settings).whole


def test_the_logic_of_the_models_holds_on_rows_made_for_it(settings: Settings, built: Built) -> None:
    done = run(settings, ["test", "--select", "resource_type:unit_test"], timeout_s=300)
    assert done.returncode == 0, done.stdout[-3000:]
    results = json.loads((settings.var / "dbt" / "target" / "run_results.json").read_text())["results"]
    assert len([result for result in results if result["unique_id"].startswith("unit_test.")]) >= 5


def test_the_calendar_has_the_bank_s_business_days(audit: psycopg.Connection) -> None:
    rows = audit.execute(
        "select day, is_business_day, holiday is not null, business_day_of_month, next_business_day, previous_business_day, "
        "business_day_number from marts.dim_days order by day"
    ).fetchall()
    assert (rows[0][0], rows[-1][0], len(rows)) == (FIRST_DAY, LAST_DAY, (LAST_DAY - FIRST_DAY).days + 1)
    passed = 0
    for day, open_today, holiday, of_month, following, before, number in rows:
        assert open_today == is_business_day(day), day
        assert holiday == (day in bank_holidays(day.year)), day
        passed += open_today
        assert number == passed, day
        if open_today:
            assert business_day_of_month(day.year, day.month, of_month) == day
        if day.year < LAST_DAY.year:
            assert following == next(day + timedelta(n) for n in range(1, 9) if is_business_day(day + timedelta(n)))
        if day.year > FIRST_DAY.year:
            assert before == next(day - timedelta(n) for n in range(1, 9) if is_business_day(day - timedelta(n)))


@pytest.fixture(scope="module")
def in_reais(settings: Settings, built: Built) -> str:
    """The macro's SQL over the rows of `asked`."""
    inline = (
        "select {{ in_brl('t.amount_minor', 't.currency', 't.day', 't.tenant_id') }} as minor from asked as t order by t.ord"
    )
    done = run(settings, ["-q", "compile", "--inline", inline], timeout_s=120)
    assert done.returncode == 0, done.stdout
    return done.stdout


def in_brl(in_reais: str, warehouse: PostgresServer, asked: list[tuple[int, str, date]]) -> list[int | None]:
    """What the macro makes of amounts."""
    rows = (
        "with asked as (select 'demo' as tenant_id, a.* from unnest(%s::bigint[], %s::text[], %s::date[]) with ordinality as "
    )
    rows += "a (amount_minor, currency, day, ord)) "
    with psycopg.connect(warehouse.dsn("transform")) as connection:
        return [row[0] for row in connection.execute(rows + in_reais, list(map(list, zip(*asked, strict=True))))]


def test_amounts_in_reais_are_exact_and_rounded_half_even_once(in_reais: str, warehouse: PostgresServer) -> None:
    chance = random.Random(3)
    # Reais for one unit, in the middle between bid and ask, on 4 March.
    middle = {"USD": Fraction("5.10505"), "JPY": Fraction("0.033625"), "KWD": Fraction("16.58")}
    asked = [(chance.randrange(-(10**12), 10**12), chance.choice(list(middle)), date(2026, 3, 4)) for _ in range(400)]
    asked += [(amount, "USD", date(2026, 3, 4)) for amount in range(-40_000, 40_000, 500)]  # halves among them
    found = in_brl(in_reais, warehouse, asked)
    for (amount, currency, _), minor in zip(asked, found, strict=True):
        exact = amount * middle[currency] * Fraction(10) ** (2 - CURRENCY_EXPONENTS[currency])
        assert minor == divide_half_even(exact.numerator, exact.denominator), (amount, currency)


def test_a_rate_holds_until_the_next_and_none_is_made_up(in_reais: str, warehouse: PostgresServer) -> None:
    days = [date(2026, 3, 1), date(2026, 3, 4), date(2026, 3, 5), date(2026, 12, 31)]
    assert in_brl(in_reais, warehouse, [(10_000, "USD", day) for day in days]) == [None, 51_050, 52_500, 52_500]
    assert in_brl(in_reais, warehouse, [(10_000, "GBP", days[1]), (77, "BRL", days[0])]) == [None, 77]
    assert in_brl(in_reais, warehouse, [(100, "EUR", days[1])]) == [
        int((Decimal(100) * 2 / Decimal("0.35")).quantize(Decimal(1)))
    ]


def test_accounts_stand_on_the_lines_of_the_trial_balance(audit: psycopg.Connection) -> None:
    lines = audit.execute(
        "select line, sum(balance_minor)::bigint from marts.dim_accounts where tenant_id = 'demo' group by line order by line"
    ).fetchall()
    closed = audit.execute(
        "select line, (opening_minor + credits_minor - debits_minor)::bigint from raw.trial_balances order by line"
    ).fetchall()
    assert lines == closed == [("assets:settlement:pix", -12_345), ("liabilities:deposits:savings", 12_345)]


def test_a_change_makes_a_version_that_begins_where_the_one_before_ends(
    settings: Settings, bank: Bank, account: uuid.UUID, built: Built, audit: psycopg.Connection
) -> None:
    def versions(columns: str, table: str, condition: str) -> list[tuple]:
        return audit.execute(
            f"select {columns}, dbt_valid_from, dbt_valid_to from snapshots.{table} where {condition} order by dbt_valid_from"
        ).fetchall()

    with tenant_block(bank.api, bank.tenant_id):
        bank.api.execute(
            "update bank.account set status = 'blocked', block_cause = 'court-order', blocked_debits = true where account_id = %s",
            (account,),
        )
        bank.api.execute("update bank.customer set status = 'blocked' where customer_id = 'c000001'")
        bank.api.execute("update bank.product set credit_rate_ppm = 105000 where code = 'savings'")
    at = extract(settings).at
    for _ in range(2):  # again, with nothing new
        assert run(settings, ["snapshot"], timeout_s=120).returncode == 0
    for columns, table, condition, values in (
        ("status", "account_history", f"account_id = '{account}'", ["active", "blocked"]),
        ("status", "customer_history", "customer_id = 'c000001'", ["active", "blocked"]),
        ("credit_rate_ppm", "product_history", "product = 'savings'", [0, 105_000]),
    ):
        before, now = versions(columns, table, condition)
        assert [before[0], now[0]] == values
        assert before[2] == now[1] == at
        assert now[2] is None


def test_every_mart_has_a_contract_and_says_what_stands_for_somebody(described: dict[str, dict]) -> None:
    assert len(described) >= 15
    for name, mart in described.items():
        assert mart["contract"]["enforced"], name
        assert mart["description"], name
        for column in mart["columns"].values():
            assert column["data_type"], (name, column["name"])
            assert column["description"], (name, column["name"])
            if column["name"] in STANDS_FOR_SOMEBODY:
                assert column["config"]["meta"]["pii"] == "pseudonym", (name, column["name"])


@pytest.fixture
def analyst(warehouse: PostgresServer, built: Built) -> Iterator[psycopg.Connection]:
    secret = warehouse.passwords.get("analyst", SecretStr(ANALYST_PASSWORD))
    with connect(warehouse.dsn("postgres"), application="test") as admin:
        admin.execute(f"alter role analyst password '{secret.get_secret_value()}'")
    own = warehouse.model_copy(update={"passwords": warehouse.passwords | {"analyst": secret}})
    with connect(own.dsn("analyst"), application="test") as connection:
        connection.execute("select set_config('app.tenant_id', 'demo', false)")
        yield connection


def test_an_analyst_reads_no_table_and_not_the_key_of_the_masks(
    analyst: psycopg.Connection, described: dict[str, dict]
) -> None:
    closed = [f"marts.{name}" for name in described]
    closed += ["raw.decisions", "raw.customers", "staging.stg_decisions", "intermediate.mask_key", "snapshots.account_history"]
    for table in closed:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(f"select * from {table} limit 1")


def test_an_analyst_sees_the_own_tenant_alone_and_nothing_without_one(
    analyst: psycopg.Connection, described: dict[str, dict]
) -> None:
    tenants = analyst.execute("select distinct tenant_id from marts_masked.fct_transactions").fetchall()
    assert tenants == [("demo",)]
    analyst.execute("select set_config('app.tenant_id', '', false)")
    for name, mart in described.items():
        rows = analyst.execute(f"select count(*) from marts_masked.{name}").fetchone()
        assert (rows == (0,)) == ("tenant_id" in mart["columns"]), name


def test_masked_ids_are_others_that_still_join_and_amounts_are_as_they_are(
    analyst: psycopg.Connection, audit: psycopg.Connection
) -> None:
    real = audit.execute("select customer_id, account_id, amount_minor from marts.fct_transactions where tenant_id = 'demo'")
    masked = analyst.execute("select customer_id, account_id, amount_minor from marts_masked.fct_transactions")
    known, shown = real.fetchall(), masked.fetchall()
    assert sorted(row[2] for row in shown) == sorted(row[2] for row in known)
    assert len({row[0] for row in shown}) == len({row[0] for row in known})
    assert not {value for row in shown for value in row[:2]} & {value for row in known for value in row[:2] if value}
    joined = analyst.execute(
        "select d.product from marts_masked.fct_transactions t join marts_masked.dim_accounts d using (account_id)"
    ).fetchall()
    assert joined == [("savings",)]


def test_the_pages_say_what_each_mart_is(settings: Settings, built: Built) -> None:
    page: Path = write_docs(settings)
    assert page.parent == settings.var / "dbt" / "docs"
    text = page.read_text()
    assert "One row an entry: each event that the ledger posted" in text
    assert "cdn." not in text


# The last one: the marts do not hold after it.
def test_a_cent_that_the_ledger_does_not_have_fails_the_build(settings: Settings, bank: Bank, raw: Raw, built: Built) -> None:
    other = bank.account("savings", opened=DAY, customer_id="c000009")
    bank.deposit(other, 500, at_ms=ms(DAY) + 86_400_000)
    extract(settings)
    settlement = bank.system("settlement:pix")
    raw.transfer(debit=settlement, credit=other, amount_minor=501, status="posted", occurred_at=NOON)
    with pytest.raises(MartsNotBuilt, match="balances_reconcile_with_the_ledger"):
        build(settings)
