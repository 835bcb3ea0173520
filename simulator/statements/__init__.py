"""Bank statements of simulated households: lines as banks print them, and beside them, hidden, what they were for."""
