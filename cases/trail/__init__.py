"""The trail of casework: rows that hold the hash of the one before, how they are kept, and how they are verified."""
