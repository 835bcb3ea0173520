"""Pages taken ahead hold what was there, and cost no fault when they are written."""

import mmap
import resource

import numpy as np

from feature_store.stream.memory import reserve
from kit.pages import keep_freed_memory, populate

WORDS = 4 * 2**20


def faults() -> int:
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt


def test_what_was_written_stays_and_what_is_written_next_faults_no_more():
    words = reserve(WORDS, np.int64)
    words[:1_000] = np.arange(1_000)
    assert populate(words, first=500, ahead_bytes=WORDS)
    assert (words[:1_000] == np.arange(1_000)).all()
    before = faults()
    words[1_000 : WORDS // 8 : mmap.PAGESIZE // 8] = 1
    assert faults() - before < 4


def test_the_end_of_an_array_is_the_end_of_what_is_taken():
    words = reserve(1_024, np.int64)
    assert populate(words, first=1_000, ahead_bytes=2**30)
    assert populate(words, first=1_024, ahead_bytes=2**20)


def test_an_array_as_large_as_the_last_one_takes_no_new_pages():
    keep_freed_memory()
    for _ in range(2):
        np.ones(2**20)
    before = faults()
    for _ in range(20):
        np.ones(2**20)
    assert faults() - before < 100
