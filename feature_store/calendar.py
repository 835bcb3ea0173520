"""Brazilian bank days as a table that kernels look up: holidays, business days, and the place of a day in its month."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from kit.business_days import bank_holidays, is_business_day

FIRST_YEAR, LAST_YEAR = 1970, 2099
# A month's salary is paid by its fifth business day: CLT (Decree-Law 5,452 of 1943), art. 459, paragraph 1.
PAYDAY_BUSINESS_DAY = 5
HOLIDAY, BUSINESS_DAY, BUSINESS_DAY_NUMBER, DAY_OF_MONTH = range(4)


def bank_days() -> NDArray[np.int8]:
    """Return int8[days since 1970-01-01, 4]: holiday, business day, which business day of its month (0: none), day of month.

    The business day of a month is the number of business days up to and with this one.
    """
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    table = np.zeros(((last - first).days + 1, 4), np.int8)
    number = 0
    for row in range(len(table)):
        day = first + timedelta(row)
        if day.day == 1:
            number = 0
        works = is_business_day(day)
        number += works
        table[row] = (day in bank_holidays(day.year), works, number, day.day)
    return table
