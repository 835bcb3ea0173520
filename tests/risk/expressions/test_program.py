"""A program gives the oracle's answers, whatever the rules, the rows, and what is unknown of them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from risk.expressions.assembler import ProgramTooLarge
from risk.expressions.check import check
from risk.expressions.errors import ExpressionError
from risk.expressions.grammar import parse
from risk.expressions.program import MAX_BITS, Clause, Program
from risk.expressions.schema import EVENT_FIELDS, MISSING
from tests.risk.expressions.columns import SCHEMA, hits, oracle_row, random_rows
from tests.risk.expressions.oracle import evaluate

WHOLE = ("amount_minor", "mcc", "balance_minor", "0", "1", "2", "3", "7", "100000", "9007199254740991")
DOUBLES = ("is_night", "customer_count_1h", "device_customers_1d", "probability", "0.5", "1.5", "2.0", "1e300")
# What may be known only once the parts are put together.
LATE = ("never known", "fraction is lost", "nested more than")


def numbers():
    """Number expressions, by whether they are doubles."""

    def grow(inner):
        either = st.one_of(inner, inner)
        return st.one_of(
            st.builds("({} {} {})".format, either, st.sampled_from("+-*"), either),
            st.builds("({} / {})".format, either, either),
            st.builds("({} % {})".format, whole(), whole()),
            st.builds("abs({})".format, either),
            st.builds("-{}".format, either),
            st.builds("double({})".format, either),
            st.builds("{}({}, {}, {})".format, st.sampled_from(["min", "max"]), either, either, either),
            st.builds("({} > {} ? {} : {})".format, either, either, either, either),
        )

    return st.recursive(st.sampled_from(WHOLE + DOUBLES), grow, max_leaves=6)


def whole():
    simple = st.sampled_from(WHOLE)
    return simple | st.builds("({} {} {})".format, simple, st.sampled_from("+-*/"), simple)


def conditions():
    compared = st.builds("{} {} {}".format, numbers(), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers())
    words = st.sampled_from(
        ['channel == "pix"', '"card" != channel', 'channel in ["ted", "pix"]', 'direction == "debit"', 'currency == "BRL"']
    )
    known = st.builds("has({})".format, st.sampled_from(["mcc", "channel", "is_night", "probability", "payee_id"]))
    listed = st.sampled_from(["payee_id in lists.mules", "device_id in lists.devices", "payee_id in lists.devices"])
    within = st.builds(
        "{} in [{}, 2, {}, -3]".format, numbers(), st.sampled_from(["1", "0.5"]), st.sampled_from(["7", "100000"])
    )

    def grow(inner):
        chain = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            chain.map(lambda parts: f"({' && '.join(parts)})"),
            chain.map(lambda parts: f"({' || '.join(parts)})"),
            st.builds("!({})".format, inner),
            st.builds("({} ? {} : {})".format, inner, inner, inner),
            st.builds(
                "({} {} {})".format,
                st.builds("({})".format, inner),
                st.sampled_from(["==", "!="]),
                st.builds("({})".format, inner),
            ),
        )

    leaves = st.one_of(compared, words, known, listed, within, st.sampled_from(["true", "false"]))
    return st.recursive(leaves, grow, max_leaves=8)


def checked(source: str):
    try:
        return check(source, SCHEMA)
    except ExpressionError as problem:
        if any(word in problem.message for word in LATE):
            return None
        raise


@settings(max_examples=200, deadline=None)
@given(st.lists(conditions(), min_size=1, max_size=6), st.integers(0, 2**32), st.sampled_from([1, 7, 64, 65, 130]))
def test_a_program_gives_the_oracles_answers(sources, seed, n):
    found = [one for one in map(checked, sources) if one is not None]
    assume(found)
    rows = random_rows(seed, n)
    answers = hits(Program([Clause(one, bit) for bit, one in enumerate(found)]), rows)
    for bit, one in enumerate(found):
        root, names = parse(one.source), [field.name for field in one.names]
        expected = [evaluate(root, oracle_row(rows, row, names)) is True for row in range(n)]
        assert (answers[:, 0] >> np.uint64(bit) & np.uint64(1)).astype(bool).tolist() == expected, one.source


def one_row(**known) -> dict:
    rows = random_rows(0, 1)
    rows["events"][:], rows["features"][:], rows["scores"][:] = MISSING, np.nan, np.nan
    for name, value in known.items():
        field = SCHEMA.fields[name]
        if isinstance(value, str):
            value = field.words.index(value)
        rows["events" if field.column < len(EVENT_FIELDS) and field.source == 0 else "features"][0, field.column] = value
    return rows


@pytest.mark.parametrize(
    ("source", "known", "holds"),
    [
        ("mcc > 5 || true", {}, True),
        ("mcc > 5 || amount_minor > 1", {"amount_minor": 2}, True),
        ("mcc > 5 && amount_minor > 1", {"amount_minor": 2}, False),
        ("!(mcc > 5 && amount_minor > 1)", {"amount_minor": 0}, True),
        ("!(mcc > 5)", {}, False),
        ("mcc == mcc", {}, False),
        ("has(mcc) ? mcc > 5 : amount_minor > 1", {"amount_minor": 2}, True),
        ("mcc > 5 ? true : true", {}, False),
        ("(mcc > 5) == (mcc > 5)", {}, False),
        ("amount_minor / mcc >= 0 || amount_minor / mcc < 0", {"amount_minor": 2, "mcc": 0}, False),
        ("amount_minor / 2 == 3", {"amount_minor": 7}, True),
        ("amount_minor / 2 == -3", {"amount_minor": -7}, True),
        ("amount_minor % 4 == -3", {"amount_minor": -7}, True),
        ("double(amount_minor) / 2 == 3.5", {"amount_minor": 7}, True),
        ("amount_minor + 1 > 0 || amount_minor + 1 <= 0", {"amount_minor": 2**53 - 1}, False),
        ("amount_minor - 1 == 9007199254740990", {"amount_minor": 2**53 - 1}, True),
        ("9007199254740991 / amount_minor == 4503599627370495", {"amount_minor": 2}, True),
        ("is_night * 1e308 * 10.0 > 0", {"is_night": 1}, False),
        ('channel in ["pix", "ted"] && direction != "credit"', {"channel": "ted", "direction": "debit"}, True),
        ("min(amount_minor, 2.5, 7) == 2.5 && max(1, 2) == 2", {"amount_minor": 3}, True),
        ("amount_minor > 100.5", {"amount_minor": 101}, True),
        ("-amount_minor < 0 // a comment", {"amount_minor": 101}, True),
    ],
)
def test_unknown_values_zero_divisors_and_rounding(source, known, holds):
    assert bool(hits(Program([Clause(check(source, SCHEMA), 0)]), one_row(**known))[0, 0]) is holds


def test_a_bit_of_any_word_is_set_in_its_period_alone_and_versions_may_share_it():
    yes = check("true", SCHEMA)
    program = Program([Clause(yes, 0, 0, 100), Clause(yes, 0, 300, 400), Clause(yes, 130, 100, 300)])
    rows = random_rows(1, 4)
    rows["event_time_ms"] = np.array([0, 100, 299, 300])
    assert program.words == 3
    assert hits(program, rows)[:, [0, 2]].tolist() == [[1, 0], [0, 4], [0, 4], [1, 0]]


def test_a_program_says_what_it_reads():
    sources = ["payee_id in lists.mules && customer_count_1h > 3", "has(payee_id) || has(mcc)", "customer_count_1h > 3"]
    program = Program([Clause(check(source, SCHEMA), bit) for bit, source in enumerate(sources)])
    assert program.columns == {SCHEMA.fields["customer_count_1h"].column}
    assert [(asked.field, asked.list) for asked in program.memberships] == [("payee_id", None), ("payee_id", "mules")]


def test_the_names_that_an_expression_uses_come_with_their_sentences():
    found = check("payee_id in lists.mules && customer_count_1h > 3 && has(mcc)", SCHEMA)
    assert [field.name for field in found.names] == ["payee_id", "customer_count_1h", "mcc"]
    assert found.names[1].sentence == "Transactions of the customer in the last hour"
    assert found.lists == ("mules",)


def test_shared_parts_are_worked_out_once_and_negation_never():
    def operations(*sources: str) -> int:
        return Program([Clause(check(source, SCHEMA), bit) for bit, source in enumerate(sources)]).operations

    assert operations("mcc > 5") == operations("mcc > 5", "!(mcc <= 5)", "5 < mcc", "!(5 >= mcc)") == 1
    assert (
        operations("mcc > 5 && amount_minor < 3")
        == operations("mcc > 5 && amount_minor < 3", "3 <= amount_minor || mcc <= 5")
        == 3
    )


def test_columns_of_another_shape_and_bits_out_of_range_are_refused():
    yes = check("true", SCHEMA)
    rows = random_rows(1, 4)
    with pytest.raises(ValueError, match="events"):
        hits(Program([Clause(yes, 0)]), rows | {"events": rows["events"][:, :3]})
    with pytest.raises(ValueError, match="below"):
        Program([Clause(yes, MAX_BITS)])


def test_rules_that_ask_for_too_much_together_are_refused():
    lists = [f"mcc in [{', '.join(str(n + rule * 300) for n in range(300))}]" for rule in range(3)]
    assert Program([Clause(check(source, SCHEMA), bit) for bit, source in enumerate(lists)]).operations == 3
    sums = [check(" || ".join(f"mcc + {rule * 200 + n} == 1" for n in range(200)), SCHEMA) for rule in range(200)]
    with pytest.raises(ProgramTooLarge, match="65,536"):
        Program([Clause(one, bit) for bit, one in enumerate(sums)])
