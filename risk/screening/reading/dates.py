"""Dates of birth as lists write them, as `Entry.births` has them."""

import re

_MONTHS = {
    name: number
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)
}
_DAY = re.compile(r"(?:(\d{1,2}) )?(?:([A-Za-z]{3})[a-z]* )?(\d{4})")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SPAN = re.compile(r"(?:between )?(?:\d{1,2} )?(?:[A-Za-z]{3} )?(\d{4}) ?(?:to|and|-|/) ?(?:\d{1,2} )?(?:[A-Za-z]{3} )?(\d{4})")
_ABOUT = re.compile(r"(?:circa|c\.?|ca\.?|approximately|about) ?(?:\d{1,2} )?(?:[A-Za-z]{3} )?(\d{4})", re.IGNORECASE)
ABOUT_YEARS = 1


def birth(text: str) -> str | None:
    """Return `1971-03-25`, `1971-03`, `1971` or `1970/1972` for what a list writes; None for what is no date."""
    tidy = " ".join(text.split()).strip(".;, ")
    if _ISO.fullmatch(tidy):
        return tidy
    if found := _ABOUT.fullmatch(tidy):
        return f"{int(found[1]) - ABOUT_YEARS}/{int(found[1]) + ABOUT_YEARS}"
    if found := _SPAN.fullmatch(tidy):
        return f"{found[1]}/{found[2]}" if found[1] < found[2] else found[1]
    if found := _DAY.fullmatch(tidy):
        month = _MONTHS.get((found[2] or "").lower())
        if month is None:
            return found[3] if found[2] is None else None
        return f"{found[3]}-{month:02d}" + (f"-{int(found[1]):02d}" if found[1] else "")
    return None
