"""What searches run is compiled once, by a process of its own: whoever searches after it compiles nothing."""

import subprocess
import sys

import pytest

from risk.screening.warm_up import is_warm

SEARCHES = """
from risk.screening.kernels import compare_pair
from risk.screening.search import search
from risk.screening.warm_up import warm_up
warm_up()
stats = [kernel.stats for kernel in (compare_pair, search)]
print(all(each.cache_hits for each in stats), any(each.cache_misses for each in stats))
"""


@pytest.mark.timeout(600)
def test_whoever_searches_after_it_compiles_nothing():
    for command in (["-m", "risk.screening.warm_up"], ["-c", SEARCHES]):
        ran = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=290, check=True)
    assert ran.stdout.split() == ["True", "False"]
    assert is_warm()
