"""Structured logs: one JSON object a line, with the correlation id.

Secrets and personal fields are masked by their names, card numbers wherever they are.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from kit.masking import mask_card_numbers_in_text

_MASKED_FIELDS = frozenset(
    {
        "password", "secret", "token", "access_token", "refresh_token", "authorization", "api_key", "cookie",
        "private_key", "card_number", "pan", "cvv", "cpf", "cnpj", "name", "email", "phone", "document", "address",
    }
)  # fmt: skip


def mask_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field whose name says it must not be read in a log, and mask card numbers in every text."""
    for field, value in event.items():
        if field.lower() in _MASKED_FIELDS:
            event[field] = "***"
        elif isinstance(value, str):
            event[field] = mask_card_numbers_in_text(value)
    return event


def configure(process: str, *, level: str = "INFO") -> None:
    """Set up logging for a process; call once, at its entry point."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_fields,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    logging.getLogger("psycopg.pool").setLevel(logging.WARNING)  # it tells of every connection that is taken and given back
    logging.basicConfig(level=level, format='{"level": "%(levelname)s", "logger": "%(name)s", "event": "%(message)s"}')


def get_logger() -> Any:
    """Return the bound logger of this process."""
    return structlog.get_logger()
