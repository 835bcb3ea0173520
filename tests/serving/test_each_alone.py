"""One of a sweep that fails holds up no other, unless it is the database that is away."""

import uuid

import psycopg
import pytest

from serving.each_alone import BATCH, MOST, EachAlone

FOUND = [("demo", uuid.UUID(int=number)) for number in range(5)]


async def test_one_that_fails_is_left_for_the_next_sweep_and_asked_for_beside_a_batch():
    each, failing, ended = EachAlone("test"), {FOUND[0], FOUND[3]}, list[tuple[str, uuid.UUID]]()

    async def end(tenant_id: str, item: uuid.UUID) -> bool:
        if (tenant_id, item) in failing:
            raise psycopg.errors.LockNotAvailable("somebody holds it") if item.int else ValueError("always")
        ended.append((tenant_id, item))
        return item.int != 4

    assert each.limit == BATCH
    assert await each.end(FOUND, end) == 2
    assert ended == [FOUND[1], FOUND[2], FOUND[4]]
    assert each.limit == BATCH + 2
    failing.clear()
    assert await each.end([FOUND[0], FOUND[3]], end) == 2
    assert each.limit == BATCH <= MOST


async def test_a_database_that_is_away_ends_the_sweep():
    asked = list[uuid.UUID]()

    async def end(_tenant_id: str, item: uuid.UUID) -> bool:
        asked.append(item)
        raise psycopg.OperationalError("connection refused")

    with pytest.raises(psycopg.OperationalError):
        await EachAlone("test").end(FOUND, end)
    assert asked == [FOUND[0][1]]
