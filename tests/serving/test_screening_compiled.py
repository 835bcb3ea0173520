"""Who asks before searches are compiled waits a while, is told, and finds them ready later; nobody compiles in a worker."""

import sys
from pathlib import Path

import pytest

from serving.screening.compiled import Compiled, ScreeningNotReady
from tests.serving.conftest import async_eventually

# Waits for one file, and says by another that it is done.
WAITS = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
(folder / "begun").touch()
while not (folder / "go").exists():
    time.sleep(0.01)
(folder / "done").touch()
"""
FAILS = """
import pathlib, sys
with (pathlib.Path(sys.argv[1]) / "begun").open("a") as told:
    told.write("x")
sys.exit(1)
"""


def compiled(folder: Path, script: str) -> Compiled:
    command = (sys.executable, "-c", script, str(folder))
    return Compiled(command, is_warm=(folder / "done").exists, load=(folder / "loaded").touch)


async def test_who_asks_too_early_is_told_and_who_asks_later_is_not_held_up(tmp_path):
    searches = compiled(tmp_path, WAITS)
    searches.start()
    with pytest.raises(ScreeningNotReady) as told:
        await searches.require(within_s=0.01)
    assert told.value.facts["retry_after_s"] > 0
    (tmp_path / "go").touch()
    await searches.require(within_s=30)
    assert await searches.is_ready(within_s=0)
    assert (tmp_path / "loaded").exists()
    await searches.close()


async def test_what_compiles_ends_with_the_worker(tmp_path):
    searches = compiled(tmp_path, WAITS)
    searches.start()
    await async_eventually((tmp_path / "begun").exists)
    await searches.close()
    (tmp_path / "go").touch()
    assert not await searches.is_ready(within_s=0)
    await searches.close()


async def test_what_failed_is_tried_again_by_the_next_who_asks(tmp_path):
    searches = compiled(tmp_path, FAILS)
    assert not await searches.is_ready(within_s=30)
    assert not await searches.is_ready(within_s=30)
    assert (tmp_path / "begun").read_text() == "xx"


async def test_on_a_warm_machine_nothing_is_compiled_and_what_lies_there_is_loaded_at_the_start(tmp_path):
    (tmp_path / "done").touch()
    searches = compiled(tmp_path, WAITS)
    searches.start()
    assert await searches.is_ready(within_s=30)
    assert (tmp_path / "loaded").exists()
    assert not (tmp_path / "begun").exists()
