"""Drawing the pages that `layout` has cut. The same statement gives the same bytes."""

import io
from collections.abc import Sequence

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from kit.money import CURRENCY_EXPONENTS
from serving.statements.pdf import look
from serving.statements.pdf.layout import DayRow, LineRow, Row, day_text, pages
from serving.statements.period import local
from serving.statements.statement import Line, Statement, printable
from serving.statements.wording import BANK_NAME, amount_text

_MONTHS = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip
_WEEKDAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")
_LEGAL = (
    "Lançamentos em ordem contábil. Valores em {currency}; datas no fuso horário {zone}. A data-valor só aparece quando difere",
    "da data do lançamento. Valores bloqueados e lançamentos futuros não fazem parte deste extrato. Emitido em {issued}.",
)


def pdf(statement: Statement, lines: Sequence[Line]) -> bytes:
    """Return the whole document."""
    look.load_fonts()
    cut = pages(statement, lines)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(look.WIDTH, look.HEIGHT), invariant=1, pageCompression=1, lang="pt-BR")
    canvas.setTitle(f"Extrato de conta {day_text(statement.period.first)} a {day_text(statement.period.last)}")
    canvas.setAuthor(BANK_NAME)
    page = _Page(canvas, statement)
    for number, rows in enumerate(cut, start=1):
        page.header(first=number == 1)
        page.table(rows, top=look.FIRST_TABLE_TOP if number == 1 else look.NEXT_TABLE_TOP)
        page.footer(number, of=len(cut))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Page:
    def __init__(self, canvas: Canvas, statement: Statement) -> None:
        self._canvas = canvas
        self._statement = statement
        self._exponent = CURRENCY_EXPONENTS[statement.currency]

    def header(self, *, first: bool) -> None:
        statement = self._statement
        top = look.HEIGHT - look.MARGIN
        self._mark(look.LEFT, top - 24, side=24)
        self._text(look.LEFT + 33, top - 16, BANK_NAME, look.STRONG, 11.5, look.INK)
        period = f"{day_text(statement.period.first)} a {day_text(statement.period.last)}"
        if not first:
            self._text(look.RIGHT, top - 16, f"Extrato de conta · {period}", look.REGULAR, look.DETAIL, look.INK_3, right=True)
            self._rule(top - 38)
            return
        self._text(look.RIGHT, top - 16, "Extrato de conta", look.STRONG, look.TITLE, look.INK, right=True)
        self._rule(top - 38)
        facts = (
            ("Titular", self._fitting(statement.holder or statement.customer_id, 178)),
            ("Conta", str(statement.account_id)),
            ("Período", period),
        )
        for place, (label, value) in zip((0.0, 188.0, 390.0), facts, strict=True):
            self._text(look.LEFT + place, top - 58, label, look.REGULAR, look.SMALL, look.INK_3)
            self._text(look.LEFT + place, top - 71, value, look.STRONG, look.BODY, look.INK)
        self._summary(top - 146)

    def _summary(self, bottom: float) -> None:
        statement = self._statement
        boxes = (
            ("Saldo inicial", statement.opening_minor, "", look.INK),
            ("Entradas", statement.credits_minor, _counted(statement.credits), look.GOOD),
            ("Saídas", -statement.debits_minor, _counted(statement.debits), look.INK),
            ("Saldo final", statement.closing_minor, "", look.ACCENT),
        )
        gap, height = 8.0, 54.0
        width = (look.RIGHT - look.LEFT - 3 * gap) / 4
        for number, (label, amount_minor, below, colour) in enumerate(boxes):
            left = look.LEFT + number * (width + gap)
            self._canvas.setFillColor(look.ACCENT_SOFT if number == 3 else look.SUNKEN)
            self._canvas.roundRect(left, bottom, width, height, 7, stroke=0, fill=1)
            self._text(left + 10, bottom + 38, label, look.REGULAR, look.SMALL, look.INK_2)
            amount = amount_text(amount_minor, exponent=self._exponent)
            size = next((size for size in (12.5, 11.0, 9.5, 8.0) if look.width_of(amount, look.STRONG, size) < width - 20), 7.0)
            self._text(left + 10, bottom + 21, amount, look.STRONG, size, colour)
            self._text(left + 10, bottom + 9, below or statement.currency, look.REGULAR, look.SMALL, look.INK_3)

    def table(self, rows: Sequence[Row], *, top: float) -> None:
        for right, label in ((look.AMOUNT_RIGHT, "Valor"), (look.BALANCE_RIGHT, "Saldo")):
            self._text(right, top + 6, label, look.REGULAR, look.SMALL, look.INK_3, right=True)
        self._text(look.TEXT_LEFT, top + 6, "Lançamento", look.REGULAR, look.SMALL, look.INK_3)
        if not rows:
            self._text(look.TEXT_LEFT, top - 24, "Nenhum lançamento no período.", look.REGULAR, look.BODY, look.INK_2)
        for row in rows:
            if isinstance(row, DayRow):
                self._day(row, top)
            else:
                self._line(row, top)
            top -= row.height

    def _day(self, row: DayRow, top: float) -> None:
        top -= look.DAY_GAP
        self._canvas.setFillColor(look.SUNKEN)
        self._canvas.roundRect(look.LEFT, top - 18, look.RIGHT - look.LEFT, 18, 4, stroke=0, fill=1)
        day = row.day
        text = f"{day.day} de {_MONTHS[day.month - 1]} de {day.year}, {_WEEKDAYS[day.weekday()]}"
        self._text(look.TEXT_LEFT, top - 12.4, text, look.STRONG, look.DETAIL, look.INK_2)
        if row.again:
            self._text(look.BALANCE_RIGHT, top - 12.4, "continuação", look.REGULAR, look.SMALL, look.INK_3, right=True)

    def _line(self, row: LineRow, top: float) -> None:
        base = top - 12
        self._text(look.TEXT_LEFT, base, row.title, look.REGULAR, look.BODY, look.INK)
        sign = "+" if row.amount_minor > 0 else ""
        amount = sign + amount_text(row.amount_minor, exponent=self._exponent)
        colour = look.GOOD if row.amount_minor > 0 else look.INK
        self._text(look.AMOUNT_RIGHT, base, amount, look.STRONG, look.BODY, colour, right=True)
        balance = amount_text(row.balance_minor, exponent=self._exponent)
        self._text(look.BALANCE_RIGHT, base, balance, look.REGULAR, look.BODY, look.INK_2, right=True)
        for detail in row.details:
            base -= look.DETAIL_LEADING
            self._text(look.TEXT_LEFT, base, detail, look.REGULAR, look.DETAIL, look.INK_3)
        self._rule(top - row.height + 1.5, inset=8)

    def footer(self, number: int, *, of: int) -> None:
        statement = self._statement
        zone = statement.period.zone
        issued = f"{local(statement.issued_at_ms, zone):%d/%m/%Y às %H:%M:%S}"
        self._rule(62)
        for place, text in enumerate(_LEGAL):
            said = text.format(currency=statement.currency, zone=zone.key, issued=issued)
            self._text(look.LEFT, 48 - 9 * place, said, look.REGULAR, 6.6, look.INK_3)
        self._text(look.RIGHT, 30, f"Página {number} de {of}", look.STRONG, look.SMALL, look.INK_2, right=True)

    def _mark(self, left: float, bottom: float, *, side: float) -> None:
        """The bank's mark, as frontend/public/favicon.svg has it (a square of 32, its y axis pointing down)."""
        canvas, scale = self._canvas, side / 32
        canvas.saveState()
        canvas.translate(left, bottom + side)
        canvas.scale(scale, -scale)
        canvas.setFillColor(look.ACCENT)
        canvas.roundRect(0, 0, 32, 32, 9, stroke=0, fill=1)
        canvas.setStrokeColor(look.WHITE)
        canvas.setLineWidth(2.4)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        path = canvas.beginPath()
        path.moveTo(9, 21.5)
        path.lineTo(9, 10.5)
        path.lineTo(15.2, 10.5)
        path.curveTo(19.2, 10.5, 19.8, 15.6, 16.2, 16.2)
        path.lineTo(9, 16.2)
        path.moveTo(16.2, 16.2)
        path.curveTo(19.7, 16.2, 19.7, 21.5, 16.2, 21.5)
        path.lineTo(9, 21.5)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setFillColor(look.MARK_DOT)
        canvas.circle(23.2, 21.3, 1.9, stroke=0, fill=1)
        canvas.restoreState()

    def _rule(self, height: float, *, inset: float = 0.0) -> None:
        self._canvas.setStrokeColor(look.LINE)
        self._canvas.setLineWidth(0.6)
        self._canvas.line(look.LEFT + inset, height, look.RIGHT - inset, height)

    def _fitting(self, text: str, width: float) -> str:
        text = printable(text).strip()
        if look.width_of(text, look.STRONG, look.BODY) <= width:
            return text
        kept = next(n for n in range(len(text), -1, -1) if look.width_of(text[:n] + "…", look.STRONG, look.BODY) <= width)
        return text[:kept] + "…"

    def _text(self, x: float, y: float, text: str, font: str, size: float, colour: Color, *, right: bool = False) -> None:
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(colour)
        (self._canvas.drawRightString if right else self._canvas.drawString)(x, y, text)


def _counted(entries: int) -> str:
    return "1 lançamento" if entries == 1 else f"{entries} lançamentos"
