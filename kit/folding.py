"""Text as it is searched: without accents and case, so that `acao` finds `Ação`. The server needs no extension for it."""

import unicodedata


def folded(text: str) -> str:
    """Return the text in lower case without accents (Unicode NFKD, combining marks removed); NUL becomes a space."""
    if text.isascii():
        return text.lower().replace("\0", " ")
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\0", " "))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
