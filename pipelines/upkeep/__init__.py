"""What comes round by the clock, without a scheduler: each hour the lake, each night forecasts, categories and money.

Customers are screened when watch-lists have changed, or they themselves.
"""
