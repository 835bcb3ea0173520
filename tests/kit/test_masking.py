"""Card numbers never reach a dlq or a log, and nothing else is touched."""

import pytest

from kit.log import mask_fields
from kit.masking import mask_card_numbers, mask_card_numbers_in_text


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("4111111111111111", "************1111"),
        ("4111 1111 1111 1111", "**** **** **** 1111"),
        ("4111-1111-1111-1111", "****-****-****-1111"),
        ("378282246310005", "***********0005"),
        ("3782 822463 10005", "**** ****** *0005"),
        ("4222222222222", "*********2222"),
        ("6304000000000000000", "***************0000"),
    ],
)
def test_a_card_number_keeps_its_last_four_digits(number, masked):
    assert mask_card_numbers_in_text(f'{{"card":"{number}"}}') == f'{{"card":"{masked}"}}'
    assert mask_card_numbers_in_text(f"pan={number};\\n{number}") == f"pan={masked};\\n{masked}"
    assert mask_card_numbers(b'\xff"%b"' % number.encode()) == b'\xff"%b"' % masked.encode()


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "1764000000008",
        "00000000-0000-0000-0000-000000000000",
        '"probability":0.4111111111111111',
        "41111111111111114111111111111111",
        "411111111111",
    ],
)
def test_what_is_no_card_number_stays(text):
    assert mask_card_numbers_in_text(text) == text


def test_a_log_line_masks_card_numbers_in_any_field():
    line = mask_fields(None, "warning", {"event": "refused", "detail": "Invalid enum value '4111111111111111'", "offset": 7})
    assert line == {"event": "refused", "detail": "Invalid enum value '************1111'", "offset": 7}
