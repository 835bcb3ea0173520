"""What comes again on a customer's accounts, read from the mart."""
