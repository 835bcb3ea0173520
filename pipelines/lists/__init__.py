"""What those who were put on a list had been paid, or had paid, before: whom a list would have met."""
