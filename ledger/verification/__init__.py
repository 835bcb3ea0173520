"""The ledger recounted: the chain from the journal, the journal from the transfers, the books from their entries."""

from ledger.verification.run import Verified, verify

__all__ = ["Verified", "verify"]
