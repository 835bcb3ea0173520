"""What keeps the chain from being written."""

from kit.errors import Conflict


class SigningKeyMissing(Conflict):
    """The private half of the key that signs now is not on this machine."""

    code = "signing-key-missing"
    title = "The key that signs the ledger's blocks is not here"
    remedy = "Bring back the folder secrets/chain that belongs to this database; docs/ledger-chain.md says how."


class ChainCutOff(Conflict):
    """The chain lacks a block that was seen before, or has another in its place."""

    code = "chain-cut-off"
    title = "The ledger's chain is not the one that was seen before"
    remedy = "Run `baas ledger verify`; after a restore, docs/ledger-chain.md says what to do with the anchor."


class LedgerDiffers(Conflict):
    """What was sealed and what is there are not the same."""

    code = "ledger-differs"
    title = "The ledger's rows are not those that were sealed"
    remedy = "Tell the bank's operator: `baas ledger verify` names the first row that is wrong."
