"""What comes round by the clock, without a scheduler: each hour the lake, each night forecasts, categories and money."""
