"""What is due: the clocks of the rules, and what stands under each."""
