"""Keeps the Flink jobs that find candidates of money laundering: a cluster of this machine, jobs, savepoints."""
