"""Which field or list a name means; a name that means none is refused with the one that is nearest to it."""

from risk.expressions.errors import ExpressionError, Span, did_you_mean
from risk.expressions.schema import LISTS, Field, Kind, Schema
from risk.expressions.syntax import Name, Node, Select

FUNCTIONS = ("abs", "double", "has", "max", "min")
ASK_A_LIST = "an id is only looked up in a list: {name} in lists.NAME"


class Resolver:
    """Looks names up in one schema for one source, and remembers those that were used, in their order."""

    def __init__(self, source: str, schema: Schema) -> None:
        self._source = source
        self._schema = schema
        self.names: dict[Field, None] = {}
        self.lists: dict[str, None] = {}

    @property
    def ids(self) -> str:
        """The names of the ids, for a message."""
        return ", ".join(name for name, field in self._schema.fields.items() if field.kind is Kind.ID)

    def refused(self, at: Node | Span, message: str, hint: str | None = None) -> ExpressionError:
        """Return the error that points at a node."""
        return ExpressionError(message, source=self._source, span=at if isinstance(at, Span) else at.span, hint=hint)

    def written(self, node: Node) -> str:
        """Return a node as it was written, for a message."""
        return short(self._source[node.span.offset : node.span.offset + node.span.length])

    def field(self, node: Node, name: str) -> Field:
        """Return the field of this name. Raises ExpressionError."""
        field = self._schema.fields.get(name)
        if field is None:
            if name == LISTS:
                raise self.refused(node, "lists is no value", "write payee_id in lists.NAME")
            if name in FUNCTIONS:
                raise self.refused(node, f"{name} is a function", f"write {name}(...)")
            if name == "null":
                raise self.refused(node, "there is no null", "whether a value is known is asked with has(name)")
            raise self.refused(
                node, f"there is no name {short(name)}", did_you_mean(name, (*self._schema.fields, "true", "false"))
            )
        self.names[field] = None
        return field

    def list_name(self, chosen: Select) -> str:
        """Return the NAME of `lists.NAME`. Raises ExpressionError."""
        if self._schema.lists is not None and chosen.field not in self._schema.lists:
            at = Span(chosen.span.offset + chosen.span.length - len(chosen.field), len(chosen.field))
            hint = did_you_mean(chosen.field, self._schema.lists) or "a list is made before a rule names it"
            raise self.refused(at, f"there is no list {short(chosen.field)}", hint)
        self.lists[chosen.field] = None
        return chosen.field

    def stray(self, node: Select) -> ExpressionError:
        """Return the error for `a.b` that is no list behind `in`."""
        if isinstance(node.of, Name) and node.of.name == LISTS:
            return self.refused(node, "a list stands only behind `in`", f"write payee_id in lists.{short(node.field)}")
        return self.refused(node, "a dot follows lists alone", "write payee_id in lists.NAME")


def short(word: str) -> str:
    """Return a word as a message shows it."""
    return word if len(word) <= 64 else f"{word[:64]}..."
