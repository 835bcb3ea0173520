"""How the jobs' Kafka clients log in: by the same settings as every other client, in the words of Kafka's own client."""

import os
from pathlib import Path

from kit.settings import Kafka

_MODULES = {"PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule"}
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def properties(kafka: Kafka) -> list[str]:
    """Return NAME=VALUE lines; none for brokers that ask for nothing and encrypt nothing.

    Raises ValueError for a password that a login configuration cannot hold.
    """
    found = []
    if kafka.encrypted or kafka.logs_in:
        found.append(f"security.protocol={kafka.security}")
    if kafka.encrypted and kafka.ca:
        found += ["ssl.truststore.type=PEM", f"ssl.truststore.location={kafka.ca}"]
    if kafka.logs_in and kafka.user and kafka.password:
        secret = kafka.password.get_secret_value()
        if any(letter in kafka.user + secret for letter in "\"'\\\n"):
            raise ValueError("a user or password with a quotation mark, a backslash or a line break cannot be given to Flink")
        module = _MODULES.get(kafka.mechanism, _SCRAM)
        found += [
            f"sasl.mechanism={kafka.mechanism}",
            f'sasl.jaas.config={module} required username="{kafka.user}" password="{secret}";',
        ]
    return found


def write(kafka: Kafka, path: Path) -> Path | None:
    """Write them where only we can read them, and return the file; None where there are none."""
    lines = properties(kafka)
    if not lines:
        return None
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as sink:
        sink.write("\n".join(lines) + "\n")
    return path
