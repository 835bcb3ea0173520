"""What the core knows and no topic carries, copied to the warehouse: accounts, products, charges, closed days, rates."""

from pipelines.reference.extract import Extracted, extract
from pipelines.reference.rates import RatesUnreadable, load_rates

__all__ = ["Extracted", "RatesUnreadable", "extract", "load_rates"]
