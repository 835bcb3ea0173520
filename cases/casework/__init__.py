"""From alerts to a decision that stands up: cases, who may do what to one when, and what a decision says of transactions."""
