"""The question what a movement of an account's history was for, asked alike by whoever decides and by whoever learns."""

from uuid import UUID

from contracts.categories import CounterpartyKind
from insight.categories.deciding import Asked


def asked_of(
    *,
    tenant_id: str,
    purpose: str,
    channel: str,
    mcc: int | None,
    kind: str,
    received: bool,
    counterparty_id: str | None,
    counterparty_account_id: UUID,
    text: str | None,
) -> Asked:
    """Return the question. Who is on the other side: within this bank the account, beyond it whom the decision named.

    Ids beyond the bank are a tenant's own: what one tenant's holders call a payee says nothing of another's.
    """
    if kind == CounterpartyKind.OUTSIDE:
        counterparty = f"{tenant_id}/{counterparty_id}" if counterparty_id else ""
    else:
        counterparty = str(counterparty_account_id)
    return Asked(
        purpose=purpose,
        channel=channel,
        mcc=mcc,
        kind=CounterpartyKind(kind),
        received=received,
        counterparty=counterparty,
        text=text or "",
    )
