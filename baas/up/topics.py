"""Step three: the topics of the contracts."""

from contracts.topics import broker_topics
from kit.kafka import ensure_topics
from kit.settings import Settings


def prepare_topics(found: Settings) -> None:
    """Create every topic and dlq that is missing on the broker."""
    ensure_topics(found.kafka, broker_topics())
