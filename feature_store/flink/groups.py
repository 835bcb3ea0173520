"""Groups: the marked features of one entity and one window. A streaming SELECT has one OVER window: a group is one INSERT."""

from collections.abc import Iterable
from dataclasses import dataclass

from feature_store.flink.marked import MARKED
from feature_store.flink.moments import Moment, moments_of
from feature_store.vocabulary import DAY_MS, HOUR_MS, MINUTE_MS, Entity, WindowFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Features that share an OVER window, and the moments that they need."""

    entity: Entity
    window_ms: int
    features: tuple[WindowFeature, ...]

    @property
    def name(self) -> str:
        """`customer_1h`, `customer_payee_1d`."""
        for unit_ms, letter in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "m")):
            if self.window_ms % unit_ms == 0:
                return f"{self.entity.name.lower()}_{self.window_ms // unit_ms}{letter}"
        return f"{self.entity.name.lower()}_{self.window_ms}ms"

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Each once, in the order in which the features name them."""
        return tuple(dict.fromkeys(moment for feature in self.features for moment in moments_of(feature)))


def groups_of(features: Iterable[WindowFeature]) -> tuple[Group, ...]:
    """Return the groups by entity and window. Raises NotForFlink."""
    together: dict[tuple[Entity, int], list[WindowFeature]] = {}
    for feature in features:
        moments_of(feature)
        together.setdefault((feature.entity, feature.window_ms), []).append(feature)
    return tuple(
        Group(entity=entity, window_ms=window_ms, features=tuple(together[entity, window_ms]))
        for entity, window_ms in sorted(together)
    )


GROUPS = groups_of(MARKED)
