"""What the batch side did: each step with what it took, and the runs that failed and were not made good."""
