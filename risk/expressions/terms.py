"""What an expression means, once checked: names are fields, every part has its type, constants are folded."""

from dataclasses import dataclass
from enum import IntEnum

from risk.expressions.schema import Field, Kind
from risk.expressions.syntax import MAX_WHOLE


class Op(IntEnum):
    """What is done with the arguments. An unknown argument makes the result unknown, except where the comment says more."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    DIVIDE = 3  # of doubles; unknown by zero
    QUOTIENT = 4  # of whole numbers, towards zero; unknown by zero
    REMAINDER = 5  # has the dividend's sign; unknown by zero
    LESSER = 6
    GREATER = 7
    ABSOLUTE = 8
    CHOOSE = 9  # condition, yes, no: what is not chosen may be unknown
    LESS = 10
    AT_MOST = 11
    EQUAL = 12
    SAME = 13  # of bools
    NOT = 14
    ALL = 15  # false when an argument is
    ANY = 16  # true when an argument is
    IS_KNOWN = 17  # never unknown
    WIDEN = 18  # a whole number as a double


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is known beforehand; a word is its code."""

    kind: Kind
    value: bool | int | float


@dataclass(frozen=True, slots=True)
class Input:
    """A field's value."""

    field: Field

    @property
    def kind(self) -> Kind:
        """The field's."""
        return self.field.kind


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """Whether an id is in a list; with no list, whether the id is known."""

    field: str
    list: str | None = None

    @property
    def kind(self) -> Kind:
        """Always a bool."""
        return Kind.BOOL


@dataclass(frozen=True, slots=True)
class Within:
    """Whether a number or a word is one of several, in ascending order."""

    argument: "Term"
    values: tuple[float, ...]

    @property
    def kind(self) -> Kind:
        """Always a bool."""
        return Kind.BOOL


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation."""

    op: Op
    kind: Kind
    arguments: tuple["Term", ...]


Term = Constant | Input | Membership | Within | Apply
TRUE, FALSE = Constant(Kind.BOOL, True), Constant(Kind.BOOL, False)


def apply(op: Op, kind: Kind, *arguments: Term) -> Term | None:
    """Return the operation, or its value where the arguments decide it; None when that value can never be known."""
    if op in (Op.ALL, Op.ANY):
        neutral, absorbing = (TRUE, FALSE) if op is Op.ALL else (FALSE, TRUE)
        if absorbing in arguments:
            return absorbing
        left = tuple(argument for argument in arguments if argument != neutral)
        return Apply(op, kind, left) if len(left) > 1 else left[0] if left else neutral
    if op is Op.CHOOSE and isinstance(arguments[0], Constant):
        return arguments[1] if arguments[0].value else arguments[2]
    values = [argument.value for argument in arguments if isinstance(argument, Constant)]
    if op in (Op.DIVIDE, Op.QUOTIENT, Op.REMAINDER) and isinstance(arguments[1], Constant) and not arguments[1].value:
        return None
    if len(values) < len(arguments):
        return Apply(op, kind, arguments)
    value = _value(op, values)
    if kind is Kind.DOUBLE:
        value = float(value)
        return Constant(kind, value) if abs(value) < float("inf") else None
    return Constant(kind, value) if abs(value) <= MAX_WHOLE else None


def _value(op: Op, values: list[bool | int | float]) -> bool | int | float:
    first, second = values[0], values[-1]
    match op:
        case Op.ADD:
            return first + second
        case Op.SUBTRACT:
            return first - second
        case Op.MULTIPLY:
            return first * second
        case Op.DIVIDE:
            return first / second
        case Op.QUOTIENT | Op.REMAINDER:
            quotient = abs(int(first)) // abs(int(second)) * (1 if (first < 0) == (second < 0) else -1)
            return quotient if op is Op.QUOTIENT else first - quotient * second
        case Op.LESSER | Op.GREATER:
            return min(first, second) if op is Op.LESSER else max(first, second)
        case Op.ABSOLUTE:
            return abs(first)
        case Op.LESS | Op.AT_MOST:
            return first < second if op is Op.LESS else first <= second
        case Op.NOT:
            return not first
        case _:
            return first if op is Op.WIDEN else first == second
