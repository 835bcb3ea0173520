"""Machine code is kept under a name that changes with the sources, and comes back in the next process."""

import os
import subprocess
import sys
import time

from kit.kernels import KEEP_S, Kernels


def test_the_folder_carries_a_hash_of_all_that_the_kernels_see(tmp_path, monkeypatch):
    monkeypatch.setenv("BAAS_CACHE", str(tmp_path))
    one, same, other = Kernels("a", "kit/money.py"), Kernels("a", "kit/money.py"), Kernels("a", "kit/*.py")
    assert one.folder == same.folder != other.folder
    assert one.folder.parent == tmp_path / "kernels"
    assert one.folder.name.startswith("a-")


def test_folders_that_nobody_used_for_a_month_go_when_a_new_one_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("BAAS_CACHE", str(tmp_path))
    old, fresh = (tmp_path / "kernels" / name for name in ("a-old", "a-fresh"))
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    long_ago = time.time() - KEEP_S - 60
    os.utime(old, (long_ago, long_ago))
    assert Kernels("a", "kit/money.py").folder.exists()
    assert fresh.exists()
    assert not old.exists()


def test_a_kernel_is_compiled_once_and_loaded_by_the_next_process(tmp_path):
    program = """
import numpy as np
from risk.policy import decide_verdicts
i, u, b = (lambda: np.zeros(1, np.int64)), (lambda: np.zeros(1, np.uint64)), np.zeros(1, bool)
decide_verdicts(i(), np.zeros((1, 1), np.uint64), i(), u(), u(), np.zeros((1, 3), np.int64), 0, u(), i(), b)
print(sum(decide_verdicts.stats.cache_hits.values()), sum(decide_verdicts.stats.cache_misses.values()))
"""
    environment = os.environ | {"BAAS_CACHE": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=100
        ).stdout.split()
        for _ in range(2)
    ]
    assert said == [["0", "1"], ["1", "0"]]
