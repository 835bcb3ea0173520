"""What is expected: money by customer and by rail."""
