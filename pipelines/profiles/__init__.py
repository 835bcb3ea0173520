"""Slow profile features: from the marts to Feast's online store, and from there to the scorer as control records."""

from pipelines.profiles.materialise import Materialised, materialise
from pipelines.profiles.publish import ProfilesNotPublished, publish
from pipelines.profiles.store import PROJECT

__all__ = ["PROJECT", "Materialised", "ProfilesNotPublished", "materialise", "publish"]
