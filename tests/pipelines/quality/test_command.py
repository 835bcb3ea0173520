"""`baas quality`, as people use it: check, see what is held back, let it go, read why."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from baas.status import batch_notes
from kit.settings import REPOSITORY_ROOT, Kafka, PostgresServer
from tests.pipelines.quality.days import FIRST, Days
from tests.servers import environment_of

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

DAY = FIRST.isoformat()


@pytest.fixture(scope="module")
def variables(warehouse: PostgresServer, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    days = Days(warehouse, None)
    days.fill(FIRST, decisions=20)
    days.change_rows(
        "alter table raw.decisions drop constraint decisions_amount_minor_check", "update raw.decisions set amount_minor = -5"
    )
    return environment_of(core=warehouse, warehouse=warehouse, kafka=kafka, var=tmp_path_factory.mktemp("var"))


def quality(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines.quality", *arguments], cwd=REPOSITORY_ROOT, env=os.environ | variables,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_a_broken_day_is_found_shown_let_go_and_documented(variables: dict[str, str], warehouse: PostgresServer) -> None:
    assert "no day is held back" in quality(variables, "status").stdout

    found = quality(variables, "check", DAY, "--set", "raw.decisions", "--set", "raw.outcomes")
    assert found.returncode == 1, found.stderr
    assert "HELD BACK" in found.stdout
    assert "raw.outcomes" in found.stdout

    shown = json.loads(quality(variables, "status", "--json").stdout)
    assert [(each["set"], each["day"]) for each in shown["held"]] == [("raw.decisions", DAY)]
    assert "amount_minor is out of bounds (20 rows)" in shown["held"][0]["reason"]
    assert batch_notes(warehouse).lines() == ["held back: 1 day of raw.decisions; `baas quality status` says why"]

    let_go = quality(variables, "release", "raw.decisions", DAY, "--reason", "refunds", "--by", "ana")
    assert let_go.returncode == 0, let_go.stderr
    assert "no day is held back" in quality(variables, "status").stdout
    assert batch_notes(warehouse).lines() == []

    first = Path(quality(variables, "docs").stdout.strip())
    assert "let go by ana" in first.read_text()
    assert "refunds" in (first.parent / "raw.decisions" / f"{DAY}.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("release", "raw.outcomes", DAY, "--reason", "-"), "raw.outcomes of 2026-03-02"),
        (("check", DAY, "--set", "raw.nothing"), "there are: raw.decisions"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(variables: dict[str, str], arguments: tuple[str, ...], told: str) -> None:
    refused = quality(variables, *arguments)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert "baas quality status" in refused.stderr
