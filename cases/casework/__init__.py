"""From alerts to a decision that stands up: cases, their clocks, evidence, two people's decision, and a trail of it all."""
