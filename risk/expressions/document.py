"""Writes `docs/rules.md` from the language and its schema: `python -m risk.expressions.document`. A test keeps it true."""

from feature_store.definitions import FEATURE_COUNT
from kit.settings import REPOSITORY_ROOT
from risk.expressions.assembler import MAX_INSTRUCTIONS
from risk.expressions.check import check
from risk.expressions.errors import ExpressionError
from risk.expressions.schema import EVENT_FIELDS, ID_FIELDS, RESERVED, SCORE_FIELDS, Field, Kind, Schema
from risk.expressions.syntax import MAX_DEPTH, MAX_ITEMS, MAX_LENGTH, MAX_NODES, MAX_WHOLE
from risk.rules import RULES

DOCUMENT = REPOSITORY_ROOT / "docs" / "rules.md"
LISTS = ("mules", "shared_devices", "trusted_merchants")

EXAMPLES = {
    "A Pix at night above R$ 1,000.00": 'channel == "pix" && is_night == 1 && amount_minor > 100000',
    "Cash or a wire to somebody on a list": 'channel in ["cash", "ted"] && payee_id in lists.mules',
    "Many payments in the hour, or the model is almost sure": "customer_count_1h >= 12 || probability > 0.98",
    "More than four fifths of the balance, where the balance is known": "double(amount_minor) / balance_minor > 0.8",
    "Transfers to people: there is no merchant's category": 'channel == "pix" && !has(mcc) && payee_customers_1h >= 12',
    "Stricter for cards": '(channel == "card" ? 200000 : 500000) < amount_minor',
    "Risky categories, except merchants that are trusted": (
        "mcc in [4829, 6051, 7995] && !(merchant_id in lists.trusted_merchants)"
    ),
    "A round amount far above the usual one": (
        "amount_minor % 10000 == 0 // whole hundreds of reais\n  && max(customer_amount_to_max_30d, 1.0) >= 3.0"
    ),
}
MISTAKES = (
    "customer_count_1hr >= 12",
    'channel == "pixx"',
    "amount_minor > 100000 and is_night == 1",
    "is_night && amount_minor > 100000",
    "amount_minor / balance_minor > 0.8",
    'payee_id == "4711"',
    "payee_id in lists.muls",
    'channel == "pix"\n  && (amount_minor > 100000 || is_night == 1',
)

_NAMED = (*EVENT_FIELDS, *SCORE_FIELDS, *ID_FIELDS)
_TEXT = """# Rules as expressions

A rule is a condition over one event, its features and its scores, written in a subset of
[CEL](https://github.com/google/cel-spec/blob/master/doc/langdef.md), the Common Expression Language. It is checked whole before
it can be used: a name that is misspelt, a word that a field never has, or a comparison that makes no sense is refused with its
place and what to write instead. This page is written from the language itself (`python -m risk.expressions.document`) and a
test keeps it true; each example on it is checked and run.

{examples}

## What is told of a mistake
{mistakes}

## What is unknown
A value may be unknown: an event without a balance, a ratio over nothing, a score without a model. Logic is Kleene's, with three
values, as CEL's is for what is absent:
- A comparison or calculation with something unknown is unknown. `!` of unknown is unknown.
- `a && b` is false as soon as one is false, and `a || b` true as soon as one is true, whatever the other is; else one that is
  unknown makes both unknown.
- `c ? a : b` is unknown when c is; what is not chosen may be unknown.
- An id that the event does not have is in no list and outside none: `payee_id in lists.mules` is unknown.
- A rule that is unknown does not hit. `has(name)` says whether a value is known and is never unknown itself.
- Dividing by zero, whole numbers beyond {whole:,} and doubles that are not finite are unknown.

## Types
| type | what it is | what it goes with |
|---|---|---|
| `bool` | `true`, `false`, and every condition | `&&` `\\|\\|` `!` `==` `!=` `? :` |
| `int` | a whole number, exact to {whole:,}; amounts are minor units | arithmetic, comparisons, `in [1, 2]` |
| `double` | a double; every feature and score | arithmetic but `%`, comparisons, `in [0.5, 1.0]` |
| `enum` | one of a few words | `==` `!=` and `in` with words of its own |
| `id` | an opaque text | `in lists.NAME` and `has` alone |

An `int` beside a `double` becomes one. CEL compares the two as well; that they also calculate together is ours. Two `int`
divide towards zero, as in CEL: where that would meet a double the fraction is most likely wanted, so it is refused; write
`double(a) / b`. Features are float32: compare them with `>=` and `<` rather than with `== 0.1`, which no float32 equals.

## Operators, from the weakest to the strongest
| | |
|---|---|
| `c ? a : b` | a where c holds, b where it does not |
| `\\|\\|` | or |
| `&&` | and |
| `==` `!=` `<` `<=` `>` `>=` `in` | comparisons; they do not chain |
| `+` `-` | |
| `*` `/` `%` | `%` has the dividend's sign |
| `!` `-` | not, minus |
| `( )` `f(x)` | |

`//` begins a comment. Texts stand in `"` or `'` and have no escapes.

## Functions
| | |
|---|---|
| `abs(x)` | without its sign |
| `double(x)` | a whole number as a double |
| `has(name)` | whether the value is known |
| `max(x, y, ...)` `min(x, y, ...)` | unknown when one of them is |

CEL itself has `double`, and `has` for fields of messages alone. There are no methods, macros, maps, indexes, `null` or
conversions of texts.

## Names
| name | type | meaning |
|---|---|---|
{names}

Each of the {features} features of [features.md](features.md) is a name of type `double`. Lists are named `lists.NAME`; a list
must be there before a rule names it. CEL's reserved words are no names: {reserved}.

## Bounds
{length:,} characters, {nodes:,} parts, {depth} levels, {items:,} values in a written list; the rules of one program together
{instructions:,} different operations. Whatever the text is, it is checked or refused at once.

## How rules run
All rules are compiled together into one program over columns: equal parts of several rules are worked out once, constants
beforehand, and nothing becomes machine code when a rule changes. The program runs over 64 events at a time; a condition is two
64-bit words, those that hold and those that do not. `baas bench rules` measures it beside Polars.

## The built-in rules
| code | what it says | expression |
|---|---|---|
{built_in}
"""


def as_markdown() -> str:
    """Return the page."""
    schema = Schema.of(lists=LISTS)
    return _TEXT.format(
        examples="\n".join(f"{sentence}:\n```cel\n{source}\n```" for sentence, source in EXAMPLES.items()),
        mistakes="\n".join(f"```text\n{_told(source, schema)}\n```" for source in MISTAKES),
        names="\n".join(f"| `{field.name}` | {_type(field)} | {field.sentence} |" for field in _NAMED),
        built_in="\n".join(f"| `{r.code}` | {r.sentence} | {_code(r.when)} |" for r in RULES),
        reserved=", ".join(f"`{word}`" for word in sorted(RESERVED)),
        features=FEATURE_COUNT,
        whole=MAX_WHOLE,
        length=MAX_LENGTH,
        nodes=MAX_NODES,
        depth=MAX_DEPTH,
        items=MAX_ITEMS,
        instructions=MAX_INSTRUCTIONS,
    )


def _told(source: str, schema: Schema) -> str:
    try:
        check(source, schema)
    except ExpressionError as problem:
        return problem.render()
    raise ValueError(f"this is no mistake: {source}")


def _type(field: Field) -> str:
    if field.kind is not Kind.WORD:
        return f"`{field.kind}`"
    return f"`{field.kind}`: {', '.join(field.words)}"


def _code(source: str) -> str:
    escaped = source.replace("|", "\\|")
    return f"`{escaped}`"


if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown())
