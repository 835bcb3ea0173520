"""What the graph has of a person."""
