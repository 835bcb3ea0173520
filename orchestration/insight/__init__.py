"""What customers are told about their own money, worked out every night."""
