"""From nodes to terms: every name must be there and every type must fit, or the message says where not and what to write."""

from dataclasses import dataclass

from risk.expressions.errors import Span, did_you_mean
from risk.expressions.grammar import parse
from risk.expressions.resolve import ASK_A_LIST, FUNCTIONS, Resolver, short
from risk.expressions.schema import LISTS, NUMBERS, Field, Kind, Schema
from risk.expressions.syntax import MAX_WHOLE, Binary, Call, Choice, Items, Literal, Logic, Name, Node, Select, Unary
from risk.expressions.terms import FALSE, TRUE, Apply, Constant, Input, Membership, Op, Term, Within, apply

_CALLED = {
    Kind.BOOL: "a bool", Kind.INT: "a whole number", Kind.DOUBLE: "a double", Kind.WORD: "an enum", Kind.ID: "an id",
}  # fmt: skip
_ARITHMETIC = {"+": Op.ADD, "-": Op.SUBTRACT, "*": Op.MULTIPLY}


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
        raise checker.refused(root, f"a rule is a condition, and this is {_CALLED[term.kind]}", _comparison_of(root, term))
    return Checked(source, term, tuple(checker.names), tuple(checker.lists))


def _comparison_of(node: Node, term: Term) -> str | None:
    if term.kind in NUMBERS:
        return f"compare it: {node.name} >= 1" if isinstance(node, Name) else "compare it with a number"
    if isinstance(term, Input) and term.kind is Kind.WORD:
        return f'compare it: {term.field.name} == "{term.field.words[0]}"'
    return ASK_A_LIST.format(name=term.field.name) if isinstance(term, Input) else None


class _Checker(Resolver):
    """One method a kind of node; each returns the node's meaning or refuses it."""

    def term(self, node: Node) -> Term:
        """Return the meaning of a node that is a value of its own."""
        match node:
            case Literal(value=value):
                return self._literal(node, value)
            case Name(name=name):
                return Input(self.field(node, name))
            case Select():
                raise self.stray(node)
            case Items():
                raise self.refused(node, "a written list stands only behind `in`", "write value in [1, 2, 3]")
            case Call():
                return self._call(node)
            case Unary(operator="!", operand=operand):
                return self._apply(node, Op.NOT, Kind.BOOL, self._bool(operand, "!"))
            case Unary(operand=operand):
                number = self._number(operand, "-")
                return self._apply(node, Op.SUBTRACT, number.kind, Constant(number.kind, 0), number)
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
            raise self.refused(node, "a text is only compared with an enum", 'write channel == "pix"')
        if isinstance(value, bool):
            return TRUE if value else FALSE
        return Constant(Kind.INT if isinstance(value, int) else Kind.DOUBLE, value)

    def _bool(self, node: Node, operator: str) -> Term:
        term = self.term(node)
        if term.kind is not Kind.BOOL:
            raise self.refused(
                node, f"{operator} takes conditions, and this is {_CALLED[term.kind]}", _comparison_of(node, term)
            )
        return term

    def _number(self, node: Node, operator: str) -> Term:
        if isinstance(node, Literal) and isinstance(node.value, str):
            raise self.refused(node, f"{operator} takes numbers, and this is a text")
        term = self.term(node)
        if term.kind not in NUMBERS:
            raise self.refused(node, f"{operator} takes numbers, and this is {_CALLED[term.kind]}")
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
            left, right = ("a", "b") if not isinstance(node, Binary) else map(self.written, (node.left, node.right))
            hint = f"write double({left}) / {right} to keep it"
            raise self.refused(node, "whole numbers divide to a whole number, so that the fraction is lost here", hint)

    def _apply(self, node: Node, op: Op, kind: Kind, *arguments: Term) -> Term:
        found = apply(op, kind, *arguments)
        if found is not None:
            return found
        if op in (Op.DIVIDE, Op.QUOTIENT, Op.REMAINDER):
            raise self.refused(node, "division by zero is never known")
        reach = f"whole numbers reach to {MAX_WHOLE:,}" if kind is Kind.INT else "the result is too large for a double"
        raise self.refused(node, f"this is never known: {reach}")

    def _arithmetic(self, node: Binary) -> Term:
        kind, terms = self._numbers(node.operator, node.left, node.right)
        if node.operator == "%":
            if kind is not Kind.INT:
                raise self.refused(node, "% takes whole numbers", "a feature is a double")
            return self._apply(node, Op.REMAINDER, kind, *terms)
        if node.operator == "/":
            return self._apply(node, Op.QUOTIENT if kind is Kind.INT else Op.DIVIDE, kind, *terms)
        return self._apply(node, _ARITHMETIC[node.operator], kind, *terms)

    def _order(self, node: Binary) -> Term:
        for side in (node.left, node.right):
            if isinstance(side, Binary) and side.operator in ("<", "<=", ">", ">="):
                raise self.refused(node, "comparisons do not chain", "write a < b && b < c")
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
                raise self.refused(node, "both sides are texts")
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
            names = [side.field.name for side in (first, second) if isinstance(side, Input) and side.kind is Kind.ID]
            raise self.refused(node, "ids are not compared", ASK_A_LIST.format(name=names[0]))
        hint = None
        if kinds & set(NUMBERS) and (TRUE in (first, second) or FALSE in (first, second)):
            hint = f"write {node.operator} {1 if TRUE in (first, second) else 0}"
        elif isinstance(first, Input) and first.kind is Kind.WORD and second.kind in NUMBERS:
            hint = f'write {first.field.name} {node.operator} "{first.field.words[0]}"'
        elif isinstance(first, Input) and isinstance(second, Input) and kinds == {Kind.WORD}:
            if first.field.words == second.field.words:
                return self._apply(node, Op.EQUAL, Kind.BOOL, first, second)
            raise self.refused(node, f"{first.field.name} and {second.field.name} have no words in common")
        raise self.refused(node, f"{node.operator} compares {_CALLED[first.kind]} with {_CALLED[second.kind]}", hint)

    def _word(self, term: Term, literal: Literal, node: Node) -> Constant:
        """The code of a text that stands beside an enum."""
        word = str(literal.value)
        if isinstance(term, Input) and term.kind is Kind.ID:
            raise self.refused(node, "an id is not compared with a text", ASK_A_LIST.format(name=term.field.name))
        if not isinstance(term, Input) or term.kind is not Kind.WORD:
            hint = "write it without quotes" if word.isdigit() else "only an enum is compared with a text"
            raise self.refused(literal, f"a text stands beside {_CALLED[term.kind]}", hint)
        words = term.field.words
        if word not in words:
            message = f"{term.field.name} is never {short(word)}: it is one of {', '.join(words)}"
            raise self.refused(literal, message, did_you_mean(word, words))
        return Constant(Kind.WORD, words.index(word))

    def _in(self, node: Binary) -> Term:
        if isinstance(node.right, Select):
            return self._in_list(node, node.right)
        if not isinstance(node.right, Items):
            raise self.refused(node.right, "`in` looks into a list", "write value in [1, 2, 3] or payee_id in lists.NAME")
        items = node.right.items
        if not items:
            raise self.refused(node.right, "the list is empty")
        term = self.term(node.left)
        if isinstance(term, Input) and term.kind is Kind.ID:
            raise self.refused(node, "an id is not compared with a text", ASK_A_LIST.format(name=term.field.name))
        if term.kind is Kind.BOOL:
            raise self.refused(node.left, "`in` looks for a number, an enum or an id, and this is a bool")
        values = {self._item(term, item) for item in items}
        if isinstance(term, Constant):
            return TRUE if float(term.value) in values else FALSE
        return Within(term, tuple(sorted(values)))

    def _item(self, term: Term, item: Node) -> float:
        if isinstance(item, Literal) and isinstance(item.value, str):
            return float(self._word(term, item, item).value)
        value = self.term(item)
        if not isinstance(value, Constant):
            raise self.refused(item, "a written list holds literals alone", "write a == b || a == c")
        if term.kind not in NUMBERS or value.kind not in NUMBERS:
            raise self.refused(item, f"the list holds {_CALLED[value.kind]}, and {_CALLED[term.kind]} is looked for")
        if value.kind is Kind.DOUBLE:
            self._keep_fraction(item, term)
        return float(value.value)

    def _in_list(self, node: Binary, chosen: Select) -> Term:
        if not isinstance(chosen.of, Name) or chosen.of.name != LISTS:
            raise self.stray(chosen)
        if not isinstance(node.left, Name):
            raise self.refused(node.left, "only an id is looked up in a list", "write payee_id in lists.NAME")
        field = self.field(node.left, node.left.name)
        if field.kind is not Kind.ID:
            raise self.refused(
                node.left, f"a list holds ids, and {field.name} is {_CALLED[field.kind]}", f"the ids are {self.ids}"
            )
        return Membership(field.name, self.list_name(chosen))

    def _choice(self, node: Choice) -> Term:
        condition = self._bool(node.condition, "?")
        yes, no = self.term(node.yes), self.term(node.no)
        if {yes.kind, no.kind} == {Kind.BOOL}:
            return self._apply(node, Op.CHOOSE, Kind.BOOL, condition, yes, no)
        if yes.kind not in NUMBERS or no.kind not in NUMBERS:
            hint = "both are conditions or both are numbers"
            raise self.refused(node, f"the choice is between {_CALLED[yes.kind]} and {_CALLED[no.kind]}", hint)
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
            raise self.refused(Span(node.span.offset, len(name)), f"there is no function {short(name)}", hint)
        if name in ("min", "max"):
            if len(arguments) < 2:
                raise self.refused(node, f"{name} takes two values or more")
            return self._extreme(node, Op.LESSER if name == "min" else Op.GREATER)
        if len(arguments) != 1:
            raise self.refused(node, f"{name} takes one value, and here are {len(arguments)}")
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
            raise self.refused(node, "has takes a name", "write has(mcc)")
        field = self.field(node, node.name)
        if field.kind is Kind.ID:
            return Membership(field.name)
        return self._apply(node, Op.IS_KNOWN, Kind.BOOL, Input(field))
