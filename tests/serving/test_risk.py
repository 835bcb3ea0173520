"""Risk teams change how decisions are made: drafts, four eyes, a trial on history, activation, lists; each tenant its own."""

import json
from collections.abc import Iterator

import httpx
import msgspec
import psycopg
import pytest

from bench.backtest import lay_history
from bench.random_traffic import START_MS
from contracts.controls import Control, ListControl, PolicyControl
from contracts.topics import CONTROLS
from governance.jobs import MAX_ATTEMPTS
from governance.trials import repository as simulations
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.backtest.worker import Worker
from scoring.engine import Engine
from tests.serving.conftest import Server

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
EVENTS = 4_000
RULE = {"code": "large", "when": "amount_minor > 20000", "action": "review", "sentence": "A large payment"}
DOCUMENT = {"review_from": 0.9, "deny_from": 0.99, "rules": [RULE]}


@pytest.fixture(scope="module")
def author(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture(scope="module")
def colleague(api: Server) -> httpx.Client:
    return api.browser("admin")


@pytest.fixture(scope="module")
def history(settings: Settings) -> None:
    """A lake with decisions of another tenant: a trial of `demo` finds none of its own."""
    lay_history(settings.lake, settings.models, events=EVENTS)


@pytest.fixture
def work(settings: Settings) -> Iterator[psycopg.Connection]:
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        yield connection


def written(author: httpx.Client, **changes: object) -> dict:
    answer = author.post("/v1/risk/policies", json={"document": DOCUMENT | changes, "note": "as asked"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def approved(author: httpx.Client, colleague: httpx.Client, **changes: object) -> int:
    version = written(author, **changes)["version"]
    answer = colleague.post(f"/v1/risk/policies/{version}/judgement", json={"approve": True})
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    return version


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


def controls(settings: Settings) -> list[Control]:
    """What left for the scorer, in order."""
    with connect(settings.core.dsn("postgres"), application="test") as connection:
        rows = connection.execute("select payload from outbox.event where topic = %s order by id", (CONTROLS,)).fetchall()
    return [msgspec.json.decode(payload, type=Control) for (payload,) in rows]


def tried(settings: Settings, author: httpx.Client, version: int) -> None:
    """Have a simulation of the version be done, as the worker writes it."""
    asked = {"policy_version": version, "from_day": "2025-11-24", "to_day": "2025-11-25"}
    queued = author.post("/v1/risk/simulations", json=asked)
    assert queued.status_code == 202, queued.text
    with connect(settings.core.dsn("backtester"), application="test") as connection:
        while (task := simulations.queue.take(connection)) is not None:
            assert simulations.queue.end(connection, task, result=b"{}", problem=None)


def test_a_draft_is_kept_whole_and_nobody_else_changes_it(author):
    found = written(author)
    assert (found["status"], found["name"]) == ("draft", f"policy-{found['version']}")
    assert found["document"]["rules"] == [RULE]
    assert [move["action"] for move in found["moves"]] == ["write"]
    assert author.get(f"/v1/risk/policies/{found['version']}").json() == found
    assert author.get("/v1/risk/policies").json()["items"][0]["version"] == found["version"]


def test_a_rule_with_a_typo_is_refused_at_its_character_and_not_kept(author):
    newest = author.get("/v1/risk/policies?limit=1").json()["items"]
    wrong = DOCUMENT | {"rules": [RULE | {"when": "amount_minr > 20000"}]}
    answer = author.post("/v1/risk/policies", json={"document": wrong, "note": "typo"})
    assert problem(answer, 422) == "unsound-policy"
    facts = answer.json()["facts"]
    assert (facts["where"], facts["rule"], facts["line"], facts["column"], facts["length"]) == (
        "rules[0].when",
        "large",
        1,
        1,
        11,
    )
    assert "did you mean amount_minor?" in answer.json()["detail"]
    [found] = author.post("/v1/risk/policies/check", json={"document": wrong}).json()["findings"]
    assert found["shown"].splitlines()[-1].strip() == "did you mean amount_minor?"
    assert author.get("/v1/risk/policies?limit=1").json()["items"] == newest


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"review_from": 7}, "document.review_from"),
        ({"rules": [{"code": "X"}]}, "document.rules[0]"),
        ({"unknown": 1}, "document"),
        ({"costs": {"fraud_loss": 2}}, "document.costs.fraud_loss"),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_field(author, changes, field):
    answer = author.post("/v1/risk/policies", json={"document": DOCUMENT | changes, "note": "wrong"})
    assert problem(answer, 422) == "invalid-request"
    assert answer.json()["facts"]["field"].startswith(field)


def test_whoever_wrote_a_draft_does_not_judge_it(author, colleague):
    version = written(author)["version"]
    assert problem(author.post(f"/v1/risk/policies/{version}/judgement", json={"approve": True}), 422) == "four-eyes"
    rejected = colleague.post(f"/v1/risk/policies/{version}/judgement", json={"approve": False, "note": "too loose"})
    assert rejected.json()["status"] == "rejected"
    assert rejected.json()["judged_by"] != rejected.json()["author"]
    again = colleague.post(f"/v1/risk/policies/{version}/judgement", json={"approve": True})
    assert problem(again, 409) == "policy-move-not-allowed"


def test_a_draft_and_an_untried_version_cannot_be_activated(author, colleague):
    draft = written(author)["version"]
    body = {"note": "now"}
    assert problem(colleague.post(f"/v1/risk/policies/{draft}/activation", json=body), 409) == "policy-move-not-allowed"
    untried = approved(author, colleague)
    assert problem(colleague.post(f"/v1/risk/policies/{untried}/activation", json=body), 409) == "policy-not-tried"
    assert problem(colleague.post("/v1/risk/policies/99999/activation", json=body), 404) == "not-found"


def test_activation_leaves_for_the_scorer_once_and_going_back_is_the_same_move(author, colleague, settings):
    before = len(controls(settings))
    first, second = approved(author, colleague), approved(author, colleague, review_from=0.5)
    for version in (first, second):
        tried(settings, author, version)
        answer = colleague.post(f"/v1/risk/policies/{version}/activation", json={"note": "after its trial"})
        assert answer.json()["status"] == "active", answer.text
    active = author.get("/v1/risk/policies/active").json()
    assert (active["built_in"], active["policy"]["version"]) == (False, second)
    assert author.get(f"/v1/risk/policies/{first}").json()["status"] == "retired"
    back = colleague.post(f"/v1/risk/policies/{first}/activation", json={"note": "too many alarms"})
    assert back.json()["status"] == "active"
    assert [move["action"] for move in back.json()["moves"]] == ["write", "approve", "activate", "retire", "activate"]
    left = controls(settings)[before:]
    assert [control.version for control in left if isinstance(control, PolicyControl)] == [
        f"policy-{version}" for version in (first, second, first)
    ]
    assert {control.tenant_id for control in left} == {"demo"}


def test_what_leaves_is_what_an_engine_follows(author, colleague, settings, tmp_path):
    version = approved(
        author, colleague, segments=[{"code": "pix", "when": 'channel == "pix"', "review_from": 0.2, "deny_from": 0.3}]
    )
    tried(settings, author, version)
    colleague.post(f"/v1/risk/policies/{version}/activation", json={"note": "now"})
    engine = Engine(models=tmp_path)
    for control in controls(settings):
        engine.apply_control(control)
    assert engine.judge.ruling("demo").version == f"policy-{version}"
    assert engine.judge.ruling("demo").codes == ("large",)
    assert engine.judge.ruling("other").version != f"policy-{version}"


def test_values_go_on_a_list_and_off_it_and_each_leaves_for_the_scorer(author, settings):
    made = author.post(
        "/v1/risk/lists", json={"list_id": "mules", "kind": "deny", "field": "payee_id", "sentence": "Pass money on"}
    )
    assert (made.status_code, made.json()["entries"]) == (201, 0)
    assert problem(
        author.post("/v1/risk/lists", json={name: made.json()[name] for name in ("list_id", "kind", "field", "sentence")}), 409
    )
    entry = {"value": "p000042", "reason": "three cases", "expires_at": "2027-01-01T00:00:00Z"}
    assert author.post("/v1/risk/lists/mules/entries", json=entry).status_code == 204
    assert problem(author.post("/v1/risk/lists/mules/entries", json=entry), 409) == "already-listed"
    assert author.get("/v1/risk/lists").json()["items"][0]["entries"] == 1
    assert author.delete("/v1/risk/lists/mules/entries/p000042").status_code == 204
    assert problem(author.delete("/v1/risk/lists/mules/entries/p000042"), 404) == "not-found"
    assert author.get("/v1/risk/lists/mules/entries").json()["items"] == []
    [kept] = author.get("/v1/risk/lists/mules/entries?removed=true").json()["items"]
    assert (kept["value"], kept["reason"], kept["removed_by"]) == ("p000042", "three cases", kept["added_by"])
    changes = [change for control in controls(settings) if isinstance(control, ListControl) for change in control.changes]
    assert [(change.value, change.until, change.removed) for change in changes] == [
        ("p000042", 1_798_761_600_000, False),
        ("p000042", None, True),
    ]
    written(author, rules=[RULE, {"code": "mule", "when": "payee_id in lists.mules", "action": "deny", "sentence": "A mule"}])
    wrong = {"code": "mule", "when": "device_id in lists.mules", "action": "deny", "sentence": "A mule"}
    refused = author.post("/v1/risk/policies", json={"document": DOCUMENT | {"rules": [wrong]}, "note": "other field"})
    assert "holds values of payee_id" in refused.json()["detail"]


def test_a_moment_without_its_offset_is_refused(author):
    answer = author.post(
        "/v1/risk/lists/mules/entries", json={"value": "p1", "reason": "r", "expires_at": "2027-01-01T00:00:00"}
    )
    assert problem(answer, 422) == "invalid-request"


def test_another_tenant_sees_and_changes_nothing_of_it(api, author, colleague):
    version = approved(author, colleague)
    stranger = api.browser("admin", "other")
    assert stranger.get("/v1/risk/policies").json()["items"] == []
    assert problem(stranger.get(f"/v1/risk/policies/{version}"), 404) == "not-found"
    assert problem(stranger.post(f"/v1/risk/policies/{version}/activation", json={"note": "mine"}), 404) == "not-found"
    assert stranger.get("/v1/risk/lists").json()["items"] == []
    assert problem(stranger.post("/v1/risk/lists/mules/entries", json={"value": "p1", "reason": "r"}), 404) == "not-found"


def test_each_change_is_in_the_audit_log(colleague):
    said = colleague.get("/v1/audit?limit=200").json()["items"]
    actions = {row["action"] for row in said}
    assert actions >= {"POST /v1/risk/policies", "POST /v1/risk/lists", "POST /v1/risk/policies/{version}/activation"}


def test_a_simulation_is_carried_out_with_progress_and_its_findings(author, settings, work, history):
    version = written(author)["version"]
    asked = {"policy_version": version, "from_day": "2025-11-24", "to_day": "2025-11-25"}
    queued = author.post("/v1/risk/simulations", json=asked)
    assert (queued.status_code, queued.json()["status"]) == (202, "queued")
    place = f"/v1/risk/simulations/{queued.json()['simulation_id']}"
    assert START_MS // 86_400_000 == 20_416  # 24 November 2025: the days that were asked for
    worker = Worker(settings, Lifecycle())
    assert worker.step(work)
    found = author.get(place).json()
    # The lake holds the bench's tenant alone, and a trial reads only its own tenant's decisions.
    assert (found["status"], found["problem"].partition(":")[0]) == ("failed", "There is no history to decide again")
    assert not worker.step(work)


def test_a_simulation_of_a_tenant_with_history_says_what_would_have_been(api, settings, work, history):
    with connect(settings.core.dsn("postgres"), application="test") as connection, connection.transaction():
        connection.execute("select set_config('app.tenant_id', 'bench', true)")
        connection.execute(
            "insert into governance.policy (tenant_id, version, document, document_sha256, note, status, author, written_at) "
            "values ('bench', 1, %s, sha256('x'), 'n', 'draft', 'a', now())",
            (json.dumps(DOCUMENT | {"control_group_ppm": 0}),),
        )
        connection.execute(
            "insert into governance.simulation (tenant_id, simulation_id, policy_version, model, from_day, to_day, "
            "status, asked_by, asked_at) values ('bench', gen_random_uuid(), 1, 'current', '2025-11-24', '2025-11-25', "
            "'queued', 'a', now())"
        )
    assert Worker(settings, Lifecycle()).step(work)
    status, result, done, of = work.execute(
        "select status, result, done_records, all_records from governance.simulation where tenant_id = 'bench'"
    ).fetchone()
    assert (status, done) == ("done", of)
    assert result["decisions"] == EVENTS
    assert result["policy"] == "policy-1"
    [rule] = result["rules"]
    assert rule["hits"] == result["proposed"]["reviewed"] + result["proposed"]["denied"] > 0
    assert result["recorded"]["allowed"] > result["proposed"]["allowed"]


def test_a_cancelled_simulation_is_dropped_and_a_dead_workers_is_taken_again(author, work):
    version = written(author)["version"]
    asked = {"policy_version": version, "from_day": "2025-11-24", "to_day": "2025-11-25"}
    place = f"/v1/risk/simulations/{author.post('/v1/risk/simulations', json=asked).json()['simulation_id']}"
    task = simulations.queue.take(work)
    assert author.post(f"{place}/cancellation").json()["status"] == "cancelled"
    assert not simulations.queue.say_alive(work, task, done=1, of=2)
    assert not simulations.queue.end(work, task, result=b"{}", problem=None)
    assert problem(author.post(f"{place}/cancellation"), 409) == "conflict"
    author.post("/v1/risk/simulations", json=asked)
    first = simulations.queue.take(work)
    work.execute("update governance.simulation set lives_until = now() - interval '1 second' where status = 'running'")
    second = simulations.queue.take(work)
    assert (second.key, second.attempts) == (first.key, 2)
    assert not simulations.queue.end(work, first, result=b"{}", problem=None)
    assert simulations.queue.end(work, second, result=None, problem="nothing there")


def test_one_that_ended_every_worker_is_failed_and_not_tried_for_ever(author, work):
    version = written(author)["version"]
    asked = {"policy_version": version, "from_day": "2025-11-24", "to_day": "2025-11-25"}
    place = f"/v1/risk/simulations/{author.post('/v1/risk/simulations', json=asked).json()['simulation_id']}"
    for _ in range(MAX_ATTEMPTS):
        assert simulations.queue.take(work) is not None
        work.execute("update governance.simulation set lives_until = now() - interval '1 second' where status = 'running'")
    assert simulations.queue.take(work) is None
    found = author.get(place).json()
    assert (found["status"], found["problem"]) == ("failed", "it ended 3 workers before its own end")


def test_the_vocabulary_teaches_an_editor_every_name(author):
    found = author.get("/v1/risk/vocabulary").json()
    names = {name["name"]: name for name in found["names"]}
    assert names["channel"]["words"][:2] == ["pix", "card"]
    assert names["customer_count_1h"]["sentence"]
    assert "has" in found["functions"]
    assert {rule["code"] for rule in found["built_in"]} >= {"pix_night_limit", "takeover_pattern"}


def test_compliance_keeps_lists_and_changes_no_policy(api, author):
    officer = api.browser("compliance")
    assert officer.get("/v1/risk/policies").status_code == 200
    assert problem(officer.post("/v1/risk/policies", json={"document": DOCUMENT, "note": "n"}), 403) == "forbidden"
    watched = {"list_id": "watched", "kind": "watch", "field": "payee_id", "sentence": "Seen in a report"}
    assert problem(officer.post("/v1/risk/lists", json=watched), 403) == "forbidden"
    assert author.post("/v1/risk/lists", json=watched).status_code == 201
    assert officer.post("/v1/risk/lists/watched/entries", json={"value": "p7", "reason": "a report"}).status_code == 204
    assert officer.delete("/v1/risk/lists/watched/entries/p7").status_code == 204
    assert problem(api.partner().get("/v1/risk/policies"), 403) == "forbidden"
