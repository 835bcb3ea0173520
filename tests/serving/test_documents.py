"""CPF and CNPJ: punctuation does not matter, check digits do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.customers.documents import CustomerKind, cnpj_of, cpf_of, normalized


@pytest.mark.parametrize("text", ["390.533.447-05", "39053344705", " 390.533.447-05 "])
def test_a_cpf_is_known_with_and_without_punctuation(text):
    assert normalized(text, kind=CustomerKind.PERSON) == "39053344705"


@pytest.mark.parametrize(
    "text", ["390.533.447-06", "3905334470", "111.111.111-11", "000.000.000-00", "", "x" * 500, "٣٩٠٥٣٣٤٤٧٠٥"]
)
def test_what_is_no_cpf_is_none(text):
    assert cpf_of(text) is None


@pytest.mark.parametrize(
    ("text", "plain"), [("16.727.230/0001-97", "16727230000197"), ("12.abc.345/01de-35", "12ABC34501DE35")]
)
def test_a_cnpj_may_hold_letters(text, plain):
    assert normalized(text, kind=CustomerKind.BUSINESS) == plain


@pytest.mark.parametrize("text", ["16.727.230/0001-98", "12.ABC.345/01DE-36", "00000000000000", "390.533.447-05"])
def test_what_is_no_cnpj_is_none(text):
    assert cnpj_of(text) is None


def with_check_digits(nine: list[int]) -> list[int]:
    """The rule of the CPF, said by itself: weights fall from the number of digits plus one to 2; ten counts as nought."""
    digits = list(nine)
    for _ in range(2):
        total = sum(weight * digit for weight, digit in zip(range(len(digits) + 1, 1, -1), digits, strict=True))
        digits.append(total * 10 % 11 % 10)
    return digits


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9), st.integers(0, 10), st.integers(0, 9))
def test_a_cpf_is_one_exactly_when_the_rule_says_so(nine, place, by):
    digits = with_check_digits(nine)
    digits[place] = (digits[place] + by) % 10
    text = "".join(map(str, digits))
    right = digits == with_check_digits(digits[:9]) and len(set(digits)) > 1
    assert cpf_of(text) == (text if right else None)
