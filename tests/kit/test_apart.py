"""Work in a process of its own: its answer and its problems come back, its memory does not stay, nothing outlives it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from kit.apart import GRACE_S, Apart, DiedApart, Interrupted
from kit.errors import Conflict
from kit.process import Lifecycle
from kit.settings import REPOSITORY_ROOT, Settings

MEGABYTE = 1_000_000


class Stubborn(Exception):
    """One that cannot be put together again from what it was pickled as."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def var_of(settings: Settings) -> str:
    return str(settings.var)


def memory_of(megabytes: int) -> int:
    return len(bytearray(os.urandom(MEGABYTE)) * megabytes)


def fail(kind: str) -> None:
    if kind == "domain":
        raise Conflict("it cannot be", day="2026-03-31")
    if kind == "stubborn":
        raise Stubborn("one", "two")
    raise psycopg.OperationalError("the server is away")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def begin_and_wait(begun: Path, left: Path) -> None:
    """Start a worker, tell by the pipe `begun` who they are, wait for ever, and say in `left` that it was left as it should."""
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            worker = pool.submit(os.getpid).result()
            begun.write_text(f"{os.getpid()} {worker}")
            pool.submit(signal.pause).result()
    finally:
        left.write_text("undone")


def apart(lifecycle: Lifecycle | None = None) -> Apart:
    return Apart(lifecycle or Lifecycle(), process="test")


def have_ended(*pids: int) -> bool:
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=GRACE_S)
    return not alive


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "begun")
    return tmp_path / "begun"


def test_what_the_work_returns_comes_back(tmp_path: Path) -> None:
    assert apart()(var_of, Settings(var=tmp_path)) == str(tmp_path)


def test_what_it_raises_is_raised_with_where_it_arose() -> None:
    with pytest.raises(Conflict) as caught:
        apart()(fail, "domain")
    assert (caught.value.detail, caught.value.facts) == ("it cannot be", {"day": "2026-03-31"})
    assert "test_apart.py" in caught.value.__notes__[0]
    with pytest.raises(psycopg.OperationalError, match="the server is away"):
        apart()(fail, "database")
    with pytest.raises(RuntimeError, match="Stubborn: one and two"):
        apart()(fail, "stubborn")


def test_its_memory_goes_with_it() -> None:
    before = psutil.Process().memory_info().rss
    assert apart()(memory_of, megabytes=300) == 300 * MEGABYTE
    assert psutil.Process().memory_info().rss - before < 50 * MEGABYTE


def test_one_that_is_killed_gives_no_answer() -> None:
    with pytest.raises(DiedApart, match="die ended with -9"):
        apart()(die)


def test_asked_to_end_it_leaves_its_work_undone_and_takes_its_own_workers_along(pipe: Path, tmp_path: Path) -> None:
    lifecycle, pids = Lifecycle(), []

    def stop() -> None:
        pids.extend(int(pid) for pid in pipe.read_text().split())
        lifecycle.stop()

    waiting = threading.Thread(target=stop)
    waiting.start()
    began_s = time.monotonic()
    with pytest.raises(Interrupted):
        apart(lifecycle)(begin_and_wait, pipe, tmp_path / "left")
    waiting.join()
    assert time.monotonic() - began_s < 2 * GRACE_S
    assert (tmp_path / "left").read_text() == "undone"
    assert have_ended(*pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_one_that_asked_ends_however_it_ends_too(number: int, pipe: Path, tmp_path: Path) -> None:
    asking = (
        # Whoever runs the tests may ignore the signal, and what is started then does so too.
        "import signal, sys; from pathlib import Path; from tests.kit.test_apart import *; "
        "signal.signal(signal.SIGTERM, signal.SIG_DFL); "
        "apart()(begin_and_wait, Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    with subprocess.Popen([sys.executable, "-c", asking, str(pipe), str(tmp_path / "left")], cwd=REPOSITORY_ROOT) as parent:
        pids = [int(pid) for pid in pipe.read_text().split()]
        parent.send_signal(number)
        parent.wait()
    assert have_ended(*pids)
    assert (tmp_path / "left").read_text() == "undone"
