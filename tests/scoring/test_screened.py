"""A decision that screening stiffened becomes one alert, whatever the log has of it, and folds back."""

import json
import uuid

import msgspec
import pytest

from contracts.decisions import Answer, FlaggedDecision, Verdict
from contracts.transactions import Transaction
from ledger.events import event_tail
from risk.screening.held_back import RULE
from scoring.facts import apply_ledger_events
from scoring.fold import rebuild
from serving.payments.screened import stiffened
from serving.screening.met import Became
from streams.intake.decisions import InboundDecision, Place
from streams.intake.listed import instead
from streams.intake.payers import Payment
from streams.intake.requests import request
from tests.scoring.conftest import NOW_MS, message, transaction
from tests.scoring.test_engine import event

ALLOWED = {
    "verdict": "allow", "source": "stand_in", "scored_at": NOW_MS, "valid_until": NOW_MS, "policy": "stand-in",
    "feature_set": "none",
}  # fmt: skip
PLACE = Place(4, 9)


@pytest.mark.parametrize(("became", "status"), [(Became.HELD, "held"), (Became.REFUSED, "denied")])
@pytest.mark.parametrize("is_known", [True, False])
def test_what_screening_held_back_is_flagged_once(desk, fresh, became, status, is_known):
    if is_known:
        desk.decide([message(1)])
    stored = stiffened(msgspec.convert(ALLOWED, Answer), became)
    told = event(transaction(1), status=status, transaction=transaction(1), answer=json.loads(msgspec.json.encode(stored)))
    written = apply_ledger_events(desk.engine, [told, told], now_ms=NOW_MS)
    [(_, flagged)] = written.flagged
    decision = msgspec.json.decode(flagged, type=FlaggedDecision)
    assert decision.answer.verdict is (Verdict.REVIEW if became is Became.HELD else Verdict.DENY)
    assert (decision.answer.rules[-1], decision.answer.reasons[0]) == (RULE, RULE)
    desk.log += [record for _, record in written.records]
    assert rebuild(fresh(), [desk.log], check=True).differing == []


def test_money_that_came_in_and_was_kept_from_being_credited_is_flagged_once_and_its_outcome_is_denied(desk, fresh):
    desk.decide([message(1)])
    came_in = msgspec.convert(transaction(1), Transaction)
    decided = InboundDecision(
        uuid.UUID(came_in.transaction_id), came_in, Verdict.ALLOW, "x", msgspec.json.encode(ALLOWED), PLACE
    )
    posting = request(decided, is_ours=lambda _: True, headers={}, now_ms=NOW_MS)
    told = b'{"status":"denied",' + (event_tail(instead(Payment(posting, came_in, PLACE))) or b"")
    written = apply_ledger_events(desk.engine, [told, told], now_ms=NOW_MS)
    [(_, flagged)] = written.flagged
    decision = msgspec.json.decode(flagged, type=FlaggedDecision)
    assert (decision.answer.verdict, decision.answer.reasons[0]) == (Verdict.REVIEW, RULE)
    kinds = [msgspec.json.decode(record)["record"] for _, record in written.records]
    assert kinds == ["override", "outcome"]
    desk.log += [record for _, record in written.records]
    assert rebuild(fresh(), [desk.log], check=True).differing == []
