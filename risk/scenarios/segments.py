"""Which segment a customer is of, as versions of scenarios name them. Pure.

A segment follows from what the core knows of every customer: whether they are a person or a business. Declared incomes are not
kept, so that no segment can rest on one.
"""

from enum import StrEnum


class Segment(StrEnum):
    """For whom a version may hold; a version without one holds for everybody."""

    PERSON = "person"
    BUSINESS = "business"


def segment_of(kind: str | None) -> Segment | None:
    """Return the segment of a customer of that kind (`bank.customer.kind`); None where the core does not know them."""
    return None if kind is None else Segment(kind)
