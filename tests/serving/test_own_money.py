"""The marts of customers' own money say of a day what the routes say of it, each tenant's for itself, masked for analysts."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import dict_row

from kit.clock import FixedClock, SystemClock
from ledger.accounts import open_accounts, system_account
from ledger.days import day_of
from ledger.postings import Kind, PostingRequest
from ledger.repository import post_batch
from pipelines.insight.money.run import Made, make
from pipelines.marts import build
from pipelines.reference import extract
from tests.dbt.test_forecasts import read
from tests.pipelines.insight.own import folded_until
from tests.serving.conftest import Server
from tests.serving.test_budgets import Line, fold, now, set_budget
from tests.serving.test_goals import goal_of, shift
from tests.serving.test_insights import BOLD, answer, told
from tests.serving.test_transfers import account, customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

CLOCK = SystemClock()
PARTS = {"liquidity": "months", "spending": "pct", "debt": "pct", "income": "pct", "savings": "pct"}
LONG_AGO = timedelta(days=500)
BOOKED = "select (credits_posted_minor - debits_posted_minor)::bigint from ledger.account where id = %s"
HELD = (
    "insert into raw.ledger_events (tenant_id, event_id, transfer_id, status, purpose, occurred_at, amount_minor, currency, "
    "debit_account_id, log_offset) values ('demo', gen_random_uuid(), %s, 'held', 'transfer', now(), %s, 'BRL', %s, 1)"
)


def fold_to_balance(api: Server, account_id: str, lines: Sequence[Line]) -> None:
    """Put movements into the history that end with the balance which the ledger has."""
    with psycopg.connect(api.settings.core.dsn("audit")) as connection:
        [[booked]] = connection.execute(BOOKED, (account_id,)).fetchall()
    rest = booked - sum(amount for _, amount, _ in lines)
    fold(api, account_id, [*lines, *([(now() - LONG_AGO, rest, "opening")] if rest else [])])


def hold(api: Server, account_id: str, amount_minor: int) -> None:
    """Hold an amount of an account, and have the warehouse's sink know."""
    target = system_account(tenant_id="demo", currency="BRL", code="settlement:pix")
    transfer_id, now_ms = uuid.uuid4(), CLOCK.now_ms()
    with psycopg.connect(api.settings.core.dsn("api"), autocommit=True) as connection:
        open_accounts(connection, [target], now_ms=now_ms)
        [result] = post_batch(
            connection,
            [
                PostingRequest(
                    kind=Kind.HOLD, transfer_id=transfer_id, tenant_id="demo", occurred_at_ms=now_ms, amount_minor=amount_minor,
                    currency="BRL", debit_account_id=uuid.UUID(account_id), credit_account_id=target.account_id,
                    expires_at_ms=now_ms + 3_600_000,
                )
            ],
            now_ms=now_ms,
        )  # fmt: skip
    assert result.outcome == "held"
    with psycopg.connect(api.settings.warehouse.dsn("sinks")) as connection:
        connection.execute(HELD, (transfer_id, amount_minor, account_id))


@pytest.fixture(scope="module")
def people(api: Server) -> dict[str, str]:
    """Customers by what is peculiar about them; one of another tenant's."""
    today, partner = now(), api.partner()
    every_day = [(today - timedelta(days=back), -2_000 - 37 * (back % 11), "groceries") for back in range(300)]
    every_month = [
        (today - timedelta(days=30 * back + 3), amount, category)
        for back in range(10)
        for amount, category in ((200_000 + 7_000 * (back % 3), "transfers"), (-90_000, "people"))
    ]
    found = {name: customer(api) for name in ("steady", "saver", "new", "silent", "two")} | {"other": customer(api, "other")}

    steady = account(api, customer_id=found["steady"], funds_minor=300_000)
    fold_to_balance(api, steady, [*every_day, *every_month, (today - timedelta(days=2), -120_000, "groceries")])
    hold(api, steady, 41_000)
    set_budget(partner, customer_id=found["steady"], category="groceries", limit_minor=90_000)
    set_budget(partner, customer_id=found["steady"], limit_minor=400_000)
    answer(partner, customer_id=found["steady"])
    answer(partner, customer_id=found["steady"], answers=BOLD)

    saver = account(api, customer_id=found["saver"], funds_minor=800_000)
    goal_id = goal_of(api, saver)
    assert shift(partner, goal_id, "in", 150_000).status_code == 201
    fold_to_balance(api, saver, [*every_month, (today - timedelta(days=40), -150_000, "savings")])
    with psycopg.connect(api.settings.warehouse.dsn("postgres")) as connection:
        named = "update read_model.movement set counterparty_account_id = %s where account_id = %s and category = 'savings'"
        connection.execute(named, (goal_id, saver))
    wanted = {"customer_id": found["saver"], "currency": "BRL", "product": "savings"}
    opened = partner.post("/v1/accounts", json=wanted, headers={"Idempotency-Key": str(uuid.uuid4())})
    fold(api, opened.json()["account_id"], [
        (today - timedelta(days=70), 30_000, "own_accounts"), (today - timedelta(days=69), -30_000, "own_accounts"),
    ])  # fmt: skip
    answer(partner, customer_id=found["saver"])

    new = account(api, customer_id=found["new"], funds_minor=0)
    fold_to_balance(api, new, [(today - timedelta(days=1), -500, "restaurants"), (today, 500, "salary")])
    set_budget(partner, customer_id=found["new"], category="travel", limit_minor=5)
    set_budget(partner, customer_id=found["silent"], currency="USD", limit_minor=70_000)

    for funds_minor in (10_000, 20_000):
        both = account(api, customer_id=found["two"], funds_minor=funds_minor)
        fold_to_balance(api, both, every_day)
    set_budget(partner, customer_id=found["two"], category="groceries", limit_minor=10_000)

    account(api, tenant_id="other", customer_id=found["other"], funds_minor=1_000)
    set_budget(api.partner("other"), customer_id=found["other"], limit_minor=30_000)
    answer(api.partner("other"), customer_id=found["other"])
    return found


@pytest.fixture(scope="module")
def made(api: Server, people: dict[str, str]) -> dict[str, Made]:
    """What the night would say were it to look now: at today as far as it has come."""
    today = day_of(CLOCK.now_ms())
    with psycopg.connect(api.settings.core.dsn("postgres")) as connection:
        # As though the questions had changed since.
        connection.execute(
            "update bank.suitability set questionnaire = questionnaire + 1 where customer_id = %s", (people["saver"],)
        )
    extract(api.settings)
    folded_until(api.settings.warehouse, datetime.now(UTC) + timedelta(days=2))
    found = make(api.settings, last_day=today, clock=FixedClock(CLOCK.now_ms()))
    build(api.settings)
    return {each.tenant_id: each for each in found}


def rows(api: Server, mart: str, customer_id: str, *, currency: str | None = None, tenant_id: str = "demo") -> list[dict]:
    """What the API's role reads of a customer in a mart."""
    with psycopg.connect(api.settings.warehouse.dsn("analytics"), row_factory=dict_row) as connection:
        connection.execute("select set_config('app.tenant_id', %s, false)", (tenant_id,))
        found = connection.execute(f"select * from marts.{mart} where customer_id = %s", (customer_id,)).fetchall()
    return [row for row in found if currency is None or row["currency"] == currency]


@pytest.mark.parametrize("name", ["steady", "saver", "new", "silent", "two"])
def test_the_score_and_its_parts_are_those_of_the_route(
    api: Server, people: dict[str, str], made: dict[str, Made], name: str
) -> None:
    said = told(api.partner(), "health", customer_id=people[name])["health"]
    found = rows(api, "financial_health", people[name], currency="BRL")
    if said is None:
        assert found == []
        return
    [row] = found
    assert {key: row[key] for key in ("score", "band", "months", "moves_most")} == {
        key: said[key] for key in ("score", "band", "months", "moves_most")
    }
    parts = {part["part"]: (part["points"], part["measure"]) for part in said["parts"]}
    assert {part: parts.get(part, (None, None)) for part in PARTS} == {
        part: (row[f"{part}_points"], row[f"{part}_{unit}"]) for part, unit in PARTS.items()
    }


def test_the_parts_are_of_people_who_differ(api: Server, people: dict[str, str], made: dict[str, Made]) -> None:
    [steady], [saver] = (rows(api, "financial_health", people[name]) for name in ("steady", "saver"))
    assert steady["savings_points"] == 0
    assert saver["savings_points"] > 0
    assert steady["liquidity_months"] != saver["liquidity_months"]
    assert rows(api, "financial_health", people["new"]) == []


@pytest.mark.parametrize(("name", "currency", "budgets"), [
    ("steady", "BRL", 2), ("new", "BRL", 1), ("silent", "USD", 1), ("two", "BRL", 1), ("saver", "BRL", 0),
])  # fmt: skip
def test_budgets_stand_as_the_route_says(
    api: Server, people: dict[str, str], made: dict[str, Made], name: str, currency: str, budgets: int
) -> None:
    said = told(api.partner(), "budgets", customer_id=people[name], currency=currency)
    found = {str(row["budget_id"]): row for row in rows(api, "budget_standings", people[name])}
    assert len(found) == budgets == len(said["items"])
    for item in said["items"]:
        row = found[item["budget_id"]]
        end = item.pop("end") or dict.fromkeys(("expected_minor", "low_80_minor", "high_80_minor", "chance_over_pct"))
        assert {key: row[key] for key in (*item, *end) if key != "budget_id"} == {
            key: value for key, value in (item | end).items() if key != "budget_id"
        }
        assert (row["month"].isoformat(), row["days_left"]) == (said["month"], said["days_left"])


@pytest.mark.parametrize("name", ["steady", "saver", "new", "two"])
def test_what_is_unusual_is_what_the_route_tells(api: Server, people: dict[str, str], made: dict[str, Made], name: str) -> None:
    said = told(api.partner(), "unusual", customer_id=people[name])["items"]
    found = rows(api, "unusual_spending", people[name])
    assert len(found) == len(said)
    for item, row in zip(_ordered(said), _ordered(found), strict=True):
        shown = row | {"day": row["day"].isoformat(), "transfer_id": row["transfer_id"] and str(row["transfer_id"])}
        assert {key: shown[key] for key in item} == item


def _ordered(items: Sequence[dict]) -> list[dict]:
    return sorted(items, key=lambda each: (str(each["day"]), each["category"], each["amount_minor"]))


def test_somebody_has_spent_unlike_before(api: Server, people: dict[str, str], made: dict[str, Made]) -> None:
    found = rows(api, "unusual_spending", people["steady"])
    assert [row["amount_minor"] for row in found if row["kind"] == "payment"] == [120_000]


@pytest.mark.parametrize(("name", "version", "holds"), [("steady", 2, True), ("saver", 1, False)])
def test_a_profile_holds_as_the_route_says(
    api: Server, people: dict[str, str], made: dict[str, Made], name: str, version: int, holds: bool
) -> None:
    said = api.partner().get("/v1/suitability", params={"customer_id": people[name]}).json()
    [row] = rows(api, "suitability_profiles", people[name])
    assert (row["profile"], row["version"], row["holds"]) == (said["profile"], said["version"], said["current"])
    assert (row["version"], row["holds"]) == (version, holds)
    assert row["answered_at"] == datetime.fromisoformat(said["answered_at"])
    assert row["holds_until"] == (datetime.fromisoformat(said["expires_at"]) if holds else None)


def test_answers_do_not_leave_the_core(api: Server, made: dict[str, Made]) -> None:
    with psycopg.connect(api.settings.warehouse.dsn("audit")) as connection:
        text = "".join(row[0] for row in connection.execute("select s::text from raw.suitability s"))
    assert text
    assert not [word for word in BOLD.values() if f'"{word}"' in text]


MARTS = ("financial_health", "budget_standings", "unusual_spending", "suitability_profiles")


@pytest.mark.parametrize("mart", MARTS)
def test_each_tenant_reads_its_own_and_nobody_without_one(
    api: Server, people: dict[str, str], made: dict[str, Made], mart: str
) -> None:
    query = f"select customer_id from marts.{mart}"
    ours = {row[0] for row in read(api.settings.warehouse, query)}
    assert ours
    assert people["other"] not in ours
    assert {row[0] for row in read(api.settings.warehouse, query, tenant_id="other")} <= {people["other"]}
    assert read(api.settings.warehouse, query, tenant_id=None) == []


@pytest.mark.parametrize("mart", MARTS)
def test_analysts_see_other_pseudonyms_and_the_same_figures(
    api: Server, people: dict[str, str], made: dict[str, Made], mart: str
) -> None:
    masked = read(api.settings.warehouse, f"select customer_id from marts_masked.{mart}", role="analyst")
    assert len(masked) == len(read(api.settings.warehouse, f"select customer_id from marts.{mart}"))
    assert not {row[0] for row in masked} & set(people.values())
