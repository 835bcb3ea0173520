"""Whatever bytes a topic holds, whoever reads it takes them or refuses them: no message ends a process."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.topics import ALERTS, BANKING_TRANSACTIONS, DECISIONS, INBOUND_TRANSACTIONS, LABELS
from contracts.transactions import UNREADABLE, RefusedMessage, parse_transaction
from scoring.scanner import scan_transactions
from serving.live.tail import alert_event, booked_event, decision_event
from streams.intake.decisions import Unreadable as NotRead
from streams.intake.decisions import read
from streams.sinks import messages

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
DEEP = 3_000


class Carried:
    """As much of a broker's message as the live feed looks at."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    def value(self) -> bytes:
        return self.payload

    def headers(self) -> list[tuple[str, bytes]]:
        return [("duration_us", b"9" * 5_000)]


READERS: dict[str, tuple[str, Callable[[bytes], object], tuple[type[Exception], ...]]] = {
    "the contract": (INBOUND_TRANSACTIONS, parse_transaction, (RefusedMessage,)),
    "the scorer": (INBOUND_TRANSACTIONS, lambda payload: scan_transactions([payload]), ()),
    "the intake": (DECISIONS, read, (NotRead,)),
    "the live feed's decisions": (DECISIONS, lambda payload: decision_event(Carried(payload)), UNREADABLE),
    "the live feed's alerts": (ALERTS, lambda payload: alert_event(Carried(payload)), UNREADABLE),
    "the live feed's bookings": (BANKING_TRANSACTIONS, lambda payload: booked_event(Carried(payload)), UNREADABLE),
    **{
        f"the sinks of {topic}": (topic, lambda payload, topic=topic: messages.decode(topic, payload), (messages.Unreadable,))
        for topic in (DECISIONS, BANKING_TRANSACTIONS, LABELS, ALERTS)
    },
}
FOUND = [
    b"", b"\xff", b"\0", b"null", b"[" * DEEP, b"{}", b'{"\xff": 1}', b'{"record":"\\ud800"}', b'{"schema":1e999}',
    b'{"schema":' + b"9" * 5_000 + b"}", b'{"zz":' + b"[" * DEEP + b"]" * DEEP + b"}", b'{"zz":' * DEEP + b"1" + b"}" * DEEP,
    b'{"record":"decision","zz":' + b"[" * DEEP, b'{"record":"control","control":' + b'{"a":' * DEEP,
]  # fmt: skip


def bytes_like(topic: str) -> st.SearchStrategy[bytes]:
    """Examples of the topic with something put in, taken out or put in the place of something else."""
    told = [json.dumps(each).encode() for each in json.loads((EXAMPLES / f"{topic}.json").read_text())]
    pieces = st.one_of(st.binary(max_size=6), st.sampled_from([b"[" * DEEP, b'"', b"\\", b"}", b"\\ud800", b"-", b"9" * 400]))

    def spoiled(drawn: tuple[bytes, int, int, bytes]) -> bytes:
        payload, at, length, piece = drawn
        return payload[: at % len(payload)] + piece + payload[at % len(payload) + length :]

    return st.one_of(
        st.binary(max_size=60),
        st.tuples(st.sampled_from(told), st.integers(0, 10_000), st.integers(0, 12), pieces).map(spoiled),
    )


def taken_or_refused(name: str, payload: bytes) -> None:
    _, reader, refusals = READERS[name]
    try:
        reader(payload)
    except refusals:
        return


@pytest.mark.parametrize("payload", FOUND, ids=range(len(FOUND)))
@pytest.mark.parametrize("name", READERS)
def test_what_was_found_once_is_refused(name, payload):
    taken_or_refused(name, payload)


@pytest.mark.parametrize("name", READERS)
def test_any_bytes_are_taken_or_refused(name, pytestconfig):
    @settings(max_examples=200 * pytestconfig.getoption("--soak"), deadline=None)
    @given(payload=bytes_like(READERS[name][0]))
    def ask(payload: bytes) -> None:
        taken_or_refused(name, payload)

    ask()


def test_a_message_of_nothing_but_brackets_is_malformed_for_the_scorer():
    """It once ended the scorer, which met it again at each start."""
    scan = scan_transactions([b'{"zz":' + b"[" * DEEP + b"]" * DEEP + b"}"])
    assert (scan.n, [(row, refusal.refusal) for row, refusal in scan.refused]) == (0, [(0, "malformed")])
