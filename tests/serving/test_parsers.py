"""What the edge reads of strangers: any bytes are read or refused in a domain word."""

import base64
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.clock import ManualClock
from kit.errors import DomainError
from serving.edge.addresses import line_of
from serving.edge.authentication import cookie_value
from serving.edge.correlation import trace_from
from serving.edge.errors import InvalidRequest, Unauthenticated
from serving.edge.openapi import problem_page
from serving.edge.pages import decode_cursor, encode_cursor
from serving.edge.problems import catalogue
from serving.identity.keys import KeyRing
from serving.identity.tokens import Tokens
from serving.payments.intents import parse

GOOD = {
    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "amount": {"amount_minor": 1, "currency": "BRL"}, "channel": "pix",
}  # fmt: skip
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=70), st.lists(st.integers(), max_size=2),
    st.sampled_from([2**63, -1, 1e400, "\0", "BRL ", "BRL", "0193F2AA-AAAA-7AAA-8AAA-AAAAAAAAAAAA", "x" * 37, {}, {"a": 1}]),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(name=st.sampled_from([*GOOD, "customer_ip", "mcc", "latitude_e5", "device_id", "tenant_id"]), value=odd)
def test_a_transfer_with_any_value_in_any_field_is_read_or_refused(name, value):
    try:
        request = parse(json.dumps(GOOD | {name: value}).encode())
    except DomainError:
        return
    assert request.amount.amount_minor >= 1
    assert request.credit_account_id != request.debit_account_id


@settings(max_examples=400, deadline=None)
@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass"))))
@example(body=b"[" * 8_000)
@example(body=b'{"amount":' + b'{"a":' * 1_500)
@example(body=b'{"debit_account_id":"\\ud800"}')
@example(body=b'{"\xff":1}')
@example(body=b"1" * 8_000)
def test_no_body_is_a_transfer_by_chance_and_each_is_refused_in_a_word(body):
    with pytest.raises(DomainError):
        parse(body)


@settings(max_examples=400, deadline=None)
@given(cursor=st.one_of(st.text(max_size=260), st.binary(max_size=190).map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
@example(cursor=base64.urlsafe_b64encode(b"[" * 190).decode())
@example(cursor=base64.urlsafe_b64encode(b"[true]").decode())
@example(cursor=base64.urlsafe_b64encode(b"[1e999]").decode())
@example(cursor="\ud800")
def test_a_cursor_is_a_key_of_the_kinds_asked_for_or_refused(cursor):
    for kinds in ((int,), (str,), (str, str)):
        try:
            key = decode_cursor(cursor, *kinds)
        except InvalidRequest:
            continue
        assert key is not None
        assert tuple(type(part) for part in key) == kinds


@given(
    key=st.one_of(
        st.tuples(st.integers(0, 2**63 - 1)), st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
    )
)
def test_a_cursor_that_was_given_out_comes_back_as_it_was(key):
    assert decode_cursor(encode_cursor(*key), *map(type, key)) == key


@settings(max_examples=400)
@given(correlation=st.none() | st.binary(max_size=80), traceparent=st.none() | st.binary(max_size=60))
def test_a_trace_is_the_callers_where_it_is_well_formed_and_fit_for_a_header_always(correlation, traceparent):
    trace = trace_from(correlation, traceparent)
    assert trace.correlation_id.isascii()
    assert trace.correlation_id.isprintable()
    assert 1 <= len(trace.correlation_id) <= 64
    assert len(trace.traceparent) == 55


@settings(max_examples=400)
@given(address=st.text(max_size=60) | st.ip_addresses().map(str))
@example(address="::ffff:1.2.3.4%eth0")
@example(address="٣.1.1.1")
@example(address="1" * 5_000)
def test_an_address_is_a_line_or_none(address):
    line = line_of(address)
    assert line is None or len(line) in (4, 8)


@settings(max_examples=300)
@given(header=st.binary(max_size=120), name=st.sampled_from(["baas_session", ""]))
@example(header=b"baas_session", name="baas_session")
@example(header=b"=;=;baas_session=a=b", name="baas_session")
def test_a_cookie_is_text_or_none(header, name):
    value = cookie_value(header, name)
    assert value is None or ";" not in value


@pytest.fixture(scope="module")
def tokens(tmp_path_factory) -> Tokens:
    clock = ManualClock(1_750_000_000_000)
    return Tokens(KeyRing(tmp_path_factory.mktemp("keys"), clock=clock), clock=clock)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


HEADS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b'{"alg":"RS256"}', b'{"alg":"none"}', b'{"alg":"RS256","kid":[]}', b'{"alg":"RS256","crit":["a"],"a":1}',
                     b'{"alg":"RS256","b64":false,"crit":["b64"]}', b'{"alg":{}}', b"[" * 2_000,
                     b'{"alg":"RS256","kid":"\\ud800"}']),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(token=st.text(max_size=60) | st.tuples(HEADS, st.binary(max_size=40), st.binary(max_size=40)).map(
    lambda parts: ".".join(map(part, parts))))  # fmt: skip
def test_no_token_is_ours_by_chance(tokens, token):
    with pytest.raises(Unauthenticated):
        tokens.verify(token)


@settings(max_examples=200)
@given(code=st.text(max_size=80) | st.sampled_from([*catalogue()]))
@example(code="<script>alert(1)</script>")
@example(code="__class__")
def test_a_problem_has_a_page_when_it_is_in_the_catalogue_and_no_other(code):
    assert (problem_page(code) is not None) == (code in catalogue())
