"""Who uses an account beside the customer who opened it: owners, holders, viewers."""
