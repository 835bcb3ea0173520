"""What an expression means, stated a second time: one row at a time, on the tree as it was written. None is unknown.

Shares nothing with the checker, the assembler and the kernel.
"""

import math

from risk.expressions.syntax import Binary, Call, Choice, Items, Literal, Logic, Name, Node, Select, Unary

LARGEST_WHOLE = 2**53 - 1
COMPARISONS = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def is_double(node: Node, row: dict) -> bool:
    match node:
        case Literal(value=value):
            return isinstance(value, float)
        case Name(name=name):
            return name in row["doubles"]
        case Unary(operand=operand):
            return is_double(operand, row)
        case Binary(left=left, right=right):
            return is_double(left, row) or is_double(right, row)
        case Choice(yes=yes, no=no):
            return is_double(yes, row) or is_double(no, row)
        case Call(function=function, arguments=arguments):
            return function == "double" or any(is_double(argument, row) for argument in arguments)
    raise TypeError(node)


def bounded(value, *, double: bool):
    if double:
        return float(value) if math.isfinite(value) else None
    return value if abs(value) <= LARGEST_WHOLE else None


def evaluate(node: Node, row: dict):
    """`row`: `values` by name, `doubles` the names of doubles, `lists` sets by name."""
    match node:
        case Literal(value=value):
            return value
        case Name(name=name):
            return row["values"][name]
        case Unary(operator="!", operand=operand):
            value = evaluate(operand, row)
            return None if value is None else not value
        case Unary(operand=operand):
            value = evaluate(operand, row)
            return None if value is None else -value
        case Logic(operator=operator, operands=operands):
            values = [evaluate(operand, row) for operand in operands]
            decisive = operator == "||"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case Choice(condition=condition, yes=yes, no=no):
            chosen = evaluate(condition, row)
            return None if chosen is None else evaluate(yes if chosen else no, row)
        case Call(function="has", arguments=(Name(name=name),)):
            return row["values"][name] is not None
        case Call(function=function, arguments=arguments):
            values = [evaluate(argument, row) for argument in arguments]
            if None in values:
                return None
            value = {"abs": lambda a: abs(a[0]), "double": lambda a: float(a[0]), "min": min, "max": max}[function](values)
            return bounded(value, double=is_double(node, row))
        case Binary(operator="in", left=left, right=right):
            return inside(evaluate(left, row), right, row)
        case Binary(operator=operator, left=left, right=right):
            a, b = evaluate(left, row), evaluate(right, row)
            if a is None or b is None:
                return None
            if operator in COMPARISONS:
                return COMPARISONS[operator](a, b)
            return calculate(operator, a, b, double=is_double(node, row))
    raise TypeError(node)


def inside(value, where: Node, row: dict):
    if value is None:
        return None
    if isinstance(where, Select):
        return value in row["lists"][where.field]
    assert isinstance(where, Items)
    return any(value == evaluate(item, row) for item in where.items)


def calculate(operator: str, a, b, *, double: bool):
    if double:
        a, b = float(a), float(b)
    if operator in "/%" and b == 0:
        return None
    if operator == "/" and not double:
        value = math.trunc(abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1)
    elif operator == "%":
        value = int(math.copysign(abs(a) % abs(b), a))
    else:
        try:
            value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[operator]()
        except OverflowError:
            return None
    return bounded(value, double=double)
