"""What comes round by the clock, kept up without a scheduler: the lake compacted every hour, money forecast every night.

Customers are screened when watch-lists have changed, or they themselves.
"""
