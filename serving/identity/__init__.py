"""Who there is: tenants, users, machine clients, their tokens and sessions, and the log of what they did."""
