"""A decision that screening stiffened becomes one alert, whatever the log has of it, and folds back."""

import json

import msgspec
import pytest

from contracts.decisions import Answer, FlaggedDecision, Verdict
from scoring.facts import apply_ledger_events
from scoring.fold import rebuild
from serving.payments.screened import RULE, stiffened
from serving.screening.met import Became
from tests.scoring.conftest import NOW_MS, message, transaction
from tests.scoring.test_engine import event

ALLOWED = {
    "verdict": "allow", "source": "stand_in", "scored_at": NOW_MS, "valid_until": NOW_MS, "policy": "stand-in",
    "feature_set": "none",
}  # fmt: skip


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
