"""Values of a scenario tried on history before they hold: what would be told of that is not, and what would be no more."""
