"""The words of documents that customers read, in Portuguese. Pure."""

from serving.statements.statement import Line

BANK_NAME = "BaaS Ultra"
# (when money came in, when money left)
_PURPOSES = {
    "transfer": ("Transferência recebida", "Transferência enviada"),
    "opening": ("Saldo de abertura", "Saldo de abertura"),
    "fee": ("Devolução de tarifa", "Tarifa"),
    "reversal": ("Estorno", "Estorno"),
    "interest": ("Rendimento", "Juros"),
    "exchange": ("Câmbio", "Câmbio"),
    "allocation": ("Resgate de reserva", "Aplicação em reserva"),
    "adjustment": ("Ajuste", "Ajuste"),
}
_CHANNELS = {
    "pix": ("Pix recebido", "Pix enviado"),
    "card": ("Crédito de cartão", "Compra com cartão"),
    "boleto": ("Boleto recebido", "Pagamento de boleto"),
    "ted": ("TED recebida", "TED enviada"),
    "cash": ("Depósito em dinheiro", "Saque"),
}
_SETTLEMENT = "settlement:"
_OTHER = ("Crédito", "Débito")


def title(line: Line) -> str:
    """Return what kind of movement it is: by its channel where the money came from or went to another bank."""
    words = _PURPOSES.get(line.purpose, _OTHER)
    code = line.counterparty_code or ""
    if line.purpose == "transfer" and code.startswith(_SETTLEMENT):
        words = _CHANNELS.get(code.removeprefix(_SETTLEMENT), words)
    return words[line.delta_minor < 0]


def counterparty(line: Line) -> str | None:
    """Return the other side's name; nothing where it is the bank, or a customer without one."""
    return line.counterparty_name if line.counterparty_code is None else None


def memo(line: Line) -> str:
    """Return the title, the other side and the description in one line."""
    return " · ".join(part for part in (title(line), counterparty(line), line.description) if part)


def amount_text(amount_minor: int, *, exponent: int) -> str:
    """Return an amount as it is written in Brazil: `1.234,56`, with a minus sign before a negative one."""
    whole, fraction = divmod(abs(amount_minor), 10**exponent)
    text = f"{whole:,}".replace(",", ".") + (f",{fraction:0{exponent}d}" if exponent else "")
    return f"-{text}" if amount_minor < 0 else text
