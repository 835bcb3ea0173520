"""The programs that `baas bench sliding-sum` measures from Kafka to Kafka, each in a process of its own.

`ours` is the smallest program around the scorer's fold: take what is there, scan it, fold it, write (id, sum), in transactions
that hold the offsets too. Its state is memory, as Faust's is: started again, it would fold the topic anew.

Faust has no sliding window that is exact for each event: `hopping` and `tumbling` begin at multiples of a step, so a sum
over the hour before an event would need a window for every millisecond, and `SlidingWindow` gives each time stamp a range, and
with it a sum, of its own. What is right and simple is a table with each customer's last hour, [event time, amount] by
[event time, amount], in memory, which Faust writes to its changelog topic at every change. `faust-without-table` keeps the same
in a dictionary: nothing is written but the sums, and nothing is left of it after a restart.
"""

import sys
from collections import defaultdict
from collections.abc import MutableMapping, Sequence

import msgspec
import numpy as np
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from bench.sliding_task import BATCH, FEATURE, Event, Sum, fresh_state, whole
from feature_store.stream.state import FeatureState
from kit.kafka import consumer, producer, take, topic_name
from kit.settings import Settings, settings
from scoring.features import event_columns
from scoring.fields import TEXT_COLUMNS
from scoring.scanner import scan_transactions
from scoring.tenants import Tenants
from streams.alerts.credentials import broker_credentials

SOURCE = "bench.sliding.in"
FAUST_APP, FAUST_TABLE = "bench.sliding.faust", "windows"
FAUST_CHANGELOG = f"{FAUST_APP}-{FAUST_TABLE}-changelog"  # as Faust calls it
TRANSACTION_EVENTS = 16_384
_TAKEN_AT_ONCE = 4_096
_TRANSACTION_S = 30
_ID = TEXT_COLUMNS["transaction_id"]
Window = list[list[int]]


def ours(our: Settings, *, sink: str, count: int) -> None:
    """Take `count` messages of the source's only partition and write a sum for each, exactly once."""
    kafka = our.kafka
    state, tenants = fresh_state(), Tenants()
    source = consumer(kafka, group=sink, client="bench")
    source.assign([TopicPartition(topic_name(kafka, SOURCE), 0, 0)])
    outgoing = producer(kafka, client="bench", transactional_id=sink, **{"linger.ms": 2})
    outgoing.init_transactions(_TRANSACTION_S)
    done = 0
    while done < count:
        outgoing.begin_transaction()
        begins = done
        while done < count and done - begins < TRANSACTION_EVENTS:
            done += _fold_and_write(source, outgoing, topic_name(kafka, sink), state, tenants)
        outgoing.send_offsets_to_transaction(
            source.position(source.assignment()), source.consumer_group_metadata(), _TRANSACTION_S
        )
        outgoing.commit_transaction(_TRANSACTION_S)


def _fold_and_write(source: Consumer, sink: Producer, name: str, state: FeatureState, tenants: Tenants) -> int:
    taken = take(source, at_most=_TAKEN_AT_ONCE, wait_s=1.0)
    for begin in range(0, len(taken), BATCH):
        for transaction_id, total in _sums(taken[begin : begin + BATCH], state, tenants):
            sink.produce(name, b'{"transaction_id":"%b","total_minor":%d}' % (transaction_id, total), transaction_id)
        sink.poll(0)
    return len(taken)


def _sums(taken: Sequence[Message], state: FeatureState, tenants: Tenants) -> list[tuple[bytes, int]]:
    """Transaction ids and their sums, message by message."""
    scan = scan_transactions([message.value() or b"" for message in taken])
    if scan.refused:
        raise ValueError(f"a message of the bench's own is refused: {scan.refused[0][1]}")
    out, flags = np.empty((scan.n, 1), np.float32), np.empty(scan.n, np.uint8)
    state.apply(event_columns(scan, tenants.of(scan)), out, flags)
    text = scan.buffer.tobytes()
    ids = [text[start:end] for start, end in scan.spans[:, _ID].tolist()]
    return list(zip(ids, whole(out[:, 0]).tolist(), strict=True))


def slide(window: Window, *, at_ms: int, paid_minor: int) -> int:
    """Add an event to a customer's window, forget what fell out, and return the sum over (at - W, at].

    The events of a customer come in order of time.
    """
    window.append([at_ms, paid_minor])
    begins_ms = at_ms - FEATURE.window_ms
    fallen_out = 0
    while window[fallen_out][0] <= begins_ms:
        fallen_out += 1
    del window[:fallen_out]
    return sum(paid for _, paid in window)


def faust_table(our: Settings, *, sink: str, count: int) -> None:  # noqa: ARG001 (it has no end: whoever started it ends it)
    """The windows in a Faust table."""
    _faust(our, sink=sink, in_table=True)


def faust_without_table(our: Settings, *, sink: str, count: int) -> None:  # noqa: ARG001
    """The windows in a dictionary."""
    _faust(our, sink=sink, in_table=False)


def _faust(our: Settings, *, sink: str, in_table: bool) -> None:
    import faust

    kafka = our.kafka
    app = faust.App(
        kafka.prefix + (FAUST_APP if in_table else sink),
        broker=f"kafka://{kafka.bootstrap}",
        broker_credentials=broker_credentials(kafka),
        processing_guarantee="at_least_once",
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        datadir=str(our.var / "faust"),
    )

    def raw_topic(name: str) -> "faust.TopicT":
        return app.topic(
            topic_name(kafka, name), key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw"
        )  # fmt: skip

    windows: MutableMapping[str, Window] = app.Table(FAUST_TABLE, default=list, partitions=1) if in_table else defaultdict(list)
    outgoing = raw_topic(sink)
    decode, encode = msgspec.json.Decoder(Event).decode, msgspec.json.Encoder().encode

    @app.agent(raw_topic(SOURCE))
    async def add_up(stream: "faust.StreamT[bytes]") -> None:
        async for value in stream:
            event = decode(value)
            customer = f"{event.tenant_id} {event.customer_id}"
            window = windows[customer]
            paid_minor = event.amount_minor if event.direction == "debit" else 0
            total = slide(window, at_ms=event.event_time, paid_minor=paid_minor)
            windows[customer] = window
            await outgoing.send(key=event.transaction_id.encode(), value=encode(Sum(event.transaction_id, total)))

    faust.Worker(app, loglevel="WARN").execute_from_commandline()


PEERS = {"ours": ours, "faust": faust_table, "faust-without-table": faust_without_table}


def main() -> int:
    """Be the peer that the arguments name: peer, topic of its sums, count."""
    peer, sink, count = sys.argv[1:]
    PEERS[peer](settings(), sink=sink, count=int(count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
