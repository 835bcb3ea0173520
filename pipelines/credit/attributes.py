"""What a card may look at: the one list of its attributes, how risk may move with each, and what an applicant is told.

Not in it, on purpose: sex, age, marital status and whatever stands for them alone (a second person on the account, a
pension). They are reported by group after the fact (`pipelines.credit.groups`), and never cost or give a point.
"""

from risk.scorecard.binning import Trend
from risk.scorecard.making import Candidate

BEHAVIOUR = (
    Candidate("balance_to_payment", "The balance of the account is usually low beside the monthly payment", Trend.FALLING),
    Candidate("lowest_balance_to_payment", "The balance of the account fell low beside the monthly payment", Trend.FALLING),
    Candidate("balance_volatility", "The balance of the account goes up and down a lot", Trend.RISING),
    Candidate("months_in_the_red", "The account was overdrawn in recent months", Trend.RISING),
    Candidate("penalty_interest", "Penalty interest was charged for an overdrawn account", Trend.RISING),
    Candidate("payment_to_income", "The monthly payment is high beside the money that comes in each month", Trend.RISING),
    Candidate("income_regularity", "Money does not come in every month", Trend.FALLING),
    Candidate("outflow_to_inflow", "More goes out of the account than comes in", Trend.RISING),
    Candidate("cash_share", "Much of what leaves the account leaves as cash", Trend.RISING),
)
TERMS = (
    Candidate("loan_amount", "The loan is large", Trend.RISING),
    Candidate("monthly_payment", "The monthly payment is high", Trend.RISING),
    Candidate("duration_months", "The loan runs for long", Trend.RISING),
    Candidate("account_age_days", "The account has not been open for long", Trend.FALLING),
    Candidate("holds_card", "There was no card with the account", Trend.FALLING),
)
ORDERS = (
    Candidate("standing_orders", "Few regular bills are paid by standing order", Trend.FALLING),
    Candidate("standing_orders_to_payment", "Standing orders are small beside the monthly payment", Trend.FALLING),
)
# Of the place and not of the person: whoever uses them answers for what they do to groups (docs/credit-score.md).
AREA = (
    Candidate("area_unemployment_pct", "Unemployment is high where the account is held", Trend.RISING),
    Candidate("area_average_salary", "Salaries are low where the account is held", Trend.FALLING),
    Candidate("area_crimes_per_1000", "Crime is frequent where the account is held", Trend.RISING),
)
DEFAULT = (*BEHAVIOUR, *TERMS, *ORDERS)
CATALOGUE = (*DEFAULT, *AREA)
