"""Models as risk teams see them, and the moves that they ask for."""
