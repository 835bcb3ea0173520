"""Files go through everything: decided, in the ledger where they have accounts, in the marts, and reconciled.

A small file always. Whole ones, which are not in this repository, when `REPLAY_FILES` names them: `MAPPING=FILE`, separated by
spaces (docs/replay.md).
"""

import os
import time
from pathlib import Path

import psycopg
import pytest

from kit.process import Lifecycle
from pipelines.lake import decisions as lake_decisions
from pipelines.reconcile.__main__ import reconcile
from pipelines.replay import replay
from pipelines.replay.arrival import ReplayInterrupted, build_marts_of
from pipelines.replay.frame import read, transactions
from pipelines.replay.mapping import load_mapping
from tests.pipelines.replay.conftest import Streams
from tests.pipelines.replay.test_replay import MAPPING, OWNERS, ROWS, write_csv

pytestmark = [pytest.mark.servers, pytest.mark.timeout(5_400)]

NAMED = os.environ.get("REPLAY_FILES", "").split()
RECONCILE_WAIT_S = 300.0


def play(streams: Streams, path: Path, mapping: str) -> int:
    """Replay a whole file and check it in every store; return how many transactions it has."""
    began = time.monotonic()
    rules = load_mapping(mapping)
    expected = transactions(path, rules, tenant_id=rules.tenant)
    said: list[str] = []
    done = replay(streams.settings, path, mapping, progress=said.append)
    assert done.events == len(expected)
    build_marts_of(streams.settings, done.tenant_id, progress=said.append, lifecycle=Lifecycle())
    took_s = time.monotonic() - began

    ids = set(expected["transaction_id"])
    with psycopg.connect(streams.settings.warehouse.dsn("postgres")) as warehouse:
        query = "select transaction_id::text from marts.fct_transactions where tenant_id = %s"
        assert {found for (found,) in warehouse.execute(query, (done.tenant_id,))} == ids, "\n".join(said) + streams.said()
    assert set(lake_decisions(streams.settings.lake, tenant_id=done.tenant_id)["transaction_id"]) == ids
    with psycopg.connect(streams.settings.core.dsn("postgres")) as core:
        statuses = dict(
            core.execute(
                "select status, count(*) from ledger.transfer where tenant_id = %s and purpose = 'transfer' group by 1",
                (done.tenant_id,),
            ).fetchall()
        )
    assert sum(statuses.values()) == len(ids)
    assert ("observed" in statuses) == (rules.accounts is None), "a file with accounts moves money, another is observed"
    assert [check for check in reconcile(streams.settings, wait_s=RECONCILE_WAIT_S) if not check.clean] == []
    print(
        f"\n{mapping}: {len(read(path)):,} rows, {len(ids):,} transactions, {done.labels:,} labels, {statuses}, {took_s:.0f} s"
    )
    return len(ids)


def test_a_file_is_in_the_marts_when_its_replay_is_over(streams: Streams, tmp_path: Path) -> None:
    write_csv(tmp_path / "mine.csv", ROWS, separator=";")
    write_csv(tmp_path / "owners.csv", OWNERS)
    (tmp_path / "mine.yaml").write_text(MAPPING)
    assert play(streams, tmp_path / "mine.csv", str(tmp_path / "mine.yaml")) == len(ROWS)


def test_whoever_does_not_want_to_wait_for_the_marts_can_end_it(streams: Streams) -> None:
    lifecycle = Lifecycle()
    lifecycle.stop()
    with pytest.raises(ReplayInterrupted):
        build_marts_of(streams.settings, "nobody", progress=lambda _line: None, lifecycle=lifecycle)


@pytest.mark.skipif(not NAMED, reason="WHOLE FILES NOT REPLAYED: name them in REPLAY_FILES (docs/replay.md)")
@pytest.mark.parametrize("named", NAMED or ["none"])
def test_a_whole_file_goes_through_everything(streams: Streams, named: str) -> None:
    mapping, _, path = named.partition("=")
    assert play(streams, Path(path), mapping) > 0
