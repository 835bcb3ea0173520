"""What comes round by the clock, without a scheduler: the lake compacted hourly, money forecast and categories learned nightly."""
