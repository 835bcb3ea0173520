"""What the doctor says."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do when it is not well."""

    level: Literal["ok", "warning", "fault"]
    subject: str
    text: str
    remedy: str = ""


def judged(subject: str, text: str, *, fault: bool = False, warning: bool = False, remedy: str) -> Finding:
    """Return a finding whose remedy shows only when something is wrong."""
    if fault:
        return Finding("fault", subject, text, remedy)
    if warning:
        return Finding("warning", subject, text, remedy)
    return Finding("ok", subject, text)
