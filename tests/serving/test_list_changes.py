"""A bank's own watch-list over HTTP: checked by line, proposed, approved by another, loaded once, all screened again."""

import httpx
import psycopg
import pytest

from kit.clock import SystemClock
from kit.postgres import connect
from pipelines.screening.approved import any_approved, load_approved
from pipelines.screening.formats import FORMATS
from pipelines.screening.load import Wanted, load
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import ROLE, waits
from pipelines.upkeep.chores import ApprovedLists
from serving.list_changes.service import own_list_id
from tests.serving.conftest import Server
from tests.serving.test_screening import _compiled  # noqa: F401 (a fixture)
from tests.serving.test_transfers import customer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
CLOCK = SystemClock()
CHANGES = "/v1/screening/changes"
ROWS = [{"id": str(number), "kind": "person", "name": f"Nobody Number{letter}"} for number, letter in enumerate("abcdefghij")]


@pytest.fixture(scope="module")
def author(api: Server) -> httpx.Client:
    return api.browser("compliance")


@pytest.fixture(scope="module")
def colleague(api: Server) -> httpx.Client:
    return api.browser("admin")


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


def proposed(who: httpx.Client, list_id: str, rows: list[dict]) -> dict:
    wanted = {"list_id": list_id, "licence": "made up for a test", "why": "as asked", "entries": rows}
    answer = who.post(CHANGES, json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def judged(who: httpx.Client, change: dict, *, approve: bool = True) -> httpx.Response:
    return who.post(f"{CHANGES}/{change['change_id']}/judgement", json={"approve": approve})


def test_a_list_is_made_by_two_people_and_everybody_is_screened_against_it(api, settings, author, colleague):
    met = customer(api, full_name="Zenobia Quartermaine")
    rows = [*ROWS, {"id": "z", "kind": "person", "name": "Zenobia Quartermain", "births": ["1971"]}]
    change = proposed(author, "debtors", rows)
    assert (change["list_id"], change["based_on"], change["added"]) == (own_list_id("debtors", tenant_id="demo"), 0, 11)
    assert [(each["entry_id"], each["change"]) for each in change["difference"]][-1] == ("z", "added")
    assert problem(judged(author, change), 422) == "own-list-change"
    assert judged(colleague, change).json()["status"] == "approved"
    assert not any(each["list_id"] == change["list_id"] for each in author.get("/v1/screening/lists").json()["items"])
    chore = ApprovedLists(settings, CLOCK)
    assert chore.due(0)
    assert chore.do() == "1 loaded, 0 refused"
    assert not chore.due(0)
    found = author.get(f"{CHANGES}/{change['change_id']}").json()
    assert (found["status"], found["version"], found["difference"]) == ("loaded", 1, [])
    [listed] = [each for each in author.get("/v1/screening/lists").json()["items"] if each["list_id"] == change["list_id"]]
    assert (listed["own"], listed["entries"], listed["licence"]) == (True, 11, "made up for a test")
    assert waits(settings)
    assert sum(each.hits for each in rescreen(settings, clock=CLOCK)) >= 1
    [hit] = author.get("/v1/screening/hits", params={"customer_id": met}).json()["items"]
    assert (hit["list_id"], hit["entry_id"]) == (change["list_id"], "z")


def test_the_next_version_differs_from_the_one_before_as_was_shown(settings, author, colleague):
    first = proposed(author, "staff", ROWS)
    judged(colleague, first)
    load_approved(settings, clock=CLOCK)
    rows = [*ROWS[1:9], ROWS[9] | {"name": "Somebody Else"}, {"id": "new", "kind": "organisation", "name": "Made Up Ltda"}]
    second = proposed(author, "staff", rows)
    assert (second["based_on"], second["added"], second["removed"], second["changed"]) == (1, 1, 1, 1)
    judged(colleague, second)
    load_approved(settings, clock=CLOCK)
    path = f"/v1/screening/lists/{second['list_id']}/versions"
    assert [(each["version"], each["changed"]) for each in author.get(path).json()["items"]] == [(2, 1), (1, 0)]
    shown = author.get(f"{path}/2").json()["items"]
    assert [(each["entry_id"], each["change"], each["name"]) for each in shown] == [
        ("0", "removed", "Nobody Numbera"), ("9", "changed", "Somebody Else"), ("new", "added", "Made Up Ltda"),
    ]  # fmt: skip
    assert shown == second["difference"]
    assert problem(author.get(f"{path}/3"), 404) == "not-found"
    answer = author.post(CHANGES, json={"list_id": "staff", "licence": "x", "why": "x", "entries": rows})
    assert problem(answer, 422) == "same-list"


def test_of_two_changes_of_one_list_the_later_is_compared_anew(settings, author, colleague):
    one, two = proposed(author, "twice", ROWS), proposed(author, "twice", ROWS[:9])
    assert judged(colleague, one).status_code == 200
    assert problem(judged(colleague, two), 409) == "list-moved-on"
    load_approved(settings, clock=CLOCK)
    assert problem(judged(colleague, two), 409) == "list-moved-on"
    assert judged(colleague, two, approve=False).json()["status"] == "rejected"
    assert problem(judged(colleague, two), 409) == "list-change-decided"


def test_a_list_that_was_loaded_meanwhile_refuses_what_was_approved(settings, author, colleague, tmp_path):
    first = proposed(author, "meanwhile", ROWS)
    judged(colleague, first)
    path = tmp_path / "own.csv"
    path.write_text("id,kind,name\n1,person,Other Person\n")
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        load(connection, path, FORMATS["own"], Wanted(first["list_id"], "demo", "test", "made up"), clock=CLOCK)
    assert any_approved(settings)
    assert load_approved(settings, clock=CLOCK) == (0, 1)
    found = author.get(f"{CHANGES}/{first['change_id']}").json()
    assert (found["status"], "changed since" in found["problem"]) == ("refused", True)


def test_who_is_wrong_is_told_by_line_and_nothing_is_kept(author):
    csv = "id,kind,name,births\n1,person,Ana Lima,1971\n2,persn,Bia Dias,\n3,person,Cai Reis,soon\n"
    checked = author.post(f"{CHANGES}/check", json={"list_id": "wrong", "csv": csv}).json()
    assert [(each["line"], each["column"]) for each in checked["problems"]] == [(3, "kind"), (4, "births")]
    assert (checked["difference"], checked["entry_count"]) == ([], 1)
    answer = author.post(CHANGES, json={"list_id": "wrong", "licence": "x", "why": "x", "csv": csv})
    assert problem(answer, 422) == "list-unsound"
    assert "line 3, kind" in answer.json()["detail"]
    right = csv.replace("persn", "person").replace("soon", "")
    fine = author.post(f"{CHANGES}/check", json={"list_id": "wrong", "csv": right}).json()
    assert (fine["problems"], fine["added"]) == ([], 3)
    assert not [each for each in author.get(CHANGES).json()["items"] if each["list_id"].startswith("wrong")]
    both = author.post(f"{CHANGES}/check", json={"list_id": "wrong", "csv": right, "entries": ROWS})
    assert problem(both, 422) == "invalid-request"


def test_a_long_list_passes_where_other_routes_read_no_such_body(author):
    rows = [{"id": str(n), "kind": "person", "name": f"Person {n} {'x' * 40}"} for n in range(4_000)]
    assert author.post(f"{CHANGES}/check", json={"list_id": "long", "entries": rows}).json()["added"] == 4_000
    assert problem(author.post("/v1/screening/search", json={"name": "x" * 70_000}), 413) == "body-too-large"
    assert problem(author.post(f"{CHANGES}/check", json={"list_id": "long", "csv": "x" * 2_100_000}), 413) == "body-too-large"


def test_an_authoritys_list_is_nobodys_to_write(settings, author, tmp_path):
    path = tmp_path / "shared.csv"
    path.write_text("id,kind,name\n1,person,Other Person\n")
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        load(connection, path, FORMATS["own"], Wanted("authority", None, "test", "made up"), clock=CLOCK)
    answer = author.post(CHANGES, json={"list_id": "authority", "licence": "x", "why": "x", "entries": ROWS})
    assert problem(answer, 409) == "not-own-list"


def test_only_whoever_proposed_it_withdraws_it_and_what_it_held_goes(settings, author, colleague):
    change = proposed(author, "withdrawn", ROWS)
    path = f"{CHANGES}/{change['change_id']}/withdrawal"
    assert problem(colleague.post(path, json={}), 422) == "own-list-change"
    assert author.post(path, json={"note": "the wrong file"}).json()["status"] == "withdrawn"
    with psycopg.connect(settings.core.dsn("postgres")) as connection:
        asked = "select entries from screening.list_change where change_id = %s"
        assert connection.execute(asked, (change["change_id"],)).fetchone() == (None,)


def test_risk_reads_and_changes_nothing(api, author):
    risk = api.browser("risk")
    assert risk.get(CHANGES).status_code == 200
    wanted = {"list_id": "x", "licence": "x", "why": "x", "entries": ROWS}
    assert problem(risk.post(CHANGES, json=wanted), 403) == "forbidden"
    assert problem(api.partner().post(CHANGES, json=wanted), 403) == "forbidden"
