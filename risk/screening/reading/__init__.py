"""What lists and people write, as entries have it: countries, dates of birth, and rows of a list of one's own. Pure."""
