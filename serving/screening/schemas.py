"""What the screening routes take and give."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from risk.screening.entry import ListedKind, NameQuality
from risk.screening.evidence import BirthAgreement, CountryAgreement
from risk.screening.pair import MeetingWay
from risk.screening.verdicts import HitStatus, HitVerdict
from risk.screening.writing import MAX_NAME
from serving.edge.schemas import CustomerId, Text

_WHY: dict[str, JsonValue] = {
    "name": "ALVARENGA QUIMBO, Teodora",
    "name_score": 0.9731,
    "met": [
        {"asked": ["teodora"], "listed": ["teodora"], "way": "equal", "alike": 1.0},
        {"asked": ["alvarenga"], "listed": ["alvarenga"], "way": "equal", "alike": 1.0},
        {"asked": ["kimbo"], "listed": ["quimbo"], "way": "other-spelling", "alike": 0.975},
    ],
    "asked_alone": [],
    "listed_alone": [],
    "order_differs": True,
    "first_letters": False,
    "birth": "same-year",
    "countries": "unknown",
}
_ENTRY: dict[str, JsonValue] = {
    "kind": "person",
    "names": [{"text": "ALVARENGA QUIMBO, Teodora", "quality": "primary"}],
    "births": ["1971"],
    "countries": ["BR"],
    "programmes": ["DEMO"],
    "documents": [],
    "reason": "an entry that is made up",
}
_MATCH: dict[str, JsonValue] = {
    "list_id": "own-demo", "entry_id": "17", "score": 0.9866, "entry": _ENTRY, "why": _WHY,
}  # fmt: skip
_OF_VERSION: dict[str, JsonValue] = {
    "version": 3, "entries": 14151, "added": 12, "removed": 3, "changed": 40, "loaded_at": "2025-11-24T05:00:00Z",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}  # fmt: skip
_VERSION: dict[str, JsonValue] = _OF_VERSION | {"forced": False, "loaded_by": "operator"}
_LIST: dict[str, JsonValue] = _OF_VERSION | {
    "list_id": "us-consolidated", "own": False, "format": "us-consolidated",
    "source": "https://www.trade.gov/consolidated-screening-list", "licence": "A work of the United States government",
}  # fmt: skip
_HIT: dict[str, JsonValue] = {
    "hit_id": "0193f2aa-5c1e-5e5e-8c1e-0193f2aa5c1e",
    "customer_id": "c000042",
    "about": "customer",
    "payer_id": None,
    "list_id": "own-demo",
    "entry_id": "17",
    "score": 0.9866,
    "status": "proposed",
    "found_at": "2025-11-24T16:00:00Z",
    "verdict": "cleared",
    "note": "another date of birth, by the passport",
    "proposed_by": "user:0193f2aa-1111-7111-8111-111111111111",
    "proposed_at": "2025-11-24T17:00:00Z",
    "judged_by": None,
    "judged_at": None,
}


_PAYMENT: dict[str, JsonValue] = {
    "transfer_id": "0193f2aa-cccc-7ccc-8ccc-cccccccccccc", "side": "payer", "became": "held", "at": "2025-11-24T16:00:00Z",
    "status": "held",
}  # fmt: skip


class ScreeningSearch(BaseModel):
    """Whom to look for. Dates and countries are evidence: they add to what the names say, or take from it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Teodora Alvarenga Kimbo", "kind": "person", "births": ["1971"]}]},
    )
    name: Text = Field(min_length=1, max_length=MAX_NAME, description="As it is written, in any script")
    kind: ListedKind = Field(default=ListedKind.UNKNOWN, description="What it names; `unknown` is held against all")
    births: list[str] = Field(
        default=[], max_length=10, description="`1971`, `1971-03`, `1971-03-25`, or `1970/1975` for years from and to"
    )
    countries: list[str] = Field(default=[], max_length=10, description="ISO 3166-1 alpha-2")
    threshold: float | None = Field(
        default=None, ge=0.05, le=1, description="The least score; the model's own where it is left out"
    )


class NameOnList(BaseModel):
    """A name that somebody on a list goes by."""

    text: str
    quality: NameQuality


class ListedEntry(BaseModel):
    """Somebody on a list, as the list says it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENTRY]})
    kind: ListedKind
    names: list[NameOnList]
    births: list[str]
    countries: list[str]
    programmes: list[str]
    documents: list[str]
    reason: str


class MetWords(BaseModel):
    """Words that met, how, and how alike they are, from 0.6 to 1."""

    asked: list[str]
    listed: list[str]
    way: MeetingWay
    alike: float


class WhyMet(BaseModel):
    """Why a name meets an entry: by which of its names, which words met, which met nothing, what else agrees."""

    name: str
    name_score: float
    met: list[MetWords]
    asked_alone: list[str]
    listed_alone: list[str]
    order_differs: bool
    first_letters: bool = Field(description="Whether one name is the first letters of the other")
    birth: BirthAgreement
    countries: CountryAgreement


class ListMatch(BaseModel):
    """An entry that the name meets, how sure that is (0 to 1), and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MATCH]})
    list_id: str
    entry_id: str
    score: float
    entry: ListedEntry
    why: WhyMet


class ListMatches(BaseModel):
    """What is met, the surest first. `threshold` is the least score, `entries` how many the name was held against."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_MATCH], "threshold": 0.6, "entries": 14151}]})
    items: list[ListMatch]
    threshold: float
    entries: int


class WatchList(BaseModel):
    """A list with its newest version; `own` when it is the tenant's and nobody else's."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})
    list_id: str
    own: bool
    format: str
    source: str
    licence: str
    version: int
    entries: int
    added: int
    removed: int
    changed: int
    loaded_at: datetime
    sha256: str


class WatchLists(BaseModel):
    """The lists that customers are held against."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_LIST]}]})
    items: list[WatchList]


class WatchListVersion(BaseModel):
    """One version of a list, and how it differs from the one before."""

    model_config = ConfigDict(json_schema_extra={"examples": [_VERSION]})
    version: int
    entries: int
    added: int
    removed: int
    changed: int
    forced: bool
    loaded_by: str
    loaded_at: datetime
    sha256: str


class WatchListVersionPage(BaseModel):
    """A page of versions, newest first."""

    items: list[WatchListVersion]
    next_cursor: str | None


class ScreeningHit(BaseModel):
    """That a customer, whom they pay, or a payer from outside may be somebody on a list, and what two people said to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_HIT]})
    hit_id: UUID
    customer_id: CustomerId | None = Field(description="Null for a payer from outside, who is nobody's")
    about: Literal["customer", "payee", "payer"] = Field(
        description="`payee`: somebody whom the customer pays, and who is none here; `payer`: somebody who pays into the bank"
    )
    payer_id: str | None = Field(description="The rail's id of a payer from outside")
    list_id: str
    entry_id: str
    score: float
    status: HitStatus
    found_at: datetime
    verdict: HitVerdict | None
    note: str | None
    proposed_by: str | None
    proposed_at: datetime | None
    judged_by: str | None
    judged_at: datetime | None


class ScreeningHitPage(BaseModel):
    """A page of hits, oldest first."""

    items: list[ScreeningHit]
    next_cursor: str | None


class ScreenedPayment(BaseModel):
    """A payment that a hit held back or had refused: whose side the hit is on, and how the payment stands now.

    What is `suspended` came in, and its money lies in suspense: the ledger has the payment as denied.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PAYMENT]})
    transfer_id: UUID
    side: Literal["payer", "payee"]
    became: Literal["held", "refused", "suspended"]
    at: datetime
    status: str


class ScreeningHitDetail(ScreeningHit):
    """A hit with whom it is about on both sides, and why.

    What is not known any more (an erased customer) is null, as is why while searches are being made ready on a new machine.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _HIT
                | {
                    "customer_name": "Teodora Alvarenga Kimbo",
                    "payee_name": None,
                    "payer_name": None,
                    "entry": _ENTRY,
                    "why": _WHY,
                }
                | {"payments": [_PAYMENT]}
            ]
        }
    )
    customer_name: str | None
    payee_name: str | None = Field(description="Under which name the customer pays them, where the hit is about a payee")
    payer_name: str | None = Field(description="How the payer's bank calls them, where the hit is about a payer")
    entry: ListedEntry | None
    why: WhyMet | None
    payments: list[ScreenedPayment] = Field(description="The newest that it held back or had refused, at most 50")


class ProposedVerdict(BaseModel):
    """Whether the customer is whom the list means, and why one thinks so."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"verdict": "cleared", "note": "another date of birth, by the passport"}]},
    )
    verdict: HitVerdict
    note: Text = Field(min_length=1, max_length=500)


class VerdictJudgement(BaseModel):
    """What somebody else says to a proposal: to the one made at `proposed_at`, which they have read, and to no other."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"approve": True, "proposed_at": _HIT["proposed_at"]}]}
    )
    approve: bool
    proposed_at: AwareDatetime
