"""From a list's file to two people's verdict: loaded, screened again when it changes, each once, each tenant its own."""

from pathlib import Path

import httpx
import psycopg
import pytest

from kit.apart import Apart
from kit.clock import SystemClock
from kit.postgres import connect
from kit.process import Lifecycle
from kit.settings import Settings
from pipelines.screening.files import Unreadable
from pipelines.screening.formats import FORMATS
from pipelines.screening.load import ListOfAnother, ListShrank, Loaded, Wanted, load
from pipelines.screening.rescreen import rescreen
from pipelines.screening.waiting import ROLE, waits
from pipelines.upkeep.chores import ScreenedCustomers
from risk.screening.entry import Entry, ListedName
from risk.screening.index import Asked, Index
from risk.screening.pair import compare
from tests.serving.conftest import Server
from tests.serving.test_transfers import customer

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
KLAUS = "k1,person,Klaus Zanbomann,Claus Zanboman,1971"
OTHERS = [f"x{number},person,Nobody Number{'abcdefghij'[number]},," for number in range(10)]
HEADER = "id,kind,name,aliases,births"


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """The kernels, which the machine that runs this for the first time compiles for longer than a request waits."""
    Index([Entry(entry_id="1", names=[ListedName("Klaus Zanbomann")])]).find(Asked("Klaus Zanbomann"))
    compare("Klaus Zanbomann", "Klaus Zanbomann")


@pytest.fixture(scope="module")
def screener(settings: Settings) -> psycopg.Connection:
    with connect(settings.core.dsn(ROLE), application="test") as connection:
        yield connection


@pytest.fixture(scope="module")
def risk(api: Server) -> httpx.Client:
    return api.browser("risk")


@pytest.fixture(scope="module")
def compliance(api: Server) -> httpx.Client:
    return api.browser("compliance")


def loaded(
    screener: psycopg.Connection, folder: Path, rows: list[str], *, name: str = "made-up", tenant: str | None = None,
    force: bool = False,
) -> Loaded:  # fmt: skip
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    wanted = Wanted(name, tenant, "test", "made up for a test", force)
    return load(screener, path, FORMATS["own"], wanted, clock=CLOCK)


def hits(who: httpx.Client, **asked: str) -> list[dict]:
    answer = who.get("/v1/screening/hits", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def decided(hit: dict, by: httpx.Client, colleague: httpx.Client, verdict: str) -> dict:
    path = f"/v1/screening/hits/{hit['hit_id']}"
    proposed = by.post(f"{path}/verdict", json={"verdict": verdict, "note": "looked at the papers"})
    assert proposed.status_code == 200, proposed.text
    yes = {"approve": True, "proposed_at": proposed.json()["proposed_at"]}
    own = by.post(f"{path}/judgement", json=yes)
    assert own.json()["code"] == "own-verdict"
    answer = colleague.post(f"{path}/judgement", json=yes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_list_is_versions_that_can_be_compared(screener, tmp_path, risk):
    first = loaded(screener, tmp_path, OTHERS, name="versions")
    assert (first.version, first.entries, first.added, first.is_new) == (1, 10, 10, True)
    assert loaded(screener, tmp_path, OTHERS, name="versions") == Loaded("versions", 1, False, 10, 0, 0, 0)
    changed = [*OTHERS[1:9], OTHERS[9].replace("Number", "Numero"), "y,person,Zweigmann Novato,,"]
    second = loaded(screener, tmp_path, changed, name="versions")
    assert (second.version, second.entries, second.added, second.removed, second.changed) == (2, 10, 1, 1, 1)
    shown = risk.get("/v1/screening/lists/versions/versions").json()["items"]
    assert [(each["version"], each["added"], each["removed"], each["changed"]) for each in shown] == [
        (2, 1, 1, 1),
        (1, 10, 0, 0),
    ]
    found = next(each for each in risk.get("/v1/screening/lists").json()["items"] if each["list_id"] == "versions")
    assert (found["entries"], found["licence"], found["own"]) == (10, "made up for a test", False)


def test_a_list_that_was_cut_off_is_refused_as_a_whole(screener, tmp_path):
    loaded(screener, tmp_path, OTHERS, name="whole")
    with pytest.raises(ListShrank):
        loaded(screener, tmp_path, OTHERS[:6], name="whole")
    with pytest.raises(Unreadable):
        loaded(screener, tmp_path, [], name="whole", force=True)
    assert screener.execute("select max(version) from screening.version where list_id = 'whole'").fetchone() == (1,)
    forced = loaded(screener, tmp_path, OTHERS[:6], name="whole", force=True)
    assert (forced.version, forced.removed) == (2, 4)
    with pytest.raises(ListOfAnother):
        loaded(screener, tmp_path, OTHERS, name="whole", tenant="demo")


def test_whoever_is_met_is_found_once_and_opened_again_only_by_a_change(api, settings, screener, tmp_path, risk, compliance):
    met = customer(api, full_name="Klaus Zanbomann")
    customer(api, full_name="Somebody Entirely Else")
    loaded(screener, tmp_path, [KLAUS, *OTHERS])
    assert waits(settings)
    assert sum(each.hits for each in rescreen(settings, clock=CLOCK)) == 1
    assert not waits(settings)
    assert sum(each.customers for each in rescreen(settings, clock=CLOCK)) == 0
    [hit] = hits(risk, customer_id=met)
    detail = risk.get(f"/v1/screening/hits/{hit['hit_id']}").json()
    assert (detail["customer_name"], detail["entry"]["births"]) == ("Klaus Zanbomann", ["1971"])
    assert [each["way"] for each in detail["why"]["met"]] == ["equal", "equal"]
    assert decided(hit, risk, compliance, "cleared")["status"] == "cleared"
    assert hits(risk, customer_id=met) == []
    assert [each["hit_id"] for each in hits(risk, customer_id=met, status="cleared")] == [hit["hit_id"]]

    loaded(screener, tmp_path, [KLAUS, *OTHERS, "z,person,Another Newcomer,,"])
    chore = ScreenedCustomers(settings, CLOCK, Apart(Lifecycle(), process="test"))
    assert chore.due(CLOCK.now_ms())
    assert "demo: " in chore.do()
    assert not chore.due(CLOCK.now_ms())
    assert hits(risk, customer_id=met) == [], "the entry says what it said: a good guy is not asked about again"
    loaded(screener, tmp_path, [KLAUS.replace("1971", "1972"), *OTHERS])
    rescreen(settings, clock=CLOCK)
    [again] = hits(risk, customer_id=met)
    assert (again["hit_id"], again["status"], again["judged_by"]) == (hit["hit_id"], "open", None)

    assert decided(again, compliance, risk, "confirmed")["status"] == "confirmed"
    loaded(screener, tmp_path, [KLAUS, *OTHERS])
    rescreen(settings, clock=CLOCK)
    assert [each["status"] for each in hits(risk, customer_id=met, status="confirmed")] == ["confirmed"]


def test_an_open_hit_goes_when_the_list_lets_go(api, settings, screener, tmp_path, risk):
    met = customer(api, full_name="Teodora Quimbolina")
    rows = ["t1,person,Teodora Quimbolina,,", *OTHERS]
    loaded(screener, tmp_path, rows, name="letting-go")
    rescreen(settings, clock=CLOCK)
    assert len(hits(risk, customer_id=met)) == 1
    loaded(screener, tmp_path, rows[1:], name="letting-go")
    rescreen(settings, clock=CLOCK)
    assert hits(risk, customer_id=met) == []


def test_a_list_of_ones_own_is_held_against_ones_own_customers_alone(api, settings, screener, tmp_path, risk):
    mine, theirs = (customer(api, tenant, full_name="Ottokar Brimborius") for tenant in ("demo", "other"))
    loaded(screener, tmp_path, ["o,person,Ottokar Brimborius,,"], name="own-of-other", tenant="other")
    rescreen(settings, clock=CLOCK)
    assert hits(risk, customer_id=mine) == []
    other = api.browser("risk", "other")
    [hit] = hits(other, customer_id=theirs)
    assert risk.get(f"/v1/screening/hits/{hit['hit_id']}").status_code == 404
    assert risk.get("/v1/screening/lists/own-of-other/versions").status_code == 404
    asked = {"name": "Brimborius, Ottokar"}
    assert [each["list_id"] for each in other.post("/v1/screening/search", json=asked).json()["items"]] == ["own-of-other"]
    assert risk.post("/v1/screening/search", json=asked).json()["items"] == []


def test_a_search_says_why_and_keeps_nothing(screener, tmp_path, risk):
    loaded(screener, tmp_path, ["s,organisation,Zanbo Korvi Trading LLC,,"], name="searched", tenant="demo")
    # What has changed is seen within seconds; a tenant whose lists were not read yet sees it at once.
    before = screener.execute("select count(*) from screening.hit").fetchone()
    answer = risk.post("/v1/screening/search", json={"name": "OOO Занбо Корви", "threshold": 0.3})
    assert answer.status_code == 200, answer.text
    assert screener.execute("select count(*) from screening.hit").fetchone() == before
    refused = risk.post("/v1/screening/search", json={"name": "x", "births": ["yesterday"]})
    assert refused.status_code == 422


def test_what_was_proposed_since_is_not_judged_unread(api, settings, screener, tmp_path, risk, compliance):
    met = customer(api, full_name="Balduin Kwartz")
    loaded(screener, tmp_path, ["b,person,Balduin Kwartz,,"], name="unread", tenant="demo")
    rescreen(settings, clock=CLOCK)
    [hit] = hits(risk, customer_id=met)
    path = f"/v1/screening/hits/{hit['hit_id']}"
    nothing = {"approve": True, "proposed_at": hit["found_at"]}
    assert compliance.post(f"{path}/judgement", json=nothing).json()["code"] == "no-verdict-proposed"
    first = risk.post(f"{path}/verdict", json={"verdict": "cleared", "note": "a"}).json()
    risk.post(f"{path}/verdict", json={"verdict": "confirmed", "note": "b"})
    yes = {"approve": True, "proposed_at": first["proposed_at"]}
    assert compliance.post(f"{path}/judgement", json=yes).json()["code"] == "verdict-changed"
    proposed = risk.get(path).json()
    no = {"approve": False, "proposed_at": proposed["proposed_at"]}
    assert risk.post(f"{path}/judgement", json=no).json()["status"] == "open"
