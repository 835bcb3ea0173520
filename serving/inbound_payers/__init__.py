"""Who pays into the bank, by name: a rail's gateway tells it before it brings the payment, so that it can be screened."""
