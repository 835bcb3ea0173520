"""The sealed chain: what the journal notes is chained in commit order, gathered into blocks, worked for and signed.

`canonical` says which bytes are hashed, `sealer` writes the chain, `verify` recounts all of it; docs/ledger-chain.md explains.
"""
