"""What the schedules routes take and give."""

from datetime import date, datetime, time
from functools import cache
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema, model_validator

from contracts.transactions import Channel
from kit.business_days import Convention
from serving.edge.schemas import Amount, Money, Text
from serving.schedules.plan import MAX_SHOWN_DATES
from serving.schedules.rules import Frequency

DEFAULT_TIMEZONE = "America/Sao_Paulo"
DEFAULT_TIME = time(6)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
MAX_DATES = 10_000

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Payee = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]

# JSON Schema's format `time` is one with an offset.
LocalTime = Annotated[
    time,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
            "description": "Local time of the time zone, 24 hours",
        }
    ),
]


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError("not a time zone of the IANA database")
    return name


def _local(at: time) -> time:
    if at.tzinfo is not None or at.microsecond:
        raise ValueError("a local time, to the second, without an offset: the time zone is a field of its own")
    return at


_RULE: dict[str, JsonValue] = {
    "frequency": "monthly",
    "from_day": "2026-01-01",
    "until_day": None,
    "max_dates": 12,
    "weekday": None,
    "day_of_month": 31,
    "business_day": None,
    "convention": "modified_following",
    "at_time": "06:00:00",
    "timezone": DEFAULT_TIMEZONE,
}
_WANTED: dict[str, JsonValue] = {
    "debit_account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "credit_account_id": "0193f2aa-bbbb-7bbb-8bbb-bbbbbbbbbbbb",
    "amount": {"amount_minor": 150_000, "currency": "BRL"},
    "channel": "pix",
    "description": "rent",
}
_SCHEDULE: dict[str, JsonValue] = {
    **_WANTED,
    **_RULE,
    "schedule_id": "0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
    "payee_id": None,
    "status": "active",
    "next_day": "2026-01-30",
    "next_at": "2026-01-30T09:00:00Z",
    "dates_passed": 0,
    "next_days": ["2026-01-30", "2026-02-27", "2026-03-31"],
    "created_at": "2025-12-20T12:00:00Z",
    "version": 1,
}


class NewSchedule(BaseModel):
    """A transfer that is made on dates.

    `once`: on `from_day`. `daily`. `weekly`: on `weekday`, 1 for Monday to 7 for Sunday. `monthly`: on `day_of_month` (31 is
    the last day everywhere) or on the `business_day`-th business day. `until_day` is the last day that counts, before a
    convention moves it; `max_dates` counts dates, skipped ones too.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                _WANTED | {"frequency": "monthly", "from_day": "2027-01-01", "day_of_month": 31, "max_dates": 12}
                | {"convention": "modified_following"}
            ]
        },
    )  # fmt: skip
    debit_account_id: UUID
    credit_account_id: UUID | None = Field(default=None, description="Without one the money leaves through its channel")
    amount: Amount
    channel: Channel = Channel.INTERNAL
    payee_id: Payee | None = None
    description: Text | None = Field(default=None, min_length=1, max_length=140)
    frequency: Frequency
    from_day: Day
    until_day: Day | None = None
    max_dates: int | None = Field(default=None, ge=1, le=MAX_DATES)
    weekday: int | None = Field(default=None, ge=1, le=7)
    day_of_month: int | None = Field(default=None, ge=1, le=31)
    business_day: int | None = Field(default=None, ge=1, le=23)
    convention: Convention = Field(
        default=Convention.FOLLOWING, description="Where a date goes that is no business day (2006 ISDA Definitions, 4.12)"
    )
    at_time: Annotated[LocalTime, AfterValidator(_local)] = DEFAULT_TIME
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_known_timezone)] = DEFAULT_TIMEZONE

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.weekday is not None) != (self.frequency is Frequency.WEEKLY):
            raise ValueError("weekday: of a weekly schedule, and of no other")
        named = (self.day_of_month is not None) + (self.business_day is not None)
        if named != (1 if self.frequency is Frequency.MONTHLY else 0):
            raise ValueError("day_of_month or business_day: one of them for a monthly schedule, none for another")
        if self.until_day is not None and self.until_day < self.from_day:
            raise ValueError("until_day: not before from_day")
        return self


class ScheduleChange(BaseModel):
    """What is to be otherwise from the next date on; what is left out stays, null takes a bound away."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"amount": {"amount_minor": 165_000, "currency": "BRL"}}]}
    )
    amount: Amount | None = None
    description: Text | None = Field(default=None, min_length=1, max_length=140)
    until_day: Day | None = None
    max_dates: int | None = Field(default=None, ge=1, le=MAX_DATES)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say what is to be changed")
        if "amount" in self.model_fields_set and self.amount is None:
            raise ValueError("amount: not null")
        return self


class ScheduleAction(BaseModel):
    """`pause` and `resume` (dates that passed meanwhile are not made up for), or `skip_next`: the next date is not paid."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"action": "skip_next"}]})
    action: Literal["pause", "resume", "skip_next"]


class Schedule(BaseModel):
    """A schedule as it stands. `next_days` are its next dates as the bank will pay them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SCHEDULE]})
    schedule_id: UUID
    debit_account_id: UUID
    credit_account_id: UUID | None
    amount: Money
    channel: str
    payee_id: str | None
    description: str | None
    frequency: Frequency
    from_day: date
    until_day: date | None
    max_dates: int | None
    weekday: int | None
    day_of_month: int | None
    business_day: int | None
    convention: Convention
    at_time: LocalTime
    timezone: str
    status: Literal["active", "paused", "ended", "cancelled"]
    next_day: date | None
    next_at: datetime | None = Field(description="When the next date, or the next try of it, is due")
    dates_passed: int
    next_days: list[date]
    created_at: datetime
    version: int


class SchedulePage(BaseModel):
    """A page of schedules, by id."""

    items: list[Schedule]
    next_cursor: str | None


class ScheduleDates(BaseModel):
    """The next dates of a schedule."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": ["2026-01-30", "2026-02-27", "2026-03-31"]}]})
    days: list[date] = Field(max_length=MAX_SHOWN_DATES)


class ScheduleRun(BaseModel):
    """What became of a date. `open`: it is being paid, or tried again later; `unknown`: somebody has to look whether it was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-01-30",
                    "state": "failed",
                    "attempts": 4,
                    "transfer_id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc",
                    "code": "insufficient-funds",
                    "begun_at": "2026-01-30T09:00:02Z",
                    "ended_at": "2026-01-30T21:00:01Z",
                }
            ]
        }
    )
    day: date
    state: Literal["open", "posted", "held", "denied", "failed", "skipped", "unknown"]
    attempts: int
    transfer_id: UUID | None
    code: str | None
    begun_at: datetime
    ended_at: datetime | None


class ScheduleRunPage(BaseModel):
    """A page of runs, newest date first."""

    items: list[ScheduleRun]
    next_cursor: str | None
