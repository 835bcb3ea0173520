"""A sandbox's clock: moved by its testers alone, seen by every worker, with what becomes due on the way; none of it is real."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import httpx
import psycopg
import pytest

from contracts.topics import BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS
from kit.business_days import Convention
from kit.clock import SystemClock
from kit.postgres import connect, pool
from kit.settings import Settings
from ledger.claims import sweep_abandoned
from ledger.events import event_tail
from ledger.holds import expire_holds
from ledger.postings import Kind, PostingRequest
from ledger.trial_balance import differences
from pipelines.reconcile.stores import read_core, read_outbox
from serving.edge.clocks import TenantClocks
from serving.identity.seed import seed_demo
from serving.schedules.rules import Frequency, Rule, dates
from tests.serving.conftest import Server, eventually
from tests.serving.test_transfers import body, key

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
CLOCK = SystemClock()
DAY_MS = 86_400_000
FUNDS_MINOR = 100_000_000


@pytest.fixture(scope="module")
def tester(api: Server, settings: Settings) -> httpx.Client:
    api.logins["sandbox"] = seed_demo(settings.core.dsn("postgres"), "sandbox", settings.secrets, sandbox=True)
    return api.partner("sandbox")


def account(tester: httpx.Client, funds_minor: int = FUNDS_MINOR) -> str:
    """An account of the sandbox, with money from nowhere."""
    customer_id = f"c{uuid.uuid4().hex[:10]}"
    assert tester.post("/v1/customers", json={"customer_id": customer_id}).status_code == 201
    opened = tester.post("/v1/accounts", json={"customer_id": customer_id, "currency": "BRL"}, headers=key())
    assert opened.status_code == 201, opened.text
    account_id = str(opened.json()["account_id"])
    if funds_minor:
        put = {"account_id": account_id, "amount": {"amount_minor": funds_minor, "currency": "BRL"}}
        assert tester.post("/v1/sandbox/deposits", json=put, headers=key()).status_code == 201
    return account_id


@pytest.fixture
def pair(tester: httpx.Client) -> tuple[str, str]:
    return account(tester), account(tester, 0)


def moved(tester: httpx.Client, **by: object) -> dict:
    answer = tester.post("/v1/sandbox/clock", json=by)
    assert answer.status_code == 200, answer.text
    return answer.json()


def now_of(tester: httpx.Client) -> datetime:
    return datetime.fromisoformat(tester.get("/v1/sandbox/clock").json()["now"])


def balance(tester: httpx.Client, account_id: str) -> int:
    return int(tester.get(f"/v1/accounts/{account_id}").json()["balance"]["amount_minor"])


def status(tester: httpx.Client, transfer_id: str) -> str:
    return str(tester.get(f"/v1/transfers/{transfer_id}").json()["status"])


def test_a_real_tenant_has_no_clock_that_moves_and_no_money_from_nowhere(api, tester):
    real = api.partner()
    assert real.get("/v1/sandbox/clock").json()["code"] == "no-sandbox"
    assert real.post("/v1/sandbox/clock", json={"advance_ms": 1}).status_code == 404
    put = {"account_id": str(uuid.uuid4()), "amount": {"amount_minor": 5, "currency": "BRL"}}
    assert real.post("/v1/sandbox/deposits", json=put, headers=key()).status_code == 404
    assert api.browser("risk", "sandbox").post("/v1/sandbox/clock", json={"advance_ms": 1}).status_code == 403


def test_the_clock_goes_forward_and_never_back(tester):
    before = now_of(tester)
    after = moved(tester, advance_ms=3 * DAY_MS)
    assert timedelta(days=3) <= datetime.fromisoformat(after["now"]) - before < timedelta(days=3, minutes=2)
    assert (after["reached"], after["moved_by"]) == (True, "client:sandbox-partner")
    to = (now_of(tester) + timedelta(hours=1)).isoformat()
    once = moved(tester, to=to)
    again = moved(tester, to=to)
    assert again["offset_ms"] == once["offset_ms"]
    assert moved(tester, to="2020-01-01T00:00:00Z")["offset_ms"] == once["offset_ms"]
    far = tester.post("/v1/sandbox/clock", json={"to": "2199-01-01T00:00:00Z"})
    assert (far.status_code, far.json()["code"]) == (422, "invalid-request")


def test_a_dry_run_of_a_move_says_what_would_be_due_and_leaves_the_clock(tester, pair):
    held = tester.post("/v1/transfers", json=body(*pair, 1_001), headers=key()).json()
    before = tester.get("/v1/sandbox/clock").json()["offset_ms"]
    dry = tester.post("/v1/sandbox/clock?dry_run=true", json={"advance_ms": 8 * DAY_MS}).json()
    assert dry["done"]["holds"] >= 1
    assert dry["offset_ms"] > before
    assert tester.get("/v1/sandbox/clock").json()["offset_ms"] == before
    assert status(tester, held["id"]) == "held"


@pytest.mark.parametrize(
    ("amount_minor", "expected"), [(1_000, "posted"), (1_001, "held"), (1_002, "transfer-denied"), (1_003, "held")]
)
def test_the_amount_asks_for_the_decision(tester, pair, amount_minor, expected):
    answer = tester.post("/v1/transfers", json=body(*pair, amount_minor), headers=key())
    told = answer.json()
    assert expected in (told.get("status"), told.get("code"))
    if expected != "transfer-denied":
        assert told["decision"]["source"] == "stand_in"
        assert told["created_at"] > datetime.now(UTC).isoformat()


def test_funds_and_states_are_checked_for_real_and_large_amounts_wait_for_no_scorer(tester, pair):
    large = tester.post("/v1/transfers", json=body(*pair, 50_000_000), headers=key())
    assert large.status_code == 201, large.text
    short = tester.post("/v1/transfers", json=body(pair[1], pair[0], 90_000_000), headers=key())
    assert short.json()["facts"]["reason"] == "insufficient-funds"
    assert (balance(tester, pair[0]), balance(tester, pair[1])) == (FUNDS_MINOR - 50_000_000, 50_000_000)


def test_a_hold_runs_out_when_the_sandboxs_clock_has_passed_its_time_and_not_by_the_wall(tester, settings, pair):
    held = tester.post("/v1/transfers", json=body(*pair, 2_001), headers=key()).json()
    moved(tester, advance_ms=6 * DAY_MS)
    with connect(settings.core.dsn("api"), application="test") as sweeping:
        assert expire_holds(sweeping, now_ms=CLOCK.now_ms()) == []
    assert status(tester, held["id"]) == "held"
    assert moved(tester, advance_ms=2 * DAY_MS)["done"]["holds"] >= 1
    found = tester.get(f"/v1/transfers/{held['id']}").json()
    assert found["status"] == "expired"
    assert found["resolved_at"][:19] == found["expires_at"][:19]
    assert balance(tester, pair[0]) == FUNDS_MINOR


def test_holds_that_a_move_left_are_expired_by_the_sweeper_of_any_worker(tester, settings, pair):
    """As after a worker that died between the clock's move and what was due."""
    held = tester.post("/v1/transfers", json=body(*pair, 3_001), headers=key()).json()
    with connect(settings.core.dsn("postgres"), application="test") as admin:
        admin.execute(
            "update bank.sandbox_clock set offset_ms = offset_ms + %s, moved_at = moved_at - interval '1 minute' "
            "where tenant_id = 'sandbox'",
            (8 * DAY_MS,),
        )
    eventually(lambda: status(tester, held["id"]) == "expired", within_s=20)
    moved(tester, advance_ms=1)  # the API itself sees the new time at once, not within a second


def test_a_hold_is_released_in_the_sandboxs_present(tester, api, pair):
    held = tester.post("/v1/transfers", json=body(*pair, 4_001), headers=key()).json()
    done = api.browser("risk", "sandbox").post(f"/v1/transfers/{held['id']}/resolution", json={"action": "release"})
    assert (done.status_code, done.json()["status"]) == (200, "posted")
    assert done.json()["resolved_at"] > datetime.now(UTC).isoformat()


async def test_another_worker_sees_a_move_within_a_second_and_asks_of_a_real_tenant_once(tester, settings):
    moment_s = [0.0]
    async with pool(settings.core.dsn("api"), application="test", max_size=2) as opened:
        clocks = TenantClocks(opened, clock=CLOCK, clock_s=lambda: moment_s[0])
        before = await clocks.now_ms("sandbox")
        with connect(settings.core.dsn("postgres"), application="test") as admin:
            admin.execute("update bank.sandbox_clock set offset_ms = offset_ms + %s", (5 * DAY_MS,))
        moment_s[0] = 1.0
        assert await clocks.now_ms("sandbox") >= before + 5 * DAY_MS
        real = await clocks.present("demo")
    moved(tester, advance_ms=1)
    assert (real.sandbox, real.topic) == (False, BANKING_TRANSACTIONS)
    assert (await clocks.present("demo")).now_ms <= CLOCK.now_ms()  # the pool is closed: nothing is asked


def test_events_of_a_sandbox_have_a_topic_of_their_own_and_reconcile_counts_none_of_them(tester, settings, pair):
    tester.post("/v1/transfers", json=body(*pair, 5_000), headers=key())
    with psycopg.connect(settings.core.dsn("postgres")) as admin:
        found = admin.execute("select key, topic, count(*) from outbox.event group by 1, 2").fetchall()
        sandbox_ids = {row[0] for row in admin.execute("select id from outbox.event where topic = %s", (SANDBOX_TRANSACTIONS,))}
    assert {(tenant, topic) for tenant, topic, _ in found if topic in (BANKING_TRANSACTIONS, SANDBOX_TRANSACTIONS)} <= {
        ("sandbox", SANDBOX_TRANSACTIONS),
        ("demo", BANKING_TRANSACTIONS),
        ("other", BANKING_TRANSACTIONS),
    }
    assert sandbox_ids
    assert not sandbox_ids & set(read_outbox(settings)["outbox_id"])
    core = read_core(settings)
    assert "sandbox" not in set(core.transfers["tenant_id"])
    assert "sandbox" not in set(core.running_claims["tenant_id"])


def test_a_claim_that_nobody_finished_is_abandoned_onto_the_sandboxs_topic(tester, settings, pair):
    lost = uuid.uuid4()
    intent = event_tail(
        PostingRequest(
            kind=Kind.ABANDON, transfer_id=lost, tenant_id="sandbox", occurred_at_ms=CLOCK.now_ms(), amount_minor=6_000,
            currency="BRL", door="rpc",
        )
    )  # fmt: skip
    with connect(settings.core.dsn("postgres"), application="test") as admin:
        admin.execute(
            "insert into idempotency.claim (tenant_id, key, request_hash, transfer_id, intent, leased_until, created_at) "
            "values ('sandbox', 'lost', '', %s, %s, now() - interval '1 hour', now() - interval '1 hour')",
            (lost, intent),
        )
    with connect(settings.core.dsn("api"), application="test") as sweeping:
        sweep_abandoned(sweeping, now_ms=CLOCK.now_ms())
    eventually(lambda: status(tester, str(lost)) == "abandoned")
    with psycopg.connect(settings.core.dsn("postgres")) as admin:
        topics = admin.execute(
            "select topic from outbox.event where convert_from(payload, 'UTF8') like %s", (f"%{lost}%",)
        ).fetchall()
    assert topics == [(SANDBOX_TRANSACTIONS,)]


def test_four_hundred_days_of_standing_orders_pass_in_seconds_and_each_date_is_paid_once(tester, settings, pair):
    """Each date is counted again by the rule, and each payment is booked on its own day at its own time."""
    start = now_of(tester).date()
    first = start + timedelta(days=2)
    wanted = {"debit_account_id": pair[0], "credit_account_id": pair[1], "channel": "pix", "from_day": first.isoformat()}
    orders = {
        "daily": ({"frequency": "daily"}, 110, Rule(frequency=Frequency.DAILY, from_day=first)),
        "monthly": (
            {"frequency": "monthly", "day_of_month": 31, "convention": "modified_following"},
            120,
            Rule(frequency=Frequency.MONTHLY, from_day=first, day_of_month=31, convention=Convention.MODIFIED_FOLLOWING),
        ),
    }
    ids = {}
    for name, (rule, amount_minor, _) in orders.items():
        sent = wanted | rule | {"amount": {"amount_minor": amount_minor, "currency": "BRL"}}
        made = tester.post("/v1/schedules", json=sent, headers=key())
        assert made.status_code == 201, made.text
        ids[name] = made.json()["schedule_id"]
    end = datetime.combine(start + timedelta(days=400), datetime.min.time(), UTC) + timedelta(hours=12)
    done: Counter[str] = Counter()
    while True:
        step = moved(tester, to=(end - timedelta(days=1)).isoformat())
        done.update(step["done"])
        if step["reached"]:
            break
    expected = {
        name: list(takewhile(lambda day: day <= end.date() - timedelta(days=1), dates(rule)))
        for name, (_, _, rule) in orders.items()
    }
    with psycopg.connect(settings.core.dsn("postgres")) as admin:
        for name, schedule_id in ids.items():
            rows = admin.execute(
                "select r.day, r.state, (t.booked_at at time zone 'America/Sao_Paulo')::date, "
                "extract(hour from t.booked_at at time zone 'America/Sao_Paulo'), t.status from bank.schedule_run r "
                "join ledger.transfer t on t.id = r.transfer_id where r.schedule_id = %s order by r.day",
                (schedule_id,),
            ).fetchall()
            assert [row[0] for row in rows] == expected[name]
            assert {(row[1], row[2] == row[0], int(row[3]), row[4]) for row in rows} == {("posted", True, 6, "posted")}
    paid = sum(len(expected[name]) * orders[name][1] for name in orders)
    assert done["schedules"] == sum(map(len, expected.values()))
    assert (balance(tester, pair[0]), balance(tester, pair[1])) == (FUNDS_MINOR - paid, paid)
    assert len(expected["monthly"]) >= 12
    with connect(settings.core.dsn("audit"), application="test") as auditing:
        assert differences(auditing).none
