"""The topics, read from the YAML files beside this module: one file a topic, one fact in one place."""

import importlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

BANKING_TRANSACTIONS = "banking.transactions.v1"
INBOUND_TRANSACTIONS = "inbound.transactions.v1"
DECISIONS = "risk.decisions.v1"
FLAGGED = "risk.flagged.v1"
SCREENED = "risk.screened.v1"
LABELS = "risk.labels.v1"
CONTROLS = "risk.controls.v1"
ALERTS = "risk.alerts.v1"
SETTLED_FEATURES = "features.settled.v1"
SANDBOX_TRANSACTIONS = "sandbox.transactions.v1"
AML_CANDIDATES = "aml.candidates.v1"
AML_FINDINGS = "aml.findings.v1"

MESSAGE_TIMESTAMP = "LogAppendTime"
DAY_MS = 86_400_000
DLQ_RETENTION_DAYS = 400


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic's contract."""

    name: str
    owner: str
    description: str
    key: str
    struct: str
    partitions: int
    retention_days: int | None
    guarantees: str
    headers: tuple[str, ...]
    dlq: bool

    def message_type(self) -> Any:
        """Return the struct (or union of structs) that a message of this topic decodes to."""
        module, _, name = self.struct.partition(":")
        return getattr(importlib.import_module(module), name)

    def configuration(self) -> dict[str, str]:
        """Broker settings; kept for ever where `retention_days` is null."""
        return _configuration(self.retention_days)

    def dlq_configuration(self) -> dict[str, str]:
        """Broker settings of its dlq: what was refused is nobody's state, and is not kept for ever."""
        return _configuration(min(self.retention_days or DLQ_RETENTION_DAYS, DLQ_RETENTION_DAYS))


def _configuration(retention_days: int | None) -> dict[str, str]:
    """LogAppendTime, because simulated history arrives with event times of its own."""
    return {
        "retention.ms": "-1" if retention_days is None else str(retention_days * DAY_MS),
        "retention.bytes": "-1",
        "message.timestamp.type": MESSAGE_TIMESTAMP,
        "cleanup.policy": "delete",
    }


@lru_cache(maxsize=1)
def topics() -> dict[str, Topic]:
    """Return every topic by name. Raises ValueError when a file and its topic disagree."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        content = yaml.safe_load(path.read_text())
        if content["topic"] != path.stem:
            raise ValueError(f"{path.name} describes {content['topic']}")
        found[path.stem] = Topic(
            name=content["topic"],
            owner=content["owner"],
            description=content["description"],
            key=content["key"],
            struct=content["struct"],
            partitions=content["partitions"],
            retention_days=content["retention_days"],
            guarantees=content["guarantees"],
            headers=tuple(content["headers"]),
            dlq=content.get("dlq", False),
        )
    return found


def broker_topics() -> dict[str, tuple[int, dict[str, str]]]:
    """Return what `kit.kafka.ensure_topics` creates: every topic, and a dlq for each that needs one."""
    wanted = {}
    for topic in topics().values():
        wanted[topic.name] = (topic.partitions, topic.configuration())
        if topic.dlq:
            wanted[f"{topic.name}.dlq"] = (1, topic.dlq_configuration())
    return wanted
