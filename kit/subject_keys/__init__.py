"""A key a subject: what says who somebody is lies sealed under it, and destroying the key erases them, from backups too."""

from kit.subject_keys.local import LocalKeys, local_keys
from kit.subject_keys.provider import Subject, SubjectKeys
from kit.subject_keys.records import SealedRecords

__all__ = ["LocalKeys", "SealedRecords", "Subject", "SubjectKeys", "local_keys"]
