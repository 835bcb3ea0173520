"""Recommending how to put money by: by a profile that holds now, never above its class, with what has to be said of it."""

import asyncio

from insight.history import by_month
from insight.investing import DESCRIBED, PPM, Allocation, ProductClass, allocate
from insight.projection import Assumed, assumed_months, project
from insight.spending import month_of
from kit.settings import Investing
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal
from serving.insights.reading import MoneyReader, OwnMoney
from serving.insights.repository import Row
from serving.suitability.service import SuitabilityService

DISCLOSURE = (
    "This is how money may be spread over classes of products for the profile that the customer's answers come to. "
    "It is no offer of a product, and no promise.",
    "Returns and volatilities are assumptions that this bank set, and no forecast. "
    "What came before does not tell what will come.",
    "Investments may lose value, also more than the intervals say. They do not count taxes, fees or inflation.",
    "Only some products are covered by the Fundo Garantidor de Creditos, and only up to its limits. Ask which before you buy.",
    "If your situation changes, answer the questionnaire again before you act on this.",
)
_RECENT_MONTHS = 3
_AT_MONTHS = (12, 36, 60, 120, 240, 360)


class Recommending:
    """What `GET /v1/insights/recommendations` does."""

    def __init__(self, reader: MoneyReader, suitability: SuitabilityService, *, investing: Investing) -> None:
        self._reader = reader
        self._suitability = suitability
        self._assumed = assumed_of(investing)
        self._months_known = assumed_months(self._assumed)

    async def recommend(
        self,
        principal: Principal,
        *,
        customer_id: str | None,
        currency: str,
        amount_minor: int,
        monthly_minor: int,
        months: int,
    ) -> Row:
        """Return an allocation and its projections. Raises SuitabilityNotCurrent, and as `MoneyReader.read` does."""
        whose = principal.whose(customer_id)
        if whose is None:
            raise InvalidRequest("customer_id: say whose money", field="customer_id")
        profile, held = await self._suitability.current(principal, whose)
        own = await self._reader.read(principal, customer_id=whose, currency=currency)
        found = allocate(
            amount_minor,
            profile,
            months=months,
            # What is put by comes from there: it is at hand no more, unless it is kept so.
            at_hand_minor=own.available_minor + own.set_aside_minor - amount_minor,
            month_spent_minor=_month_spent_minor(own),
        )
        projections = await asyncio.to_thread(
            project,
            self._months_known,
            _shares_of(found, amount_minor),
            start_minor=amount_minor,
            monthly_minor=monthly_minor,
            at_months=[*(at for at in _AT_MONTHS if at < months), months],
        )
        return own.said | {
            "profile": profile,
            "profile_version": held["version"],
            "profile_expires_at": held["expires_at"],
            "most_risk": found.most_risk,
            "buffer_minor": found.buffer_minor,
            "allocation": [self._described(product, found) for product in found.amounts_minor],
            "projections": projections,
            "disclosure": DISCLOSURE,
        }

    def _described(self, product: ProductClass, found: Allocation) -> Row:
        what, assumed = DESCRIBED[product], self._assumed[product]
        return {
            "product": product,
            "risk_class": what.risk_class,
            "examples": what.examples,
            "days_to_money": what.days_to_money,
            "share_ppm": found.shares_ppm[product],
            "amount_minor": found.amounts_minor[product],
            "assumed_yearly_pct": assumed.yearly_pct,
            "assumed_volatility_pct": assumed.volatility_pct,
        }


def assumed_of(investing: Investing) -> dict[ProductClass, Assumed]:
    """Return what the settings assume of each class of products."""
    by_product = {
        ProductClass.DAILY: investing.daily, ProductClass.INFLATION: investing.inflation,
        ProductClass.MULTIMARKET: investing.multimarket,
        ProductClass.EQUITY: investing.equity,
    }  # fmt: skip
    return {product: Assumed(each.yearly_pct, each.volatility_pct) for product, each in by_product.items()}


def _shares_of(found: Allocation, amount_minor: int) -> dict[ProductClass, int]:
    """Return the shares by which the whole amount is spread, what stays at hand among them; what comes monthly follows them."""
    if not amount_minor:
        return dict(found.shares_ppm)
    shares = {product: amount * PPM // amount_minor for product, amount in found.amounts_minor.items()}
    shares[ProductClass.DAILY] += PPM - sum(shares.values())
    return shares


def _month_spent_minor(own: OwnMoney) -> int:
    """Return what the customer spends in a month: the mean of the last whole ones, or of this one as it stands."""
    totals = by_month(own.history.spent())
    months = own.history.whole_months(_RECENT_MONTHS) or [month_of(own.today)]
    return sum(totals.get(month, 0) for month in months) // len(months)
