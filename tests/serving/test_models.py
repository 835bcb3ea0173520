"""Risk teams see versions of the model and ask for moves of them; a tenant its own, one move at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from governance.models import repository
from governance.models.model import ModelVersion
from kit.postgres import connect
from kit.settings import Settings
from tests.serving.conftest import Server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
MADE = datetime(2025, 11, 24, 6, 48, tzinfo=UTC)
WHY = "It finds the takeovers of last week"


def version(number: int, *aliases: str, card: str | None = None) -> ModelVersion:
    return ModelVersion(
        version=number, name="fraud", run_id=f"{number:032x}", made_at=MADE, known_until=MADE, aliases=list(aliases),
        metrics={"average_precision": 0.5 + number / 100}, promoted_by=None, promoted_at=None, promoted_why=None, seen_at=MADE,
        card=card,
    )  # fmt: skip


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture(scope="module")
def work(settings: Settings, api: Server) -> Iterator[psycopg.Connection]:
    """The worker's connection, with three versions copied; nothing is open at its end."""
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        for each in (version(1, "champion"), version(2, "challenger", card="# fraud-2"), version(3)):
            repository.copy(connection, tenant_id="demo", model=each)
        repository.copy(connection, tenant_id="other", model=version(7, "champion"))
        yield connection


@pytest.fixture(autouse=True)
def _nothing_open(work: psycopg.Connection) -> Iterator[None]:
    yield
    while (held := repository.queue.take(work)) is not None:
        repository.queue.end(work, held, result=None, problem="the test is over")


def ask(who: httpx.Client, **move: object) -> httpx.Response:
    return who.post("/v1/risk/moves", json={"kind": "promote", "version": 2, "why": WHY} | move)


def test_versions_come_newest_first_with_their_roles_and_the_tenants_own_alone(risk, api, work):
    found = risk.get("/v1/risk/models", params={"limit": 2}).json()
    assert [(each["version"], each["aliases"]) for each in found["items"]] == [(3, []), (2, ["challenger"])]
    rest = risk.get("/v1/risk/models", params={"cursor": found["next_cursor"]}).json()
    assert [each["version"] for each in rest["items"]] == [1]
    shown = risk.get("/v1/risk/models/2").json()
    assert (shown["card"], shown["metrics"]) == ("# fraud-2", {"average_precision": 0.52})
    assert risk.get("/v1/risk/models/7").json()["code"] == "not-found"
    assert [each["version"] for each in api.browser("risk", "other").get("/v1/risk/models").json()["items"]] == [7]
    assert api.browser("customer").get("/v1/risk/models").status_code == 403


def test_a_copy_that_says_nothing_new_writes_nothing_and_keeps_the_card(work, risk):
    two = version(2, "challenger")
    assert not repository.copy(work, tenant_id="demo", model=two)
    assert repository.copy(work, tenant_id="demo", model=replace(two, aliases=["challenger", "kept"]))
    assert risk.get("/v1/risk/models/2").json()["card"] == "# fraud-2"
    assert repository.copy(work, tenant_id="demo", model=two)
    assert repository.described(work) == {f"{2:032x}"}


def test_a_move_is_queued_carried_out_with_progress_and_says_what_was_found(risk, work):
    asked = ask(risk, dry_run=True)
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    place = f"/v1/risk/moves/{asked.json()['move_id']}"
    held = repository.queue.take(work)
    assert repository.move(work, held).why == WHY
    assert repository.queue.say_alive(work, held, done=10, of=100)
    running = risk.get(place).json()
    assert (running["status"], running["done_records"], running["all_records"]) == ("running", 10, 100)
    assert repository.queue.end(work, held, result=b'{"gain": 0.02}', problem=None)
    done = risk.get(place).json()
    assert (done["status"], done["result"], done["problem"]) == ("done", {"gain": 0.02}, None)
    assert risk.get("/v1/risk/moves", params={"version": 2, "limit": 1}).json()["items"] == [done]
    assert risk.get("/v1/risk/moves", params={"version": 1}).json()["items"] == []


def test_of_a_tenants_moves_one_is_open_at_a_time(risk, api, work):
    assert ask(risk).status_code == 202
    assert ask(risk, version=3).json()["code"] == "move-under-way"
    assert ask(api.browser("risk", "other"), kind="rollback", version=None).status_code == 202


@pytest.mark.parametrize(
    ("move", "status", "what"),
    [
        ({"version": 9}, 404, "not-found"),
        ({"version": 7}, 404, "not-found"),  # another tenant's
        ({"version": 1}, 409, "conflict"),  # it decides already
        ({"version": None}, 422, "invalid-request"),
        ({"kind": "rollback"}, 422, "invalid-request"),
        ({"kind": "challenge", "dry_run": True}, 422, "invalid-request"),
        ({"why": ""}, 422, "invalid-request"),
        ({"kind": "crown"}, 422, "invalid-request"),
    ],
)
def test_what_makes_no_sense_is_refused(risk, work, move, status, what):
    answer = ask(risk, **move)
    assert (answer.status_code, answer.json()["code"]) == (status, what)


def test_only_risk_teams_move_models_and_each_move_is_in_the_audit_log(risk, api, work):
    assert ask(api.browser("compliance")).status_code == 403
    moved = ask(risk, kind="challenge", version=3).json()["move_id"]
    rows = api.browser("admin").get("/v1/audit?limit=200").json()["items"]
    assert any(row["resource"] == f"moves/{moved}" and row["action"] == "POST /v1/risk/moves" for row in rows)
