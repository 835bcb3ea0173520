"""The graph of who pays whom and from what: what is asked of it, within bounds. `streams/graph` writes it."""
