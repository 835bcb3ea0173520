"""Which controls are in force, which could not be followed, and which were seen already."""

from collections.abc import Iterable
from typing import Literal

from contracts.controls import Control, ListControl, ModelControl, PolicyControl

# Of controls the latest ids are known: a repetition comes soon after a crash, not after so many others.
MAX_CONTROLS_SEEN = 1_000_000

# What a control changes: one place, which the next usable control for it changes again.
Place = tuple[Literal["model", "policy", "list", "profile"], str | None]
CHAMPION: Place = ("model", "champion")
CHALLENGER: Place = ("model", "challenger")
GENERAL_POLICY: Place = ("policy", None)


def place_of(control: Control) -> Place:
    """Return what the control changes."""
    if isinstance(control, ModelControl):
        return "model", control.alias
    if isinstance(control, PolicyControl):
        return "policy", control.tenant_id
    if isinstance(control, ListControl):
        return "list", f"{control.tenant_id}/{control.list_id}"
    return "profile", f"{control.tenant_id}/{control.entity}/{control.entity_id}"


class Controls:
    """The log's controls as far as they still matter. Profiles and lists are kept where they are used."""

    def __init__(self) -> None:
        self._in_force: dict[Place, ModelControl | PolicyControl] = {}
        self._unfollowed: dict[Place, list[Control]] = {}
        self._seen: dict[str, None] = {}
        self.unusable = 0

    def follow(self, control: Control) -> None:
        """Have it in force; what could not be followed at its place before does not matter any more."""
        place = place_of(control)
        self._unfollowed.pop(place, None)
        if isinstance(control, ModelControl | PolicyControl):
            self._in_force[place] = control
        self._see(control.control_id)

    def pass_over(self, control: Control) -> None:
        """Know one of the log that this engine cannot follow: a later version may."""
        self._unfollowed.setdefault(place_of(control), []).append(control)
        self.unusable += 1
        self._see(control.control_id)

    def knows(self, control: Control) -> bool:
        """Whether it is a repetition."""
        return control.control_id in self._seen

    def _see(self, control_id: str) -> None:
        self._seen[control_id] = None
        if len(self._seen) > MAX_CONTROLS_SEEN:
            del self._seen[next(iter(self._seen))]

    @property
    def in_force(self) -> list[ModelControl | PolicyControl]:
        """Models and policies, the last usable one of each place."""
        return list(self._in_force.values())

    @property
    def unfollowed(self) -> list[Control]:
        """Those that came after the one in force at their place, in the log's order a place."""
        return [control for controls in self._unfollowed.values() for control in controls]

    @property
    def unfollowed_places(self) -> frozenset[Place]:
        """Where the log says something else than what is in force."""
        return frozenset(self._unfollowed)

    @property
    def seen(self) -> list[str]:
        """Ids, the oldest first."""
        return list(self._seen)

    def restore_counts(self, *, seen: Iterable[str], unusable: int) -> None:
        """Take over what cannot be had by following controls again."""
        self._seen = dict.fromkeys(seen)
        self.unusable = unusable
