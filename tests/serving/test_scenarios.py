"""Compliance changes what scenarios look for: proposed by one, tried on history, approved by another; each tenant its own."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import psycopg
import pytest

from cases import scenario_versions
from cases.scenario_versions import HeldVersion
from governance.scenarios import repository
from kit.clock import SystemClock
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from ledger.days import day_of, start_ms
from pipelines.backtest.worker import Worker
from risk.scenarios.catalogue import SCENARIOS
from tests.pipelines.aml.test_trials import lake_of, payment
from tests.serving.conftest import Server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
EVENING_MS = 19 * 3_600_000 + 600_000
ACCOUNTS = {name: str(uuid.UUID(int=number)) for number, name in enumerate(("a1", "a2", "a3"), 1)}
NIGHT = "/v1/scenarios/pix-at-night/versions"


def today() -> date:
    return day_of(SystemClock().now_ms())


@pytest.fixture(scope="module")
def author(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def colleague(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module", autouse=True)
def history(settings: Settings) -> None:
    """Two large Pix at night and one in the evening, some days ago."""
    day = today() - timedelta(days=5)
    evening = {"event_time_ms": start_ms(day) + EVENING_MS}
    rows = [
        *payment(1, day=day, amount_minor=300_000, account=ACCOUNTS["a1"]),
        *payment(2, day=day, amount_minor=120_000, account=ACCOUNTS["a2"]),
        *payment(3, day=day, amount_minor=190_000, account=ACCOUNTS["a3"], **evening),
    ]
    lake_of(settings.lake, rows, frauds=[3])


@pytest.fixture
def worker(settings: Settings) -> Iterator[tuple[Worker, psycopg.Connection]]:
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        yield Worker(settings, Lifecycle()), connection


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


def proposed(author: httpx.Client, values: dict[str, int], *, scenario: str = "pix-at-night", **more: object) -> dict:
    wanted = {"valid_from": str(today()), "values": values, "why": "as asked", "days": 30} | more
    answer = author.post(f"/v1/scenarios/{scenario}/versions", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def path(version: dict) -> str:
    return f"/v1/scenarios/{version['scenario']}/versions/{version['version_id']}"


def shown(who: httpx.Client, scenario: str = "pix-at-night") -> dict:
    return next(each for each in who.get("/v1/scenarios").json()["items"] if each["scenario"] == scenario)


def work_off(worker: tuple[Worker, psycopg.Connection]) -> None:
    """Carry out what waits, as the process does between two simulations of policies."""
    running, connection = worker
    assert not running.step(connection)
    running.between(connection)


def test_every_scenario_is_shown_with_its_rule_in_words_and_bounds(api):
    found = api.browser("risk").get("/v1/scenarios").json()["items"]
    assert [each["scenario"] for each in found] == list(SCENARIOS)
    fan_in = next(each for each in found if each["scenario"] == "fan-in")
    assert fan_in["rule"].startswith("At least 5 payers within 1 day")
    window = next(each for each in fan_in["parameters"] if each["name"] == "window_ms")
    assert (window["unit"], window["least"], window["value"], window["default"]) == ("ms", 60_000, 86_400_000, 86_400_000)


def test_from_a_proposal_by_way_of_a_trial_to_what_holds(author, colleague, worker):
    version = proposed(author, {"from_hour": 19})
    assert (version["status"], version["trial"]["status"], version["before"]["from_hour"]) == ("proposed", "queued", 20)
    assert version["values"] == {"amount_minor": 100_000, "from_hour": 19, "until_hour": 6, "opens_case": 0}
    assert "from 19 h" in version["rule"]
    assert shown(author)["waiting"] == 1
    yes = {"approve": True}
    assert problem(author.post(f"{path(version)}/judgement", json=yes), 422) == "own-proposal"
    assert problem(colleague.post(f"{path(version)}/judgement", json=yes), 409) == "scenario-not-tried"
    work_off(worker)
    tried = author.get(path(version)).json()["trial"]
    assert (tried["status"], tried["done_records"], tried["all_records"]) == ("done", 3, 3)
    result = tried["result"]
    assert (result["before"]["findings"], result["after"]["findings"], result["come_count"], result["known"]) == (2, 3, 1, 1)
    assert (result["before"]["caught"], result["after"]["caught"]) == (0, 1)
    approved = colleague.post(f"{path(version)}/judgement", json=yes | {"note": "as discussed"})
    assert (approved.status_code, approved.json()["status"], approved.json()["note"]) == (200, "approved", "as discussed")
    now = shown(author)
    assert (now["since"], now["waiting"], now["rule"]) == (str(today()), 0, version["rule"])
    assert problem(colleague.post(f"{path(version)}/judgement", json=yes), 409) == "scenario-version-decided"
    assert author.get(NIGHT).json()["items"][0]["said_by"] != version["proposed_by"]


def test_what_is_approved_is_what_a_judge_of_live_money_reads(author, colleague, worker, settings):
    later = today() + timedelta(days=9)
    version = proposed(author, {"share_ppm": 700_000}, scenario="pass-through", valid_from=str(later))
    work_off(worker)
    assert colleague.post(f"{path(version)}/judgement", json={"approve": True}).status_code == 200
    assert (shown(author, "pass-through")["next_from"], shown(author, "pass-through")["since"]) == (str(later), None)
    values = SCENARIOS["pass-through"].defaults | {"share_ppm": 700_000}
    with connect(settings.core.dsn("alerts"), application="test", autocommit=False) as connection:
        connection.execute("select set_config('app.tenant_id', 'demo', true)")
        held = scenario_versions.held_of(connection, "demo")
        assert HeldVersion("pass-through", None, later, values) in held
        connection.execute("select set_config('app.tenant_id', 'other', true)")
        assert scenario_versions.held_of(connection, "demo") == []


def test_a_trial_against_what_no_longer_holds_is_made_again(author, colleague, worker):
    first = proposed(author, {"amount_minor": 400_000}, scenario="volume-surge")
    second = proposed(author, {"amount_minor": 500_000}, scenario="volume-surge")
    work_off(worker)
    work_off(worker)
    assert colleague.post(f"{path(first)}/judgement", json={"approve": True}).status_code == 200
    assert problem(colleague.post(f"{path(second)}/judgement", json={"approve": True}), 409) == "scenario-not-tried"
    again = author.post(f"{path(second)}/trial", json={"days": 10})
    assert (again.status_code, again.json()["trial"]["status"]) == (202, "queued")
    assert problem(author.post(f"{path(second)}/trial", json={"days": 10}), 409) == "trial-under-way"
    work_off(worker)
    assert colleague.post(f"{path(second)}/judgement", json={"approve": True}).json()["before"]["amount_minor"] == 400_000


def test_values_for_a_segment_are_tried_on_it_and_hold_beside_those_for_everybody(author, colleague, worker, settings):
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        for customer, kind, account in (("c-firm", "business", "a1"), ("c-ana", "person", "a2"), ("c-bia", "person", "a3")):
            connection.execute(
                "insert into bank.customer (tenant_id, customer_id, kind) values ('demo', %s, %s)", (customer, kind)
            )
            connection.execute(
                "insert into bank.account (account_id, tenant_id, customer_id, currency) values (%s, 'demo', %s, 'BRL')",
                (ACCOUNTS[account], customer),
            )
    everybody = shown(author)
    version = proposed(author, {"amount_minor": 250_000, "from_hour": 19}, segment="person")
    assert (version["segment"], version["before"]["amount_minor"]) == ("person", 100_000)
    work_off(worker)
    result = author.get(path(version)).json()["trial"]["result"]
    assert (result["before"]["findings"], result["after"]["findings"]) == (2, 0), "the firm's payment is no part of it"
    assert colleague.post(f"{path(version)}/judgement", json={"approve": True}).json()["status"] == "approved"
    assert shown(author)["rule"] == everybody["rule"]
    of_firms = proposed(author, {"amount_minor": 310_000}, segment="business")
    assert of_firms["before"]["amount_minor"] == 100_000
    for_all = proposed(author, {"amount_minor": 310_000})
    work_off(worker)
    work_off(worker)
    result = author.get(path(for_all)).json()["trial"]["result"]
    assert (result["before"]["findings"], result["after"]["findings"]) == (1, 0), "persons keep what is theirs"
    for each in (of_firms, for_all):
        assert author.post(f"{path(each)}/withdrawal", json={}).status_code == 200
    assert problem(author.post(NIGHT, json=_wanted(segment="students")), 422) == "invalid-request"


def _wanted(**more: object) -> dict[str, object]:
    return {"valid_from": str(today()), "values": {"amount_minor": 150_000}, "why": "as asked"} | more


def test_a_trial_without_history_fails_with_what_to_do_and_approves_nothing(author, colleague, worker):
    version = proposed(author, {"amount_minor": 170_000}, days=1)
    work_off(worker)
    found = author.get(path(version)).json()["trial"]
    assert (found["status"], found["result"]) == ("failed", None)
    assert "Ask for more days" in found["problem"]
    assert problem(colleague.post(f"{path(version)}/judgement", json={"approve": True}), 409) == "scenario-not-tried"
    assert colleague.post(f"{path(version)}/judgement", json={"approve": False}).json()["status"] == "rejected"


def test_only_whoever_proposed_it_withdraws_it(author, colleague):
    version = proposed(author, {"amount_minor": 160_000})
    assert problem(colleague.post(f"{path(version)}/withdrawal", json={}), 422) == "not-their-proposal"
    assert author.post(f"{path(version)}/withdrawal", json={"note": "typo"}).json()["status"] == "withdrawn"
    assert problem(author.post(f"{path(version)}/trial", json={}), 409) == "scenario-version-decided"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": {"amount_minor": 100_000_000_001}}, "parameter-not-allowed"),
        ({"values": {"amount": 1}}, "parameter-not-allowed"),
        ({"values": {"until_hour": 6}}, "nothing-to-change"),
        ({"values": {}}, "invalid-request"),
        ({"values": {"amount_minor": "5"}}, "invalid-request"),
        ({"valid_from": "2026-01-01"}, "day-has-passed"),
        ({"days": 181}, "invalid-request"),
        ({"why": ""}, "invalid-request"),
    ],
)
def test_what_cannot_hold_is_refused_with_its_reason(author, changes, code):
    wanted = {"valid_from": str(today()), "values": {"amount_minor": 150_000}, "why": "as asked"} | changes
    assert problem(author.post(NIGHT, json=wanted), 422) == code


def test_nothing_that_is_not_there_is_found(author):
    assert problem(author.get("/v1/scenarios/none/versions"), 404) == "not-found"
    assert problem(author.get(f"{NIGHT}/{uuid.uuid4()}"), 404) == "not-found"
    version = proposed(author, {"amount_minor": 140_000})
    elsewhere = path(version).replace("pix-at-night", "fan-in")
    assert problem(author.get(elsewhere), 404) == "not-found"


def test_risk_and_machines_change_nothing(api, author):
    wanted = {"valid_from": str(today()), "values": {"amount_minor": 150_000}, "why": "as asked"}
    assert problem(api.browser("risk").post(NIGHT, json=wanted), 403) == "forbidden"
    assert problem(api.partner().post(NIGHT, json=wanted), 403) == "forbidden"


def test_the_database_lets_nobody_approve_what_they_proposed(author, settings):
    version = proposed(author, {"amount_minor": 130_000})
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        held = repository.queue.take(connection)
        while held is not None and held.key != version["trial"]["trial_id"]:
            held = repository.queue.take(connection)
        assert held is not None
        assert repository.queue.end(connection, held, result=b"{}", problem=None)
    asked = {
        "tenant_id": "demo", "version_id": version["version_id"], "proposed_by": version["proposed_by"], "action": "approve",
        "trial_id": version["trial"]["trial_id"], "by": version["proposed_by"], "note": None, "now": "2026-11-24T00:00:00Z",
    }  # fmt: skip
    with (
        connect(settings.core.dsn("postgres"), application="test") as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(repository._SAY, asked)
