"""From text to nodes: the subset of CEL's grammar that rules are written in, read by an LALR parser.

The grammar and its precedence are those of the CEL specification (github.com/google/cel-spec, doc/langdef.md, "Syntax"), less
maps, messages, indexes, methods, macros, `null`, unsigned numbers, bytes, and escapes in texts.
"""

from dataclasses import replace
from functools import cache
from typing import cast

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from risk.expressions.errors import ExpressionError, Span
from risk.expressions.syntax import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_LENGTH,
    MAX_NODES,
    MAX_WHOLE,
    Binary,
    Call,
    Choice,
    Items,
    Literal,
    Logic,
    Name,
    Node,
    Select,
    Unary,
)

_GRAMMAR = r"""
?start: choice
?choice: either | either "?" either ":" choice -> choose
?either: both | both ("||" both)+ -> logic
?both: relation | relation ("&&" relation)+ -> logic
?relation: sum | relation RELATION sum -> binary | relation IN sum -> binary
?sum: product | sum (PLUS | MINUS) product -> binary
?product: unary | product PRODUCT unary -> binary
?unary: member | (NOT | MINUS) unary -> unary
?member: atom | member "." NAME -> select
?atom: NAME -> name
     | INT -> whole
     | DOUBLE -> double
     | STRING -> text
     | (TRUE | FALSE) -> boolean
     | NAME "(" [choice ("," choice)*] ")" -> call
     | "[" [choice ("," choice)*] "]" -> items
     | "(" choice ")" -> group

RELATION: "==" | "!=" | "<=" | ">=" | "<" | ">"
IN: "in"
TRUE: "true"
FALSE: "false"
PLUS: "+"
MINUS: "-"
PRODUCT: "*" | "/" | "%"
NOT: "!"
NAME: /[A-Za-z_][A-Za-z0-9_]*/
DOUBLE: /[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+/
INT: /[0-9]+/
STRING: /"[^"\\\r\n]*"|'[^'\\\r\n]*'/
COMMENT: /\/\/[^\n]*/
%ignore /[ \t\r\n\f]+/
%ignore COMMENT
"""
# Words and signs of other languages, and what this one has for them.
_INSTEAD = {
    "and": "write && for and", "or": "write || for or", "not": "write ! for not", "AND": "write && for and",
    "OR": "write || for or", "NOT": "write ! for not", "is": "write == to compare", "if": "write condition ? a : b",
    "=": "write == to compare", "&": "write && for and", "|": "write || for or", "<>": "write != for not equal",
    "\\": "a text has no escapes", "#": "a comment begins with //", ";": "an expression is one condition",
    "{": "there are no maps", ".": "a dot follows lists alone, as in lists.NAME",
}  # fmt: skip
# More than the longest of them.
_LONGEST = 8
_DIGITS_FOLLOW = "a double has digits after its point"
_CLOSING = {"(": ")", "[": "]"}
# Tokens that a value may end with.
_VALUES = ("NAME", "INT", "DOUBLE", "STRING", "TRUE", "FALSE", "RPAR", "RSQB")


class _Refused(Exception):
    """What the grammar lets through and the language does not."""

    def __init__(self, span: Span, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.span, self.message, self.hint = span, message, hint


def parse(source: str) -> Node:
    """Return the expression's root. Raises ExpressionError, whatever the text is, in time linear in its length."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"an expression has at most {MAX_LENGTH:,} characters, and this one has {len(source):,}",
            source=source,
            span=Span(MAX_LENGTH, len(source) - MAX_LENGTH),
            hint="values that are too many to write down belong in a list: payee_id in lists.NAME",
        )
    try:
        root = cast(Node, _parser().parse(source))
        if _count(root) > MAX_NODES:
            raise _Refused(root.span, f"an expression has at most {MAX_NODES:,} parts")
    except _Refused as problem:
        raise ExpressionError(problem.message, source=source, span=problem.span, hint=problem.hint) from None
    except UnexpectedCharacters as problem:
        raise _no_token(source, problem.pos_in_stream or 0) from None
    except UnexpectedToken as problem:
        raise _misplaced(source, problem.token) from None
    return root


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", keep_all_tokens=True, maybe_placeholders=False, transformer=_Builder())


def _count(node: Node) -> int:
    match node:
        case Literal() | Name():
            return 1
        case Select(of=of):
            return 1 + _count(of)
        case Items(items=parts) | Call(arguments=parts) | Logic(operands=parts):
            return 1 + sum(map(_count, parts))
        case Unary(operand=operand):
            return 1 + _count(operand)
        case Binary(left=left, right=right):
            return 1 + _count(left) + _count(right)
        case Choice(condition=condition, yes=yes, no=no):
            return 1 + _count(condition) + _count(yes) + _count(no)


def _span(part: Node | Token) -> Span:
    return Span(part.start_pos or 0, len(part)) if isinstance(part, Token) else part.span


def _around(parts: list[Node | Token]) -> Span:
    return _span(parts[0]).to(_span(parts[-1]))


def _nodes(parts: list[Node | Token]) -> tuple[Node, ...]:
    return tuple(part for part in parts if not isinstance(part, Token))


def _deeper(parts: list[Node | Token]) -> int:
    depth = 1 + max((part.depth for part in _nodes(parts)), default=0)
    if depth > MAX_DEPTH:
        raise _Refused(_around(parts), f"the expression is nested more than {MAX_DEPTH} deep", "split it into several rules")
    return depth


class _Builder:
    """One method a rule of the grammar; the parser calls it with the rule's parts, from left to right."""

    def choose(self, parts: list[Node | Token]) -> Node:
        return Choice(_around(parts), _deeper(parts), *_nodes(parts))

    def logic(self, parts: list[Node | Token]) -> Node:
        return Logic(_around(parts), _deeper(parts), str(parts[1]), _nodes(parts))

    def binary(self, parts: list[Node | Token]) -> Node:
        return Binary(_around(parts), _deeper(parts), str(parts[1]), *_nodes(parts))

    def unary(self, parts: list[Node | Token]) -> Node:
        return Unary(_around(parts), _deeper(parts), str(parts[0]), *_nodes(parts))

    def select(self, parts: list[Node | Token]) -> Node:
        return Select(_around(parts), _deeper(parts), _nodes(parts)[0], str(parts[-1]))

    def call(self, parts: list[Node | Token]) -> Node:
        return Call(_around(parts), _deeper(parts), str(parts[0]), _nodes(parts))

    def items(self, parts: list[Node | Token]) -> Node:
        items = _nodes(parts)
        if len(items) > MAX_ITEMS:
            hint = "values that are too many to write down belong in a list: payee_id in lists.NAME"
            raise _Refused(
                _around(parts), f"a written list has at most {MAX_ITEMS:,} values, and this has {len(items):,}", hint
            )
        return Items(_around(parts), _deeper(parts), items)

    def group(self, parts: list[Node]) -> Node:
        return replace(parts[1], span=_around([*parts]))

    def name(self, parts: list[Token]) -> Node:
        return Name(_span(parts[0]), 1, str(parts[0]))

    def boolean(self, parts: list[Token]) -> Node:
        return Literal(_span(parts[0]), 1, parts[0] == "true")

    def text(self, parts: list[Token]) -> Node:
        return Literal(_span(parts[0]), 1, str(parts[0][1:-1]))

    def whole(self, parts: list[Token]) -> Node:
        digits = parts[0].lstrip("0") or "0"
        if len(digits) > len(str(MAX_WHOLE)) or int(digits) > MAX_WHOLE:
            raise _Refused(_span(parts[0]), f"whole numbers reach to {MAX_WHOLE:,}, which a double still holds exactly")
        return Literal(_span(parts[0]), 1, int(digits))

    def double(self, parts: list[Token]) -> Node:
        value = float(parts[0])
        if value == float("inf"):
            raise _Refused(_span(parts[0]), "the number is too large for a double")
        return Literal(_span(parts[0]), 1, value)


def _no_token(source: str, offset: int) -> ExpressionError:
    found = source[offset]
    if found in ('"', "'"):
        return _unclosed(source, offset)
    shown = found if found.isprintable() else f"U+{ord(found):04X}"
    return ExpressionError(f"{shown} has no meaning here", source=source, span=Span(offset, 1), hint=_INSTEAD.get(found))


def _misplaced(source: str, token: Token) -> ExpressionError:
    if token.type == "$END":
        return _ended(source)
    span = _span(token)
    before = source[: span.offset].rstrip()
    word = before[-_LONGEST:].split()[-1] if before else ""
    if word in _INSTEAD:
        at = Span(len(before) - len(word), len(word))
        return ExpressionError(f"{word} is not expected here", source=source, span=at, hint=_INSTEAD[word])
    text = str(token)
    if text == "." and before[-1:].isdigit():
        hint: str | None = _DIGITS_FOLLOW
    elif text in (">", "=") and before[-1:] == "<":
        hint = _INSTEAD["<>"]
    elif token.type == "NAME" and before[-1:].isdigit() and before == source[: span.offset]:
        hint = "a number has no unit and no separators"
    elif text == "(" and "." in before[-64:]:
        hint = "there are no methods"
    elif text == "[":
        hint = "there are no indexes"
    else:
        hint = _INSTEAD.get(text)
    return ExpressionError(f"{text} is not expected here", source=source, span=span, hint=hint)


def _unclosed(source: str, offset: int) -> ExpressionError:
    line = source[offset:].partition("\n")[0]
    escape = line.find("\\")
    if escape != -1 and source[offset] in line[escape:]:
        return ExpressionError("a text has no escapes", source=source, span=Span(offset + escape, 1))
    return ExpressionError(
        "the text is not closed on its line", source=source, span=Span(offset, len(line)), hint=f"{source[offset]} closes it"
    )


def _ended(source: str) -> ExpressionError:
    """The source ends too early: point behind its last character, or at the bracket that is still open."""
    tokens = list(_parser().lex(source))
    if not tokens:
        return ExpressionError("the expression is empty", source=source, span=Span(0, 0))
    open_brackets: list[Token] = []
    for token in tokens:
        if token in _CLOSING:
            open_brackets.append(token)
        elif open_brackets and token == _CLOSING[open_brackets[-1]]:
            open_brackets.pop()
    last = tokens[-1]
    if open_brackets and last.type in _VALUES:
        bracket = open_brackets[-1]
        return ExpressionError(f"{bracket} is never closed with {_CLOSING[bracket]}", source=source, span=_span(bracket))
    hint = "write condition ? a : b" if last.type in _VALUES else f"a value follows {last}"
    if last == "." and len(tokens) > 1 and tokens[-2].type == "INT":
        hint = _DIGITS_FOLLOW
    end = Span((last.start_pos or 0) + len(last), 0)
    return ExpressionError("the expression ends too early", source=source, span=end, hint=hint)
