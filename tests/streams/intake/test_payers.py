"""Who pays what comes in, and what is posted in the place of a payment that may not be credited."""

import os
import sys
import uuid

import msgspec
import pytest

from cases.payers import PAYER_NOT_SCREENED
from contracts.decisions import FlaggedDecision, Verdict
from ledger.events import decode_tail, event_tail
from ledger.postings import InvalidPosting, Kind
from streams.intake.compiled import COMPILED_WITHIN_S, RETRY_S, Compiled, SearchesNotReady
from streams.intake.decisions import InboundDecision, Place
from streams.intake.listed import instead
from streams.intake.payers import Payment, payer_of
from streams.intake.put_aside import denied
from streams.intake.requests import came_in, request
from streams.intake.stiffened import flagged
from tests.streams.conftest import wait_until
from tests.streams.intake.test_requests import ALSO_OURS, ELSEWHERE, NOW_MS, OURS, SETTLEMENT, is_ours, transaction

ANSWER = msgspec.json.encode({
    "verdict": "allow", "source": "scorer", "scored_at": 1, "valid_until": 2, "policy": "p-1", "feature_set": "f-1",
    "probability": 0.25, "reasons": ["customer_new_payee"],
})  # fmt: skip


def payment(verdict: Verdict = Verdict.ALLOW, answer: bytes = ANSWER, **fields: object) -> Payment:
    found = transaction(**({"account_id": str(OURS), "direction": "credit", "payee_id": "p-1"} | fields))
    decided = InboundDecision(uuid.UUID(int=9), found, verdict, "a_reason", answer, Place(4, 9))
    return Payment(request(decided, is_ours=is_ours, headers={}, now_ms=NOW_MS), found, decided.place)


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        ({}, "p-1"),
        ({"payee_id": None}, None),
        ({"direction": "debit", "account_id": str(ELSEWHERE), "payee_id": str(OURS)}, str(ELSEWHERE)),
        ({"direction": "debit", "account_id": None, "payee_id": str(OURS)}, None),
    ],
)
def test_what_comes_in_names_its_payer_on_the_side_that_is_not_ours(fields, who):
    found = payment(**fields)
    assert came_in(found.request, found.transaction)
    assert payer_of(found.transaction) == who


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        (Verdict.DENY, {}),
        (Verdict.STEP_UP, {}),
        (Verdict.ALLOW, {"direction": "debit"}),
        (Verdict.ALLOW, {"direction": "debit", "payee_id": str(ALSO_OURS)}),
        (Verdict.ALLOW, {"account_id": str(ELSEWHERE)}),
    ],
)
def test_what_moves_nothing_or_moves_between_our_accounts_or_leaves_does_not_come_in(verdict, fields):
    found = payment(verdict, **fields)
    assert not came_in(found.request, found.transaction)


def test_what_was_allowed_is_denied_in_its_place_with_an_answer_that_says_why():
    found = instead(payment())
    assert (found.kind, found.reason) == (Kind.DENY, "payer-may-be-listed")
    assert (found.debit_account_id, found.credit_account_id) == (None, None)
    event = decode_tail(event_tail(found) or b"", status="denied")
    assert event.door == "inbound"
    assert event.answer is not None
    assert (event.answer.verdict, event.answer.probability) == (Verdict.REVIEW, 0.25)
    assert (event.answer.rules, event.answer.reasons) == (["screening_hit"], ["screening_hit", "customer_new_payee"])
    assert msgspec.json.decode(found.answer or b"")["verdict"] == "review"


def test_what_is_held_is_held_in_its_place():
    before = payment(Verdict.REVIEW)
    found = instead(before)
    assert (found.kind, found.expires_at_ms) == (Kind.HOLD, before.request.expires_at_ms)
    assert (found.debit_account_id, found.credit_account_id) == (SETTLEMENT, OURS)
    assert decode_tail(event_tail(found) or b"", status="held").answer is not None


def test_an_answer_that_cannot_be_read_is_not_posted():
    with pytest.raises(InvalidPosting):
        instead(payment(answer=b"{}"))


def test_what_waits_for_a_look_is_denied_in_its_place_and_the_logs_answer_stands():
    for verdict in (Verdict.ALLOW, Verdict.REVIEW):
        before = payment(verdict)
        found = denied(before.request, problem=PAYER_NOT_SCREENED)
        assert (found.kind, found.reason, found.expires_at_ms) == (Kind.DENY, "payer-not-screened", None)
        assert (found.debit_account_id, found.credit_account_id, found.answer) == (None, None, before.request.answer)
        assert decode_tail(event_tail(found) or b"", status="denied").answer is None


def test_of_what_waits_compliance_is_told_the_decision_that_a_first_look_would_have_stored():
    for verdict in (Verdict.ALLOW, Verdict.REVIEW):
        waits = payment(verdict)
        told = msgspec.json.decode(flagged(waits), type=FlaggedDecision)
        assert (told.epoch, told.n, told.transaction) == (4, 9, waits.transaction)
        assert msgspec.json.encode(told.answer) == instead(waits).answer
    with pytest.raises(InvalidPosting):
        flagged(payment(answer=b"{}"))


def not_ready(compiled: Compiled) -> str:
    with pytest.raises(SearchesNotReady) as told:
        compiled.require()
    return str(told.value)


def test_nobody_waits_where_searches_are_compiled_which_happens_beside_the_rest(tmp_path):
    done = tmp_path / "done"
    touches = (sys.executable, "-c", f"import pathlib; pathlib.Path({str(done)!r}).touch()")
    compiled = Compiled(is_ready=done.exists, command=touches)
    assert "are being compiled" in not_ready(compiled)
    wait_until(done.exists, what="they are compiled")
    compiled.require()
    compiled.close()


def test_what_could_not_be_compiled_is_tried_again_after_a_while_and_not_for_every_batch(tmp_path):
    tries, now_s = tmp_path / "tries", [0.0]
    counts = (sys.executable, "-c", f"open({str(tries)!r}, 'a').write('x'); raise SystemExit(1)")
    compiled = Compiled(is_ready=lambda: False, command=counts, clock_s=lambda: now_s[0])
    said: list[str] = []
    for now_s[0], times in ((0.0, 1), (RETRY_S, 2)):
        wait_until(
            lambda: said.append(not_ready(compiled)) or "could not be compiled: exit status 1" in said[-1], what="it failed"
        )
        now_s[0] += RETRY_S - 1
        assert "tried again" in not_ready(compiled)
        assert tries.read_text() == "x" * times
    compiled.close()


def test_what_compiles_for_too_long_is_ended_and_so_it_is_when_the_intake_ends(tmp_path):
    now_s, begun = [0.0], tmp_path / "begun"
    never = (
        f"import os, pathlib, threading; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); threading.Event().wait()"
    )
    compiled = Compiled(is_ready=lambda: False, command=(sys.executable, "-c", never), clock_s=lambda: now_s[0])

    def begins() -> int:
        not_ready(compiled)
        wait_until(lambda: begun.exists() and begun.read_text(), what="it is being compiled")
        return int(begun.read_text())

    first = begins()
    now_s[0] = COMPILED_WITHIN_S
    assert "not done within" in not_ready(compiled)
    begun.unlink()
    now_s[0] += RETRY_S
    second = begins()
    compiled.close()
    for each in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)
