"""What the ledger is asked to do with a decided inbound transaction."""

import uuid

import pytest

from contracts.decisions import Verdict
from contracts.transactions import Transaction
from ledger.accounts import system_account_id
from ledger.postings import Kind
from streams.intake.decisions import InboundDecision, Place
from streams.intake.requests import HOLD_MS, Legs, named_accounts, request, settlement_needed

OURS, ALSO_OURS, ELSEWHERE = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
SETTLEMENT = system_account_id(tenant_id="demo", currency="BRL", code="settlement:pix")
NOW_MS = 2_000


def transaction(**fields: object) -> Transaction:
    content: dict = {
        "schema": 1, "transaction_id": str(uuid.UUID(int=9)), "tenant_id": "demo", "source": "s", "external_id": "e",
        "event_time": 900, "known_at": 1_000, "channel": "pix", "direction": "debit", "amount_minor": 100, "currency": "BRL",
    }  # fmt: skip
    return Transaction(**(content | fields))


def is_ours(account: tuple[str, uuid.UUID]) -> bool:
    return account in {("demo", OURS), ("demo", ALSO_OURS)}


def asked(verdict: Verdict = Verdict.ALLOW, **fields: object):
    decided = InboundDecision(uuid.UUID(int=9), transaction(**fields), verdict, "a_reason", b"{}", Place(4, 9))
    return request(decided, is_ours=is_ours, headers={}, now_ms=NOW_MS)


def legs(**fields: object) -> Legs | None:
    found = asked(**fields)
    return None if found.kind is Kind.OBSERVE else Legs(debit=found.debit_account_id, credit=found.credit_account_id)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"account_id": str(OURS), "payee_id": str(ALSO_OURS)}, Legs(debit=OURS, credit=ALSO_OURS)),
        ({"account_id": str(OURS), "payee_id": "t000051"}, Legs(debit=OURS, credit=SETTLEMENT)),
        ({"account_id": str(OURS)}, Legs(debit=OURS, credit=SETTLEMENT)),
        ({"account_id": str(ELSEWHERE), "payee_id": str(OURS)}, Legs(debit=SETTLEMENT, credit=OURS)),
        ({"account_id": str(OURS), "direction": "credit"}, Legs(debit=SETTLEMENT, credit=OURS)),
        ({"account_id": str(OURS), "direction": "credit", "payee_id": str(ALSO_OURS)}, Legs(debit=SETTLEMENT, credit=OURS)),
        ({"account_id": str(ELSEWHERE), "direction": "credit", "payee_id": str(OURS)}, None),
        ({"account_id": str(ELSEWHERE)}, None),
        ({}, None),
        ({"account_id": str(OURS), "tenant_id": "other"}, None),
    ],
)
def test_money_moves_between_our_accounts_or_through_settlement(fields, expected):
    assert legs(**fields) == expected


@pytest.mark.parametrize(
    ("verdict", "fields", "needed"),
    [
        (Verdict.ALLOW, {"account_id": str(OURS)}, True),
        (Verdict.REVIEW, {"account_id": str(OURS), "direction": "credit"}, True),
        (Verdict.ALLOW, {"account_id": str(OURS), "payee_id": str(ALSO_OURS)}, False),
        (Verdict.DENY, {"account_id": str(OURS)}, False),
        (Verdict.ALLOW, {"account_id": str(ELSEWHERE)}, False),
        (Verdict.ALLOW, {"account_id": str(OURS), "currency": "XXX"}, False),
    ],
)
def test_a_settlement_account_is_needed_where_money_crosses_the_banks_border_and_nowhere_else(verdict, fields, needed):
    found = settlement_needed(asked(verdict, **fields), transaction(**fields))
    assert (found and found.account_id) == (SETTLEMENT if needed else None)


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (Verdict.ALLOW, Kind.POST),
        (Verdict.REVIEW, Kind.HOLD),
        (Verdict.STEP_UP, Kind.DENY),
        (Verdict.DENY, Kind.DENY),
    ],
)
def test_the_verdict_says_what_happens_to_our_accounts_and_nothing_else_is_more_than_observed(verdict, kind):
    assert asked(verdict, account_id=str(OURS)).kind is kind
    assert asked(verdict, account_id=str(ELSEWHERE)).kind is Kind.OBSERVE


def test_a_denial_names_its_reason_and_touches_no_account():
    denied = asked(Verdict.DENY, account_id=str(OURS))
    assert (denied.reason, denied.debit_account_id, denied.credit_account_id) == ("a_reason", None, None)


def test_times_are_when_it_happened_and_when_it_was_learned():
    posted = asked(account_id=str(OURS))
    assert (posted.occurred_at_ms, posted.booked_at_ms, posted.expires_at_ms) == (900, 1_000, None)
    assert asked(account_id=str(OURS), known_at=NOW_MS + 50).booked_at_ms == NOW_MS
    assert asked(Verdict.REVIEW, account_id=str(OURS)).expires_at_ms == NOW_MS + HOLD_MS


def test_only_a_uuid_in_its_usual_form_names_an_account():
    spelled = str(uuid.UUID("abcdef01-0000-4000-8000-000000000001"))
    named = [transaction(account_id=spelled, payee_id=spelled.upper()), transaction(account_id="-" * 36)]
    assert named_accounts(named) == {("demo", uuid.UUID(spelled))}
