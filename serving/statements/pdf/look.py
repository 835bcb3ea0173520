"""Colours, type and measures of the printed page: the page's own tokens (frontend/src/design/tokens.css, light) in sRGB.

Lengths are points; the origin is the lower left corner, as in PDF itself.
"""

from functools import lru_cache
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

INK, INK_2, INK_3 = HexColor("#171c26"), HexColor("#4a505b"), HexColor("#636872")
ACCENT, ACCENT_SOFT, GOOD = HexColor("#4252cd"), HexColor("#e6ecff"), HexColor("#00774c")
LINE, SUNKEN, WHITE = HexColor("#e0e3e8"), HexColor("#eff1f5"), HexColor("#ffffff")
MARK_DOT = HexColor("#8ff0c4")

REGULAR, STRONG = "Geist", "Geist-SemiBold"
TITLE, BODY, DETAIL, SMALL = 15.0, 9.0, 7.8, 7.0

WIDTH, HEIGHT = A4
MARGIN = 42.0
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
BALANCE_RIGHT = RIGHT - 8
AMOUNT_RIGHT = RIGHT - 96
TEXT_LEFT = LEFT + 8
TEXT_WIDTH = AMOUNT_RIGHT - 96 - TEXT_LEFT

FIRST_TABLE_TOP = HEIGHT - 222
NEXT_TABLE_TOP = HEIGHT - 104
TABLE_BOTTOM = 84.0
DAY_GAP, DAY_HEIGHT, ROW_HEIGHT, DETAIL_LEADING = 6.0, 28.0, 19.0, 10.0

_FONTS = Path(__file__).resolve().parent.parent / "fonts"


@lru_cache(maxsize=1)
def load_fonts() -> None:
    """Make the fonts known to the library, once a process."""
    pdfmetrics.registerFont(TTFont(REGULAR, _FONTS / "Geist-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(STRONG, _FONTS / "Geist-SemiBold.ttf"))


def width_of(text: str, font: str, size: float) -> float:
    """Return how wide the text is."""
    return float(pdfmetrics.stringWidth(text, font, size))
