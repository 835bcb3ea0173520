"""How amounts and moments look in answers. Pure."""

from datetime import UTC, datetime


def money(amount_minor: object, currency: object) -> dict[str, object]:
    """Return an amount as answers show it."""
    return {"amount_minor": amount_minor, "currency": currency}


def moment(epoch_ms: int) -> datetime:
    """Return a moment as answers show it: in UTC, to the millisecond."""
    return datetime.fromtimestamp(epoch_ms // 1000, UTC).replace(microsecond=epoch_ms % 1000 * 1000)


def rfc3339(epoch_ms: int) -> str:
    """Return a moment as text, e.g. `2025-11-24T16:00:00.123Z`."""
    return moment(epoch_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
