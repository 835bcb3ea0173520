"""The public what-if: the scorer's answer about something that has not happened."""

import msgspec

from contracts.transactions import Refusal, RefusedMessage, Transaction, check_transaction
from kit.clock import Clock
from kit.errors import Unavailable
from kit.ids import uuid7
from serving.edge.addresses import AddressPseudonyms
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.scoring.client import ScorerAway, ScorerClient
from serving.scoring.schemas import WhatIf

_encode = msgspec.json.Encoder().encode
_REFUSED_FIELDS = {Refusal.WRONG_CURRENCY: "amount.currency", Refusal.FAR_FUTURE: "event_time"}


class ScorerNotReady(Unavailable):
    """The scorer does not answer, or has not finished folding its log."""

    code = "scorer-not-ready"
    title = "The scorer is not ready"
    remedy = "Try again after the number of seconds in Retry-After."


class ScoringService:
    """What the scoring route does."""

    def __init__(self, scorer: ScorerClient, *, addresses: AddressPseudonyms, clock: Clock) -> None:
        self._scorer = scorer
        self._addresses = addresses
        self._clock = clock

    async def what_if(self, principal: Principal, question: WhatIf) -> bytes:
        """Return the scorer's JSON answer. Raises InvalidRequest or ScorerNotReady."""
        now_ms = self._clock.now_ms()
        transaction_id = str(uuid7(self._clock))
        event_ms = int(question.event_time.timestamp() * 1000) if question.event_time else now_ms
        known = question.model_dump(exclude={"amount", "event_time", "customer_ip"}, exclude_none=True)
        if question.customer_ip is not None:
            known["ip"] = self._addresses.of_customer(principal, connection="", named=question.customer_ip)
        try:
            transaction = msgspec.convert(
                known
                | {
                    "schema": 1,
                    "transaction_id": transaction_id,
                    "tenant_id": principal.tenant_id,
                    "source": "what-if",
                    "external_id": transaction_id,
                    "event_time": event_ms,
                    "known_at": now_ms,
                    "amount_minor": question.amount.amount_minor,
                    "currency": question.amount.currency,
                },
                Transaction,
            )
            check_transaction(transaction)
        except msgspec.ValidationError as problem:
            raise InvalidRequest(str(problem)) from problem
        except RefusedMessage as refused:
            raise InvalidRequest(str(refused), field=_REFUSED_FIELDS[refused.refusal]) from refused
        try:
            status, body = await self._scorer.what_if(_encode(transaction))
        except ScorerAway as away:
            raise ScorerNotReady("the scorer does not answer", retry_after_s=2) from away
        if status == 422:
            raise InvalidRequest(body[:300].decode(errors="replace"))
        if status != 200:
            raise ScorerNotReady(f"the scorer answered {status}", retry_after_s=2)
        return body
