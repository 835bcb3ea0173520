"""Withdrawals of cash with what the core says of them: how much had notice, and what had been taken out before on the day."""

from collections.abc import Sequence

import msgspec
import psycopg

from contracts.aml import Candidate
from contracts.transactions import Channel
from ledger.days import day_of, start_ms
from risk.scenarios.notices import noticed_minor
from streams.alerts import repository
from streams.alerts.held import Values
from streams.alerts.repository import Asked

WITHOUT_NOTICE = "cash-without-notice"


async def with_notices(
    connection: psycopg.AsyncConnection, tenant_id: str, candidates: Sequence[Candidate], held: Values
) -> list[Candidate]:
    """Return the candidates; those of cash without notice with `noticed_minor` and `taken_minor` among their measures.

    Both are what was known at the withdrawal's moment, so that one that is judged again is judged as before.
    """
    asked = [each for each in candidates if each.scenario == WITHOUT_NOTICE]
    if not asked:
        return list(candidates)
    values = [held.of(WITHOUT_NOTICE, each.account_id, at_ms=each.last_at) for each in asked]
    days = [day_of(each.last_at) for each in asked]
    before = await repository.payments_since(
        connection,
        [
            Asked(each.account_id, start_ms(day), each.last_at, of["amount_minor"])
            for each, day, of in zip(asked, days, values, strict=True)
        ],
    )
    said = await repository.notices(
        connection, tenant_id, [(each.account_id, day) for each, day in zip(asked, days, strict=True)]
    )
    told: dict[int, Candidate] = {}
    for each, day, of, earlier, given in zip(asked, days, values, before, said, strict=True):
        last = each.payments[-1]
        taken = last.amount_minor + sum(
            one.amount_minor
            for one in earlier
            if one.is_out and one.channel is Channel.CASH and (one.at, one.transaction_id) < (last.at, last.transaction_id)
        )
        noticed = noticed_minor(given, day=day, business_days=of["business_days"], at_ms=each.last_at)
        told[id(each)] = msgspec.structs.replace(
            each, measures=dict(each.measures) | {"taken_minor": taken, "noticed_minor": noticed}
        )
    return [told.get(id(each), each) for each in candidates]
