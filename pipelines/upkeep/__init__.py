"""What comes round by the clock, kept up without a scheduler: the lake compacted, money forecast and looked at every night."""
