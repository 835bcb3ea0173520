"""The ledger recounted from its rows: the chain over the journal, the journal over the transfers, the books over their entries."""

from ledger.verification.run import Verified, verify

__all__ = ["Verified", "verify"]
