"""Builds and tests the marts: on from where they were, or whole where the project says something else than it did."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from kit.errors import DomainError
from kit.postgres import connect
from kit.settings import Settings
from pipelines.marts import repository
from pipelines.marts.dbt import (
    PROJECT,
    ROLE,
    BuildStopped,
    MartsNotBuilt,
    Stopped,
    folder,
    never,
    project_sha256,
    run,
    target,
    told,
)
from pipelines.marts.results import ModelRun, read_results

APPLICATION = "marts"
BUILD_S, WHOLE_BUILD_S = 900.0, 3_600.0
PARSE_S, DOCS_S = 180.0, 300.0
# Whoever has the lock gives it back within the time of a whole build, and another that waited longer may have come before us.
WAIT_S = 2 * WHOLE_BUILD_S
LOCK_RETRY_S = 0.25
# Unit tests try the project's own logic on rows of their own, which is for those who change it.
BUILD = ("build", "--exclude-resource-type", "unit_test")
# What the same project made before is there: views, the tables that come with our code, and the calendar. Their tests are run.
# What is left out is one argument: Dagster adds what it leaves out itself, and takes the first word after the option alone.
_GOING_ON = ("--indirect-selection", "empty", "--exclude", "resource_type:seed config.materialized:view tag:static")
WHOLE_TESTS = ("--vars", "whole: true")
DOCS = "static_index.html"

Progress = Callable[[str], None]


class MartsBusy(DomainError):
    """Another build has held the marts for longer than one may take."""

    code = "marts-busy"
    title = "Another build of the marts does not end"
    remedy = "Look for a dbt process of this deployment and end it; its lock is dbt/build.lock under the var folder."


@dataclass(frozen=True, slots=True)
class Plan:
    """What dbt is told, and the digest of what the marts will be made of: the project, and the changes of rows until now."""

    command: list[str]
    made_of: str

    @property
    def whole(self) -> bool:
        """Whether every mart is made from all rows."""
        return "--full-refresh" in self.command


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `whole` when every mart was made from all rows, and not from those that are new."""

    runs: tuple[ModelRun, ...]
    seconds: float
    whole: bool

    @property
    def models(self) -> int:
        """How many models were built."""
        return sum(run.kind == "model" for run in self.runs)

    @property
    def tests(self) -> int:
        """How many tests passed or warned."""
        return sum(run.kind == "test" for run in self.runs)


def build(settings: Settings, *, full: bool = False, progress: Progress | None = None, stopped: Stopped = never) -> Built:
    """Build and test every model. One build at a time; a second waits. `stopped` is asked whether to give up meanwhile.

    Marts go on where they were, unless `full`, or the project has changed since they were built, or `build_whole_next` asked.
    Raises MartsNotBuilt, MartsBusy, BuildStopped.
    """
    with one_build_at_a_time(settings, stopped=stopped):
        began = time.monotonic()
        plan = planned(settings, full=full)
        results = target(settings) / "run_results.json"
        results.unlink(missing_ok=True)
        done = run(settings, plan.command, timeout_s=WHOLE_BUILD_S if plan.whole else BUILD_S, stopped=stopped)
        runs = tuple(read_results(results.read_text())) if results.exists() else ()
        failed = [run for run in runs if run.bad]
        if done.returncode != 0 or not runs:
            raise MartsNotBuilt("; ".join(f"{run.name}: {run.message}" for run in failed) or told(done), failed=len(failed))
        keep_built(settings, plan)
    built = Built(runs=runs, seconds=time.monotonic() - began, whole=plan.whole)
    if progress:
        how = "whole" if plan.whole else "on from where they were"
        progress(f"{built.models} models built {how} and {built.tests} tests passed in {built.seconds:.1f} s")
    return built


def planned(settings: Settings, *, full: bool = False) -> Plan:
    """Return how to build: whole unless this very project built every mart before and no row of theirs has changed since.

    Call it with `one_build_at_a_time`. What changes after it is for the next build, whatever this one has seen of it.
    """
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        changes = repository.row_changes(warehouse)
        digest = sha256(f"{project_sha256()} {changes}".encode()).hexdigest()
        goes_on = not full and repository.made_of(warehouse) == digest
    return Plan([*BUILD, *_GOING_ON] if goes_on else [*BUILD, "--full-refresh"], digest)


def keep_built(settings: Settings, plan: Plan) -> None:
    """Say what every mart was made of, so that the next build goes on from there."""
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        repository.keep_made_of(warehouse, plan.made_of)


def build_whole_next(settings: Settings, why: str) -> None:
    """Have the next build make every mart from all rows: for whoever has changed or removed rows that marts hold already."""
    with connect(settings.warehouse.dsn(ROLE), application=APPLICATION) as warehouse:
        repository.note_row_change(warehouse, why)


def manifest(settings: Settings) -> Path:
    """Return dbt's description of the project, made anew when a file of the project is newer. Raises MartsNotBuilt."""
    path = target(settings) / "manifest.json"
    if path.exists() and path.stat().st_mtime >= _changed_at():
        return path
    with one_build_at_a_time(settings):
        done = run(settings, ["parse"], timeout_s=PARSE_S)
    if done.returncode != 0 or not path.exists():
        raise MartsNotBuilt(told(done))
    return path


def compiled(settings: Settings) -> Path:
    """Return dbt's description of the project with every model's SQL as it runs against the warehouse. Raises MartsNotBuilt.

    It is made anew when a file of the project is newer, beside the one of the builds: a build would leave SQL of its own there.
    """
    own = folder(settings) / "compiled"
    path = own / "manifest.json"
    if path.exists() and path.stat().st_mtime >= _changed_at():
        return path
    with one_build_at_a_time(settings):
        done = run(settings, ["compile", "--full-refresh", "--target-path", str(own)], timeout_s=PARSE_S)
    if done.returncode != 0 or not path.exists():
        raise MartsNotBuilt(told(done))
    return path


def _changed_at() -> float:
    """When a file of the project was changed last."""
    return max(file.stat().st_mtime for file in PROJECT.rglob("*") if file.is_file())


def write_docs(settings: Settings) -> Path:
    """Write the pages that say what each model and column is and whence it comes, one file; return it. Raises MartsNotBuilt."""
    pages = folder(settings) / "docs"
    with one_build_at_a_time(settings):
        done = run(settings, ["docs", "generate", "--static", "--target-path", str(pages)], timeout_s=DOCS_S)
    if done.returncode != 0 or not (pages / DOCS).exists():
        raise MartsNotBuilt(told(done))
    return pages / DOCS


@contextmanager
def one_build_at_a_time(settings: Settings, *, stopped: Stopped = never, wait_s: float = WAIT_S) -> Iterator[None]:
    """Wait until no other build of this deployment runs: two would write the same tables. Raises MartsBusy, BuildStopped."""
    folder(settings).mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_s
    with (folder(settings) / "build.lock").open("w") as lock:
        while not _locked(lock):
            if stopped():
                raise BuildStopped("before its turn")
            if time.monotonic() > deadline:
                raise MartsBusy(f"another build has not ended within {wait_s:.0f} s")
            time.sleep(LOCK_RETRY_S)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
