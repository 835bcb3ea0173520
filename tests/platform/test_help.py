"""Each command teaches all that it takes, whoever carries it out."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import bench
from baas.cli import app
from tests.platform.handed_over import CommandLine, command_line

BAAS = Path(sys.executable).parent / "baas"
COMMANDS = typer.main.get_command(app).commands
FORWARDED = {
    ("reconcile",): ("--json", "--wait-s"),
    ("ledger", "verify"): ("--json", "--anchor"),
    ("ledger", "rotate-key"): ("--help",),
    ("projection", "rebuild"): ("--account", "--check", "--wait-s"),
    ("projection", "check"): ("--wait-s",),
    ("graph", "rebuild"): ("--help",),
    ("graph-network", "train"): ("--tenant", "--cutoff"),
    ("graph-network", "promote"): ("version", "--why", "--by"),
    ("graph-network", "score"): ("--day",),
    ("marts", "build"): ("--full",),
    ("marts", "docs"): ("--help",),
    ("marts", "rates"): ("file", "--tenant"),
    ("models", "train"): ("--cutoff", "--tenant", "--tune", "--trials", "--minutes"),
    ("models", "promote"): ("version", "--days", "--dry-run", "--why", "--by"),
    ("privacy", "erase"): ("customer_id", "--tenant", "--by", "--now"),
    ("privacy", "status"): ("erasure_id", "--tenant", "--json"),
    ("privacy", "proof"): ("erasure_id", "--tenant", "--out"),
    ("privacy", "verify"): ("file", "--key-id"),
    ("privacy", "retain"): ("--dry-run", "--json"),
    ("backtest",): ("--model", "--policy", "--from", "--to", "--tenant", "--costs", "--json"),
    ("screening", "load"): ("format", "file", "--list", "--tenant", "--licence", "--force", "--by"),
    ("screening", "diff"): ("list", "before", "after"),
    ("screening", "search"): ("name", "--kind", "--birth", "--country"),
    ("screening", "rescreen"): ("--help",),
    ("screening", "learn"): ("--pairs", "--seed", "--out"),
    ("credit", "train"): ("--loans", "--movements", "--tenant", "--out", "--register", "--pdo"),
    ("credit", "explain"): ("--loans", "--card", "loan_id"),
    ("ledger", "close"): ("--day", "--tenant"),
    ("ledger", "trial-balance"): ("--day", "--tenant", "--json"),
    ("ledger", "export"): ("--format", "--from", "--to", "--tenant", "--out"),
    ("sql",): ("query", "--tenant", "--format", "--out"),
    ("lake", "compact"): ("--grace-h",),
    ("lake", "verify"): ("--help",),
    ("quality", "check"): ("day", "--set"),
    ("quality", "release"): ("set", "day", "--reason", "--by"),
    ("drift",): (
        "--tenant",
        "--until",
        "--model",
        "--days",
        "--reference-weeks",
        "--top",
        "--html",
        "--keep",
        "--check",
        "--json",
    ),
    ("cases", "verify"): ("--tenant", "--head"),
    ("lineage", "where"): ("name", "--rows", "--json"),
    ("lineage", "breaks"): ("name", "--json"),
    ("replay",): ("file", "--mapping", "--tenant", "--rate", "--from", "--until", "--dry-run"),
    **{("bench", name): ("--quick",) for name in bench.NAMES},
}


def baas(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BAAS, *arguments], capture_output=True, text=True, timeout=120, check=False, **options)


# They become another program, and would take this one's place.
HAND_OVER = {
    "reconcile", "replay", "features", "backtest", "drift", "marts", "models", "credit", "ledger", "projection", "lake", "sql",
    "cases", "graph", "graph-network", "lineage", "privacy", "quality", "screening",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - HAND_OVER))
def test_each_command_says_what_it_is_for_and_what_it_takes(name):
    said = CliRunner().invoke(app, [name, "--help"], prog_name="baas")
    assert said.exit_code == 0, said.stderr
    assert f"Usage: baas {name}" in said.stdout
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            assert option in said.stdout


@pytest.fixture(scope="module")
def handing_over() -> Iterator[CommandLine]:
    with command_line() as started:
        yield started


@pytest.mark.parametrize("command", sorted(FORWARDED))
def test_what_a_module_takes_is_said_by_the_command_that_hands_over_to_it(handing_over, command):
    said = handing_over(*command, "--help")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"usage: baas {' '.join(command)} ")
    for option in FORWARDED[command]:
        assert option in said.stdout


@pytest.mark.parametrize("command", [("cases", "verify"), ("bench", "engine")])
def test_the_module_takes_the_command_s_own_process(command):
    said = baas(*command, "--help")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"usage: baas {' '.join(command)} ")


def test_features_names_its_commands():
    said = baas("features", "--help")
    assert said.returncode == 0, said.stderr
    assert all(f" {command} " in said.stdout for command in ("list", "explain", "values"))


def test_bench_alone_names_the_benches():
    said = " ".join(baas("bench").stdout.split())
    assert all(name in said for name in bench.NAMES)


def test_a_bench_that_there_is_none_of_is_refused_with_the_names_of_those_there_are():
    refused = baas("bench", "report")
    assert refused.returncode == 1
    assert f"there is no bench report; there are: {', '.join(bench.NAMES)}" in refused.stderr


def test_a_file_is_looked_for_where_the_command_was_called(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    (tmp_path / "pipelines.py").write_text("raise SystemExit('a file beside it stood in for ours')\n")
    refused = baas("replay", "mine.csv", "--mapping", "mine.yaml", "--dry-run", cwd=tmp_path)
    assert refused.returncode == 2
    assert "there is no file mine.yaml" in refused.stderr
    (tmp_path / "mine.yaml").write_text("nonsense: true\n")
    refused = baas("replay", "mine.csv", "--mapping", "mine.yaml", "--dry-run", cwd=tmp_path)
    assert refused.returncode == 2
    assert "mine.yaml:" in refused.stderr
