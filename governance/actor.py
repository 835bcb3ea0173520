"""Who changes how decisions are made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which tenant."""

    tenant_id: str
    name: str
