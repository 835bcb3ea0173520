"""The money of a sandbox: postings on a topic of its own, moments by its own clock, and days that are closed as they pass."""

import ast
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import httpx
import psycopg
import pytest

from contracts.ledger_events import Purpose
from contracts.topics import BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS
from kit.clock import SystemClock
from kit.settings import Settings
from ledger.close.tenants import close_tenants
from ledger.days import day_of
from serving.edge.limits import Limits, Rate
from serving.resources import Options
from tests.ledger.bank import days
from tests.serving.conftest import Server
from tests.serving.test_sandbox import DAY_MS, account, balance, moved, now_of, tester  # noqa: F401 (tester is a fixture)
from tests.serving.test_transfers import body, key

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
SERVING = Path(__file__).resolve().parents[2] / "serving"
PLENTY = Rate(per_s=10_000, burst=10_000)
RATE_PPM, OVERDRAFT_RATE_PPM, FEE_MINOR, MONTHLY_MINOR = 100_000, 1_200_000, 30, 990
DAY = timedelta(days=1)
POSTS = {"post_batch", "post_batch_async", "post_one"}


@pytest.fixture(scope="module")
def options() -> Options:
    return Options(limits=Limits(per_address=PLENTY, per_address_sign_in=PLENTY, per_person=PLENTY, per_machine=PLENTY))


@pytest.fixture(scope="module")
def admin(api: Server, tester: httpx.Client) -> httpx.Client:  # noqa: F811 (the fixture)
    """An admin of the sandbox, with its products."""
    person = api.browser("admin", "sandbox")
    for code, terms in {
        "saving": {"credit_rate_ppm": RATE_PPM},
        "overdrawn": {"overdraft_limit_minor": 100_000, "debit_rate_ppm": OVERDRAFT_RATE_PPM},
        "paying": {"transfer_fees": {"pix": FEE_MINOR}},
        "monthly": {"monthly_fee_minor": MONTHLY_MINOR},
    }.items():
        made(person.post("/v1/products", json={"code": code, "currency": "BRL", "name": code, "kind": "savings"} | terms))
    return person


@pytest.fixture(scope="module")
def operator(api: Server, admin: httpx.Client) -> httpx.Client:
    client = made(admin.post("/v1/clients", json={"client_id": "sandbox-office", "name": "office", "roles": ["operator"]}))
    return api.client(**{"X-Api-Key": client["api_key"]})


def made(answer: httpx.Response) -> dict:
    assert answer.status_code in (200, 201, 202), answer.text
    return dict(answer.json())


def holding(person: httpx.Client, product: str, funds_minor: int, currency: str = "BRL") -> tuple[str, str]:
    """A customer, and their account under a product with money from nowhere."""
    customer_id = f"c{uuid.uuid4().hex[:10]}"
    made(person.post("/v1/customers", json={"customer_id": customer_id}))
    wanted = {"customer_id": customer_id, "currency": currency, "product": product}
    account_id = made(person.post("/v1/accounts", json=wanted, headers=key()))["account_id"]
    if funds_minor:
        put = {"account_id": account_id, "amount": {"amount_minor": funds_minor, "currency": currency}}
        made(person.post("/v1/sandbox/deposits", json=put, headers=key()))
    return customer_id, str(account_id)


def entries(person: httpx.Client, account_id: str, purpose: Purpose) -> dict[date, int]:
    """What an account was credited or debited for a purpose, by the bank's day from which it counts."""
    rows = made(person.get(f"/v1/accounts/{account_id}/entries", params={"limit": 200}))["items"]
    found = [
        (day_of(int(datetime.fromisoformat(row["value_at"]).timestamp() * 1000)), row["amount"]["amount_minor"])
        for row in rows
        if row["purpose"] == purpose
    ]
    assert len({day for day, _ in found}) == len(found)
    return dict(found)


def interest(balance_minor: int, *, rate_ppm: int, first: date, past: date) -> dict[date, int]:
    """Each month's interest by the day it counts from: a 365th of a year's a day, half-even to a cent, the rest carried."""
    found, carried, change = {}, Fraction(0), 0
    for day in days(first, past - DAY):
        balance_minor, change = balance_minor + change, 0
        carried += Fraction(abs(balance_minor) * rate_ppm, 365 * 10**6)
        if (day + DAY).day == 1:
            exact = Decimal(carried.numerator) / Decimal(carried.denominator)
            charged = int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
            change = charged if balance_minor > 0 else -charged
            carried -= charged
            if charged:
                found[day + DAY] = change
    return found


def today_of(person: httpx.Client) -> date:
    return day_of(int(now_of(person).timestamp() * 1000))


def topics(settings: Settings, tenant_id: str = "sandbox") -> dict[str, int]:
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        found = connection.execute(
            "select topic, count(*) from outbox.event where key = %s and topic = any(%s) group by 1",
            (tenant_id, [BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS]),
        ).fetchall()
    return dict(found)


def postings() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the API that posts."""
    for path in sorted(SERVING.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in POSTS:
                yield f"{path.relative_to(SERVING)}:{node.lineno}", node


def test_whoever_posts_says_where_the_event_goes():
    found = dict(postings())
    assert len(found) >= 8
    assert [where for where, call in found.items() if "topic" not in {given.arg for given in call.keywords}] == []


def test_after_a_walk_through_every_way_money_moves_no_event_of_a_sandbox_is_among_the_real_ones(
    api,
    settings,
    tester,  # noqa: F811 (the fixture)
    admin,
    operator,
):
    moved(tester, advance_ms=1)  # the first move of all closes the day before
    payer_id, payer = holding(tester, "paying", 1_000_000)
    _, payee = holding(tester, "checking", 0)

    def send(amount_minor: int, credit: str | None = payee) -> dict:
        answer = tester.post("/v1/transfers", json=body(payer, credit, amount_minor), headers=key())
        assert answer.status_code in (201, 202, 403), answer.text
        return dict(answer.json())

    sent = send(10_000)
    send(5_000, None)
    assert send(5_002)["code"] == "transfer-denied"
    for action, amount_minor in (("release", 2_001), ("deny", 2_101)):
        made(admin.post(f"/v1/transfers/{send(amount_minor)['id']}/resolution", json={"action": action}))
    made(admin.post(f"/v1/transfers/{sent['id']}/reversals", json={"reason": "duplicate"}, headers=key()))

    goal = made(tester.post("/v1/goals", json={"account_id": payer, "name": "Lisbon"}, headers=key()))["goal_id"]
    for direction, amount_minor in (("in", 9_000), ("out", 1_000)):
        wanted = {"direction": direction, "amount_minor": amount_minor}
        made(tester.post(f"/v1/goals/{goal}/moves", json=wanted, headers=key()))
    closing = {"If-Match": tester.get(f"/v1/goals/{goal}").headers["ETag"]}
    assert made(tester.delete(f"/v1/goals/{goal}", headers=closing))["status"] == "closed"

    wanted = {"customer_id": payer_id, "holder_name": "A", "bank_code": "60701190", "branch": "1", "account_number": "12"}
    made(tester.post("/v1/external-accounts", json=wanted, headers=key()))

    made(admin.put("/v1/exchange/rates/USD-BRL", json={"bid": "5.1020", "ask": "5.1520"}))
    dollars = made(tester.post("/v1/accounts", json={"customer_id": payer_id, "currency": "USD"}, headers=key()))["account_id"]
    wanted = {"customer_id": payer_id, "buy": {"amount_minor": 1_000, "currency": "USD"}, "other_currency": "BRL"}
    quote = made(tester.post("/v1/exchange/quotes", json=wanted, headers=key()))["quote_id"]
    made(tester.post("/v1/exchanges", json={"quote_id": quote, "sell_account_id": payer, "buy_account_id": dollars}))

    amount = {"amount_minor": 4_200, "currency": "BRL"}
    lost = {"rail": "ted", "amount": amount, "problem": "unknown-account"}
    item = made(operator.post("/v1/suspense", json=lost, headers=key()))["item_id"]
    read = made(operator.post(f"/v1/suspense/{item}/resolution", json={"action": "credit", "account_id": payee}))
    made(admin.post(f"/v1/suspense/{item}/judgement", json={"approve": True, "proposed_at": read["proposed_at"]}))

    order = {"debit_account_id": payer, "credit_account_id": payee, "amount": amount, "channel": "pix"}
    rule = {"frequency": "once", "from_day": str(today_of(tester) + 2 * DAY), "convention": "none"}
    made(tester.post("/v1/schedules", json=order | rule, headers=key()))
    send(3_001)  # a hold that runs out
    holding(tester, "saving", 1_000_000)
    holding(tester, "monthly", 100_000)
    done = moved(tester, advance_ms=40 * DAY_MS)["done"]
    assert done["holds"] >= 1
    assert (done["schedules"], done["days"]) == (1, 40)

    found = topics(settings)
    assert set(found) == {SANDBOX_TRANSACTIONS}
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        rows = connection.execute("select distinct purpose, status from ledger.transfer where tenant_id = 'sandbox'").fetchall()
    assert {purpose for purpose, _ in rows} == set(Purpose)
    assert {status for _, status in rows} >= {"posted", "denied", "expired"}


def test_a_month_of_savings_earns_what_the_formula_says_once_however_the_clock_is_moved(tester, admin):  # noqa: F811
    first = today_of(tester)
    _, saving = holding(tester, "saving", 1_234_567)
    assert moved(tester, advance_ms=40 * DAY_MS)["done"]["days"] == 40
    earned = interest(1_234_567, rate_ppm=RATE_PPM, first=first, past=today_of(tester))
    assert 1 <= len(earned) <= 2
    assert entries(tester, saving, Purpose.INTEREST) == earned
    assert balance(tester, saving) == 1_234_567 + sum(earned.values())
    to = (now_of(tester) + timedelta(hours=1)).isoformat()
    for _ in range(2):
        moved(tester, to=to)
    assert entries(tester, saving, Purpose.INTEREST) == earned
    for _ in range(4):
        moved(tester, advance_ms=10 * DAY_MS)
    later = interest(1_234_567, rate_ppm=RATE_PPM, first=first, past=today_of(tester))
    assert len(later) > len(earned)
    assert entries(tester, saving, Purpose.INTEREST) == later


def test_an_overdraft_is_charged_by_the_day(tester, admin):  # noqa: F811
    first = today_of(tester)
    _, debtor = holding(tester, "overdrawn", 0)
    made(tester.post("/v1/transfers", json=body(debtor, account(tester, 0), 60_000), headers=key()))
    moved(tester, advance_ms=65 * DAY_MS)
    owed = interest(-60_000, rate_ppm=OVERDRAFT_RATE_PPM, first=first, past=today_of(tester))
    assert 2 <= len(owed) <= 3
    assert entries(tester, debtor, Purpose.INTEREST) == owed
    assert balance(tester, debtor) == -60_000 + sum(owed.values())


def test_a_monthly_fee_waits_for_funds_day_by_day_and_asks_nothing_for_a_month_before_the_account(tester, admin):  # noqa: F811
    month = (today_of(tester).replace(day=1) + 32 * DAY).replace(day=1)
    moved(tester, to=f"{month}T05:00:00Z")
    _, poor = holding(tester, "monthly", 0)
    assert moved(tester, advance_ms=3_600_000)["reached"]
    assert made(admin.get("/v1/charges", params={"account_id": poor}))["items"] == []
    after = (month + 32 * DAY).replace(day=1)
    moved(tester, to=f"{after + 3 * DAY}T12:00:00Z")
    [charge] = made(admin.get("/v1/charges", params={"account_id": poor}))["items"]
    assert (charge["status"], charge["period"], charge["attempts"]) == ("due", f"{month:%Y-%m}", 4)
    put = {"account_id": poor, "amount": {"amount_minor": 5_000, "currency": "BRL"}}
    made(tester.post("/v1/sandbox/deposits", json=put, headers=key()))
    moved(tester, to=f"{after + 6 * DAY}T12:00:00Z")
    assert entries(tester, poor, Purpose.FEE) == {after + 4 * DAY: -MONTHLY_MINOR}


def test_the_night_closes_a_sandbox_by_its_own_clock_onto_its_own_topic(api, settings, tester, admin):  # noqa: F811
    first = today_of(tester)
    _, saving = holding(tester, "saving", 700_000)
    moved(tester, advance_ms=1)
    with psycopg.connect(settings.core.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            "update bank.sandbox_clock set offset_ms = offset_ms + %s where tenant_id = 'sandbox'", (35 * DAY_MS,)
        )
    done = list(close_tenants(settings.core, tenants=["sandbox"], day=None, clock=SystemClock()))
    assert [tenant_id for tenant_id, _ in done] == ["sandbox"] * 36
    moved(tester, advance_ms=1)
    earned = interest(700_000, rate_ppm=RATE_PPM, first=first, past=today_of(tester))
    assert entries(tester, saving, Purpose.INTEREST) == earned
    assert earned
    assert set(topics(settings)) == {SANDBOX_TRANSACTIONS}


def test_a_dry_run_of_a_move_closes_its_days_and_leaves_them_open(settings, tester, admin):  # noqa: F811
    _, saving = holding(tester, "saving", 500_000)
    before = balance(tester, saving)
    dry = tester.post("/v1/sandbox/clock?dry_run=true", json={"advance_ms": 5 * DAY_MS})
    assert made(dry)["done"]["days"] == 5
    assert balance(tester, saving) == before
    assert moved(tester, advance_ms=5 * DAY_MS)["done"]["days"] == 5


def test_every_route_tells_the_sandboxs_time(api, tester, admin, operator):  # noqa: F811
    moved(tester, advance_ms=30 * DAY_MS)
    customer_id, own = holding(tester, "checking", 100_000)
    ahead = datetime.now(UTC) + timedelta(days=29)
    opened = made(tester.get(f"/v1/accounts/{own}"))
    assert datetime.fromisoformat(opened["opened_at"]) > ahead
    past = made(tester.get(f"/v1/accounts/{own}/balance", params={"at": now_of(tester).isoformat()}))
    assert past["balance"]["amount_minor"] == 100_000
    statement = made(tester.get(f"/v1/accounts/{own}/statement"))
    assert (len(statement["items"]), datetime.fromisoformat(statement["issued_at"]) > ahead) == (1, True)

    payee = {"customer_id": customer_id, "nickname": "Mum", "pix_key": {"kind": "email", "key": "a@example.org"}}
    saved = made(tester.post("/v1/beneficiaries", json=payee, headers=key()))
    wanted = {"customer_id": customer_id, "holder_name": "A", "bank_code": "60701190", "branch": "1", "account_number": "12"}
    linked = made(tester.post("/v1/external-accounts", json=wanted, headers=key()))
    lost = {"rail": "pix", "amount": {"amount_minor": 1, "currency": "BRL"}, "problem": "unknown-account"}
    item = made(operator.post("/v1/suspense", json=lost, headers=key()))
    for amount_minor in (100, 900):
        limit = made(tester.put(f"/v1/accounts/{own}/limits/pix/transfer", json={"amount_minor": amount_minor}))["limits"][0]
    assert (saved["cooling"], linked["status"], item["age_days"]) == (True, "pending", 0)
    assert (limit["amount"]["amount_minor"], limit["coming"]["amount"]["amount_minor"]) == (100, 900)
    made(admin.put("/v1/exchange/rates/USD-BRL", json={"bid": "5.1020", "ask": "5.1520"}))
    asked = {"customer_id": customer_id, "buy": {"amount_minor": 1_000, "currency": "USD"}, "other_currency": "BRL"}
    quote = made(tester.post("/v1/exchange/quotes", json=asked, headers=key()))
    assert datetime.fromisoformat(quote["expires_at"]) > ahead

    moved(tester, advance_ms=8 * DAY_MS)
    assert made(tester.get(f"/v1/beneficiaries/{saved['beneficiary_id']}"))["cooling"] is False
    assert made(tester.get(f"/v1/external-accounts/{linked['external_account_id']}"))["status"] == "expired"
    assert made(operator.get(f"/v1/suspense/{item['item_id']}"))["age_days"] == 8
    [limit] = made(tester.get(f"/v1/accounts/{own}/limits"))["limits"]
    assert (limit["amount"]["amount_minor"], limit["coming"]) == (900, None)
    late = {"quote_id": quote["quote_id"], "sell_account_id": own, "buy_account_id": own}
    assert tester.post("/v1/exchanges", json=late).json()["code"] == "exchange-quote-expired"
    assert tester.post("/v1/exchange/quotes", json=asked, headers=key()).json()["code"] == "no-exchange-rate"
