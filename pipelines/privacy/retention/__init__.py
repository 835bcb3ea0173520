"""Dropping what is past its time, whoever it was of."""

from pipelines.privacy.retention.rules import ANSWERS_DAYS, BACKUPS_DAYS, COPIES_DAYS, PAYERS_DAYS, PROFILES_DAYS
from pipelines.privacy.retention.run import Dropped, retain

__all__ = ["ANSWERS_DAYS", "BACKUPS_DAYS", "COPIES_DAYS", "PAYERS_DAYS", "PROFILES_DAYS", "Dropped", "retain"]
