"""Arguments that several subcommands take."""

import argparse
from datetime import date


def a_day(text: str) -> date:
    """Read a day. Raises ArgumentTypeError, which argparse says."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write 2026-11-30") from None
