"""From nodes to terms: every name must be there and every type must fit, or the message says where not and what to write."""

from dataclasses import dataclass
from typing import NoReturn

from risk.expressions.errors import ExpressionError, Span, did_you_mean
from risk.expressions.grammar import parse
from risk.expressions.schema import LISTS, NUMBERS, Field, Kind, Schema
from risk.expressions.syntax import MAX_WHOLE, Binary, Call, Choice, Items, Literal, Logic, Name, Node, Select, Unary
from risk.expressions.terms import FALSE, TRUE, Apply, Constant, Input, Membership, Op, Term, Within, apply

FUNCTIONS = ("abs", "double", "has", "max", "min")
_CALLED = {
    Kind.BOOL: "a bool", Kind.INT: "a whole number", Kind.DOUBLE: "a double", Kind.WORD: "an enum", Kind.ID: "an id",
}  # fmt: skip
_ARITHMETIC = {"+": Op.ADD, "-": Op.SUBTRACT, "*": Op.MULTIPLY}
_ASK_A_LIST = "an id is only looked up in a list: {name} in lists.NAME"


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression that can be compiled: its source, its meaning, and the fields and lists that it names, in their order."""

    source: str
    term: Term
    names: tuple[Field, ...]
    lists: tuple[str, ...]


def check(source: str, schema: Schema) -> Checked:
    """Parse and check. Raises ExpressionError with the first thing that is wrong."""
    root = parse(source)
    checker = _Checker(source, schema)
    term = checker.term(root)
    if term.kind is not Kind.BOOL:
        checker.refuse(root, f"a rule is a condition, and this is {_CALLED[term.kind]}", _comparison_of(root, term))
    return Checked(source, term, tuple(checker.names), tuple(checker.lists))


def _comparison_of(node: Node, term: Term) -> str | None:
    if term.kind in NUMBERS:
        return f"compare it: {node.name} >= 1" if isinstance(node, Name) else "compare it with a number"
    if isinstance(term, Input) and term.kind is Kind.WORD:
        return f'compare it: {term.field.name} == "{term.field.words[0]}"'
    return _ASK_A_LIST.format(name=term.field.name) if isinstance(term, Input) else None


class _Checker:
    """One method a kind of node; each returns the node's meaning or refuses it."""

    def __init__(self, source: str, schema: Schema) -> None:
        self._source = source
        self._schema = schema
        self.names: dict[Field, None] = {}
        self.lists: dict[str, None] = {}

    def refuse(self, at: Node | Span, message: str, hint: str | None = None) -> NoReturn:
        """Raise the error at a node."""
        raise ExpressionError(message, source=self._source, span=at if isinstance(at, Span) else at.span, hint=hint)

    def term(self, node: Node) -> Term:
        """Return the meaning of a node that is a value of its own."""
        match node:
            case Literal(value=value):
                return self._literal(node, value)
            case Name(name=name):
                return Input(self._field(node, name))
            case Select():
                return self._stray_list(node)
            case Items():
                self.refuse(node, "a written list stands only behind `in`", "write value in [1, 2, 3]")
            case Call():
                return self._call(node)
            case Unary(operator="!", operand=operand):
                return self._apply(node, Op.NOT, Kind.BOOL, self._bool(operand, "!"))
            case Unary(operand=operand):
                value = self._number(operand, "-")
                return self._apply(node, Op.SUBTRACT, value.kind, Constant(value.kind, 0), value)
            case Logic(operator=operator, operands=operands):
                op = Op.ALL if operator == "&&" else Op.ANY
                return self._apply(node, op, Kind.BOOL, *(self._bool(operand, operator) for operand in operands))
            case Choice():
                return self._choice(node)
            case Binary(operator="in"):
                return self._in(node)
            case Binary(operator="==" | "!="):
                equal = self._equal(node)
                return equal if node.operator == "==" else self._apply(node, Op.NOT, Kind.BOOL, equal)
            case Binary(operator="<" | "<=" | ">" | ">="):
                return self._order(node)
            case Binary():
                return self._arithmetic(node)

    def _literal(self, node: Literal, value: bool | int | float | str) -> Term:
        if isinstance(value, str):
            self.refuse(node, "a text is only compared with an enum", 'write channel == "pix"')
        if isinstance(value, bool):
            return TRUE if value else FALSE
        return Constant(Kind.INT if isinstance(value, int) else Kind.DOUBLE, value)

    def _field(self, node: Node, name: str) -> Field:
        field = self._schema.fields.get(name)
        if field is None:
            if name == LISTS:
                self.refuse(node, "lists is no value", "write payee_id in lists.NAME")
            if name in FUNCTIONS:
                self.refuse(node, f"{name} is a function", f"write {name}(...)")
            if name == "null":
                self.refuse(node, "there is no null", "whether a value is known is asked with has(name)")
            self.refuse(node, f"there is no name {_short(name)}", did_you_mean(name, (*self._schema.fields, "true", "false")))
        self.names[field] = None
        return field

    def _stray_list(self, node: Select) -> NoReturn:
        if isinstance(node.of, Name) and node.of.name == LISTS:
            self.refuse(node, "a list stands only behind `in`", f"write payee_id in lists.{node.field}")
        self.refuse(node, "a dot follows lists alone", "write payee_id in lists.NAME")

    def _bool(self, node: Node, operator: str) -> Term:
        term = self.term(node)
        if term.kind is not Kind.BOOL:
            self.refuse(node, f"{operator} takes conditions, and this is {_CALLED[term.kind]}", _comparison_of(node, term))
        return term

    def _number(self, node: Node, operator: str) -> Term:
        if isinstance(node, Literal) and isinstance(node.value, str):
            self.refuse(node, f"{operator} takes numbers, and this is a text")
        term = self.term(node)
        if term.kind not in NUMBERS:
            self.refuse(node, f"{operator} takes numbers, and this is {_CALLED[term.kind]}")
        return term

    def _numbers(self, operator: str, *nodes: Node) -> tuple[Kind, list[Term]]:
        """Return the numbers with the kind that holds them all: double as soon as one is."""
        terms = [self._number(node, operator) for node in nodes]
        if all(term.kind is Kind.INT for term in terms):
            return Kind.INT, terms
        for node, term in zip(nodes, terms, strict=True):
            self._keep_fraction(node, term)
        return Kind.DOUBLE, terms

    def _keep_fraction(self, node: Node, term: Term) -> None:
        """Refuse a quotient of whole numbers where a double is meant: CEL cuts its fraction off, and the rule never fires."""
        if isinstance(term, Apply) and term.op is Op.QUOTIENT:
            hint = "write double(a) / b to keep it"
            self.refuse(node, "whole numbers divide to a whole number, so that the fraction is lost here", hint)

    def _apply(self, node: Node, op: Op, kind: Kind, *arguments: Term) -> Term:
        found = apply(op, kind, *arguments)
        if found is not None:
            return found
        if op in (Op.DIVIDE, Op.QUOTIENT, Op.REMAINDER):
            self.refuse(node, "division by zero is never known")
        reach = f"whole numbers reach to {MAX_WHOLE:,}" if kind is Kind.INT else "the result is too large for a double"
        self.refuse(node, f"this is never known: {reach}")

    def _arithmetic(self, node: Binary) -> Term:
        kind, terms = self._numbers(node.operator, node.left, node.right)
        if node.operator == "%":
            if kind is not Kind.INT:
                self.refuse(node, "% takes whole numbers", "a feature is a double")
            return self._apply(node, Op.REMAINDER, kind, *terms)
        if node.operator == "/":
            return self._apply(node, Op.QUOTIENT if kind is Kind.INT else Op.DIVIDE, kind, *terms)
        return self._apply(node, _ARITHMETIC[node.operator], kind, *terms)

    def _order(self, node: Binary) -> Term:
        for side in (node.left, node.right):
            if isinstance(side, Binary) and side.operator in ("<", "<=", ">", ">="):
                self.refuse(node, "comparisons do not chain", "write a < b && b < c")
        _, (left, right) = self._numbers(node.operator, node.left, node.right)
        if node.operator in (">", ">="):
            left, right = right, left
        return self._apply(node, Op.LESS if node.operator in ("<", ">") else Op.AT_MOST, Kind.BOOL, left, right)

    def _equal(self, node: Binary) -> Term:
        left, right = node.left, node.right
        if isinstance(left, Literal) and isinstance(left.value, str):
            left, right = right, left
        if isinstance(right, Literal) and isinstance(right.value, str):
            if isinstance(left, Literal) and isinstance(left.value, str):
                self.refuse(node, "both sides are texts")
            term = self.term(left)
            return self._apply(node, Op.EQUAL, Kind.BOOL, term, self._word(term, right, node))
        first, second = self.term(left), self.term(right)
        kinds = {first.kind, second.kind}
        if kinds <= set(NUMBERS):
            self._numbers(node.operator, left, right)
            return self._apply(node, Op.EQUAL, Kind.BOOL, first, second)
        if kinds == {Kind.BOOL}:
            return self._apply(node, Op.SAME, Kind.BOOL, first, second)
        if Kind.ID in kinds:
            one = first if first.kind is Kind.ID else second
            assert isinstance(one, Input)
            self.refuse(node, "ids are not compared", _ASK_A_LIST.format(name=one.field.name))
        hint = None
        if kinds & set(NUMBERS) and (TRUE in (first, second) or FALSE in (first, second)):
            hint = f"write {node.operator} {1 if TRUE in (first, second) else 0}"
        elif kinds == {Kind.WORD}:
            assert isinstance(first, Input)
            assert isinstance(second, Input)
            if first.field.words == second.field.words:
                return self._apply(node, Op.EQUAL, Kind.BOOL, first, second)
            self.refuse(node, f"{first.field.name} and {second.field.name} have no words in common")
        self.refuse(node, f"{node.operator} compares {_CALLED[first.kind]} with {_CALLED[second.kind]}", hint)

    def _word(self, term: Term, literal: Literal, node: Node) -> Constant:
        """The code of a text that stands beside an enum."""
        word = str(literal.value)
        if isinstance(term, Input) and term.kind is Kind.ID:
            self.refuse(node, "an id is not compared with a text", _ASK_A_LIST.format(name=term.field.name))
        if not isinstance(term, Input) or term.kind is not Kind.WORD:
            self.refuse(literal, f"a text stands beside {_CALLED[term.kind]}", "only an enum is compared with a text")
        words = term.field.words
        if word not in words:
            message = f"{term.field.name} is never {_short(word)}: it is one of {', '.join(words)}"
            self.refuse(literal, message, did_you_mean(word, words))
        return Constant(Kind.WORD, words.index(word))

    def _in(self, node: Binary) -> Term:
        if isinstance(node.right, Select):
            return self._in_list(node, node.right)
        if not isinstance(node.right, Items):
            self.refuse(node.right, "`in` looks into a list", "write value in [1, 2, 3] or payee_id in lists.NAME")
        items = node.right.items
        if not items:
            self.refuse(node.right, "the list is empty")
        term = self.term(node.left)
        if isinstance(term, Input) and term.kind is Kind.ID:
            self.refuse(node, "an id is not compared with a text", _ASK_A_LIST.format(name=term.field.name))
        if term.kind is Kind.BOOL:
            self.refuse(node.left, "`in` looks for a number, an enum or an id, and this is a bool")
        values = {self._item(term, item) for item in items}
        if isinstance(term, Constant):
            return TRUE if float(term.value) in values else FALSE
        return Within(term, tuple(sorted(values)))

    def _item(self, term: Term, item: Node) -> float:
        if isinstance(item, Literal) and isinstance(item.value, str):
            return float(self._word(term, item, item).value)
        value = self.term(item)
        if not isinstance(value, Constant):
            self.refuse(item, "a written list holds literals alone", "write a == b || a == c")
        if term.kind not in NUMBERS or value.kind not in NUMBERS:
            self.refuse(item, f"the list holds {_CALLED[value.kind]}, and {_CALLED[term.kind]} is looked for")
        if value.kind is Kind.DOUBLE:
            self._keep_fraction(item, term)
        return float(value.value)

    def _in_list(self, node: Binary, chosen: Select) -> Term:
        if not isinstance(chosen.of, Name) or chosen.of.name != LISTS:
            self._stray_list(chosen)
        if not isinstance(node.left, Name):
            self.refuse(node.left, "only an id is looked up in a list", "write payee_id in lists.NAME")
        field = self._field(node.left, node.left.name)
        if field.kind is not Kind.ID:
            ids = ", ".join(name for name, known in self._schema.fields.items() if known.kind is Kind.ID)
            self.refuse(node.left, f"a list holds ids, and {field.name} is {_CALLED[field.kind]}", f"the ids are {ids}")
        if self._schema.lists is not None and chosen.field not in self._schema.lists:
            at = Span(chosen.span.offset + chosen.span.length - len(chosen.field), len(chosen.field))
            hint = did_you_mean(chosen.field, self._schema.lists) or "a list is made before a rule names it"
            self.refuse(at, f"there is no list {_short(chosen.field)}", hint)
        self.lists[chosen.field] = None
        return Membership(field.name, chosen.field)

    def _choice(self, node: Choice) -> Term:
        condition = self._bool(node.condition, "?")
        yes, no = self.term(node.yes), self.term(node.no)
        if {yes.kind, no.kind} == {Kind.BOOL}:
            return self._apply(node, Op.CHOOSE, Kind.BOOL, condition, yes, no)
        if yes.kind not in NUMBERS or no.kind not in NUMBERS:
            hint = "both are conditions or both are numbers"
            self.refuse(node, f"the choice is between {_CALLED[yes.kind]} and {_CALLED[no.kind]}", hint)
        if yes.kind is no.kind:
            return self._apply(node, Op.CHOOSE, yes.kind, condition, yes, no)
        return self._apply(node, Op.CHOOSE, Kind.DOUBLE, condition, self._widen(node.yes, yes), self._widen(node.no, no))

    def _widen(self, node: Node, term: Term) -> Term:
        self._keep_fraction(node, term)
        return term if term.kind is Kind.DOUBLE else self._apply(node, Op.WIDEN, Kind.DOUBLE, term)

    def _call(self, node: Call) -> Term:
        name, arguments = node.function, node.arguments
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS) or f"the functions are {', '.join(FUNCTIONS)}"
            self.refuse(Span(node.span.offset, len(name)), f"there is no function {_short(name)}", hint)
        if name in ("min", "max"):
            if len(arguments) < 2:
                self.refuse(node, f"{name} takes two values or more")
            return self._extreme(node, Op.LESSER if name == "min" else Op.GREATER)
        if len(arguments) != 1:
            self.refuse(node, f"{name} takes one value, and here are {len(arguments)}")
        if name == "has":
            return self._has(arguments[0])
        value = self._number(arguments[0], name)
        if name == "abs":
            return self._apply(node, Op.ABSOLUTE, value.kind, value)
        return self._widen(arguments[0], value)

    def _extreme(self, node: Call, op: Op) -> Term:
        kind, terms = self._numbers(node.function, *node.arguments)
        while len(terms) > 1:  # in pairs, so that many values are not a deep term
            pairs = zip(terms[::2], terms[1::2], strict=False)
            terms = [self._apply(node, op, kind, *pair) for pair in pairs] + terms[len(terms) & ~1 :]
        return terms[0]

    def _has(self, node: Node) -> Term:
        if not isinstance(node, Name):
            self.refuse(node, "has takes a name", "write has(mcc)")
        field = self._field(node, node.name)
        if field.kind is Kind.ID:
            return Membership(field.name)
        return self._apply(node, Op.IS_KNOWN, Kind.BOOL, Input(field))


def _short(word: str) -> str:
    return word if len(word) <= 64 else f"{word[:64]}..."
