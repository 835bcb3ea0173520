"""The scorer: every transaction, in line. I/O around `scoring`: a Kafka door (exactly once), an RPC door, the decision log."""
