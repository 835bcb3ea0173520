"""The fraud model: trained, then registered."""
