"""The families that the catalogue is made of: a few dozen definitions, each over several windows.

A family says whose events, what is computed and why it matters; its features differ only in the window. Names are
`<entity>_<what>_<window>`; the sentence is what staff could read to a customer.
"""

from feature_store.families.daily import DAILY_FEATURES
from feature_store.families.events import EVENT_FEATURES
from feature_store.families.graph import EXTERNAL_FEATURES
from feature_store.families.quotients import QUOTIENT_FEATURES
from feature_store.families.windows import WINDOW_FEATURES

__all__ = ["DAILY_FEATURES", "EVENT_FEATURES", "EXTERNAL_FEATURES", "QUOTIENT_FEATURES", "WINDOW_FEATURES"]
