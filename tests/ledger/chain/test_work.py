"""Proof of work: what is found is good enough, and the difficulty follows the time that the search took."""

import pytest

from ledger.chain import work


@pytest.mark.parametrize("difficulty", [1, 2, 1_000])
def test_a_nonce_makes_the_hash_small_enough(difficulty: int) -> None:
    nonce, found = work.search(b"header", difficulty=difficulty)
    assert found == work.block_hash(b"header", nonce=nonce)
    assert found < work.limit(difficulty)


def test_no_smaller_nonce_would_have_done() -> None:
    nonce, _ = work.search(b"header", difficulty=500)
    assert all(work.block_hash(b"header", nonce=n) >= work.limit(500) for n in range(nonce))


@pytest.mark.parametrize(
    ("height", "before", "took_us", "after"),
    [
        (0, None, 0, work.FIRST_DIFFICULTY),
        (15, 1_000, 1, 1_000),
        (16, 1_000, 200, 1_000),
        (16, 1_000, 100, 2_000),
        (16, 1_000, 1, 4_000),
        (32, 1_000, 1_000_000, 250),
        (32, 1, 1_000_000, 1),
    ],
)
def test_difficulty_changes_every_sixteen_blocks_by_at_most_four_times(
    height: int, before: int | None, took_us: int, after: int
) -> None:
    found = work.difficulty_at(height, before=before, work_target_us=200, recent_work_us=lambda: [took_us] * 16)
    assert found == after
