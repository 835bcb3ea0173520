"""How a decided transaction can end."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a decided transaction. Every decision gets exactly one."""

    POSTED = "posted"
    DENIED = "denied"
    FAILED = "failed"
    OBSERVED = "observed"
    ABANDONED = "abandoned"
