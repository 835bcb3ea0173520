"""The ledger's chain as everybody may see it: blocks, keys, and the proof that a transfer is in one."""
