"""The graph of who pays whom, for compliance: neighbours, ways of money, rings, shared devices, traces."""
