"""Each command of the README is run by a test, its figures are the doctor's, its pictures and links are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bench
from baas.doctor.host import FIRST_START_BYTES, INSTALLED_BYTES
from kit.settings import REPOSITORY_ROOT, unknown_variables

README = (REPOSITORY_ROOT / "README.md").read_text()
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "frontend/README.md", *sorted(
    str(path.relative_to(REPOSITORY_ROOT)) for path in (REPOSITORY_ROOT / "docs").rglob("*.md")
)]  # fmt: skip
BAAS = str(Path(sys.executable).parent / "baas")
WHOLE, SET, HERE = "tests/e2e", "tests/platform", "tests/docs"
# Where each command is run, and the words that run it there.
RUN = {
    "make up": (WHOLE, 'make("up", environment'),
    "make down": (WHOLE, 'make("down", environment'),
    "make test": (HERE, "what runs this"),
    "baas up": (SET, 'run("up", "--servers-only")'),
    "baas down": (SET, 'run("down")'),
    "baas status": (WHOLE, '"status"'),
    "baas status --json": (WHOLE, '"status --json"'),
    "baas restart NAME": (WHOLE, '"restart sink-lake"'),
    "baas logs NAME": (WHOLE, '"logs scorer"'),
    "baas doctor": (WHOLE, '"doctor"'),
    "baas reconcile": (WHOLE, 'baas("reconcile"'),
    "baas ledger verify": ("tests/ledger/chain", 'ledger(environment, "verify"'),
    "baas backup": (WHOLE, 'baas("backup"'),
    "baas restore": (WHOLE, 'baas("restore"'),
    "baas replay FILE --mapping M": (WHOLE, 'baas("replay"'),
    "baas graph rebuild": ("tests/streams/graph", 'start("streams.graph.command rebuild")'),
    "baas projection check": ("tests/streams/projector", 'run("check"'),
    "baas models list": (WHOLE, 'baas("models", "list"'),
    "baas ledger close": ("tests/ledger", 'baas_ledger(core, tmp_path, "close"'),
    "baas backtest": (WHOLE, 'baas("backtest"'),
    "baas drift": (WHOLE, 'baas("drift"'),
    "baas screening search": ("tests/pipelines/screening", 'main(["search"'),
    "baas credit train": ("tests/pipelines/credit", 'main(["train"'),
    "baas sql": ("tests/pipelines/sql", 'main(["select'),
    'baas sql "select …" --out FILE': ("tests/pipelines/sql", 'main(["select * from lake.labels", "--out"'),
    "baas lake compact": ("tests/pipelines/lake", 'main(["compact"'),
    "baas marts build": ("tests/dbt", 'main(["build"'),
    "baas quality": ("tests/pipelines/quality", 'quality(variables, "status")'),
    "baas privacy erase": ("tests/pipelines/privacy", '"erase", who.customer_id'),
    "baas cases verify": ("tests/serving", 'cases("verify")'),
    "baas lineage where NAME": ("tests/lineage", 'ask("where"'),
    "baas bench NAME": ("tests/bench", '"bench", name, "--quick"'),
}


def commands() -> dict[str, dict[str, str]]:
    """Each command that the README names, in blocks, in sentences and in its table, with the variables before it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    texts = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    for line in prose.splitlines():
        spans = re.findall(r"`([^`]+)`", line)
        cell = re.findall(r"`([^`]+)`", line.split("|")[1]) if line.startswith("|") else []
        in_table = bool(cell) and cell[0].startswith("baas ")
        texts += [f"baas {span}" for span in cell if in_table and not span.startswith("baas ")] + spans
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        said = re.fullmatch(r"(?P<variables>(?:[A-Z_]+=\S+ )*)(?P<command>(?:make|baas) .+)", text)
        if said is None:
            continue
        variables = dict(pair.split("=", 1) for pair in said["variables"].split())
        for command in {re.sub(r" \[.*?\]", "", said["command"]), re.sub(r"[\[\]]", "", said["command"])}:
            found.setdefault(command, {}).update(variables)
    return found


def test_each_command_is_run_by_a_test_and_no_other_is_claimed():
    assert commands().keys() == RUN.keys()


@pytest.mark.parametrize("command", sorted(RUN))
def test_the_test_that_runs_a_command_does_so(command):
    folder, words = RUN[command]
    sources = [path.read_text() for path in (REPOSITORY_ROOT / folder).rglob("*.py")]
    assert any(words in source for source in sources)


def test_what_comes_before_a_command_is_a_setting_and_the_tests_set_it_too():
    named = {name for variables in commands().values() for name in variables}
    assert named
    assert unknown_variables(named) == {}
    assert all(name in (REPOSITORY_ROOT / "tests/e2e/conftest.py").read_text() for name in named)


@pytest.mark.parametrize("target", sorted(command.split()[1] for command in RUN if command.startswith("make ")))
def test_make_plans_a_target(target):
    """`make test` is what runs this, so that it can only be planned here."""
    planned = subprocess.run(["make", "-n", target], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


def test_down_is_harmless_where_nothing_runs(tmp_path):
    done = subprocess.run(
        [BAAS, "down"], env={"BAAS_VAR": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "everything is stopped" in done.stdout


def test_the_benches_are_those_that_there_are_and_those_without_a_peer_are_named():
    row = next(line for line in README.splitlines() if line.startswith("| `baas bench NAME`"))
    names, _, rest = row.split("|")[2].partition(": all but ")
    assert tuple(re.findall(r"`([^`]+)`", names)) == bench.NAMES
    alone = {
        name for name in bench.NAMES
        if ".baseline(" not in (REPOSITORY_ROOT / "bench" / f"{name.replace('-', '_')}.py").read_text()
    }  # fmt: skip
    assert set(re.findall(r"`([^`]+)`", rest)) == alone


def test_the_disk_that_is_asked_for_is_what_the_doctor_looks_for():
    asked_gb = int(re.search(r"(\d+) GB of disk", README)[1])
    assert asked_gb * 1e9 == FIRST_START_BYTES + INSTALLED_BYTES


@pytest.mark.parametrize("page", PAGES)
def test_each_link_and_picture_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", (REPOSITORY_ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(((?!https?:)[^)\s]+)\)", text) + re.findall(r"""<img [^>]*src="([^"]+)\"""", text)
    if page == "README.md":
        assert sum(target.endswith(".png") for target in targets) >= 4
    for target in targets:
        path, _, anchor = target.partition("#")
        there = (REPOSITORY_ROOT / page).parent / path if path else REPOSITORY_ROOT / page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}, target


def test_each_picture_is_told_in_words():
    pictures = re.findall(r"!\[([^\]]*)\]\(|<img ([^>]*)>", README)
    for words, attributes in pictures:
        assert words or re.search(r'alt="[^"]{10,}"', attributes)
