"""What an expression is made of, as it was written: names are not resolved, types are not known yet."""

from dataclasses import dataclass

from risk.expressions.errors import Span

MAX_LENGTH = 4_096
MAX_DEPTH = 64
MAX_NODES = 1_024
MAX_ITEMS = 1_000
# Every value is kept as a double: whole numbers up to this are exact, and larger ones are refused or unknown.
MAX_WHOLE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Literal:
    """A bool, a whole number, a double or a text."""

    span: Span
    depth: int
    value: bool | int | float | str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the schema may know."""

    span: Span
    depth: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`of.field`."""

    span: Span
    depth: int
    of: "Node"
    field: str


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b, c]`."""

    span: Span
    depth: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`function(a, b)`."""

    span: Span
    depth: int
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`!a` or `-a`."""

    span: Span
    depth: int
    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, a comparison or `in`."""

    span: Span
    depth: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Logic:
    """`a && b && c` or `a || b || c`: a chain is one node, so that a long one is not a deep one."""

    span: Span
    depth: int
    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? yes : no`."""

    span: Span
    depth: int
    condition: "Node"
    yes: "Node"
    no: "Node"


Node = Literal | Name | Select | Items | Call | Unary | Binary | Logic | Choice
