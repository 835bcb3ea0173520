"""Card numbers out of what is kept or logged: a message that cannot be read may hold anything.

A run of 13 to 19 digits that passes the check of Luhn (ISO/IEC 7812-1, annex B) is taken for a card number, also where spaces
or dashes group it as cards print it. Its last four digits stay. A run of 13 digits that begins with 1 or 2 is a moment in
milliseconds, as our own messages are full of (until 2065); cards of 13 digits begin with 4, 5 or 6.
"""

import re

KEPT_DIGITS = 4
_RUN = re.compile(rb"(?<![0-9])[0-9]{13,19}(?![0-9])")
_GROUPED = re.compile(
    rb"(?<![0-9a-fA-F-])[0-9]{4}([ -])(?:[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|[0-9]{6}\1[0-9]{4,5})(?![0-9a-fA-F-])"
)
_DIGIT = re.compile(rb"[0-9]")
# For summing bytes as they are: a digit's value, and the digits' sum of its double.
_SINGLE = bytes(byte - 48 if 48 <= byte <= 57 else 0 for byte in range(256))
_DOUBLE = bytes(sum(divmod(2 * (byte - 48), 10)) if 48 <= byte <= 57 else 0 for byte in range(256))


def mask_card_numbers(content: bytes) -> bytes:
    """Return the content, in any encoding in which digits are ASCII, with every card number masked; its length stays."""

    def mask_run(found: re.Match[bytes]) -> bytes:
        digits = found[0]
        is_moment = len(digits) == 13 and digits[:1] in b"12"
        is_fraction = content[max(0, found.start() - 2) : found.start()] == b"0."
        if is_moment or is_fraction or not _passes_luhn(digits):
            return digits
        return b"*" * (len(digits) - KEPT_DIGITS) + digits[-KEPT_DIGITS:]

    return _GROUPED.sub(_mask_groups, _RUN.sub(mask_run, content))


def mask_card_numbers_in_text(text: str) -> str:
    """The same for text."""
    return mask_card_numbers(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")


def _mask_groups(found: re.Match[bytes]) -> bytes:
    digits = found[0].replace(found[1], b"")
    return _DIGIT.sub(b"*", found[0], count=len(digits) - KEPT_DIGITS) if _passes_luhn(digits) else found[0]


def _passes_luhn(digits: bytes) -> bool:
    return (sum(digits[-1::-2].translate(_SINGLE)) + sum(digits[-2::-2].translate(_DOUBLE))) % 10 == 0
