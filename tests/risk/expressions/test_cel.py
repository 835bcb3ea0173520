"""What rules have in common with CEL means the same there: a corpus beside another implementation, row by row."""

import celpy
import numpy as np
import pytest
from celpy import celtypes

from risk.expressions.check import check
from risk.expressions.program import Clause, Program
from tests.risk.expressions.columns import SCHEMA, hits, oracle_row, random_rows

ROWS = 60
# Numbers meet their own kind, because the other implementation compares no whole number with a double. Nothing reaches what a
# double cannot hold, or is divided by zero, which is infinite there and unknown here.
LARGE = 2**40
CORPUS = (
    'channel == "pix" && amount_minor >= 100000',
    "channel != \"pix\" || direction == 'debit'",
    'channel in ["pix", "ted"] && mcc in [0, 1, 7]',
    "amount_minor > 2 && is_night <= 1.5",
    "2 < amount_minor || is_night == 1.0",
    "amount_minor / 2 == 3 || amount_minor % 4 == -3 || amount_minor % 7 == 2",
    "-amount_minor < 0 && - -amount_minor > 2",
    "amount_minor - 1 * 2 + 3 > mcc * 2 - 5",
    "(amount_minor - 1) * (2 + 3) > mcc",
    "double(amount_minor) / 2.0 > is_night * 1.5",
    "is_night > 0.5 ? mcc > 2 : amount_minor > 2",
    "(is_night > 0.5 ? mcc : amount_minor) > 2",
    "(mcc > 2) == (amount_minor > 2) && !(mcc == 5)",
    "mcc > 2 || amount_minor > 2 && is_night > 0.5",
    "!(mcc > 2 && amount_minor > 2) // said of both",
    "mcc > 2 ? true : amount_minor > 2 ? is_night > 0.5 : false",
    "is_night + customer_count_1h > 1.5 && is_night - customer_count_1h < 0.0 && is_night in [0.5, 1.0]",
)


@pytest.mark.parametrize("source", CORPUS)
def test_an_expression_means_what_it_means_in_cel(source):
    checked = check(source, SCHEMA)
    rows = random_rows(11, ROWS)
    rows["events"][rows["events"] > LARGE] = 7
    environment = celpy.Environment()
    program = environment.program(environment.compile(source))
    names = [field.name for field in checked.names]
    expected = [_holds(program, oracle_row(rows, row, names)["values"]) for row in range(ROWS)]
    found = hits(Program([Clause(checked, 0)]), rows)[:, 0].astype(bool).tolist()
    assert found == expected
    assert 0 < np.count_nonzero(expected) < ROWS


def _holds(program, values: dict) -> bool:
    """An unknown name is left out; the error that follows, where nothing absorbs it, is no hit."""
    kinds = {str: celtypes.StringType, int: celtypes.IntType, float: celtypes.DoubleType}
    given = {name: kinds[type(value)](value) for name, value in values.items() if value is not None}
    try:
        return bool(program.evaluate(given))
    except celpy.CELEvalError:
        return False
