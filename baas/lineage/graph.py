"""The graph of lineage: things, what each is made of, and the two questions that are asked of it. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from kit.errors import NotFound


class Kind(StrEnum):
    """What a thing is, in the order from the topic to the chart."""

    TOPIC = "topic"
    COLUMN = "column"
    TABLE = "table"
    FEATURE = "feature"
    METRIC = "metric"
    ENDPOINT = "endpoint"
    EXPOSURE = "exposure"
    CHART = "chart"
    DASHBOARD = "dashboard"


class Use(StrEnum):
    """How one thing is used by another."""

    VALUE = "value"
    """What the other says is made of it."""
    ROWS = "rows"
    """It decides which rows the other has: by a condition, a join or a group."""


class NoSuchThing(NotFound):
    """Nothing of this name has a lineage."""

    code = "nothing-of-this-name"
    title = "There is nothing of this name in the lineage"
    remedy = (
        'Name a TABLE.COLUMN, topic:NAME, chart:DASHBOARD/CHART, dashboard:NAME or a route like "GET /v1/analytics/series".'
    )


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing. `name` is unique; `about` is what its own description says."""

    name: str
    kind: Kind
    about: str = ""


@dataclass
class Branch:
    """A thing as it is met on the way, with what comes after it. `seen` says that its own branches stand elsewhere above."""

    thing: Thing
    use: Use | None = None
    seen: bool = False
    branches: list["Branch"] = field(default_factory=list)

    def walk(self) -> Iterator["Branch"]:
        """Yield this branch and every one below it, in order."""
        yield self
        for branch in self.branches:
            yield from branch.walk()


class Lineage:
    """Things, and edges from what is used to who uses it."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self._uses: defaultdict[str, dict[str, Use]] = defaultdict(dict)
        self._used_by: defaultdict[str, dict[str, Use]] = defaultdict(dict)

    def add(self, thing: Thing) -> None:
        """Know a thing; one of the same name is replaced."""
        self.things[thing.name] = thing

    def use(self, user: str, used: str, how: Use = Use.VALUE) -> None:
        """Say that `user` is made with `used`. Both are known before. Where it is used in both ways, the value counts."""
        if user not in self.things or used not in self.things:
            raise KeyError(f"{user} uses {used}, and one of them is not known")
        if user == used or self._uses[user].get(used) is Use.VALUE:
            return
        self._uses[user][used] = how
        self._used_by[used][user] = how

    def find(self, name: str) -> Thing:
        """Return the thing of a name; a column also by its table's name without schema. Raises NoSuchThing."""
        if name in self.things:
            return self.things[name]
        ends = [each for each in self.things if each.endswith(f".{name}") or each.endswith(f":{name}")]
        if len(ends) == 1:
            return self.things[ends[0]]
        near = ends or get_close_matches(name, self.things, n=3)
        raise NoSuchThing(f"{name} is not there" + (f"; did you mean {', '.join(near)}?" if near else ""))

    def where(self, name: str, *, rows: bool = False) -> Branch:
        """Return what a thing is made of, down to the topics. `rows` adds what decides which rows there are."""
        return self._grown(self.find(name), self._uses, follow=frozenset(Use) if rows else frozenset({Use.VALUE}))

    def breaks(self, name: str) -> Branch:
        """Return everything that a thing's end would take with it, up to the charts."""
        return self._grown(self.find(name), self._used_by, follow=frozenset(Use))

    def _grown(self, thing: Thing, edges: Mapping[str, Mapping[str, Use]], *, follow: frozenset[Use]) -> Branch:
        """Walk breadth first, so that each thing's branches stand where it is nearest to the root."""
        root = Branch(thing)
        placed, waiting = {thing.name}, [root]
        while waiting:
            following = []
            for branch in waiting:
                for name, use in sorted(edges.get(branch.thing.name, {}).items(), key=self._place):
                    if use not in follow:
                        continue
                    found = Branch(self.things[name], use, seen=name in placed)
                    branch.branches.append(found)
                    if not found.seen:
                        placed.add(name)
                        following.append(found)
            waiting = following
        return root

    def _place(self, edge: tuple[str, Use]) -> tuple[int, str]:
        return list(Kind).index(self.things[edge[0]].kind), edge[0]


def as_text(root: Branch) -> str:
    """Return the tree for people: a line a thing, indented by how it is reached."""
    lines = [_line(root)]

    def grow(branch: Branch, before: str) -> None:
        for number, below in enumerate(branch.branches, 1):
            last = number == len(branch.branches)
            lines.append(f"{before}{'└─ ' if last else '├─ '}{_line(below)}")
            grow(below, before + ("   " if last else "│  "))

    grow(root, "")
    return "\n".join(lines)


def as_object(branch: Branch) -> dict[str, object]:
    """Return the tree for programs."""
    return {
        "name": branch.thing.name,
        "kind": branch.thing.kind.value,
        "about": branch.thing.about,
        "use": branch.use and branch.use.value,
        "seen": branch.seen,
        "branches": [as_object(below) for below in branch.branches],
    }


def _line(branch: Branch) -> str:
    marks = (" (which rows)" if branch.use is Use.ROWS else "") + (" …" if branch.seen else "")
    about = " ".join(branch.thing.about.split())
    return branch.thing.name + marks + (f"  {about}" if about and not branch.seen else "")
