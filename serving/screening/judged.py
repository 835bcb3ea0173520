"""What is said to a proposed change of screening: of a list, or of what becomes of payers whom nobody names."""

from pydantic import BaseModel, ConfigDict, Field

from serving.edge.schemas import Text


class ScreeningChangeJudgement(BaseModel):
    """What somebody else says to a change."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"approve": True, "note": "checked"}]})
    approve: bool
    note: Text | None = Field(default=None, min_length=1, max_length=500)


class ScreeningChangeWithdrawal(BaseModel):
    """That whoever proposed it takes it back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "the wrong file"}]})
    note: Text | None = Field(default=None, min_length=1, max_length=500)
