"""A graph neural network over who pays whom, run by numpy and scipy alone: what it reads, its weights, its scores, and why.

It is GraphSAGE (Hamilton, Ying, Leskovec, 2017) with directed, edge-conditioned messages: an account is described by its own
payments and by what its payers and payees are like, two steps away. It knows no account by name and no label, so that an
account that opened yesterday has a score, and a score reads nobody's label.
"""
