"""Countries as lists name them, as ISO 3166-1 alpha-2 codes. Names come from Unicode's CLDR; a few ways to write are added."""

from functools import lru_cache

from babel import Locale

from kit.folding import folded

_LANGUAGES = ("en", "fr", "es", "pt")
_ALSO = {
    "russia": "RU", "russian federation": "RU", "iran (islamic republic of)": "IR", "iran": "IR",
    "iran, islamic republic of": "IR",
    "syrian arab republic": "SY", "democratic people's republic of korea": "KP", "korea, north": "KP", "north korea": "KP",
    "korea, south": "KR", "republic of korea": "KR", "democratic republic of the congo": "CD",
    "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG", "libyan arab jamahiriya": "LY",
    "united kingdom of great britain and northern ireland": "GB",
    "united states of america": "US", "venezuela (bolivarian republic of)": "VE", "bolivia (plurinational state of)": "BO",
    "united republic of tanzania": "TZ", "cote d ivoire": "CI", "ivory coast": "CI", "cote d'ivoire": "CI", "burma": "MM",
    "viet nam": "VN", "lao people's democratic republic": "LA", "republic of moldova": "MD", "the gambia": "GM",
    "bahamas, the": "BS",
    "gambia, the": "GM", "palestinian": "PS", "state of palestine": "PS", "west bank": "PS", "region: gaza": "PS", "gaza": "PS",
    "turkey": "TR", "turkiye": "TR", "macedonia, the former yugoslav republic of": "MK", "czech republic": "CZ",
    "swaziland": "SZ",
    "virgin islands, british": "VG", "central african republic": "CF", "sudan": "SD", "the netherlands": "NL", "holland": "NL",
    "region: crimea": "UA", "kosovo": "XK", "macau": "MO", "hong kong": "HK", "taiwan": "TW", "cabo verde": "CV",
    "eswatini": "SZ",
}  # fmt: skip


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code != "ZZ":
                found.setdefault(folded(str(name)), str(code))
    return found | _ALSO


@lru_cache(maxsize=4096)
def country(text: str) -> str | None:
    """Return the code of a country's name or of a code itself; None for what is none."""
    tidy = " ".join(text.split()).strip(" ,;.")
    if len(tidy) == 2 and tidy.isalpha() and tidy.upper() in _codes():
        return tidy.upper()
    return _names().get(folded(tidy).replace("’", "'"))


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(_names().values())


def countries(texts: "list[str] | tuple[str, ...]") -> list[str]:
    """Return the codes of those that are countries."""
    return [code for code in map(country, texts) if code is not None]
