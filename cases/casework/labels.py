"""What a decision says of each transaction of a case (`risk.labels.v1`), with ids that a replay would give again. Pure."""

import uuid
from collections.abc import Iterable

from contracts.labels import FraudKind, Label
from kit.ids import derived_id


def labels(transaction_ids: Iterable[str], *, tenant_id: str, case_id: str, kind: FraudKind, known_at_ms: int) -> list[Label]:
    """Return one label a transaction."""
    return [
        Label(
            schema=1,
            label_id=str(derived_id(uuid.UUID(case_id), "label", transaction_id)),
            tenant_id=tenant_id,
            transaction_id=transaction_id,
            fraud=kind is not FraudKind.LEGITIMATE,
            kind=kind,
            known_at=known_at_ms,
            source=f"case-{case_id}",
        )
        for transaction_id in transaction_ids
    ]
