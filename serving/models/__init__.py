"""Models and the moves that are asked of them."""
