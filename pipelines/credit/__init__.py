"""Credit score for lending: a scorecard from how an account was used before a loan was granted, and from the loan's terms."""
