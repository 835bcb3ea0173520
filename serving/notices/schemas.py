"""What the routes of withdrawal notices take and give."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serving.edge.schemas import Money

MOST_MINOR = 1_000_000_000_000
_NOTICE: dict[str, JsonValue] = {
    "account_id": "0193f2aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "day": "2025-11-28",
    "amount": {"amount_minor": 6000000, "currency": "BRL"},
    "given_at": "2025-11-24T16:00:00Z",
    "given_by": "user:0193f2aa-dddd-7ddd-8ddd-dddddddddddd",
    "version": 1,
    "in_time": True,
    "covers": {"amount_minor": 6000000, "currency": "BRL"},
}
_RULE: dict[str, JsonValue] = {
    "least": {"amount_minor": 5000000, "currency": "BRL"},
    "business_days": 3,
    "today": "2025-11-24",
    "first_in_time": "2025-11-27",
    "last_day": "2026-11-25",
}


class NewNotice(BaseModel):
    """How much is to be taken out in cash on the day, in minor units of the account's currency."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount_minor": 6000000}]})
    amount_minor: int = Field(ge=1, le=MOST_MINOR)


class WithdrawalNotice(BaseModel):
    """What was said last for a day; an amount of 0: nothing after all."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NOTICE]})
    account_id: str
    day: date
    amount: Money
    given_at: datetime
    given_by: str
    version: int
    in_time: bool = Field(description="Whether it was said as many business days before the day as the bank asks for")
    covers: Money = Field(description="How much of that day's cash had notice in time, by all that was said of it")


class NoticeRule(BaseModel):
    """Which withdrawals want notice, and for which days one may be given, by what holds for everybody today."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RULE]})
    least: Money = Field(description="From which amount on a withdrawal wants notice")
    business_days: int = Field(description="How many business days before the day it is in time")
    today: date = Field(description="The bank's day: the first for which notice may be given")
    first_in_time: date = Field(description="The first day for which a notice of today would be in time")
    last_day: date = Field(description="The last day for which notice may be given")


class WithdrawalNotices(BaseModel):
    """An account's notices, the latest day first; those of days that have passed too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rule": _RULE, "notices": [_NOTICE]}]})
    rule: NoticeRule
    notices: list[WithdrawalNotice] = Field(description="The latest hundred")
