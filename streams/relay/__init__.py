"""The relay: carries the outbox to Kafka, each event once, in commit order, gap-free.

One step a module: `decoding` reads pgoutput, `replication` streams the slot, `tail` finds where the topics end, `sink` produces
in transactions, `bootstrap` makes the slot and carries what was there before it, `process` puts them together.
"""
