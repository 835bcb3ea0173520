"""What the suitability routes take and give."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from insight.suitability import Familiar, Horizon, Income, Learned, Loss, Need, Profile, Purpose, Traded, Wealth
from serving.edge.schemas import CustomerId

_ANSWERS: dict[str, JsonValue] = {
    "horizon": "under-5-years",
    "purpose": "grow-above-inflation",
    "loss": "wait",
    "income": "mostly-sure",
    "wealth": "under-half",
    "need": "hardly",
    "familiar": "bonds-and-deposits",
    "traded": "once-or-twice",
    "learned": "a-little",
}


class Answers(BaseModel):
    """The questionnaire (CVM Resolution 30, article 3): objectives, situation, knowledge, three questions each."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_ANSWERS]})
    horizon: Horizon = Field(description="When will the money be wanted?")
    purpose: Purpose = Field(description="What is it for?")
    loss: Loss = Field(description="A tenth of it is lost in a month: what would you do?")
    income: Income = Field(description="How sure is your regular income?")
    wealth: Wealth = Field(description="Which share of all that you own is it?")
    need: Need = Field(description="Could you need it before?")
    familiar: Familiar = Field(description="What is the riskiest that you have had and understood?")
    traded: Traded = Field(description="How often did you buy or sell such things in the last two years?")
    learned: Learned = Field(description="What did you learn of it?")


class NewSuitability(BaseModel):
    """A customer's answers to all questions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"customer_id": "c000042", "answers": _ANSWERS}]})
    customer_id: CustomerId | None = Field(default=None, description="Whose answers they are; a customer may leave it out")
    answers: Answers


class SuitabilityProfile(BaseModel):
    """What the newest answers come to. `current` is false once `expires_at` is over, or the questionnaire has changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "c000042",
                    "version": 2,
                    "profile": "moderate",
                    "bound_by": [],
                    "answers": _ANSWERS,
                    "answered_at": "2025-11-24T16:00:00Z",
                    "expires_at": "2027-11-24T16:00:00Z",
                    "current": True,
                }
            ]
        }
    )
    customer_id: str
    version: int
    profile: Profile
    bound_by: list[str] = Field(description="Answers that make the profile conservative whatever else was said")
    answers: Answers
    answered_at: datetime
    expires_at: datetime
    current: bool
