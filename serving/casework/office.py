"""What an office has before it, as the routes give it: clocks and queues."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cases.due.clocks import DueClock, Urgency


class Due(BaseModel):
    """Something that is due: an alert to select, a case, dispute or block to decide, a report or a declaration to send.

    `due_at` is the moment of a clock that runs to one; the others run to the end of `due_on`.
    """

    clock: DueClock
    what: str
    id: str
    due_on: date
    due_at: datetime | None
    urgency: Urgency


class DueCount(BaseModel):
    """How many of one clock stand how. `next_at` is when the first of them ends, or ended."""

    clock: DueClock
    late: int
    warning: int
    on_time: int
    next_at: datetime | None


class DueList(BaseModel):
    """What is due: counts of all, in all and by clock, and what ends first, at most 200."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"today": "2025-11-24", "late": 0, "warning": 1, "on_time": 0,
                 "clocks": [{"clock": "analysis", "late": 0, "warning": 1, "on_time": 0, "next_at": "2025-11-29T03:00:00Z"}],
                 "items": [{"clock": "analysis", "what": "case", "id": "0193f2aa-5c1e-7e5e-8c1e-0193f2aa5c1e",
                            "due_on": "2025-11-28", "due_at": None, "urgency": "warning"}]}
            ]
        }
    )  # fmt: skip
    today: date
    late: int
    warning: int
    on_time: int
    clocks: list[DueCount]
    items: list[Due]


class Queue(BaseModel):
    """So many wait in one state: `mine` of them are assigned to whoever asks, `to_judge` were proposed by somebody else."""

    queue: Literal["alerts", "cases", "reports", "freezes", "blocks", "disputes", "recoveries", "hits"]
    state: str
    count: int
    mine: int
    to_judge: int


class QueueList(BaseModel):
    """The queues in which something waits; one that is empty is not there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"queue": "cases", "state": "proposed", "count": 3, "mine": 1, "to_judge": 2}]}]
        }
    )
    items: list[Queue]
