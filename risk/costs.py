"""What decisions cost: a missed fraud, a false alarm, a payment refused to an honest customer, and the time of those who look.

The cost of one decision is a function of its verdict, of its amount and of whether it was a fraud (Elkan 2001, "The foundations
of cost-sensitive learning", with costs that depend on the example). Amounts are minor units.
"""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from risk.policy import ALLOW, DENY, REVIEW, STEP_UP

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Minor = Annotated[int, Meta(ge=0, le=10**12)]


class CostModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bank's own figures; the defaults are for retail payments in reais.

    `fraud_loss` is the part of a missed fraud's amount that the bank bears. A case takes `review_minor` of somebody's time and
    stops a fraud with probability `review_catches`. An honest payment that is refused loses `denial_minor` and `denial_loss` of
    its amount; one that is held while somebody looks loses `delay_minor`. A challenge costs `step_up_minor`.
    """

    fraud_loss: Share = 1.0
    review_minor: Minor = 1_500
    review_catches: Share = 0.95
    delay_minor: Minor = 200
    denial_minor: Minor = 2_000
    denial_loss: Share = 0.02
    step_up_minor: Minor = 50

    def costs(
        self, verdicts: NDArray[np.int64], fraud: NDArray[np.bool_], amounts_minor: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the expected cost of each decision in minor units, float64[n]; `verdicts` are places in `VERDICTS`."""
        loss = fraud * amounts_minor * self.fraud_loss
        honest = ~fraud
        return np.choose(
            verdicts,
            [
                loss,
                self.review_minor + honest * self.delay_minor + loss * (1 - self.review_catches),
                self.step_up_minor + loss * (1 - self.review_catches),
                honest * (self.denial_minor + amounts_minor * self.denial_loss),
            ],
        )


# `np.choose` takes them in this order.
if (ALLOW, REVIEW, STEP_UP, DENY) != (0, 1, 2, 3):
    raise TypeError("the cost model names verdicts in another order than the policy does")
