"""How processes of ours work: their bounds, intervals and assumptions."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from kit.settings.servers import Http


class Edge(BaseModel):
    """What stands in front of the API: addresses or networks of proxies whose X-Forwarded-For and -Proto are believed."""

    trusted_proxies: list[str] = []


class Scorer(BaseModel):
    """The scorer's RPC door and its bounds.

    `memory_rows`: the horizon of repetitions. A transaction that comes again is answered from memory while fewer than this many
    later ones of the shard were decided, at most while fewer than twice as many were, and is decided anew after that; it should
    cover what a shard decides within the inbound topic's retention. It is the horizon of labels too: what turns out about a
    transaction that is forgotten has no effect. A row takes about 240 bytes. The log keeps the value of each start; another one
    holds from the moment at which the generation in use is full.

    `state_keys` bounds the live customers, instruments, devices and payees (each kind by itself) of the feature windows,
    `state_log_bytes` their events, `state_table_bytes` the tables that find them. At a bound the process ends and says which;
    memory is taken as it is used, so that a high bound costs address space only. None may be lowered below what the log needs.

    `snapshots` is the folder of the state's snapshots (absent: `<var>/snapshots`), of which two are kept. One is taken when as
    many seconds and as many records of the log as the two intervals say have passed since the last.
    """

    rpc: Http = Http(port=8101)
    deadline_ms: int = 100
    max_lateness_ms: int = 24 * 3_600_000
    memory_rows: int = Field(default=4_000_000, ge=1_000, le=200_000_000)
    state_keys: int = Field(default=4_000_000, ge=1)
    state_log_bytes: int = Field(default=16 * 2**30, ge=2**20)
    state_table_bytes: int = Field(default=8 * 2**30, ge=2**20)
    commit_interval_ms: int = 75
    commit_max_events: int = 16_384
    snapshots: Path | None = None
    snapshot_interval_s: float = Field(default=300.0, ge=0)
    snapshot_interval_records: int = Field(default=100_000, ge=1)


class Chain(BaseModel):
    """How the ledger's chain is sealed.

    Every `poll_ms` what was booked is chained; every `block_ms` what was chained is gathered into a block, whose proof of work
    should take `work_ms` of one core. `ml_dsa` has blocks signed with ML-DSA-65 beside Ed25519: 3,309 bytes a block.
    """

    poll_ms: int = Field(default=200, ge=1, le=60_000)
    block_ms: int = Field(default=10_000, ge=0, le=3_600_000)
    work_ms: int = Field(default=200, ge=1, le=5_000)
    ml_dsa: bool = False


class AmlStream(BaseModel):
    """The Flink cluster of the process `aml-stream`: where its jobs' state lies, and megabytes of the task manager in all.

    `rocksdb` holds what fits on the disk. `hashmap` is about twice as fast and holds some 170,000 payments in 2,048 MB.
    """

    state: Literal["rocksdb", "hashmap"] = "rocksdb"
    taskmanager_mb: int = Field(default=2_048, ge=1_024, le=1_048_576)


class Demo(BaseModel):
    """How large a bank the first start makes, and how lively it stays: more than people would do looks like fraud."""

    tenant: str = "demo"
    customers: int = 10_000
    days: int = 90
    seed: int = 7
    live_per_second: float = 5.0


class AssumedReturn(BaseModel):
    """What is assumed of a class of products: its mean return and its standard deviation, in hundredths a year."""

    yearly_pct: float = Field(gt=-50, lt=100)
    volatility_pct: float = Field(ge=0, lt=100)


class Investing(BaseModel):
    """Assumptions that projections of savings are made from. They are no forecast: whoever runs this bank answers for them.

    The defaults are round nominal figures for Brazilian products, drawn from no data: set your own.
    """

    daily: AssumedReturn = AssumedReturn(yearly_pct=9.0, volatility_pct=0.5)
    inflation: AssumedReturn = AssumedReturn(yearly_pct=10.0, volatility_pct=6.0)
    multimarket: AssumedReturn = AssumedReturn(yearly_pct=10.0, volatility_pct=7.0)
    equity: AssumedReturn = AssumedReturn(yearly_pct=12.0, volatility_pct=22.0)
