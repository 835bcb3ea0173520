"""Profiles of who takes part in payments: made by the fold for the end of each day, put online, and told to the scorer."""

from pipelines.profiles.days import Written, write_days
from pipelines.profiles.history import profiles_as_of
from pipelines.profiles.materialise import is_online, materialise
from pipelines.profiles.online import put_online, registered
from pipelines.profiles.publish import ProfilesNotPublished
from pipelines.profiles.store import PROJECT

__all__ = [
    "PROJECT", "ProfilesNotPublished", "Written", "is_online", "materialise", "profiles_as_of", "put_online", "registered",
    "write_days",
]  # fmt: skip
