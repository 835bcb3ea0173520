"""The scanner with its slow path reads exactly what the contract reads: never more, never less, never otherwise."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.transactions import LATEST_EVENT_MS, RefusedMessage, Transaction, parse_transaction
from scoring.fields import FIELDS, MISSING, NUMBER, NUMBER_COLUMNS, TEXT, TEXT_COLUMNS
from scoring.scanner import Scan, scan_transactions
from tests.scoring.conftest import NOW_MS, message, transaction

_EXAMPLE = transaction(1, card_id="k1", merchant_id="m1", country="BR", latitude_e5=-5, longitude_e5=7, entry_mode="app")
_ODD_TEXTS = st.sampled_from(
    ["", " ", "a b", "é", '"', "\\", "a\n", "x" * 65, "A", "demo", "0", "pix", "PIX", "brl", "BRL", "credit"]
)
_ODD_NUMBERS = st.sampled_from(
    [0, -1, 1, 9_999, 10_000, 10**15, 10**15 + 1, 2**52, 2**52 + 1, 2**63, -(2**63), 10**30, 1.0, 1.5, 1e3, -0.0, True]
)
_VALUES = st.one_of(
    st.none(), st.text(max_size=70), _ODD_TEXTS, st.integers(), _ODD_NUMBERS, st.floats(allow_nan=False), st.booleans(),
    st.lists(st.integers(), max_size=2), st.just({}), st.integers(NOW_MS - 400_000, NOW_MS + 800_000),
)  # fmt: skip


def accepted(payload: bytes) -> Transaction | None:
    try:
        return parse_transaction(payload)
    except RefusedMessage:
        return None


def as_struct(scan: Scan, row: int) -> Transaction:
    """The row, read from its columns alone."""
    content = {}
    for field in FIELDS:
        if field.kind == TEXT:
            content[field.name] = scan.text(row, TEXT_COLUMNS[field.name]) or None
            continue
        number = int(scan.numbers[row, NUMBER_COLUMNS[field.name]])
        known = number if field.kind == NUMBER else field.words[number] if number >= 0 else None
        content[field.name] = None if number == MISSING else known
    return msgspec.convert({name: value for name, value in content.items() if value is not None}, Transaction)


def check(payload: bytes) -> Scan:
    scan = scan_transactions([payload])
    expected = accepted(payload)
    if expected is not None and any("\n" in str(value) for value in msgspec.to_builtins(expected).values()):
        assert scan.n == 0  # the patterns' `$` lets a line break through; no consumer's key may hold one
        return scan
    assert scan.n == (expected is not None)
    if expected is not None:
        assert as_struct(scan, 0) == expected
        assert scan.transaction(0) == expected
    return scan


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(_EXAMPLE)), _VALUES, min_size=0, max_size=3), st.booleans(), st.randoms())
def test_any_value_in_any_field_is_read_as_the_contract_reads_it(changes, spaced, order):
    items = list((_EXAMPLE | changes).items())
    order.shuffle(items)
    text = json.dumps(dict(items), separators=None if spaced else (",", ":"), ensure_ascii=order.random() < 0.5)
    check(text.encode())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_to_the_bytes_is_read_as_the_contract_reads_it(data):
    payload = bytearray(message(3))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(payload) - 1))
        how = data.draw(st.sampled_from(["replace", "remove", "insert", "cut", "repeat"]))
        byte = data.draw(st.sampled_from(list(b'"\\{}[],: 0159-+.eEnullax\n\t\x00\xff')))
        if how == "replace":
            payload[at] = byte
        elif how == "remove":
            del payload[at]
        elif how == "insert":
            payload.insert(at, byte)
        elif how == "cut":
            del payload[at:]
        else:
            payload[at:at] = payload[at : at + 30]
        if not payload:
            break
    check(bytes(payload))


def test_only_a_canonical_uuid_names_a_transaction():
    canonical = _EXAMPLE["transaction_id"]
    assert scan_transactions([message(1)]).slow == 0
    for at in range(36):
        for other in "-0f":
            check(json.dumps(_EXAMPLE | {"transaction_id": canonical[:at] + other + canonical[at + 1 :]}).encode())
    for odd in ("-" * 36, "0" * 36, canonical.replace("-", "0"), canonical[1:] + "-", canonical.upper()):
        scan = check(json.dumps(_EXAMPLE | {"transaction_id": odd}).encode())
        assert [refusal.refusal for _, refusal in scan.refused] == ["malformed"]


def test_a_moment_that_has_no_date_is_refused():
    for name in ("event_time", "known_at"):
        for moment, count in ((LATEST_EVENT_MS, 1), (LATEST_EVENT_MS + 1, 0), (2**52, 0)):
            changed = _EXAMPLE | {"known_at": LATEST_EVENT_MS} | {name: moment}
            scan = check(json.dumps(changed).encode())
            assert scan.n == count
            assert all(refusal.refusal == "far-future" for _, refusal in scan.refused)


@pytest.mark.parametrize("missing", [field.name for field in FIELDS])
def test_each_field_may_be_left_out_or_null_where_the_contract_says_so(missing):
    check(json.dumps({name: value for name, value in _EXAMPLE.items() if name != missing}).encode())
    check(json.dumps(_EXAMPLE | {missing: None}).encode())


def test_a_plain_message_takes_the_fast_path_in_any_order_of_keys():
    plain = [json.dumps(_EXAMPLE).encode(), json.dumps(dict(reversed(_EXAMPLE.items())), separators=(",", ":")).encode()]
    scan = scan_transactions(plain)
    assert (scan.n, scan.slow) == (2, 0)
    assert scan.hashes[0].tolist() == scan.hashes[1].tolist()


def test_an_escape_takes_the_slow_path_to_the_same_columns():
    plain = message(5)
    escaped = plain.replace(b'"demo"', b'"d\\u0065mo"')
    scan = scan_transactions([plain, escaped])
    assert (scan.n, scan.slow) == (2, 1)
    assert scan.hashes[0].tolist() == scan.hashes[1].tolist()
    assert b"\\u" not in scan.buffer[scan.bounds[1, 0] : scan.bounds[1, 1]].tobytes()


def test_the_content_hash_sees_every_field_and_null_is_absence():
    base = scan_transactions([json.dumps(_EXAMPLE).encode()]).hashes[0, 0]
    for name, value in _EXAMPLE.items():
        if name in ("schema",):
            continue
        other = {"channel": "cash", "direction": "credit", "currency": "USD", "country": "AR", "entry_mode": "chip"}.get(
            name, value + 1 if isinstance(value, int) else "0" + value[1:] if name == "transaction_id" else value + "z"
        )
        changed = scan_transactions([json.dumps(_EXAMPLE | {name: other}).encode()])
        assert changed.n == 1, name
        assert changed.hashes[0, 0] != base, name
    without, null = ({**_EXAMPLE, "card_id": None}, {k: v for k, v in _EXAMPLE.items() if k != "card_id"})
    hashes = scan_transactions([json.dumps(each).encode() for each in (without, null)]).hashes
    assert hashes[0, 0] == hashes[1, 0]


def test_what_is_only_observed_has_no_part_in_the_content_hash():
    plain, *seen = (_EXAMPLE, _EXAMPLE | {"ip": "a1", "balance_minor": -5}, _EXAMPLE | {"ip": "a2", "balance_minor": 2**53})
    scan = scan_transactions([json.dumps(each).encode() for each in (plain, *seen)])
    assert len(set(scan.hashes[:, 0].tolist())) == 1
    assert scan.numbers[:, NUMBER_COLUMNS["balance_minor"]].tolist() == [MISSING, -5, 2**53]


def test_one_bad_row_changes_nothing_for_its_neighbours():
    alone = scan_transactions([message(1), message(2)])
    among = scan_transactions([b"", message(1), b"{", message(2, currency="XXX"), message(2)])
    assert among.origin.tolist() == [1, 4]
    assert [row for row, _ in among.refused] == [0, 2, 3]
    np.testing.assert_array_equal(among.hashes, alone.hashes)
    np.testing.assert_array_equal(among.numbers, alone.numbers)
