"""What a scenario finds."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from kit.ids import derived_id

MOST_TRANSACTIONS = 200
_FINDINGS = uuid.UUID("5b1f0c52-6d1e-5c0a-9a55-3f0f5a3f3a11")


@dataclass(frozen=True, slots=True)
class Finding:
    """One account in one scenario, from the first payment of it to the last. Times are milliseconds since 1970 (UTC).

    `transactions` are the payments that make it, oldest first, at most MOST_TRANSACTIONS; `payments` counts all of them and
    `amount_minor` adds them up, in centavos.
    """

    scenario: str
    account_id: str
    first_at: int
    last_at: int
    payments: int
    amount_minor: int
    transactions: Sequence[str]

    @property
    def finding_id(self) -> str:
        """The same whenever the same payments are looked at again."""
        return str(derived_id(_FINDINGS, self.scenario, self.account_id, self.transactions[0]))
