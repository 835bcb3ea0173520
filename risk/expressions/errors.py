"""What is wrong with an expression, and where: a message that points at the character."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kit.errors import DomainError

_SHOWN_BEFORE, _SHOWN_AFTER = 60, 60


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the source, in characters: `[offset, offset + length)`."""

    offset: int
    length: int

    def to(self, last: "Span") -> "Span":
        """The piece from this one's begin to the end of `last`."""
        return Span(self.offset, last.offset + last.length - self.offset)


class ExpressionError(DomainError):
    """The expression cannot be used. `line` and `column` count from 1, `offset` from 0, all of them in characters."""

    code = "bad-expression"
    title = "The rule's expression cannot be used"
    remedy = "Correct the expression at the place that is named; docs/rules.md describes the language."

    def __init__(self, message: str, *, source: str, span: Span, hint: str | None = None) -> None:
        before = source[: span.offset]
        self.message = message
        self.hint = hint
        self.source = source
        self.offset, self.length = span.offset, span.length
        self.line = before.count("\n") + 1
        self.column = span.offset - (before.rfind("\n") + 1) + 1
        detail = f"line {self.line}, column {self.column}: {message}" + (f"; {hint}" if hint else "")
        super().__init__(
            detail, line=self.line, column=self.column, offset=self.offset, length=self.length, message=message, hint=hint
        )

    def render(self) -> str:
        """Return the place and the message, the line of source around the place, carets under it, and the hint."""
        line = self.source.split("\n")[self.line - 1]
        first = max(0, self.column - 1 - _SHOWN_BEFORE)
        shown = line[first : self.column - 1 + _SHOWN_AFTER]
        printable = "".join(character if character.isprintable() else " " for character in shown)
        at = self.column - 1 - first
        carets = " " * at + "^" * max(1, min(self.length, len(shown) - at))
        lines = [f"{self.line}:{self.column}: {self.message}", f"  {printable}".rstrip(), f"  {carets}"]
        return "\n".join([*lines, f"  {self.hint}"] if self.hint else lines)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of `words` that a misspelt `word` most likely meant, if any is near."""
    # The comparison takes time in the product of both lengths, and no name is as long as this.
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6) if len(word) <= 128 else []
    return found[0] if found else None


def did_you_mean(word: str, words: Sequence[str]) -> str | None:
    """Return the hint for a misspelt word."""
    found = nearest(word, words)
    return None if found is None else f"did you mean {found}?"
